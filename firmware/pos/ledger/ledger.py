# SPDX-License-Identifier: MIT
"""The ledger: transactions, batch, what is pending and print jobs, kept in the journal.

What changes something appends its record first; when it returns, the fact is durable. Callers do
things in the order of DESIGN section 3: intent before sending, outcome before screen and paper.
Here is only what stays in the heap at idle; trading.py, reversing.py, settling.py, jobs.py and
history.py are loaded by who needs them.
"""

from pos.core.errors import StoreError
from pos.ledger.book import Book


class Ledger:
    """Money book of one terminal, over a journal that `load` reads."""

    def __init__(self, journal: object, profile: object) -> None:
        self.journal = journal
        self.profile = profile
        self.book = Book(profile.slip_copies)

    def load(self) -> None:
        """Rebuild the state from flash; an empty journal gets batch 1. StoreError when broken."""
        self.journal.load(self.book.apply)
        if not self.book.batch:
            if self.journal.last_seq:
                raise StoreError("journal holds records and no open batch")
            from pos.ledger.records import BATCH_OPEN

            self.append(BATCH_OPEN, b"\x00\x00\x01")
        self.keep()

    def append(self, kind: int, payload: bytes) -> int:
        """Write one record, take it into the book and return its sequence."""
        seq = self.journal.append(kind, payload)
        self.book.apply(kind, seq, memoryview(payload))
        return seq

    def keep(self) -> None:
        """Tell the journal the oldest record that is still needed."""
        keep = self.book.batch_seq
        for deal in self.book.pending.values():
            keep = min(keep, deal.seq)
        self.journal.keep_from = keep

    @property
    def batch(self) -> int:
        """Number of the open (or settling) batch."""
        return self.book.batch

    @property
    def settling(self) -> bool:
        """Whether a settlement was begun and is not finished."""
        return self.book.settle_stan != 0

    def rest(self) -> None:
        """Between two flows: let go of the journal's buffer."""
        self.journal.rest()

    def scan(self, from_seq: int, visit: object) -> None:
        """Hand records from a sequence on to visit(kind, seq, payload), until it returns True."""
        self.journal.scan(from_seq, visit)
