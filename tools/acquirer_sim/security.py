# SPDX-License-Identifier: MIT
"""How a request protects PIN and tracks: F52, F53, F59 and what is under them (unionpay.md 2.3,
2.7, 4.3, 4.4).

Strict where the sources agree: what contradicts F53 or the terminal's family is refused with 30.
"""

from acquirer_sim import crypto, keysets
from acquirer_sim.errors import Refused
from acquirer_sim.exchange import Exchange

_SM4_PIN = "A1"  # tag of F59
_NO_BLOCK = "0" * 16  # F52 when the block is in F59
_TAG_LEN, _COUNT_LEN = 2, 3


def check(exchange: Exchange) -> None:
    """F53, F52 and F59 agree with each other and with the terminal's keys; which of them are
    there, presence.py has checked."""
    request = exchange.request
    control = request.get(53)
    pin_block(exchange)
    if not control:
        return
    wrong = (
        control[1] != keysets.security_digit(exchange.algorithm, exchange.keys["pik"]),
        control[2] not in "01" or (control[2] == "1" and "tdk" not in exchange.keys),
        control[0] == "0" and bool(request.get(52)),
    )
    if any(wrong):
        raise Refused("30", field=53)


def pin_block(exchange: Exchange) -> bytes:
    """Return the encrypted PIN block, b"" when there is none."""
    field, listed = exchange.request.get(52), _tags(exchange.request.get(59))
    if exchange.algorithm != "sm4":
        return bytes.fromhex(field)
    if bool(field) != (_SM4_PIN in listed) or field not in ("", _NO_BLOCK):
        raise Refused("30", field=52)
    return listed.get(_SM4_PIN, "").encode("latin-1")


def pin(exchange: Exchange, pan: str) -> "str | None":
    """Return the PIN, None when the block is none for this PAN."""
    block = pin_block(exchange)
    return crypto.open_pin_block(exchange.keys["pik"], block, pan, exchange.algorithm)


def track(exchange: Exchange, number: int) -> str:
    """Return F35 or F36 in clear, "" when absent or when it cannot have been encrypted."""
    sent = exchange.request.get(number)
    if sent and exchange.request.get(53)[2:3] == "1":
        return crypto.open_track(exchange.keys["tdk"], sent, exchange.algorithm)
    return sent


def _tags(text: str) -> "dict[str, str]":
    """Return the values of F59 by tag; 30 when it is no list of tag, length and value."""
    found = {}
    at = 0
    while at < len(text):
        start = at + _TAG_LEN + _COUNT_LEN
        count = text[at + _TAG_LEN : start]
        if len(count) != _COUNT_LEN or not count.isascii() or not count.isdecimal():
            raise Refused("30", field=59)
        at = start + int(count)
        if at > len(text):
            raise Refused("30", field=59)
        found[text[start - _TAG_LEN - _COUNT_LEN : start - _COUNT_LEN]] = text[start:at]
    return found
