# SPDX-License-Identifier: MIT
"""Which answers count, and what they say (reference/unionpay.md, sections 3.1, 5 and 6).

An answer belongs to its request or it is a MessageError. Where the request had a MAC, the answer's
MAC must be good before anything in it is believed.
"""

from micropython import const

from collections import namedtuple

from pos.core.errors import HostDeclined, MessageError, NoAnswer
from pos.iso8583.codec import Message

SUCCESS = ("00", "10", "11", "A2", "A4", "A5", "A6")
SIGN_ON_AGAIN = ("77", "97", "99", "A0")

_PARTIAL = "10"  # approved for the part that F4 says
_PARTIAL_WANTED = const(14)  # digits of an F60 that ends with 60.6
_BATCH_MAX = 999998  # F60.2 that a terminal adopts
_ORG_LEN = 11  # each half of F44
_RESULTS = (30, 61)  # places of the result digits in F48
_HALF_LEN = const(30)  # digits of one side's totals, before its result digit
_BALANCED = const(0x31)
_TOTALS_LEN = 62

SignOn = namedtuple("SignOn", ("batch", "date", "time", "requirement"))
Settled = namedtuple(
    "Settled", ("domestic", "foreign", "date", "time", "rrn", "totals", "requirement")
)


class Answer:
    """What an authentic answer to a sale or void says; every attribute is text, "" when absent."""

    def __init__(self, message: Message, requirement: str) -> None:
        self.response = code(message)
        self.rrn = text(message, 37)
        self.auth = text(message, 38)
        self.settle_date = text(message, 15)
        self.date = date(message)
        self.time = time(message)
        self.issuer = text(message, 44, 0, _ORG_LEN)
        self.acquirer = text(message, 44, _ORG_LEN, 2 * _ORG_LEN)
        self.scheme = text(message, 63, 0, 3)
        self.amount_minor = int(message.get(4) or 0)
        self.balance_minor = balance(message)
        self.requirement = requirement

    @property
    def approved(self) -> bool:
        """Whether the money moved."""
        return self.response in SUCCESS

    @property
    def sign_on_again(self) -> bool:
        """Whether the host wants a sign-on before the next transaction."""
        return self.response in SIGN_ON_AGAIN


def check(message: Message, request: tuple, good: bool) -> None:
    """Raise unless the message answers the request; NoAnswer A0 when its MAC is not `good`."""
    mti, fields = request
    if message.mti != "%04d" % (int(mti) + 10):
        raise MessageError("answer is a %s" % message.mti)
    _same(message, fields, (11, 41), True)
    if 64 in fields:
        _check_mac(message, good)
    if message.has(39) or 64 in fields:
        granted = code(message) in SUCCESS
        _same(message, fields, (3,), granted)
        if granted:
            _same(message, fields, (42,), True)
        if code(message) == _PARTIAL:
            _check_part(message, fields)
        else:
            _same(message, fields, (4,), granted)
    else:
        _same(message, fields, (42,), True)


def _same(message: Message, fields: dict, numbers: tuple, needed: bool) -> None:
    """Check the fields that the request had; where they are not needed they may be absent."""
    for n in numbers:
        if n in fields and (needed or message.has(n)) and message.get(n) != fields[n]:
            raise MessageError("is not that of the request", n)


def _check_part(message: Message, fields: dict) -> None:
    """A part was asked for, and is a part: more than nothing, less than all."""
    if len(fields[60]) != _PARTIAL_WANTED or fields[60][-1:] != b"1":
        raise MessageError("partial approval that was not asked for", 39)
    part = message.get(4)
    if not message.has(4) or not 0 < int(part) < int(fields[4]):
        raise MessageError("is no part of the amount", 4)


def _check_mac(message: Message, good: bool) -> None:
    if message.has(64) and good:
        return
    if not message.has(64) and message.has(39) and code(message) in SIGN_ON_AGAIN:
        error = NoAnswer("host asks to sign on again", "06")
        error.sign_on_again = True
        raise error
    raise NoAnswer("answer without a good MAC", "A0")


def code(message: Message) -> str:
    """Return F39; an answer that needs one and has none is a MessageError."""
    if not message.has(39):
        raise MessageError("is missing", 39)
    return str(message.get(39), "utf-8")


def accepted(message: Message) -> None:
    """Raise HostDeclined unless F39 is 00."""
    if code(message) != "00":
        raise HostDeclined(code(message))


def batch(message: Message) -> object:
    """Return F60.2 as a number, or None when it is none that a terminal adopts."""
    digits = (message.get(60) or b"")[2:8]
    number = int(digits) if len(digits) == 6 else 0
    return number if 1 <= number <= _BATCH_MAX else None


def settled(message: Message, number: int, sent: bytes, requirement: str) -> Settled:
    """Read a settlement answer; it has no F39 unless the host refuses (section 3.1).

    It has no MAC either, and a settlement may be asked for again. So a result that cannot be (a
    digit but 1, 2, 3, or "balanced" over other totals than the F48 we `sent`) is no answer.
    """
    if message.has(39):
        accepted(message)
    if batch(message) != number:
        raise MessageError("is another batch", 60)
    totals = message.get(48) or b""
    if len(totals) != _TOTALS_LEN:
        raise MessageError("is not 62 digits", 48)
    for place in _RESULTS:
        half = totals[place - _HALF_LEN : place]
        if totals[place] not in b"123":
            raise MessageError("has no result digit", 48)
        if totals[place] == _BALANCED and half != sent[place - _HALF_LEN : place]:
            raise MessageError("balances other totals", 48)
    first, second = [chr(totals[place]) for place in _RESULTS]
    what = date(message), time(message), text(message, 37), str(totals, "utf-8"), requirement
    return Settled(first, second, what[0], what[1], what[2], what[3], what[4])


def text(message: Message, n: int, start: int = 0, end: int = 99) -> str:
    """Return printable ASCII of a field without outer spaces; "" when absent or not ASCII."""
    raw = (message.get(n) or b"")[start:end]
    for char in raw:
        if not 0x20 <= char <= 0x7E:
            return ""
    return str(raw, "utf-8").strip()


def balance(message: Message) -> object:
    """Return F54 in minor units, below zero for a debit; None when absent or none of that form."""
    found = text(message, 54)
    if len(found) != 20 or not found[8:].isdigit() or found[7] not in "CD":
        return None
    return int(found[8:]) if found[7] == "C" else -int(found[8:])


def date(message: Message) -> str:
    """Return F13 as MMDD, "" when it is no date: a clock is set from it."""
    return _in_range(text(message, 13), 1, 12, 31)


def time(message: Message) -> str:
    """Return F12 as hhmmss, "" when it is no time of day."""
    value = _in_range(text(message, 12), 0, 23, 59)
    return value if value[4:] < "60" else ""


def _in_range(value: str, low: int, first_max: int, second_max: int) -> str:
    if len(value) < 4 or not low <= int(value[:2]) <= first_max:
        return ""
    return value if low <= int(value[2:4]) <= second_max else ""
