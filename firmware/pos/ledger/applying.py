# SPDX-License-Identifier: MIT
"""How one record changes the book: at boot and in trading alike.

`apply()` is the only place where state changes: what is written is what is counted. The states of
a deal:

    (intent) PENDING -> APPROVED | DECLINED | NOT_SENT   by OUTCOME
             PENDING -> REVERSED                          by REVERSAL done
             PENDING + unresolved                         by REVERSAL gave up; ended later

A kind that is repeated instead of reversed has the same states: its REVERSAL records are tries
to have it answered, and an OUTCOME ends it. After the ring has wrapped, the oldest records left
may speak of deals whose intent is gone; those belong to closed batches and change nothing.
"""

from micropython import const

from pos.core.deal import (
    ADJUSTS,
    APPROVED,
    BALANCE,
    CREDITS,
    DEBITS,
    DECLINED,
    OFFLINE,
    PENDING,
    REVERSED,
    Deal,
)
from pos.core.errors import StoreError
from pos.core.packer import Reader
from pos.ledger import records as r
from pos.ledger.job import Job

_STAN_MAX = const(999999)


def apply(book: object, kind: int, seq: int, payload: memoryview) -> None:
    """Take one record into the sum; StoreError when its kind or order makes no sense."""
    reader = Reader(payload)
    if kind == r.INTENT:
        _intent(book, r.unpack_deal(reader), seq)
    elif kind == r.OUTCOME:
        _outcome(book, reader)
    elif kind == r.REVERSAL:
        _reversal(book, reader)
    elif kind == r.PRINT:
        _print(book, reader)
    elif kind == r.STAN_USED:
        _stan_used(book, reader.number(3))
    elif kind == r.BATCH_OPEN:
        _batch_open(book, reader.number(3), seq)
    elif kind == r.SETTLE_START:
        _settle_start(book, reader)
    elif kind == r.SETTLE_RESULT:
        _settle_result(book, reader)
    elif kind == r.UPLOAD:
        _upload(book, reader)
    elif kind == r.CARRY:
        _carry(book, reader, seq)
    else:
        raise StoreError("record %d has the unknown type %d" % (seq, kind))
    reader.end()


def _stan_used(book: object, stan: int) -> None:
    book.next_stan = stan % _STAN_MAX + 1


def _batch_open(book: object, batch: int, seq: int) -> None:
    if book.settle_flags:
        book.closed = (book.batch, book.batch_seq)
    book.open_batch(batch, seq)


def _intent(book: object, deal: object, seq: int) -> None:
    deal.seq = seq
    book.pending[(deal.batch, deal.stan)] = deal
    _stan_used(book, deal.stan)
    book.count += 1
    if deal.kind == OFFLINE:
        book.due.append(Job(r.JOB_SLIP, deal.batch, deal.stan))


def _take(book: object, key: tuple) -> object:
    """Return the pending deal; a scratch one for batches whose intents were reclaimed."""
    deal = book.pending.get(key)
    if deal is None:
        if key[0] == book.batch:
            raise StoreError("record for %06d/%06d, which is not pending" % key)
        deal = Deal()
    return deal


def _outcome(book: object, reader: Reader) -> None:
    key = r.unpack_key(reader)
    deal = _take(book, key)
    r.unpack_outcome(reader, deal)
    if key not in book.pending:
        return
    if deal.state in (PENDING, REVERSED):
        raise StoreError("outcome of %06d/%06d is none" % key)
    del book.pending[key]
    if deal.state == APPROVED and deal.kind != BALANCE:
        _approved(book, deal)
        return
    if deal.batch == book.batch:
        book.count -= 1
    if deal.kind == OFFLINE and deal.state == DECLINED:
        book.due.append(Job(r.JOB_FAULT, deal.batch, deal.stan))


def _approved(book: object, deal: object) -> None:
    """Count an approved deal of the open batch, and its slip."""
    if deal.batch == book.batch and deal.among(DEBITS | CREDITS | ADJUSTS):
        count(book.totals, deal)
        entry = book.by_kind.setdefault(deal.kind, [0, 0])
        entry[0] += 1
        entry[1] += deal.amount_minor - deal.before_minor
    book.last_deal = (deal.batch, deal.stan, deal.seq)
    if deal.kind != OFFLINE:
        book.due.append(Job(r.JOB_SLIP, deal.batch, deal.stan))


def count(totals: object, deal: object) -> None:
    """Add to the totals: an adjustment moves an amount that is counted already."""
    foreign = "" if deal.domestic else "foreign_"
    side = foreign + ("credit_" if deal.among(CREDITS) else "debit_")
    if not deal.among(ADJUSTS):
        setattr(totals, side + "count", getattr(totals, side + "count") + 1)
    moved = deal.amount_minor - deal.before_minor
    setattr(totals, side + "minor", getattr(totals, side + "minor") + moved)


def _reversal(book: object, reader: Reader) -> None:
    key = r.unpack_key(reader)
    deal = _take(book, key)
    result = reader.number(1)
    deal.f39 = reader.text()
    if key not in book.pending:
        return
    if result == r.DONE:
        deal.state = REVERSED
        del book.pending[key]
        if deal.batch == book.batch:
            book.count -= 1
    else:
        deal.tries += 1
    if result == r.GAVE_UP:
        deal.unresolved = True
        book.due.append(Job(r.JOB_FAULT, deal.batch, deal.stan))


def _carry(book: object, reader: Reader, seq: int) -> None:
    deal = r.unpack_deal(reader)
    deal.f39 = reader.text()
    deal.tries = reader.number(1)
    deal.unresolved = True
    deal.seq = seq
    book.pending[(deal.batch, deal.stan)] = deal


def _print(book: object, reader: Reader) -> None:
    kind = reader.number(1)
    batch, stan = r.unpack_key(reader)
    copy = reader.number(1)
    step = reader.number(1)
    for job in book.due:
        if (job.kind, job.batch, job.stan) == (kind, batch, stan):
            _job_step(book, job, copy, step)
            return


def _job_step(book: object, job: Job, copy: int, step: int) -> None:
    job.begun = step == r.BEGUN
    if step == r.PROVED:
        job.copies_proved = copy
        if copy >= (book.slip_copies if job.kind == r.JOB_SLIP else 1):
            book.due.remove(job)


def _settle_start(book: object, reader: Reader) -> None:
    batch, stan = r.unpack_key(reader)
    r.unpack_totals(reader)  # as sent in F48: for the host tools, the same numbers as ours
    book.settle_time = reader.text()
    _need_batch(book, batch)
    book.settle_stan = stan
    _stan_used(book, stan)


def _settle_result(book: object, reader: Reader) -> None:
    batch = reader.number(3)
    _need_batch(book, batch)
    book.settle_flags = reader.text()
    book.settle_time = reader.text()
    book.settle_rrn = reader.text()
    book.settle_host = reader.text()
    book.upload = (0, 0, 0, 0, 0)


def _upload(book: object, reader: Reader) -> None:
    """Progress of the batch upload; the settlement slip is due once nothing is left to send."""
    batch, stan = r.unpack_key(reader)
    _need_batch(book, batch)
    if stan:
        _stan_used(book, stan)
    book.upload = tuple([reader.number(size) for size in r.UPLOAD_SIZES])
    if book.upload[0] >= r.UPLOAD_ENDED:
        book.due.append(Job(r.JOB_SETTLEMENT, batch, 0))


def _need_batch(book: object, batch: int) -> None:
    if book.batch and batch != book.batch:
        raise StoreError("settlement record of batch %06d in batch %06d" % (batch, book.batch))
