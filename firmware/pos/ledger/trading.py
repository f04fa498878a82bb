# SPDX-License-Identifier: MIT
"""A transaction on a ledger: is there room, its intent, its outcome; STANs of other messages."""

from micropython import const

from pos.core.deal import Deal
from pos.core.errors import LedgerError, Refused
from pos.core.packer import Writer
from pos.ledger import records as r

# Finishing one transaction with all its reversal tries and prints, and a settlement, takes well
# under one sector; the second pays for the unused tails of the sectors in between.
_RESERVE_BYTES = const(8192)
_UNRESOLVED_MAX = const(16)  # then an operator has to clear them with the acquirer first
_TOTAL_MAX_MINOR = const(9999000000)  # LY: running totals from 99 990 000.00 ask for settlement


def check_room(ledger: object) -> None:
    """Raise Refused("store.full") unless one more transaction and a settlement fit."""
    totals = ledger.book.totals
    sums = (
        totals.debit_minor,
        totals.credit_minor,
        totals.foreign_debit_minor,
        totals.foreign_credit_minor,
    )
    full = ledger.book.count >= ledger.profile.batch_max or max(sums) >= _TOTAL_MAX_MINOR
    if full or not has_room(ledger):
        raise Refused("store.full")
    if len(ledger.book.pending) >= _UNRESOLVED_MAX:
        raise Refused("unresolved.full")


def has_room(ledger: object) -> bool:
    """Whether the journal has more than what a transaction and a settlement may need."""
    return ledger.journal.room(ledger.journal.keep_from) >= _RESERVE_BYTES


def number(ledger: object, deal: Deal) -> None:
    """Give the deal its batch and voucher number; the same again until `begin` has written it."""
    if ledger.settling:
        raise LedgerError("batch is settling")
    deal.batch = ledger.book.batch
    deal.stan = ledger.book.next_stan


def begin(ledger: object, deal: Deal) -> None:
    """Number the deal and write its intent."""
    number(ledger, deal)
    ledger.append(r.INTENT, r.pack_deal(deal))


def outcome(ledger: object, deal: Deal) -> None:
    """Write the final state and the host's data of a pending deal."""
    pending(ledger, deal)
    ledger.append(r.OUTCOME, r.pack_outcome(deal))


def take_stan(ledger: object) -> int:
    """Return a STAN for a message that is no transaction; durable unless the store is full.

    In a full store the number may come again after a power cut: sign-on must not eat the room
    kept for the settlement, and no money hangs on the STAN of a sign-on.
    """
    stan = ledger.book.next_stan
    if has_room(ledger):
        ledger.append(r.STAN_USED, Writer().number(stan, 3).data())
    return stan


def pending(ledger: object, deal: Deal) -> Deal:
    """Return the ledger's own record of a pending deal; LedgerError when it is not pending."""
    own = ledger.book.pending.get((deal.batch, deal.stan))
    if own is None:
        raise LedgerError("%06d/%06d is not pending" % (deal.batch, deal.stan))
    return own
