# SPDX-License-Identifier: MIT
"""One exchange: the request, who sent it, and what every answer has in common.

`admit` is the host's door: unregistered 97, wrong merchant 03, not signed on 77, bad MAC A0.
"""

import hmac
from collections.abc import Callable
from datetime import datetime

from acquirer_sim import books, crypto, kinds, masterkeys, terminals
from acquirer_sim.errors import Refused
from acquirer_sim.frame import Request
from acquirer_sim.store import Store

ACQUIRER_ID = "00010000"  # F32 and the second half of F44
_NEEDS_SIGN_ON = ("settlement", "batch_upload", "batch_end")


class Exchange:
    """What handlers work on; lives for one request, inside one database transaction."""

    def __init__(self, store: Store, request: Request, now: datetime) -> None:
        self.store = store
        self.request = request
        self.kind = kinds.kind_of(request)
        self.now = now
        self.terminal = terminals.find(store, request.terminal)
        self.keys = terminals.working_keys(store, self.terminal) if self.terminal else None
        self.rrn = books.next_rrn(store, now.isoformat())
        self.forced = ""  # F39 a fault asks for
        self.wrong_field = 0  # the number of the field that made it 30
        self.result = ""  # result digits of a settlement that a fault asks for
        self.masked_pan = ""  # for log and ledger, once the card was read

    @property
    def tid(self) -> str:
        """The terminal's number."""
        return self.request.terminal

    @property
    def algorithm(self) -> str:
        """The family of the terminal's keys."""
        return self.terminal["algorithm"]

    @property
    def time(self) -> str:
        """Host time as the ledger keeps it."""
        return self.now.strftime("%Y-%m-%dT%H:%M:%S")

    def require(self, *numbers: int) -> None:
        """Refuse a request that lacks one of these fields: 30."""
        for number in numbers:
            if not self.request.get(number):
                raise Refused("30")

    def echo(self, *numbers: int) -> "dict[int, str]":
        """Return those of these fields that the request has."""
        fields = self.request.fields
        return {number: fields[number] for number in numbers if number in fields}

    def stamp(self) -> "dict[int, str]":
        """Return host time and date, acquirer and reference number: F12, F13, F32, F37."""
        return {
            12: self.now.strftime("%H%M%S"),
            13: self.now.strftime("%m%d"),
            32: ACQUIRER_ID,
            37: self.rrn,
        }

    def settle_date(self) -> "dict[int, str]":
        """Return F15."""
        return {15: self.now.strftime("%m%d")}

    def refusal(self, code: str) -> "dict[int, str]":
        """Return the fields of an answer that only says no."""
        return {**self.echo(3, 4, 11, 25, 41, 42, 49, 60), **self.stamp(), 39: code}

    def signer(self) -> "Callable[[bytes], bytes] | None":
        """Return what makes F64 of answers to this request, None when they carry none."""
        if self.keys and kinds.carries_money(self.request, self.kind):
            return self.mac
        return None

    def mac(self, body: bytes) -> bytes:
        """Return F64 of a message under the terminal's MAK."""
        method = terminals.options(self.terminal).mac
        return crypto.mac(self.keys["mak"], body, self.algorithm, method)


def admit(exchange: Exchange) -> None:
    """Let the request in, or raise Refused."""
    request, terminal = exchange.request, exchange.terminal
    if terminal is None:
        raise Refused("97")
    if request.get(42) != terminal["merchant"]:
        raise Refused("03")
    if kinds.carries_money(request, exchange.kind):
        _check_mac(exchange)
    elif exchange.kind in _NEEDS_SIGN_ON and not exchange.keys:
        raise Refused("77")


def _check_mac(exchange: Exchange) -> None:
    if not exchange.keys:
        raise Refused("77")
    request = exchange.request
    sent = bytes.fromhex(request.get(64))
    good = exchange.mac(request.body[: -crypto.MAC_LEN_BYTES])
    if not hmac.compare_digest(sent, good):
        exchange.keys = None  # the answer cannot carry a MAC the terminal would believe
        raise Refused("A0")
    masterkeys.proved(exchange.store, exchange.tid)
