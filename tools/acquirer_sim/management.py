# SPDX-License-Identifier: MIT
"""Sign-on, sign-off, echo, settlement, batch upload (unionpay.md 3.1, 4.1, 5.6).

A settled batch stays settled with its result, balanced or not; asking again gives the same
answer. F48 of the answer holds the host's totals and the two result digits.
"""

from collections.abc import Callable

from acquirer_sim import books, masterkeys, terminals
from acquirer_sim.errors import Refused
from acquirer_sim.exchange import Exchange

_TOTALS_DIGITS = 62
_COUNT_SPAN = 1000  # F48 has three digits for a count
BALANCED = "1"
_UNBALANCED = "2"


def sign_on(exchange: Exchange, new_key: Callable[[int], bytes]) -> "dict[int, str]":
    """0800, F60.3 001, 003 or 004: new working keys and the current batch number."""
    exchange.require(11, 41, 42, 60)
    request = exchange.request
    if not terminals.knows_variant(request.network_code):
        raise Refused("40")
    terminal = masterkeys.choose(exchange.store, exchange.terminal, exchange.now)
    keys = terminals.sign_on(exchange.store, terminal, request.network_code, new_key)
    fields = _plain(exchange, "00")
    fields[60] = f"00{terminal['batch']:06d}{request.network_code}"
    fields[62] = keys.hex().upper()
    return fields


def sign_off(exchange: Exchange) -> "dict[int, str]":
    """0820, F60.3 002."""
    exchange.require(11, 41, 42, 60)
    terminals.sign_off(exchange.store, exchange.tid)
    return _plain(exchange, "00")


def echo(exchange: Exchange) -> "dict[int, str]":
    """0820, F60.3 301."""
    return _plain(exchange, "00")


def _plain(exchange: Exchange, code: str) -> "dict[int, str]":
    return {**exchange.echo(11, 41, 42, 60), **exchange.stamp(), 39: code}


def settlement(exchange: Exchange) -> "dict[int, str]":
    """0500: compare F48 with the books, close the batch; no F39 in the answer."""
    exchange.require(11, 41, 42, 48, 49, 60)
    store, request = exchange.store, exchange.request
    claimed = request.get(48)
    if len(claimed) != _TOTALS_DIGITS or not 1 <= request.batch <= terminals.LAST_BATCH:
        raise Refused("30")
    kept = books.batch_row(store, exchange.tid, request.batch)
    if kept is None or kept["state"] != "settled":
        booked = _compare(books.totals(store, exchange.tid, request.batch), claimed)
        outcome = (claimed, booked, exchange.rrn, exchange.time)
        books.settle(store, exchange.tid, request.batch, outcome)
        terminals.advance_batch(store, exchange.tid, request.batch)
        kept = books.batch_row(store, exchange.tid, request.batch)
    fields = {**exchange.echo(11, 41, 42, 49, 60), **exchange.stamp(), **exchange.settle_date()}
    fields.update({37: kept["rrn"], 48: kept["booked"]})
    return fields


def _compare(totals: "dict[str, int]", claimed: str) -> str:
    """Return F48 with the host's totals and a result digit for each side."""
    answer = ""
    for side in ("", "foreign_"):
        half = claimed[len(answer) : len(answer) + 30]
        mine = "".join(
            f"{totals[side + column + '_minor']:012d}"
            f"{totals[side + column + '_count'] % _COUNT_SPAN:03d}"
            for column in ("debit", "credit")
        )
        answer += mine + (BALANCED if mine == half else _UNBALANCED)
    return answer


def batch_upload(exchange: Exchange) -> "dict[int, str]":
    """0320: details and end of a batch upload are taken and answered 00."""
    exchange.require(11, 41, 42, 60)
    fields = exchange.echo(3, 4, 11, 25, 41, 42, 48, 49, 60)
    return {**fields, **exchange.stamp(), 39: "00"}
