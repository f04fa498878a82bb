# SPDX-License-Identifier: MIT
"""Steps of a settlement, and batch numbers, on a ledger. Loaded by the flows that need them."""

from micropython import const

from pos.core.errors import LedgerError
from pos.core.packer import Writer
from pos.ledger import records as r
from pos.ledger import reversing

_BATCH_MAX_OF_HOST = const(999998)  # unionpay.md 5.3


def start(ledger: object, time: str) -> int:
    """Write the totals and return the STAN of the 0500; the same again when already begun."""
    book = ledger.book
    if not ledger.settling:
        if reversing.due(ledger) is not None:
            raise LedgerError("a reversal is pending")
        payload = r.pack_totals(r.pack_key(book.batch, book.next_stan), book.totals)
        ledger.append(r.SETTLE_START, payload.text(time).data())
    return book.settle_stan


def result(ledger: object, flags: str, time: str, rrn: str, host: str) -> None:
    """Write the host's two result digits and, unless both are 1, its totals, F48."""
    payload = Writer().number(ledger.batch, 3).text(flags).text(time).text(rrn)
    payload.text("" if flags == "11" else host)
    ledger.append(r.SETTLE_RESULT, payload.data())


def uploaded(ledger: object) -> bool:
    """Whether nothing of the batch upload is left to send."""
    upload = ledger.book.upload
    return bool(upload) and upload[0] >= r.UPLOAD_ENDED


def close(ledger: object) -> None:
    """Open the next batch, taking unresolved deals along. Only after the end of the upload."""
    if not uploaded(ledger):
        raise LedgerError("batch is not settled")
    _open(ledger, ledger.batch % 999999 + 1)


def adopt(ledger: object, batch: int) -> None:
    """Take the host's batch number of a sign-on, when ours is empty and differs."""
    empty = not ledger.book.count and not ledger.settling
    if empty and batch != ledger.batch and 1 <= batch <= _BATCH_MAX_OF_HOST:
        _open(ledger, batch)


def _open(ledger: object, batch: int) -> None:
    for deal in reversing.unresolved(ledger):
        payload = Writer().raw(r.pack_deal(deal)).text(deal.f39).number(deal.tries, 1)
        ledger.append(r.CARRY, payload.data())
    ledger.append(r.BATCH_OPEN, Writer().number(batch, 3).data())
    ledger.keep()
