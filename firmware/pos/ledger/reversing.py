# SPDX-License-Identifier: MIT
"""What is pending on a ledger: which is due next, and what came of an attempt."""

from pos.core.deal import REPEATS
from pos.ledger import records as r
from pos.ledger import trading


def due(ledger: object) -> object:
    """Return the oldest pending deal with tries left, reversals before repeats, or None."""
    open_deals = [deal for deal in ledger.book.pending.values() if not deal.unresolved]
    if not open_deals:
        return None
    return min(open_deals, key=lambda deal: (deal.among(REPEATS), deal.seq))


def unresolved(ledger: object) -> list:
    """Return the deals whose tries are used up."""
    return [deal for deal in ledger.book.pending.values() if deal.unresolved]


def tried(ledger: object, deal: object) -> None:
    """Write a failed attempt; the last one makes the deal unresolved and its fault slip due."""
    own = trading.pending(ledger, deal)
    if not own.unresolved:
        last = own.tries + 1 >= ledger.profile.reversal_tries
        _write(ledger, own, r.GAVE_UP if last else r.TRIED)


def done(ledger: object, deal: object) -> None:
    """Write that the host has answered the reversal."""
    _write(ledger, trading.pending(ledger, deal), r.DONE)
    ledger.keep()


def _write(ledger: object, deal: object, result: int) -> None:
    payload = r.pack_key(deal.batch, deal.stan).number(result, 1).text(deal.f39)
    ledger.append(r.REVERSAL, payload.data())
