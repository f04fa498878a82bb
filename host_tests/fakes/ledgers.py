# SPDX-License-Identifier: MIT
"""A ledger over flash in memory, and deals to put in it. For both runtimes."""

from fakes.flash import NorMemory
from pos.core.deal import APPROVED, SALE, VOID, Deal
from pos.core.profile import Profile
from pos.ledger import settling, trading, uploading
from pos.ledger.ledger import Ledger
from pos.store.counter import Counter
from pos.store.journal import Journal

COUNTER_BYTES = 8192
KEY = bytes(range(32))


def profile(**values: object) -> Profile:
    """Return parameters of a small terminal."""
    base = {"terminal": "12345678", "merchant": "898310054110001", "merchant_name": "M"}
    base.update(values)
    return Profile(base)


def flash(sectors: int = 8) -> NorMemory:
    """Return blank flash for a counter and a journal of so many sectors."""
    return NorMemory(COUNTER_BYTES + 4096 * sectors)


def load(nor: NorMemory, **values: object) -> Ledger:
    """Return the ledger as it is found on this flash."""
    counter = Counter(nor.partition(0, COUNTER_BYTES))
    journal = Journal(nor.partition(COUNTER_BYTES, nor.size - COUNTER_BYTES), counter, KEY)
    ledger = Ledger(journal, profile(**values))
    ledger.load()
    return ledger


def sale(amount_minor: int = 12850) -> Deal:
    """Return a sale that is about to be sent."""
    deal = Deal()
    deal.kind = SALE
    deal.amount_minor = amount_minor
    deal.pan_masked = "622202******0123"
    deal.card_hash = b"HASHHASH"
    deal.entry_mode = "021"
    deal.operator = "01"
    deal.time = "20261122102436"
    return deal


def void(original: Deal) -> Deal:
    """Return the void of a sale."""
    deal = sale(original.amount_minor)
    deal.kind = VOID
    deal.original_batch = original.batch
    deal.original_stan = original.stan
    deal.original_rrn = original.rrn
    return deal


def approve(ledger: Ledger, deal: Deal, scheme: str = "CUP") -> Deal:
    """Carry a deal to its approval, unprinted."""
    trading.begin(ledger, deal)
    deal.state = APPROVED
    deal.response = "00"
    deal.rrn = "102436%06d" % deal.stan
    deal.auth = "A1B2C3"
    deal.scheme = scheme
    trading.outcome(ledger, deal)
    return deal


def settle(ledger: Ledger, flags: str = "11") -> None:
    """Settle and open the next batch."""
    settling.start(ledger, "20261122220311")
    settling.result(ledger, flags, "20261122220312", "220312000140", "0" * 62)
    uploading.save(ledger, [uploading.ENDED, 0, 0, 0, 0], True)
    settling.close(ledger)
