# SPDX-License-Identifier: MIT
"""Deals looked up in the journal: one voucher and what became of it, or a whole history.

Reads the same records as the book, on demand, so that trading keeps no list of deals in RAM.
"""

from pos.core.deal import (
    ADJUSTS,
    APPROVED,
    DECLINED,
    NOT_SENT,
    PREAUTH_MORE,
    REFUND,
    REVERSED,
    TAKE_BACK,
    VOIDED,
)
from pos.core.packer import Reader
from pos.ledger import records as r
from pos.ledger.book import Book


def in_batch(ledger: object, stan: int) -> object:
    """Return the deal with this voucher number of the open batch, or None."""
    return _find(ledger, ledger.book.batch_seq, (ledger.batch, stan))


def anywhere(ledger: object, batch: int, stan: int) -> object:
    """Return a deal wherever it still stands in the journal, or None."""
    return _find(ledger, 0, (batch, stan))


def _find(ledger: object, from_seq: int, key: tuple) -> object:
    history = History(key[0], key[1])
    ledger.scan(from_seq, history.apply)
    return history.deals.get(key)


def closed_book(ledger: object) -> object:
    """Return the book of the newest closed batch as it was when closed, or None."""
    if ledger.book.closed is None:
        return None
    batch, seq = ledger.book.closed
    book = Book()

    def visit(kind: int, at: int, payload: memoryview) -> bool:
        if kind == r.BATCH_OPEN and at > seq:
            return True
        book.apply(kind, at, payload)
        return False

    ledger.scan(seq, visit)
    return book if book.batch == batch else None


class History:
    """Deals with their final states, from the same records: all, or one and what refers to it."""

    def __init__(self, batch: int = 0, stan: int = 0) -> None:
        self._want = (batch, stan) if stan else None
        self.deals = {}
        self.order = []

    def apply(self, kind: int, seq: int, payload: memoryview) -> bool:
        """Take one record; False, so that a scan goes on."""
        reader = Reader(payload)
        if kind == r.INTENT:
            self._intent(r.unpack_deal(reader), seq)
        elif kind in (r.OUTCOME, r.REVERSAL):
            deal = self.deals.get(r.unpack_key(reader))
            if deal is not None:
                self._result(kind, reader, deal)
        elif kind == r.PRINT:
            self._print(reader)
        return False

    def _intent(self, deal: object, seq: int) -> None:
        key = (deal.batch, deal.stan)
        origin = (deal.original_batch, deal.original_stan)
        if self._want is None or self._want in (key, origin):
            deal.seq = seq
            self.deals[key] = deal
            self.order.append(key)
            self._refer(deal, 1)

    def _result(self, kind: int, reader: Reader, deal: object) -> None:
        if kind == r.OUTCOME:
            r.unpack_outcome(reader, deal)
            if deal.state == NOT_SENT:
                self.order.remove((deal.batch, deal.stan))
            if deal.state in (DECLINED, NOT_SENT):
                self._refer(deal, -1)
            origin = self._origin(deal)
            if deal.state == APPROVED and deal.among(TAKE_BACK) and origin is not None:
                origin.state = VOIDED
            return
        result = reader.number(1)
        deal.f39 = reader.text()
        if result == r.DONE:
            deal.state = REVERSED
        else:
            deal.tries += 1
            deal.unresolved = deal.unresolved or result == r.GAVE_UP

    def _origin(self, deal: object) -> object:
        return self.deals.get((deal.original_batch, deal.original_stan))

    def _refer(self, deal: object, sign: int) -> None:
        """Note a refund or adjustment at its original, as long as it may come true."""
        origin = self._origin(deal)
        if origin is None:
            return
        if deal.kind == REFUND:
            origin.refunded_minor += sign * deal.amount_minor
        elif deal.among(ADJUSTS):
            origin.adjusted = sign > 0
        elif deal.kind == PREAUTH_MORE:
            origin.added = True

    def _print(self, reader: Reader) -> None:
        if reader.number(1) != r.JOB_SLIP:
            return
        deal = self.deals.get(r.unpack_key(reader))
        copy = reader.number(1)
        step = reader.number(1)
        if deal is None:
            return
        if copy >= r.REPRINT_COPY:
            deal.reprints += step == r.BEGUN
        elif copy == 1:
            deal.printed = "yes" if step == r.PROVED else "unknown"
