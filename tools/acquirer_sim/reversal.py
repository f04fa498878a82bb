# SPDX-License-Identifier: MIT
"""Reversal 0400: safe to repeat, good for settled batches too (unionpay.md 5.1, 5.2).

Approved -> reversed, 00. Already reversed -> 00. Declined or never seen -> 25, and one never seen
is remembered so that its original is refused when it comes late. Other amount -> 64. What was
voided, refunded, adjusted or completed since -> 12. A kind that does not reverse -> 40.
"""

from acquirer_sim import accounts, books, holds, kinds
from acquirer_sim.database import Row
from acquirer_sim.exchange import Exchange

# what reversing moves back to the card, and whether an original is approved again
_DEBITS = ("sale", "completion", "transfer")
_CREDITS = ("void", "completion_void")
_VOIDS = ("void", "completion_void", "preauth_void")


def handle(exchange: Exchange) -> "dict[int, str]":
    """Answer a reversal."""
    code = _outcome(exchange)
    return {**exchange.refusal(code), **exchange.settle_date()}


def _outcome(exchange: Exchange) -> str:
    request = exchange.request
    kind = kinds.original_kind(request)
    if kind not in kinds.REVERSIBLE:
        return "40"
    entry = books.find(exchange.store, exchange.tid, request.batch, request.stan)
    if entry is None:
        where = (exchange.tid, request.batch, request.stan)
        what = (kind, request.amount_minor, exchange.time)
        books.remember_reversal(exchange.store, where + what)
        return "25"
    exchange.masked_pan = entry["pan"]
    if request.amount_minor not in (entry["amount_minor"], entry["asked_minor"]):
        return "64"
    same = (entry["type"], entry["function"] or request.function) == (kind, request.function)
    return _undo(exchange, entry) if same else "25"


def _undo(exchange: Exchange, entry: Row) -> str:
    if entry["state"] != "approved":
        return {"reversed": "00", "voided": "12"}.get(entry["state"], "25")
    if _followed(exchange, entry):
        return "12"
    store, amount = exchange.store, entry["amount_minor"]
    books.set_state(store, entry["id"], "reversed")
    if entry["type"] in _DEBITS:
        accounts.move(store, entry["account_id"], amount)
    if entry["type"] in _CREDITS:
        accounts.move(store, entry["account_id"], -amount)
    if entry["type"] in _VOIDS:
        books.set_state(store, entry["original_id"], "approved")
    if entry["other_id"] is not None:
        accounts.move(store, entry["other_id"], -amount)
    return "00"


def _followed(exchange: Exchange, entry: Row) -> bool:
    """Whether something that still counts was built on this transaction."""
    if entry["type"] == "preauth":
        return not holds.is_held(exchange.store, entry["id"])
    return bool(entry["refunded_minor"]) or entry["adjusted_minor"] is not None
