# SPDX-License-Identifier: MIT
"""The ledger: transactions, batch, pending reversals and print jobs, kept in the journal.

Every method that changes something appends its record first; when it returns, the fact is durable.
Callers do things in the order of DESIGN section 3: intent before sending, outcome before screen
and paper. What trading seldom needs is in reversing.py, settling.py and history.py: not resident
code.
"""

from micropython import const

from pos.core.deal import NOT_SENT, Deal
from pos.core.errors import LedgerError, Refused, StoreError
from pos.core.packer import Writer
from pos.ledger import records as r
from pos.ledger.book import Book

# Finishing one transaction with all its reversal tries and prints, and a settlement, takes well
# under one sector; the second pays for the unused tails of the sectors in between.
_RESERVE_BYTES = const(8192)
_UNRESOLVED_MAX = const(16)  # then an operator has to clear them with the acquirer first
_TOTAL_MAX_MINOR = const(9999000000)  # LY: running totals from 99 990 000.00 ask for settlement


class Ledger:
    """Money book of one terminal, over a loaded journal."""

    def __init__(self, journal: object, profile: object) -> None:
        self._journal = journal
        self.profile = profile
        self.book = Book(profile.slip_copies)

    def load(self) -> None:
        """Rebuild the state from flash; an empty journal gets batch 1. StoreError when broken."""
        self._journal.load(self.book.apply)
        if not self.book.batch:
            if self._journal.last_seq:
                raise StoreError("journal holds records and no open batch")
            self.append(r.BATCH_OPEN, Writer().number(1, 3).data())
        self.keep()

    def append(self, kind: int, payload: bytes) -> int:
        """Write one record and take it into the book; called from below and by settling.py."""
        seq = self._journal.append(kind, payload)
        self.book.apply(kind, seq, memoryview(payload))
        return seq

    def keep(self) -> None:
        """Tell the journal the oldest record that is still needed."""
        keep = self.book.batch_seq
        for deal in self.book.pending.values():
            keep = min(keep, deal.seq)
        self._journal.keep_from = keep

    @property
    def batch(self) -> int:
        """Number of the open (or settling) batch."""
        return self.book.batch

    @property
    def settling(self) -> bool:
        """Whether a settlement was begun and is not finished."""
        return self.book.settle_stan != 0

    def check_room(self) -> None:
        """Raise Refused("store.full") unless one more transaction and a settlement fit."""
        totals = self.book.totals
        sums = (
            totals.debit_minor,
            totals.credit_minor,
            totals.foreign_debit_minor,
            totals.foreign_credit_minor,
        )
        full = self.book.count >= self.profile.batch_max or max(sums) >= _TOTAL_MAX_MINOR
        if full or self._journal.room(self._journal.keep_from) < _RESERVE_BYTES:
            raise Refused("store.full")
        if len(self.book.pending) >= _UNRESOLVED_MAX:
            raise Refused("unresolved.full")

    def begin(self, deal: Deal) -> None:
        """Give the deal its voucher number and write its intent."""
        if self.settling:
            raise LedgerError("batch is settling")
        deal.batch = self.book.batch
        deal.stan = self.book.next_stan
        self.append(r.INTENT, r.pack_deal(deal))

    def outcome(self, deal: Deal) -> None:
        """Write the final state and the host's data of a pending deal."""
        self.pending(deal)
        self.append(r.OUTCOME, r.pack_outcome(deal))

    def not_sent(self, deal: Deal) -> None:
        """Write that nothing left the terminal for this deal."""
        deal.state = NOT_SENT
        self.outcome(deal)

    def take_stan(self) -> int:
        """Return a STAN for a message that is no transaction; durable unless the store is full.

        In a full store the number may come again after a power cut: sign-on must not eat the room
        kept for the settlement, and no money hangs on the STAN of a sign-on.
        """
        stan = self.book.next_stan
        if self._journal.room(self._journal.keep_from) >= _RESERVE_BYTES:
            self.append(r.STAN_USED, Writer().number(stan, 3).data())
        return stan

    def pending(self, deal: Deal) -> Deal:
        """Return the ledger's own record of a pending deal; LedgerError when it is not pending."""
        own = self.book.pending.get((deal.batch, deal.stan))
        if own is None:
            raise LedgerError("%06d/%06d is not pending" % (deal.batch, deal.stan))
        return own

    def print_begin(self, kind: int, batch: int, stan: int, copy: int) -> None:
        """Write that the first byte of a copy may be on its way to the paper."""
        self._print(kind, batch, stan, copy, r.BEGUN)

    def print_proved(self, kind: int, batch: int, stan: int, copy: int) -> None:
        """Write that the printer has answered behind the last byte of a copy."""
        self._print(kind, batch, stan, copy, r.PROVED)

    def _print(self, kind: int, batch: int, stan: int, copy: int, step: int) -> None:
        payload = Writer().number(kind, 1).number(batch, 3).number(stan, 3)
        self.append(r.PRINT, payload.number(copy, 1).number(step, 1).data())

    def rest(self) -> None:
        """Between two flows: let go of the journal's buffer."""
        self._journal.rest()

    def scan(self, from_seq: int, visit: object) -> None:
        """Hand records from a sequence on to visit(kind, seq, payload), until it returns True."""
        self._journal.scan(from_seq, visit)
