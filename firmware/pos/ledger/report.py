# SPDX-License-Identifier: MIT
"""The numbers of a settlement slip, taken from one book: paper and F48 have the same source."""

from pos.ledger.records import UPLOAD_ENDED


class Report:
    """What the settlement slip prints. Pairs are (count, amount_minor)."""

    def __init__(self, book: object, pending: object, operator: str) -> None:
        self.batch = book.batch
        self.totals = book.totals
        self.by_kind = book.by_kind
        self.flags = (book.settle_flags[:1], book.settle_flags[1:])
        self.time = book.settle_time
        self.host = book.settle_host
        stage, _, self.uploaded, self.denied, _ = book.upload or (0, 0, 0, 0, 0)
        self.end_refused = stage > UPLOAD_ENDED
        self.operator = operator
        self.pending = (0, 0)
        self.unresolved = (0, 0)
        for deal in pending:
            count, amount_minor = self.unresolved if deal.unresolved else self.pending
            pair = (count + 1, amount_minor + deal.amount_minor)
            if deal.unresolved:
                self.unresolved = pair
            else:
                self.pending = pair
