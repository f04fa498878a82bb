# SPDX-License-Identifier: MIT
"""The transaction list reads a closed batch page by page."""

import unittest

from fakes import ledgers
from pos.core.deal import APPROVED, DECLINED, VOIDED
from pos.ledger import reversing, trading
from pos.ledger.pages import Pages


def listed(ledger):
    """Return (voucher, state) of every deal on the list."""
    pages = Pages(ledger.scan, ledger.book.closed[1])
    found = []
    while True:
        page = pages.page()
        if not page:
            return found
        found += [(deal.stan, deal.state) for deal in page]


class PagesTest(unittest.TestCase):
    def test_several_pages_with_a_void_a_decline_and_a_reversal(self):
        ledger = ledgers.load(ledgers.flash())
        first = ledgers.approve(ledger, ledgers.sale(100))
        declined = ledgers.sale(200)
        trading.begin(ledger, declined)
        declined.state = DECLINED
        trading.outcome(ledger, declined)
        reversed_sale = ledgers.sale(300)
        trading.begin(ledger, reversed_sale)
        reversing.done(ledger, reversed_sale)
        for amount in range(20):
            ledgers.approve(ledger, ledgers.sale(1000 + amount))
        ledgers.approve(ledger, ledgers.void(first))
        ledgers.settle(ledger)
        ledgers.approve(ledger, ledgers.sale(99))
        expected = [(1, VOIDED)] + [(stan, APPROVED) for stan in range(4, 25)]
        self.assertEqual(listed(ledger), expected)

    def test_empty_batch(self):
        ledger = ledgers.load(ledgers.flash())
        ledgers.settle(ledger)
        self.assertEqual(listed(ledger), [])
