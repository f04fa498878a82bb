# SPDX-License-Identifier: MIT
"""Reversals on a ledger: which are due, and what came of an attempt. Loaded by who reverses."""

from pos.ledger import records as r


def due(ledger: object) -> object:
    """Return the oldest pending deal with tries left, or None."""
    found = None
    for deal in ledger.book.pending.values():
        if not deal.unresolved and (found is None or deal.seq < found.seq):
            found = deal
    return found


def unresolved(ledger: object) -> list:
    """Return the deals whose tries are used up."""
    return [deal for deal in ledger.book.pending.values() if deal.unresolved]


def tried(ledger: object, deal: object) -> None:
    """Write a failed attempt; the last one makes the deal unresolved and its fault slip due."""
    own = ledger.pending(deal)
    if not own.unresolved:
        last = own.tries + 1 >= ledger.profile.reversal_tries
        _write(ledger, own, r.GAVE_UP if last else r.TRIED)


def done(ledger: object, deal: object) -> None:
    """Write that the host has answered the reversal."""
    _write(ledger, ledger.pending(deal), r.DONE)
    ledger.keep()


def _write(ledger: object, deal: object, result: int) -> None:
    payload = r.pack_key(deal.batch, deal.stan).number(result, 1).text(deal.f39)
    ledger.append(r.REVERSAL, payload.data())
