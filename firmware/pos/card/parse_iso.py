# SPDX-License-Identifier: MIT
"""Every field of payment tracks: ISO/IEC 7813 (tracks 1 and 2), ISO 4909 (track 3).

Track 3 is read in both editions: after the PAN's separator a digit begins the country code of
1987, another separator is the 2006 form. Format 99 with country and currency 156 is what Chinese
issuers write; its field order is the same.
"""

from micropython import const

from pos.card import parse_fields
from pos.card.parse_fields import BLANK, CARET, EQUALS, Cursor, Parsed

_PAN_MIN = const(13)
_PAN_MAX = const(19)
_PAN_WRITTEN = const(25)  # with the blanks of an embossed one
_NAME_MAX = const(30)  # the standard says 26; published cards carry 29
_SAN_MAX = const(19)


def track1(text: bytearray) -> Parsed:
    """Parse format B, or A as one private field. CardError when it is neither."""
    if text[1] == 0x41:
        out = Parsed(1, "iso7813-a", text)
        out.put("format", (1, 2))
        Cursor(out, 2).rest("data")
        return out
    out = Parsed(1, "iso7813-b", text)
    cursor = Cursor(out, 1)
    if not cursor.is_at(0x42):
        cursor.fail("format")
    cursor.chars("format", 1)
    cursor.until("pan", CARET, _PAN_WRITTEN)
    _check_pan(cursor, _PAN_MIN)
    if _is_59(out) and _digits_ahead(cursor, 3):
        cursor.digits("country", 3)
    cursor.until("name", CARET, _NAME_MAX)
    _split_name(out)
    if cursor.is_at(BLANK):  # seen on published cards
        cursor.at += 1
    _dates(cursor, CARET)
    return out


def track2(text: bytearray) -> Parsed:
    """Parse a payment track 2. CardError when it is not one."""
    out = Parsed(2, "iso7813-2", text)
    cursor = Cursor(out, 1)
    cursor.until("pan", EQUALS, _PAN_MAX)
    _check_pan(cursor, _PAN_MIN)
    if _is_59(out) and _country_first(cursor):
        cursor.digits("country", 3)
    _dates(cursor, EQUALS)
    return out


def track3(text: bytearray) -> Parsed:
    """Parse a financial track 3. CardError when it is not one."""
    out = Parsed(3, "iso4909", text)
    cursor = Cursor(out, 1)
    cursor.digits("format", 2)
    cursor.until("pan", EQUALS, _PAN_MAX)
    if out.get("pan"):
        _check_pan(cursor, _PAN_MIN)
    else:
        out.places["pan"] = None  # optional where track 2 is read too
    out.flag("edition_2006" if cursor.is_at(EQUALS) else "edition_1987")
    cursor.digits_or("country", 3, EQUALS)
    cursor.digits_or("currency", 3, EQUALS)
    cursor.digits("exponent", 1)
    cursor.digits("amount_authorized", 4)
    cursor.digits("amount_remaining", 4)
    cursor.digits("cycle_begin", 4)
    cursor.digits("cycle_length", 2)
    cursor.digits("retry_count", 1)
    cursor.digits_or("pin_control", 6, EQUALS)
    cursor.digits("interchange", 1)
    for name in ("ta_sr_pan", "ta_sr_san1", "ta_sr_san2"):
        cursor.digits(name, 2)
    cursor.digits_or("exp", 4, EQUALS)
    cursor.digits("card_seq", 1)
    cursor.digits_or("card_security", 9, EQUALS)
    cursor.until("san1", EQUALS, _SAN_MAX)
    cursor.until("san2", EQUALS, _SAN_MAX)
    cursor.digits("relay", 1)
    cursor.digits_or("crypto_check", 6, EQUALS)
    cursor.rest("disc")
    parse_fields.check_expiry(out, "exp")
    return out


def _check_pan(cursor: Cursor, fewest: int) -> None:
    """Want digits (blanks between them on track 1 only); flag a wrong check digit."""
    pan = cursor.out.get("pan")
    digits = 0
    for value in pan:
        if 0x30 <= value <= 0x39:
            digits += 1
        elif value != BLANK or cursor.out.track != 1:
            cursor.fail("pan")
    if not fewest <= digits <= _PAN_MAX:
        cursor.fail("pan")
    if not parse_fields.luhn(pan):
        cursor.out.flag("luhn")


def _is_59(out: Parsed) -> bool:
    """A PAN that begins with 59 used to be followed by a country code."""
    return out.get("pan")[:2] == b"59"


def _digits_ahead(cursor: Cursor, count: int) -> bool:
    end = cursor.at + count
    return end <= cursor.end and parse_fields.is_digits(cursor.text, cursor.at, end)


def _country_first(cursor: Cursor) -> bool:
    """Tell 3 digits of country and a date from a date: only one of the months exists."""
    if not _digits_ahead(cursor, 7):
        return False
    exists = parse_fields.month_exists
    return exists(cursor.text, cursor.at + 5) and not exists(cursor.text, cursor.at + 2)


def _dates(cursor: Cursor, separator: int) -> None:
    """Take expiry and service code, either may be a separator; the rest is the issuer's."""
    out = cursor.out
    cursor.digits_or("exp", 4, separator)
    if cursor.at == cursor.end:
        out.put("service", None)
    else:
        cursor.digits_or("service", 3, separator)
    cursor.rest("disc")
    parse_fields.check_expiry(out, "exp")


def _split_name(out: Parsed) -> None:
    """Surname / given . title; national letters ([ \\ ] and #) are told, not translated."""
    start, end = out.places["name"]
    text = out.text
    ends = {}
    for i in range(start, end):
        value = text[i]
        if value in b"#[\\]":
            out.flag("national")
        if value == 0x2F and "given" not in ends:
            ends["given"] = i + 1
        elif value == 0x2E and "title" not in ends and "given" in ends:
            ends["title"] = i + 1
    given, title = ends.get("given"), ends.get("title")
    _put_trimmed(out, "surname", start, given - 1 if given else end)
    if given:
        _put_trimmed(out, "given", given, title - 1 if title else end)
    if title:
        _put_trimmed(out, "title", title, end)


def _put_trimmed(out: Parsed, name: str, start: int, end: int) -> None:
    while end > start and out.text[end - 1] == BLANK:
        end -= 1
    while end > start and out.text[start] == BLANK:
        start += 1
    out.put(name, (start, end) if end > start else None)
