# SPDX-License-Identifier: MIT
"""North American driver licences (AAMVA): three tracks, the third in the 7-bit coding of track 1.

A licence has the outward form of a payment card on track 2. It is told by its issuer number, by a
date of birth that exists, and by a check digit that a payment card would have right.
"""

from micropython import const

from pos.card import parse_fields
from pos.card.parse_fields import CARET, EQUALS, Cursor, Parsed

_IIN_FIRST = const(636000)
_IIN_LAST = const(636062)
_IIN_OLD = const(604425)
_ID_MAX = const(13)
_PAN_CHECKED = const(16)  # a card number this long with a right check digit is a card's
_CITY_MAX = const(13)
_NAME_MAX = const(35)
_ADDRESS_MAX = const(29)
_TRACK3_MIN = const(30)  # characters up to the sex
_TRACK3 = (
    ("template", 1),
    ("security", 1),
    ("postal", 11),
    ("cls", 2),
    ("restrictions", 10),
    ("endorsements", 4),
    ("sex", 1),
    ("height", 3),
    ("weight", 3),
    ("hair", 3),
    ("eyes", 3),
    ("id", 10),
    ("reserved", 16),
    ("error_correction", 6),
    ("checks", 5),
)
_SEX_AT = const(30)  # in the text, the sentinel counted


def track1(text: bytearray) -> Parsed:
    """Parse state, city, name and address. CardError when it is not that."""
    out = Parsed(1, "aamva", text)
    cursor = Cursor(out, 1)
    for i in (1, 2):
        if len(text) < 4 or not 0x41 <= text[i] <= 0x5A:
            cursor.fail("state")
    cursor.chars("state", 2)
    _until_or_full(cursor, "city", _CITY_MAX)
    _until_or_full(cursor, "name", _NAME_MAX)
    _until_or_full(cursor, "address", _ADDRESS_MAX)
    if b"$" not in out.get("name"):
        cursor.fail("name")
    cursor.rest("rest")
    return out


def track2(text: bytearray) -> Parsed:
    """Parse issuer, licence number, expiry and birth. CardError when it is not that."""
    out = Parsed(2, "aamva", text)
    cursor = Cursor(out, 1)
    cursor.digits("iin", 6)
    if not is_issuer(text):
        cursor.fail("iin")
    cursor.until("id", EQUALS, _ID_MAX)
    start, end = out.places["id"]
    if not parse_fields.is_digits(text, start, end):
        cursor.fail("id")
    if end - 1 >= _PAN_CHECKED and parse_fields.luhn(text[1:end]):
        cursor.fail("id")
    cursor.digits_or("exp", 4, EQUALS)
    cursor.digits("birth", 8)
    _check_birth(cursor)
    if cursor.is_at(EQUALS):
        cursor.at += 1
    cursor.rest("overflow")
    return out


def track3(text: bytearray) -> Parsed:
    """Parse the description of the holder. CardError when it is not that."""
    out = Parsed(3, "aamva", text)
    cursor = Cursor(out, 1)
    if len(text) < _TRACK3_MIN + 2 or not 0x30 <= text[1] <= 0x39:
        cursor.fail("template")
    if text[_SEX_AT] not in b"129MFX ":
        cursor.at = _SEX_AT
        cursor.fail("sex")
    for name, length in _TRACK3:
        cursor.chars(name, length)
        _trim(out, name)
    cursor.rest("rest")
    return out


def is_issuer(text: bytearray) -> bool:
    """Tell whether a track 2 begins with the number of a licence issuer."""
    if len(text) < 8 or not parse_fields.is_digits(text, 1, 7):
        return False
    number = int(bytes(text[1:7]))
    return _IIN_FIRST <= number <= _IIN_LAST or number == _IIN_OLD


def _check_birth(cursor: Cursor) -> None:
    """Want a year of 1900 to 2099; month and day may be 99 on a temporary licence."""
    at, text = cursor.out.places["birth"][0], cursor.text
    day = (text[at + 6] - 0x30) * 10 + text[at + 7] - 0x30
    month_ok = parse_fields.month_exists(text, at + 4) or text[at + 4 : at + 6] == b"99"
    if (
        text[at : at + 2] not in (b"19", b"20")
        or not month_ok
        or not (1 <= day <= 31 or day == 99)
    ):
        cursor.at = at
        cursor.fail("birth")


def _until_or_full(cursor: Cursor, name: str, longest: int) -> None:
    """Take a field that ends at its separator, or at its full length without one."""
    start = cursor.at
    for stop in range(start, min(start + longest, cursor.end)):
        if cursor.text[stop] == CARET:
            cursor.out.put(name, (start, stop))
            cursor.at = stop + 1
            return
    cursor.at = min(start + longest, cursor.end)
    cursor.out.put(name, (start, cursor.at))
    if cursor.is_at(CARET):  # some issuers write one all the same
        cursor.at += 1


def _trim(out: Parsed, name: str) -> None:
    """Leave the blanks out that fill a field up; nothing but blanks is no field."""
    place = out.places[name]
    if place is None:
        return
    start, end = place
    while end > start and out.text[end - 1] == parse_fields.BLANK:
        end -= 1
    out.places[name] = (start, end) if end > start else None
