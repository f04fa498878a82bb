# SPDX-License-Identifier: MIT
"""The ledger's state, as the sum of its records (applying.py adds them up).

In RAM there are totals, the pending deals and the print jobs that are due; everything else is
found in the journal when it is asked for.
"""

from pos.core.totals import Totals


class Book:
    """Sum of the records applied so far. State only: it stays in the heap while nobody trades."""

    def __init__(self, copies: int = 1) -> None:
        self.slip_copies = copies
        self.next_stan = 1
        self.pending = {}  # (batch, stan) -> Deal
        self.due = []  # Jobs, oldest first
        self.last_deal = None  # (batch, stan, seq of the intent) of the newest approved deal
        self.closed = None  # (batch, seq of its BATCH_OPEN) of the newest closed batch
        self.open_batch(0, 0)

    def open_batch(self, batch: int, seq: int) -> None:
        """Begin the sums of a batch."""
        self.batch = batch
        self.batch_seq = seq
        self.count = 0  # approved and pending deals
        self.totals = Totals()
        self.by_kind = {}  # kind -> [count, amount_minor]
        self.settle_stan = 0  # not 0: the batch is settling
        self.settle_time = ""
        self.settle_flags = ""  # "" until the host has answered
        self.settle_rrn = ""
        self.settle_host = ""  # the host's totals, F48, unless they are ours
        self.upload = ()  # progress of the batch upload, once there is a result

    def apply(self, kind: int, seq: int, payload: memoryview) -> None:
        """Take one record into the sum; StoreError when its kind or order makes no sense."""
        from pos.ledger import applying

        applying.apply(self, kind, seq, payload)
