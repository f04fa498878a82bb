# SPDX-License-Identifier: MIT
"""Settlement 0500: the terminal's totals against the books (unionpay.md 2.6, 5.6).

A settled batch stays settled with its result; asking again gives the same answer. F48 of the
answer holds the host's totals and a result digit for each side: 1 balanced, 2 unbalanced, 3 not
compared (here: when a fault says so). What the digits ask the terminal to upload: `asked_sides`.
"""

from acquirer_sim import books, terminals
from acquirer_sim.errors import Refused
from acquirer_sim.exchange import Exchange
from acquirer_sim.store import Store

_BALANCED = "1"
_UNBALANCED = "2"
_UNCOMPARED = "3"
_TOTALS_DIGITS = 62
_HALF_DIGITS = 30
_RESULT_PLACES = (30, 61)
_COUNT_SPAN = 1000  # F48 has three digits for a count


def handle(exchange: Exchange) -> "dict[int, str]":
    """Compare F48 with the books, close the batch; no F39 in the answer."""
    exchange.require(11, 41, 42, 48, 49, 60)
    store, request = exchange.store, exchange.request
    if len(request.get(48)) != _TOTALS_DIGITS or not 1 <= request.batch <= terminals.LAST_BATCH:
        raise Refused("30")
    kept = books.batch_row(store, exchange.tid, request.batch)
    if kept is None or kept["state"] != "settled":
        _settle(exchange)
        kept = books.batch_row(store, exchange.tid, request.batch)
    fields = {**exchange.echo(11, 41, 42, 49, 60), **exchange.stamp(), **exchange.settle_date()}
    fields.update({37: kept["rrn"], 48: kept["booked"]})
    return fields


def digits(store: Store, tid: str, batch: int) -> str:
    """Return the two result digits of a settled batch, "" when it is not settled."""
    kept = books.batch_row(store, tid, batch)
    if kept is None or kept["state"] != "settled":
        return ""
    return "".join(kept["booked"][place] for place in _RESULT_PLACES)


def is_balanced(result: str) -> bool:
    """Whether these result digits say so for both sides."""
    return set(result) == {_BALANCED}


def asked_sides(result: str) -> "set[bool]":
    """Return whose details the terminal must upload after these digits: True domestic."""
    if _UNCOMPARED in result:
        return {True, False}
    sides = zip((True, False), result, strict=True)
    return {domestic for domestic, digit in sides if digit == _UNBALANCED}


def _settle(exchange: Exchange) -> None:
    store, request = exchange.store, exchange.request
    claimed = request.get(48)
    booked = _compare(books.totals(store, exchange.tid, request.batch), claimed, exchange.result)
    outcome = (claimed, booked, exchange.rrn, exchange.time)
    books.settle(store, exchange.tid, request.batch, outcome)
    terminals.advance_batch(store, exchange.tid, request.batch)


def _compare(totals: "dict[str, int]", claimed: str, forced: str) -> str:
    """Return F48 with the host's totals and a result digit for each side."""
    answer = ""
    for number, side in enumerate(("", "foreign_")):
        half = claimed[len(answer) : len(answer) + _HALF_DIGITS]
        mine = "".join(
            f"{totals[side + column + '_minor']:012d}"
            f"{totals[side + column + '_count'] % _COUNT_SPAN:03d}"
            for column in ("debit", "credit")
        )
        result = _BALANCED if mine == half else _UNBALANCED
        answer += mine + (forced[number : number + 1] or result)
    return answer
