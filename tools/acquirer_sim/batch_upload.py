# SPDX-License-Identifier: MIT
"""Batch upload 0320 and its end (unionpay.md 2.6, 3.1, 5.6).

After an unbalanced settlement the terminal tells what it has: magnetic stripe details up to eight
a message (60.3 = 201), copies of its 0220 messages one by one (60.3 = 000, no MAC, no tracks),
then how many there were (202, or 207 after a balanced settlement). The same again is answered the
same.

Refused: 30 a message that is none, or an end whose count is not what came; 64 a record that says
something else than before; 12 no settled batch, a new record after the end, an end that does not
go with the result; 40 what only chip terminals send.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from acquirer_sim import accounts, books, kinds, reconciliation, settlement
from acquirer_sim.errors import Refused
from acquirer_sim.exchange import Exchange

_DETAILS = "201"  # F60.3
_COPY = "000"
_ENDS = {True: "207", False: "202"}  # balanced or not
_RECORD_DIGITS = 40
_RECORDS_MAX = 8
_PAN_LENS = range(13, 20)
_FLAGS = {"00": True, "01": False}  # of a record: domestic or not
_COPIED = ("refund", "completion", "offline", "adjust")
_SCHEME_UNKNOWN = "000"


@dataclass(frozen=True)
class Record:
    """One transaction as the terminal has it; `type` is "" where the message does not say."""

    stan: int
    type: str
    amount_minor: int
    pan: str  # masked
    domestic: bool


def details(exchange: Exchange) -> "dict[int, str]":
    """0320 with details, or with a copy of an advice."""
    exchange.require(11, 41, 42, 60)
    readers = {_DETAILS: _listed, _COPY: _copied}
    code = exchange.request.network_code
    if code not in readers:
        raise Refused("40")
    _settled(exchange)
    _take(exchange, list(readers[code](exchange)))
    return _answer(exchange)


def end(exchange: Exchange) -> "dict[int, str]":
    """0320, 60.3 202 or 207: compare what was uploaded with the books and keep what differs."""
    exchange.require(11, 41, 42, 48, 60)
    request, place = exchange.request, (exchange.store, exchange.tid, exchange.request.batch)
    result = _settled(exchange)
    if request.network_code != _ENDS[settlement.is_balanced(result)]:
        raise Refused("12")
    count = request.get(48)
    if len(count) != 4 or int(count) != reconciliation.uploaded(*place):
        raise Refused("30")
    if not reconciliation.ended(*place):
        sides = settlement.asked_sides(result)
        reconciliation.compare(*place, sides, request.network_code, exchange.time)
    return _answer(exchange)


def _answer(exchange: Exchange) -> "dict[int, str]":
    fields = exchange.echo(3, 4, 11, 25, 41, 42, 48, 49, 60)
    return {**fields, **exchange.stamp(), 39: "00"}


def _settled(exchange: Exchange) -> str:
    """Return the result digits of the batch: it is uploaded after its settlement only."""
    result = settlement.digits(exchange.store, exchange.tid, exchange.request.batch)
    if not result:
        raise Refused("12")
    return result


def _take(exchange: Exchange, records: "list[Record]") -> None:
    """Keep what is new, once all of the message was looked at."""
    place = (exchange.store, exchange.tid, exchange.request.batch)
    new = []
    for record in records:
        known = reconciliation.find(*place, record.stan)
        if known is None:
            new.append(record)
        elif not _same(known, record):
            raise Refused("64")
    if new and reconciliation.ended(*place):
        raise Refused("12")
    for record in new:
        reconciliation.keep(*place, record, exchange.time)


def _same(known: object, record: Record) -> bool:
    kept = (known["type"], known["amount_minor"], known["pan"], bool(known["domestic"]))
    return kept == (record.type, record.amount_minor, record.pan, record.domestic)


def _listed(exchange: Exchange) -> "Iterator[Record]":
    """The records of F48: flag 2, STAN 6, PAN 20, amount 12."""
    text = exchange.request.get(48)
    count = int(text[:2] or "0")
    if not 1 <= count <= _RECORDS_MAX or len(text) != 2 + count * _RECORD_DIGITS:
        raise Refused("30")
    stans = set()
    for at in range(2, len(text), _RECORD_DIGITS):
        flag, stan = text[at : at + 2], int(text[at + 2 : at + 8])
        pan = text[at + 8 : at + 28].lstrip("0")
        if flag not in _FLAGS or not stan or stan in stans or len(pan) not in _PAN_LENS:
            raise Refused("30")
        stans.add(stan)
        amount_minor = int(text[at + 28 : at + 40])
        yield Record(stan, "", amount_minor, accounts.mask(pan), _FLAGS[flag])


def _copied(exchange: Exchange) -> "Iterator[Record]":
    """The copy of a 0220: its own numbers; presence.py has looked at its fields."""
    request = exchange.request
    kind = kinds.copied_kind(request)
    wrong = (
        kind not in _COPIED,
        not request.stan,
        len(request.get(2)) not in _PAN_LENS,
    )
    if any(wrong):
        raise Refused("30")
    pan, scheme = request.get(2), request.get(63)[:3].strip()
    if scheme in ("", _SCHEME_UNKNOWN):
        scheme = accounts.scheme_of(pan)
    exchange.masked_pan = accounts.mask(pan)
    yield Record(
        request.stan, kind, request.amount_minor, exchange.masked_pan, books.is_domestic(scheme)
    )
