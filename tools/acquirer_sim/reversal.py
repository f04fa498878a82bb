# SPDX-License-Identifier: MIT
"""Reversal 0400: safe to repeat, good for settled batches too (unionpay.md 5.1, 5.2).

Approved -> reversed, 00. Already reversed -> 00. Declined or never seen -> 25, and one never seen
is remembered so that its original is refused when it comes late. Other amount -> 64. A sale that
was voided since -> 12.
"""

import sqlite3

from acquirer_sim import books, kinds, security
from acquirer_sim.errors import Refused
from acquirer_sim.exchange import Exchange


def handle(exchange: Exchange) -> "dict[int, str]":
    """Answer a reversal."""
    code = _outcome(exchange)
    return {**exchange.refusal(code), **exchange.settle_date()}


def _outcome(exchange: Exchange) -> str:
    request = exchange.request
    exchange.require(3, 4, 11, 22, 25, 39, 41, 42, 49, 60)
    security.check(exchange)
    kind = kinds.original_kind(request)
    if kind == "void" and request.get(61)[6:12] != request.get(11):
        raise Refused("30")  # F61 of a void's reversal names the void itself
    entry = books.find(exchange.store, exchange.tid, request.batch, request.stan)
    if entry is None:
        where = (exchange.tid, request.batch, request.stan)
        what = (kind, request.amount_minor, exchange.time)
        books.remember_reversal(exchange.store, where + what)
        return "25"
    exchange.masked_pan = entry["pan"]
    if entry["amount_minor"] != request.amount_minor:
        return "64"
    return _undo(exchange, entry) if entry["type"] == kind else "25"


def _undo(exchange: Exchange, entry: sqlite3.Row) -> str:
    if entry["state"] == "approved":
        books.reverse(exchange.store, entry)
        return "00"
    return {"reversed": "00", "voided": "12"}.get(entry["state"], "25")
