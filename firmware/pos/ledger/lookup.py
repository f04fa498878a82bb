# SPDX-License-Identifier: MIT
"""Deals found by what stands on their slips, wherever they still are in the journal."""

from pos.core.deal import APPROVED, HOLDS, Deal
from pos.core.packer import Reader
from pos.ledger import records as r
from pos.ledger.history import anywhere


def by_rrn(ledger: object, rrn: str) -> object:
    """Return the approved deal with this F37, and what became of it since, or None."""
    found = _keys(ledger, lambda deal: deal.rrn == rrn)
    return anywhere(ledger, found[-1][0], found[-1][1]) if found else None


def held(ledger: object, auth: str) -> object:
    """Return the newest pre-authorisation with this F38, or None.

    `added` says whether additional ones name it: then only the host knows what all of them hold.
    """
    for batch, stan in reversed(_keys(ledger, lambda deal: deal.auth == auth)):
        deal = anywhere(ledger, batch, stan)
        if deal is not None and deal.among(HOLDS):
            return deal
    return None


def _keys(ledger: object, wanted: object) -> list:
    """Return (batch, stan) of the approved outcomes that `wanted(deal)` is true for."""
    found = []

    def visit(kind: int, seq: int, payload: memoryview) -> bool:
        if kind == r.OUTCOME:
            deal = Deal()
            reader = Reader(payload)
            key = r.unpack_key(reader)
            r.unpack_outcome(reader, deal)
            if deal.state == APPROVED and wanted(deal):
                found.append(key)
        return False

    ledger.scan(0, visit)
    return found
