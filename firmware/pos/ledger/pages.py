# SPDX-License-Identifier: MIT
"""The approved deals of a closed batch, a page at a time: a full batch does not fit into RAM."""

from micropython import const

from pos.core.deal import APPROVED, BALANCE, TAKE_BACK, VOIDED
from pos.core.packer import Reader
from pos.ledger import records as r

_PAGE = const(2)  # a deal is some 2 KB of heap


class Pages:
    """Walks one batch from its BATCH_OPEN record to the next one."""

    def __init__(self, scan: object, from_seq: int) -> None:
        self._scan = scan
        self._first = from_seq
        self._next = from_seq
        self._open = {}  # deals whose outcome has not come yet
        self._page = []
        self._voided = []
        scan(from_seq, self._find_voids)
        self._open = {}

    def page(self) -> list:
        """Return the next approved deals, empty at the end of the batch."""
        self._page = []
        self._scan(self._next, self._collect)
        return self._page

    def _ended(self, kind: int, seq: int) -> bool:
        return kind == r.BATCH_OPEN and seq > self._first

    def _find_voids(self, kind: int, seq: int, payload: memoryview) -> bool:
        if self._ended(kind, seq):
            return True
        deal = follow(self._open, kind, payload)
        if deal is not None and deal.among(TAKE_BACK):
            self._voided.append(deal.original_stan)
        return False

    def _collect(self, kind: int, seq: int, payload: memoryview) -> bool:
        if self._ended(kind, seq) or len(self._page) == _PAGE:
            return True
        self._next = seq + 1
        deal = follow(self._open, kind, payload)
        if deal is not None:
            if deal.stan in self._voided:
                deal.state = VOIDED
            self._page.append(deal)
        return False


def follow(open_deals: dict, kind: int, payload: memoryview) -> object:
    """Return the deal that this record approves, or None; `open_deals` is the walk's memory."""
    reader = Reader(payload)
    if kind == r.INTENT:
        deal = r.unpack_deal(reader)
        open_deals[deal.stan] = deal
    elif kind in (r.OUTCOME, r.REVERSAL):
        batch, stan = r.unpack_key(reader)
        deal = open_deals.get(stan)
        if deal is None or deal.batch != batch:
            return None
        if kind == r.OUTCOME:
            del open_deals[stan]
            r.unpack_outcome(reader, deal)
            return deal if deal.state == APPROVED and deal.kind != BALANCE else None
        if reader.number(1) == r.DONE:
            del open_deals[stan]
    return None
