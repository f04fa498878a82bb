# SPDX-License-Identifier: MIT
"""A message as lines for a log: masked by construction, there is no clear form here.

PAN shows as 6+4; tracks, PIN block, chip data, keys and whatever may hold a PAN show their length
as asterisks. Bytes that are not printable ASCII (GBK, binary) show as dots.
"""

from pos.core.carddata import mask_pan
from pos.iso8583.codec import Message
from pos.iso8583.fields import SPECS, B

_PAN = 2
_HIDDEN = (14, 35, 36, 52, 55, 58, 59, 62)
_PRIVATE = 48  # batch uploads and transfers put PANs in it
_TIP_LEN = 12
_TOTALS_LEN = 62


def hidden(message: Message, n: int) -> bool:
    """Return whether no part of field n may be shown."""
    if n == _PRIVATE:
        return message.count(n) > _TIP_LEN and message.count(n) != _TOTALS_LEN
    return n in _HIDDEN


def masked(message: Message, n: int) -> object:
    """Return the text to show instead of field n, or None when it may be shown as it is."""
    if n == _PAN:
        return mask_pan(message.get(n))
    return "*" * message.count(n) if hidden(message, n) else None


def lines(message: Message) -> list:
    """Return the MTI and one line a field."""
    out = [message.mti]
    for n in message.numbers():
        text = masked(message, n)
        out.append("F%d %s" % (n, _show(message, n) if text is None else text))
    return out


def _show(message: Message, n: int) -> str:
    raw = message.get(n)
    if SPECS[n] & B:
        return raw.hex().upper()
    return "".join([chr(char) if 0x20 <= char <= 0x7E else "." for char in raw])
