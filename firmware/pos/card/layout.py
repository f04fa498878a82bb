# SPDX-License-Identifier: MIT
"""Layout of payment tracks: ISO/IEC 7813 for tracks 1 and 2, ISO 4909 for track 3.

Works on the bytearrays of the decoder, sentinels included, and returns places instead of copies.
Expiry and service code are no secrets of the card and come as short str.
"""

from micropython import const

_MIN_PAN = const(13)
_MAX_PAN = const(19)
_MAX_NAME = const(30)  # the standard says 26; published cards carry 29
_EQUALS = const(0x3D)
_CARET = const(0x5E)
_BLANK = const(0x20)


class Fields:
    """Where the PAN lies in the text, and what follows it. `sure` is False for an odd expiry."""

    def __init__(self, pan_start: int, pan_end: int) -> None:
        self.pan_start = pan_start
        self.pan_end = pan_end
        self.expiry = ""  # YYMM; "-" when the card says it has none, "" when it says nothing
        self.written = ""  # the same four digits, whatever they are
        self.service = ""
        self.sure = True


def _digits(text: bytearray, start: int, length: int) -> bool:
    if start + length > len(text):
        return False
    for i in range(start, start + length):
        if not 0x30 <= text[i] <= 0x39:
            return False
    return True


def pan_digits(text: bytearray, fields: Fields) -> bytearray:
    """Return the PAN as a buffer of its own, without the blanks some issuers emboss."""
    places = range(fields.pan_start, fields.pan_end)
    out = bytearray(sum([text[i] != _BLANK for i in places]))
    n = 0
    for i in places:
        if text[i] != _BLANK:
            out[n] = text[i]
            n += 1
    return out


def _find_pan(text: bytearray, start: int, separator: int, blanks: bool) -> object:
    """Return the Fields of a PAN of 13 to 19 digits that ends at `separator`, or None."""
    digits = 0
    for i in range(start, len(text)):
        value = text[i]
        if value == separator:
            return Fields(start, i) if _MIN_PAN <= digits <= _MAX_PAN else None
        if 0x30 <= value <= 0x39:
            digits += 1
        elif not (blanks and value == _BLANK):
            return None
    return None


def _take(text: bytearray, at: int, fields: Fields) -> None:
    """Take the expiry that stands there; one whose month does not exist counts for nothing.

    None is written 4912 (GB/T 19584-2010) or 0000 (edition of 2004).
    """
    expiry = fields.written = str(text[at : at + 4], "ascii")
    if expiry in ("4912", "0000"):
        fields.expiry = fields.written = "-"
        return
    fields.sure = "01" <= expiry[2:] <= "12"
    fields.expiry = expiry if fields.sure else ""


def _dates(text: bytearray, at: int, separator: int, fields: Fields) -> object:
    """Read expiry and service code, either of which may be a separator instead."""
    if text[at] == separator:
        at += 1
    elif _digits(text, at, 4):
        _take(text, at, fields)
        at += 4
    else:
        return None
    if text[at] == separator:
        at += 1
    elif _digits(text, at, 3):
        fields.service = str(text[at : at + 3], "ascii")
    elif at != len(text) - 1:
        return None
    return fields


def track1(text: bytearray) -> object:
    """Return the Fields of a format B text, or None when it is not one."""
    if len(text) < 3 or text[1] != 0x42:
        return None
    fields = _find_pan(text, 2, _CARET, True)
    if fields is None:
        return None
    at = fields.pan_end + 1
    for _ in range(_MAX_NAME + 1):
        if at >= len(text) - 1:
            return None
        at += 1
        if text[at - 1] == _CARET:
            if text[at] == _BLANK:  # seen on published cards
                at += 1
            return _dates(text, at, _CARET, fields)
    return None


def track2(text: bytearray) -> object:
    """Return the Fields of a payment track 2, or None when it is not one."""
    fields = _find_pan(text, 1, _EQUALS, False)
    if fields is None or not _payload(text, fields.pan_end):
        return None
    at = fields.pan_end + 1
    if text[1:3] == b"59" and _country_first(text, at):
        at += 3
    return _dates(text, at, _EQUALS, fields)


def _country_first(text: bytearray, at: int) -> bool:
    """Tell three digits of country and an expiry from an expiry: only one of the months exists.

    PANs that begin with 59 were followed by a country code.
    """
    if not _digits(text, at, 7):
        return False
    first, second = str(text[at + 2 : at + 4], "ascii"), str(text[at + 5 : at + 7], "ascii")
    return "01" <= second <= "12" and not "01" <= first <= "12"


def track3(text: bytearray) -> object:
    """Return the Fields of a track 3 (PAN and expiry), or None when it is not one.

    Leniently: two digits of format code and a PAN up to the first separator. The expiry counts
    where all before it has the lengths of ISO 4909 (either edition), and what follows it too. A
    track without a PAN, which track 2 then has, must have all that, and is never `sure`.
    """
    if text[0] != 0x3B or not _digits(text, 1, 2):
        return None
    bare = text[3] == _EQUALS
    fields = Fields(3, 3) if bare else _find_pan(text, 3, _EQUALS, False)
    if fields is None or not _payload(text, fields.pan_end):
        return None
    at = fields.pan_end + 1
    for length in (3, 3, 16, 6, 7):  # country, currency, limits and cycle, PIN control, accounts
        if _digits(text, at, length):
            at += length
        elif length < 7 and text[at] == _EQUALS:
            at += 1
        else:
            return None if bare else fields
    if _digits(text, at, 5) and (text[at + 5] == _EQUALS or _digits(text, at + 5, 9)):
        _take(text, at, fields)
    elif bare:
        return None
    fields.sure = fields.sure and not bare
    return fields


def _payload(text: bytearray, start: int) -> bool:
    """Tell whether digits and separators alone stand between `start` and the end sentinel."""
    for i in range(start, len(text) - 1):
        if not (0x30 <= text[i] <= 0x39 or text[i] == _EQUALS):
            return False
    return True


PARSERS = (None, track1, track2, track3)
