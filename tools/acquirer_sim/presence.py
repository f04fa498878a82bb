# SPDX-License-Identifier: MIT
"""The presence table: which fields each request must, may and must not carry (unionpay.md 3.1).

A row names its fields in the table's own words; `card`, `pin`, F53 and F59 follow from F22 and
from the terminal's keys. What a row does not name is forbidden. F64 of what carries money is the
door's affair (exchange.admit): it is there, and right, when a row is checked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from acquirer_sim import kinds, security, terminals
from acquirer_sim.errors import Refused
from acquirer_sim.exchange import Exchange

_MANUAL, _SWIPED = "01", "02"  # F22
_REPEATABLE = "0220"
_NO_PIN, _BY_F22, _IN_ORIGINAL = "none", "F22", "original"
_ALWAYS = frozenset((41, 42, 60))
_MONEY = _ALWAYS | {3, 4, 11, 22, 25, 49}
_FINANCIAL_F60 = range(8, 20)
_MANAGEMENT_F60 = (11,)


@dataclass(frozen=True)
class Row:
    """Fields that must and may be there, lengths that some must have, and the words of the table.

    `card`: F2, F14, F35 and F36 as F22 says. `pin`: "F22" (its third digit says whether F26 and
    F52 come), "none" (it must say so), "original" (it speaks of the original). `rules` raise.
    """

    must: frozenset
    may: frozenset = frozenset()
    lengths: dict = field(default_factory=dict)
    card: bool = False
    pin: str = _IN_ORIGINAL
    rules: "tuple[Callable[[Exchange], None], ...]" = ()


def _wrong(number: int) -> Refused:
    return Refused("30", field=number)


def _stand_in(exchange: Exchange) -> None:
    """F38 of an offline sale is what the telephone gave: none in mode 02 (F61.4)."""
    request = exchange.request
    code = request.get(38)
    if bool(code) == (request.get(61)[16:18] == "02"):
        raise _wrong(38)
    if code and not (code.isascii() and code.isalnum()):
        raise _wrong(38)


def _keyed(exchange: Exchange) -> None:
    if exchange.request.get(22) != "012" or not exchange.request.get(14):
        raise _wrong(14 if exchange.request.get(22) == "012" else 22)


def _two_cards(exchange: Exchange) -> None:
    """The paying card of a transfer is swiped, the receiving one in F62 or in F48, one of them."""
    request = exchange.request
    if not request.get(35):
        raise _wrong(35)
    if bool(request.get(62)) == bool(request.get(48)):
        raise _wrong(62)


def _no_place(exchange: Exchange) -> None:
    """F61 names no batch and STAN: the original is found by F37, or by F38."""
    if exchange.request.get(61)[:12].strip("0"):
        raise _wrong(61)


def _row(*must: int, may: tuple = (), **more: object) -> Row:
    """Return a row of a financial request: `must` beyond the fields that all of them have."""
    return Row(_MONEY | frozenset(must), frozenset(may), **more)


_F61 = {61: (16,)}
_OFFLINE_F61 = {61: range(18, 30)}
_TIP = {48: (12,), **_OFFLINE_F61}
# F60.1 of the request; two of 10: F25 60 is the additional pre-authorisation
_FINANCIAL = {
    "01": Row(_MONEY - {4}, card=True, pin=_BY_F22),
    "22": _row(may=(59,), card=True, pin=_BY_F22),
    "23": _row(37, 61, may=(38,), lengths={61: (12,)}, card=True, pin=_BY_F22),
    "25": _row(37, 61, 63, lengths={**_F61, 63: (3,)}, card=True, pin=_NO_PIN,
               rules=(_no_place,)),
    "10": _row(may=(59,), card=True, pin=_BY_F22),
    "11": _row(38, 61, lengths=_F61, card=True, pin=_BY_F22),
    "20": _row(38, 61, lengths=_F61, card=True, pin=_BY_F22),
    "24": _row(38, 61, lengths=_F61, card=True, pin=_NO_PIN),
    "21": _row(37, 38, 61, lengths=_F61, card=True, pin=_BY_F22),
    "30": _row(61, 63, may=(38, 48), lengths=_TIP, card=True, pin=_NO_PIN,
               rules=(_keyed, _stand_in)),
    "32": _row(37, 61, 63, may=(38, 48), lengths=_TIP, card=True),
    "34": _row(37, 48, 61, 63, may=(38,), lengths=_TIP, card=True),
    "50": _row(may=(48, 62), lengths={48: (20,), 62: range(26, 39, 2)}, card=True, pin=_BY_F22,
               rules=(_two_cards,)),
}  # fmt: skip
_ADDITIONAL = _row(61, may=(38, 59), lengths=_F61, card=True, pin=_BY_F22, rules=(_no_place,))
# F61 of a reversal by F60.1 of its original; the others have none
_REVERSAL_F61 = {"23": (12,), "11": (16,), "20": (16,), "21": (16,)}


def _managed(*must: int, may: tuple = (), **lengths: tuple) -> Row:
    sizes = {60: _MANAGEMENT_F60, **{int(name[1:]): size for name, size in lengths.items()}}
    return Row(_ALWAYS | frozenset(must), frozenset(may), sizes)


# (message type, F60.3)
_MANAGEMENT = {
    ("0800", "001"): _managed(11, may=(62, 63)),
    ("0800", "003"): _managed(11, may=(62, 63)),
    ("0800", "004"): _managed(11, may=(62, 63)),
    ("0800", "005"): _managed(11, may=(62, 63)),
    ("0800", "006"): _managed(11, may=(62, 63)),
    ("0820", "002"): _managed(11),
    ("0820", "301"): _managed(),
    ("0500", "201"): _managed(11, 48, 49, 63, f48=(62,), f63=(3,)),
    ("0320", "201"): _managed(11, 48),
    ("0320", "202"): _managed(11, 48, f48=(4,)),
    ("0320", "207"): _managed(11, 48, f48=(4,)),
    ("0800", "360"): _managed(may=(62,)),
    ("0800", "361"): _managed(),
    ("0800", "390"): _managed(may=(62,)),
    ("0800", "391"): _managed(),
    ("0820", "362"): _managed(62),
}


def check(exchange: Exchange) -> None:
    """Refuse with 30, naming the field, a request that does not fit its row.

    A message of no row is let through: whoever handles its kind says 40.
    """
    request = exchange.request
    row = row_of(exchange)
    if row is None:
        return
    must, may = row.must, row.may
    if row.card:
        entry = _entry(exchange, row)
        must, may = must | entry[0], may | entry[1]
    held = set(request.fields) - ({64} if exchange.kind in kinds.WITH_MAC else set())
    missing = {number for number in must if not request.get(number)}
    for number in sorted(missing) + sorted(held - must - may):
        raise _wrong(number)
    for number, sizes in {60: _FINANCIAL_F60, **row.lengths}.items():
        if number in held and len(request.get(number)) not in sizes:
            raise _wrong(number)
    _check_numbers(exchange)
    if exchange.kind in kinds.WITH_MAC:
        security.check(exchange)
    for rule in row.rules:
        rule(exchange)


def row_of(exchange: Exchange) -> "Row | None":
    """Return the row of a request, None when the table has none for it."""
    request = exchange.request
    if exchange.kind == kinds.REVERSAL:
        return _reversal(exchange)
    managed = _MANAGEMENT.get((request.mti, request.network_code))
    if managed:
        return managed
    if request.mti == "0320" and request.network_code == "000":
        return _uploaded(request.function)
    if exchange.kind in kinds.WITH_MAC:
        return _ADDITIONAL if request.get(25) == "60" else _FINANCIAL[request.function]
    return None


def _reversal(exchange: Exchange) -> Row:
    """No track, PIN or RRN; F2 and F14 only of a card that was keyed in; SM4 has F53."""
    request = exchange.request
    must, may, lengths = _MONEY | {39}, {38}, {}
    if request.get(22)[:2] == _MANUAL:
        may = may | {2, 14}
    if exchange.algorithm == "sm4":
        must = must | {53}
    if request.function in _REVERSAL_F61:
        must, lengths = must | {61}, {61: _REVERSAL_F61[request.function]}
    rule = (_names_itself,) if request.get(61) else ()
    return Row(must, frozenset(may), lengths, rules=rule)


def _names_itself(exchange: Exchange) -> None:
    """F61 of a reversal is batch and STAN of the message that it reverses, its own."""
    request = exchange.request
    if request.get(61)[6:12] != request.get(11):
        raise _wrong(61)


def _uploaded(function: str) -> "Row | None":
    """A copy of a 0220 in the batch upload: F2 in place of tracks, no F53 and no F64."""
    original = _FINANCIAL.get(function)
    if function not in ("24", "25", "30", "32", "34"):
        return None
    more = {"lengths": original.lengths, "rules": original.rules}
    return Row(original.must | {2}, original.may | {14}, **more)


def _entry(exchange: Exchange, row: Row) -> tuple:
    """Return what F22 and the terminal's keys make mandatory and allow."""
    request = exchange.request
    mode, pin = request.get(22)[:2], request.get(22)[2:]
    must, may = set(), set()
    if mode == _MANUAL:
        must, may = {2}, {14}
    elif mode == _SWIPED and request.get(2) and request.mti == _REPEATABLE:
        must, may = {2}, {14}  # tracks are not kept for a message that goes out later
    elif mode == _SWIPED:
        must, may = {35}, {36}
    elif request.get(22):
        raise _wrong(22)
    if pin not in ("", "1", "2") or (pin == "1" and row.pin == _NO_PIN):
        raise _wrong(22)
    with_pin, sm4 = pin == "1" and row.pin == _BY_F22, exchange.algorithm == "sm4"
    if with_pin:
        must |= {26, 52, 59} if sm4 else {26, 52}
    if with_pin or sm4 or 35 in must:
        must |= {53}
    return must, may


def _check_numbers(exchange: Exchange) -> None:
    """STAN and batch are numbers that a terminal can have."""
    request = exchange.request
    if 11 in request.fields and not request.stan:
        raise _wrong(11)
    if exchange.kind in kinds.WITH_MAC and not 1 <= request.batch <= terminals.LAST_BATCH:
        raise _wrong(60)
