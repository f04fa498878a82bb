# SPDX-License-Identifier: MIT
"""The entries of a part of the hotlist (F62): two digits of length, then 6 to 19 digits, each."""

from micropython import const

from pos.core.errors import MessageError

_PAIR = const(2)  # digits of an entry's length
_SHORTEST = const(6)  # digits of an entry
_LONGEST = const(19)


def entries(content: bytearray) -> object:
    """Give the entries of a part of the hotlist, views of digits; MessageError where none is."""
    view = memoryview(content)
    at = 0
    while at < len(view):
        start = at + _PAIR
        length = _number(view[at:start])
        at = start + length
        if not _SHORTEST <= length <= _LONGEST:
            raise MessageError("hotlist entry of %d digits" % length, 62)
        if at > len(view):
            raise MessageError("hotlist entry is cut short", 62)
        _number(view[start:at])
        yield view[start:at]


def _number(digits: memoryview) -> int:
    """Return a number; MessageError when there is a character that is no digit."""
    number = 0
    for digit in digits:
        if not 0x30 <= digit <= 0x39:
            raise MessageError("hotlist entry is not digits", 62)
        number = number * 10 + digit - 0x30
    return number
