# SPDX-License-Identifier: MIT
"""What the ledger writes into the journal: record types and their payloads.

Type numbers are never reused. A payload holds no PAN beyond 6+4, no track, no PIN, no key.
"""

from micropython import const

from pos.core.deal import Deal
from pos.core.packer import Reader, Writer
from pos.core.totals import Totals

BATCH_OPEN = const(1)  # batch(3)
STAN_USED = const(2)  # stan(3): a message that is no transaction took this number
INTENT = const(3)  # the whole deal, before the request leaves: also the image of a reversal
OUTCOME = const(4)  # what became of it, before screen and paper say so
REVERSAL = const(5)  # one attempt, its reason and result
PRINT = const(6)  # a slip copy is begun, or proved to be on paper
SETTLE_START = const(7)  # the totals as sent in F48
SETTLE_RESULT = const(8)  # the host's result digits, its totals where they are not ours
CARRY = const(9)  # an unresolved deal taken along into the next batch
UPLOAD = const(20)  # how far the batch upload came, once the host has a message (uploading.py)

# UPLOAD: stage, sequence, count, denied, refusals
UPLOAD_SIZES = (1, 4, 2, 2, 1)
UPLOAD_ENDED = const(4)  # the first of the stages in which nothing is left to send

# REVERSAL results
TRIED = const(0)
DONE = const(1)
GAVE_UP = const(2)

# PRINT job kinds and steps
JOB_SLIP = const(1)
JOB_SETTLEMENT = const(2)
JOB_FAULT = const(3)
BEGUN = const(0)
PROVED = const(1)
REPRINT_COPY = const(128)  # copy numbers from here on are reprints asked for by the operator


def pack_deal(deal: Deal) -> bytes:
    """Payload of INTENT: the fields a reversal, a slip and a void need."""
    out = Writer().number(deal.kind, 1).number(deal.batch, 3).number(deal.stan, 3)
    out.number(deal.amount_minor, 6).text(deal.pan_masked).raw(deal.card_hash)
    out.text(deal.entry_mode).text(deal.operator).text(deal.time)
    out.number(deal.original_batch, 3).number(deal.original_stan, 3)
    out.text(deal.original_rrn).text(deal.original_auth).text(deal.original_date)
    out.text(deal.chip).text(deal.expiry).text(deal.auth_mode).number(deal.before_minor, 6)
    out.text(deal.scheme).text(deal.to_masked).number(len(deal.pan_sealed), 1)
    return out.raw(deal.pan_sealed).data()


def unpack_deal(reader: Reader) -> Deal:
    """Inverse of pack_deal; leaves the reader behind it."""
    deal = Deal()
    deal.kind = reader.number(1)
    deal.batch = reader.number(3)
    deal.stan = reader.number(3)
    deal.amount_minor = reader.number(6)
    deal.pan_masked = reader.text()
    deal.card_hash = reader.raw(8)
    deal.entry_mode = reader.text()
    deal.operator = reader.text()
    deal.time = reader.text()
    deal.original_batch = reader.number(3)
    deal.original_stan = reader.number(3)
    deal.original_rrn = reader.text()
    deal.original_auth = reader.text()
    deal.original_date = reader.text()
    deal.chip = reader.text()
    deal.expiry = reader.text()
    deal.auth_mode = reader.text()
    deal.before_minor = reader.number(6)
    deal.scheme = reader.text()
    deal.to_masked = reader.text()
    deal.pan_sealed = reader.raw(reader.number(1))
    return deal


def pack_key(batch: int, stan: int) -> Writer:
    """Start a payload that speaks of one deal."""
    return Writer().number(batch, 3).number(stan, 3)


def unpack_key(reader: Reader) -> tuple:
    """Take (batch, stan)."""
    return reader.number(3), reader.number(3)


def pack_outcome(deal: Deal) -> bytes:
    """Payload of OUTCOME; the amount is the approved one."""
    out = pack_key(deal.batch, deal.stan).number(deal.state, 1).text(deal.response)
    out.number(deal.amount_minor, 6)
    out.text(deal.rrn).text(deal.auth).text(deal.settle_date).text(deal.time)
    return out.text(deal.issuer).text(deal.acquirer).text(deal.scheme).data()


def unpack_outcome(reader: Reader, deal: Deal) -> None:
    """Put an outcome, behind its key, into the deal."""
    deal.state = reader.number(1)
    deal.response = reader.text()
    deal.amount_minor = reader.number(6)
    deal.rrn = reader.text()
    deal.auth = reader.text()
    deal.settle_date = reader.text()
    deal.time = reader.text()
    deal.issuer = reader.text()
    deal.acquirer = reader.text()
    deal.scheme = reader.text()


_TOTALS = (
    "debit_count",
    "debit_minor",
    "credit_count",
    "credit_minor",
    "foreign_debit_count",
    "foreign_debit_minor",
    "foreign_credit_count",
    "foreign_credit_minor",
)


def pack_totals(out: Writer, totals: Totals) -> Writer:
    """Append the eight numbers of F48."""
    for name in _TOTALS:
        out.number(getattr(totals, name), 6)
    return out


def unpack_totals(reader: Reader) -> Totals:
    """Take the eight numbers of F48."""
    totals = Totals()
    for name in _TOTALS:
        setattr(totals, name, reader.number(6))
    return totals
