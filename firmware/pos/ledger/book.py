# SPDX-License-Identifier: MIT
"""The ledger's state, as the sum of its records.

`apply()` is the only place where state changes, at boot and in trading alike: what is written is
what is counted. The states of a deal:

    (intent) PENDING -> APPROVED | DECLINED | NOT_SENT   by OUTCOME
             PENDING -> REVERSED                          by REVERSAL done
             PENDING + unresolved                         by REVERSAL gave up; REVERSED later

In RAM there are totals, the pending deals and the print jobs that are due; everything else is
found in the journal when it is asked for. After the ring has wrapped, the oldest records left may
speak of deals whose intent is gone; those belong to closed batches and change nothing.
"""

from micropython import const

from pos.core.deal import APPROVED, PENDING, REVERSED, Deal, Totals
from pos.core.errors import StoreError
from pos.core.packer import Reader
from pos.ledger import records as r

_STAN_MAX = const(999999)


class Job:
    """A slip that is due: which, how many copies are proved, and whether the next one is begun."""

    def __init__(self, kind: int, batch: int, stan: int) -> None:
        self.kind = kind
        self.batch = batch
        self.stan = stan
        self.copies_proved = 0
        self.begun = False


class Book:
    """Sum of the records applied so far."""

    def __init__(self, copies: int = 1) -> None:
        self._copies = copies
        self.next_stan = 1
        self.pending = {}  # (batch, stan) -> Deal
        self.due = []  # Jobs, oldest first
        self.last_deal = None  # (batch, stan, seq of the intent) of the newest approved deal
        self.closed = None  # (batch, seq of its BATCH_OPEN) of the newest closed batch
        self.batch = 0
        self._open_batch(0, 0)

    def _open_batch(self, batch: int, seq: int) -> None:
        self.batch = batch
        self.batch_seq = seq
        self.count = 0  # approved and pending deals
        self.totals = Totals()
        self.by_kind = {}  # kind -> [count, amount_minor]
        self.settle_stan = 0  # not 0: the batch is settling
        self.settle_time = ""
        self.settle_flags = ""  # "" until the host has answered
        self.settle_rrn = ""

    def apply(self, kind: int, seq: int, payload: memoryview) -> None:
        """Take one record into the sum; StoreError when its kind or order makes no sense."""
        reader = Reader(payload)
        if kind == r.INTENT:
            self._intent(r.unpack_deal(reader), seq)
        elif kind == r.OUTCOME:
            self._outcome(reader)
        elif kind == r.REVERSAL:
            self._reversal(reader)
        elif kind == r.PRINT:
            self._print(reader)
        elif kind == r.STAN_USED:
            self._stan_used(reader.number(3))
        elif kind == r.BATCH_OPEN:
            self._batch_open(reader.number(3), seq)
        elif kind == r.SETTLE_START:
            self._settle_start(reader)
        elif kind == r.SETTLE_RESULT:
            self._settle_result(reader)
        elif kind == r.CARRY:
            self._carry(reader, seq)
        else:
            raise StoreError("record %d has the unknown type %d" % (seq, kind))
        reader.end()

    def _stan_used(self, stan: int) -> None:
        self.next_stan = stan % _STAN_MAX + 1

    def _batch_open(self, batch: int, seq: int) -> None:
        if self.settle_flags:
            self.closed = (self.batch, self.batch_seq)
        self._open_batch(batch, seq)

    def _intent(self, deal: object, seq: int) -> None:
        deal.seq = seq
        self.pending[(deal.batch, deal.stan)] = deal
        self._stan_used(deal.stan)
        self.count += 1

    def _take(self, key: tuple) -> object:
        """Return the pending deal; a scratch one for batches whose intents were reclaimed."""
        deal = self.pending.get(key)
        if deal is None:
            if key[0] == self.batch:
                raise StoreError("record for %06d/%06d, which is not pending" % key)
            deal = Deal()
        return deal

    def _outcome(self, reader: Reader) -> None:
        key = r.unpack_key(reader)
        deal = self._take(key)
        r.unpack_outcome(reader, deal)
        if key not in self.pending:
            return
        if deal.state in (PENDING, REVERSED):
            raise StoreError("outcome of %06d/%06d is none" % key)
        del self.pending[key]
        if deal.state != APPROVED:
            self.count -= 1
            return
        self.totals.add(deal)
        entry = self.by_kind.setdefault(deal.kind, [0, 0])
        entry[0] += 1
        entry[1] += deal.amount_minor
        self.last_deal = (deal.batch, deal.stan, deal.seq)
        self.due.append(Job(r.JOB_SLIP, deal.batch, deal.stan))

    def _reversal(self, reader: Reader) -> None:
        key = r.unpack_key(reader)
        deal = self._take(key)
        result = reader.number(1)
        deal.f39 = reader.text()
        if key not in self.pending:
            return
        if result == r.DONE:
            deal.state = REVERSED
            del self.pending[key]
            if deal.batch == self.batch:
                self.count -= 1
        else:
            deal.tries += 1
        if result == r.GAVE_UP:
            deal.unresolved = True
            self.due.append(Job(r.JOB_FAULT, deal.batch, deal.stan))

    def _carry(self, reader: Reader, seq: int) -> None:
        deal = r.unpack_deal(reader)
        deal.f39 = reader.text()
        deal.tries = reader.number(1)
        deal.unresolved = True
        deal.seq = seq
        self.pending[(deal.batch, deal.stan)] = deal

    def _print(self, reader: Reader) -> None:
        kind = reader.number(1)
        batch, stan = r.unpack_key(reader)
        copy = reader.number(1)
        step = reader.number(1)
        for job in self.due:
            if (job.kind, job.batch, job.stan) == (kind, batch, stan):
                self._job_step(job, copy, step)
                return

    def _job_step(self, job: Job, copy: int, step: int) -> None:
        job.begun = step == r.BEGUN
        if step == r.PROVED:
            job.copies_proved = copy
            if copy >= self.copies(job.kind):
                self.due.remove(job)

    def copies(self, job_kind: int) -> int:
        """How many copies a job of this kind has: sales slips by profile, others one."""
        return self._copies if job_kind == r.JOB_SLIP else 1

    def _settle_start(self, reader: Reader) -> None:
        batch, stan = r.unpack_key(reader)
        r.unpack_totals(reader)  # as sent in F48: for the host tools, the same numbers as ours
        self.settle_time = reader.text()
        self._need_batch(batch)
        self.settle_stan = stan
        self._stan_used(stan)

    def _settle_result(self, reader: Reader) -> None:
        batch = reader.number(3)
        self._need_batch(batch)
        self.settle_flags = reader.text()
        self.settle_time = reader.text()
        self.settle_rrn = reader.text()
        self.due.append(Job(r.JOB_SETTLEMENT, batch, 0))

    def _need_batch(self, batch: int) -> None:
        if self.batch and batch != self.batch:
            raise StoreError("settlement record of batch %06d in batch %06d" % (batch, self.batch))
