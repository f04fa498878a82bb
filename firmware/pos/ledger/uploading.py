# SPDX-License-Identifier: MIT
"""Batch upload on a ledger: which deals are next, and how far it came (unionpay.md 5.6).

Three stages, in this order: offline sales and adjustments, on-line details, refunds and completion
advices; then the end. Progress is `[stage, seq, count, denied, refusals]`: seq is the journal
sequence of the outcome last told in this stage, count what the host took, denied what it would not
have, refusals how often it said no.
"""

from micropython import const

from pos.ledger import records as r
from pos.ledger.pages import follow

LISTED = const(1)  # the stage whose deals go several a message
END = const(3)
ENDED = r.UPLOAD_ENDED  # and the host said yes to the end
REFUSED = const(5)  # and it said no, as often as we asked
_KINDS = (0x7000, 0x0286, 0x0108)  # of each stage, as sets of core/deal.py


def walk(ledger: object) -> list:
    """Return a place in the journal: next record, deals not ended yet, outcome found last."""
    return [ledger.book.batch_seq, {}, 0]


def first(flags: str) -> list:
    """Return the progress at the beginning, by the host's result digits."""
    return [END if flags == "11" else 0, 0, 0, 0, 0]


def asked(flags: str, domestic: bool) -> bool:
    """Whether deals of this side are to be told: those the host found unbalanced, or all."""
    return "3" in flags or flags[0 if domestic else 1] == "2"


def page(ledger: object, place: list, progress: list, limit: int) -> list:
    """Return the next approved deals of a stage.

    A listed one is but (domestic, STAN, amount in minor units, sealed PAN): eight deals are too
    much for the heap.
    """
    found = []
    kinds, after = _KINDS[progress[0]], progress[1]
    flags = ledger.book.settle_flags

    def visit(kind: int, seq: int, payload: memoryview) -> bool:
        if len(found) == limit:
            return True
        place[0] = seq + 1
        deal = follow(place[1], kind, payload)
        if deal is not None and seq > after and deal.among(kinds) and asked(flags, deal.domestic):
            place[2] = seq
            if progress[0] == LISTED:
                deal = (deal.domestic, deal.stan, deal.amount_minor, deal.pan_sealed)
            found.append(deal)
        return False

    ledger.scan(place[0], visit)
    return found


def refused(ledger: object, progress: list) -> None:
    """Write that the host said no; when it was to the end, the upload begins again."""
    again = first(ledger.book.settle_flags)
    again[4] = progress[4]
    save(ledger, again if progress[0] == END else progress, progress[0] in (LISTED, END))


def save(ledger: object, progress: list, own_stan: bool) -> None:
    """Write how far it came; `own_stan`: the message took the next STAN.

    Where the journal has room for the settlement alone, only the end is written: what is told
    again after a power cut is known to the host.
    """
    from pos.ledger import trading

    if progress[0] < ENDED and not trading.has_room(ledger):
        ledger.book.upload = tuple(progress)
        return
    stan = ledger.book.next_stan if own_stan else 0
    payload = r.pack_key(ledger.batch, stan)
    for i in range(len(r.UPLOAD_SIZES)):
        payload.number(progress[i], r.UPLOAD_SIZES[i])
    ledger.append(r.UPLOAD, payload.data())
