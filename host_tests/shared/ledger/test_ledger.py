# SPDX-License-Identifier: MIT
"""The ledger: what is durable when, what a reboot finds, and what is refused."""

import unittest

from fakes import ledgers
from pos.core.deal import APPROVED, DECLINED, NOT_SENT, REVERSED, SALE, VOID, VOIDED
from pos.core.errors import LedgerError, Refused
from pos.ledger import jobs, reversing, settling, trading, uploading
from pos.ledger import records as r
from pos.ledger.history import closed_book, in_batch


class TradingTest(unittest.TestCase):
    def setUp(self):
        self.nor = ledgers.flash()
        self.ledger = ledgers.load(self.nor)

    def reboot(self):
        self.ledger = ledgers.load(self.nor.reboot())
        return self.ledger

    def test_first_batch_and_voucher(self):
        deal = ledgers.sale()
        trading.begin(self.ledger, deal)
        self.assertEqual((deal.batch, deal.stan), (1, 1))

    def test_intent_alone_is_a_pending_reversal(self):
        trading.begin(self.ledger, ledgers.sale(500))
        due = reversing.due(self.reboot())
        self.assertEqual((due.stan, due.amount_minor, due.f39), (1, 500, "06"))
        self.assertEqual(due.pan_masked, "622202******0123")
        self.assertEqual(self.ledger.book.totals.debit_count, 0)

    def test_approved_counts_and_its_slip_is_due(self):
        ledgers.approve(self.ledger, ledgers.sale(12850))
        book = self.reboot().book
        self.assertEqual((book.totals.debit_count, book.totals.debit_minor), (1, 12850))
        self.assertEqual(len(book.pending), 0)
        self.assertEqual([(job.kind, job.stan) for job in book.due], [(r.JOB_SLIP, 1)])

    def test_declined_and_not_sent_count_nothing(self):
        declined = ledgers.sale()
        trading.begin(self.ledger, declined)
        declined.state = DECLINED
        declined.response = "51"
        trading.outcome(self.ledger, declined)
        unsent = ledgers.sale()
        trading.begin(self.ledger, unsent)
        unsent.state = NOT_SENT
        trading.outcome(self.ledger, unsent)
        book = self.reboot().book
        self.assertEqual((book.count, book.totals.debit_count, len(book.pending)), (0, 0, 0))
        self.assertEqual(book.next_stan, 3)

    def test_foreign_scheme_has_its_own_totals(self):
        ledgers.approve(self.ledger, ledgers.sale(700), "VIS")
        totals = self.reboot().book.totals
        self.assertEqual((totals.foreign_debit_count, totals.foreign_debit_minor), (1, 700))
        self.assertEqual(totals.debit_count, 0)

    def test_void_stays_in_debit_and_counts_in_credit(self):
        sale = ledgers.approve(self.ledger, ledgers.sale(12850))
        void = ledgers.approve(self.ledger, ledgers.void(sale))
        ledger = self.reboot()
        totals = ledger.book.totals
        self.assertEqual((totals.debit_count, totals.credit_count), (1, 1))
        self.assertEqual(in_batch(ledger, sale.stan).state, VOIDED)
        self.assertEqual(in_batch(ledger, void.stan).state, APPROVED)
        self.assertEqual(ledger.book.by_kind, {SALE: [1, 12850], VOID: [1, 12850]})

    def test_pending_void_leaves_the_sale_approved(self):
        sale = ledgers.approve(self.ledger, ledgers.sale())
        trading.begin(self.ledger, ledgers.void(sale))
        self.assertEqual(in_batch(self.reboot(), sale.stan).state, APPROVED)

    def test_voucher_numbers_never_repeat(self):
        self.assertEqual(trading.take_stan(self.ledger), 1)
        trading.begin(self.ledger, ledgers.sale())
        self.assertEqual(self.reboot().book.next_stan, 3)

    def test_voucher_number_wraps_to_one(self):
        self.ledger.book.next_stan = 999999
        self.assertEqual(trading.take_stan(self.ledger), 999999)
        self.assertEqual(self.reboot().book.next_stan, 1)

    def test_an_outcome_needs_its_intent(self):
        deal = ledgers.sale()
        deal.batch, deal.stan, deal.state = 1, 77, APPROVED
        before = self.nor.ops
        self.assertRaises(LedgerError, trading.outcome, self.ledger, deal)
        self.assertRaises(LedgerError, reversing.done, self.ledger, deal)
        self.assertEqual(self.nor.ops, before)


class ReversalTest(unittest.TestCase):
    def setUp(self):
        self.nor = ledgers.flash()
        self.ledger = ledgers.load(self.nor)
        self.deal = ledgers.sale(8800)
        trading.begin(self.ledger, self.deal)

    def test_done(self):
        reversing.done(self.ledger, self.deal)
        ledger = ledgers.load(self.nor.reboot())
        self.assertIsNone(reversing.due(ledger))
        self.assertEqual(in_batch(ledger, self.deal.stan).state, REVERSED)
        self.assertEqual(ledger.book.count, 0)

    def test_never_dropped(self):
        trading.pending(self.ledger, self.deal).f39 = "98"
        for _ in range(3):
            reversing.tried(self.ledger, self.deal)
        ledger = ledgers.load(self.nor.reboot())
        self.assertIsNone(reversing.due(ledger))
        unresolved = reversing.unresolved(ledger)
        self.assertEqual([(d.stan, d.f39, d.tries) for d in unresolved], [(1, "98", 3)])
        self.assertEqual([job.kind for job in ledger.book.due], [r.JOB_FAULT])

    def test_more_tries_of_an_unresolved_deal_write_nothing(self):
        for _ in range(3):
            reversing.tried(self.ledger, self.deal)
        before = self.nor.ops
        reversing.tried(self.ledger, self.deal)
        self.assertEqual(self.nor.ops, before)

    def test_unresolved_survives_settlements_and_resolves_later(self):
        for _ in range(3):
            reversing.tried(self.ledger, self.deal)
        ledgers.settle(self.ledger)
        ledgers.settle(self.ledger)
        nor = self.nor.reboot()
        ledger = ledgers.load(nor)
        self.assertEqual(ledger.batch, 3)
        deal = reversing.unresolved(ledger)[0]
        self.assertEqual((deal.batch, deal.stan, deal.amount_minor), (1, 1, 8800))
        reversing.done(ledger, deal)
        self.assertEqual(reversing.unresolved(ledgers.load(nor.reboot())), [])

    def test_no_settlement_over_a_reversal_that_has_tries_left(self):
        self.assertRaises(LedgerError, settling.start, self.ledger, "20261122220311")


class SettlementTest(unittest.TestCase):
    def setUp(self):
        self.nor = ledgers.flash()
        self.ledger = ledgers.load(self.nor)
        ledgers.approve(self.ledger, ledgers.sale(12850))

    def reboot(self):
        self.ledger = ledgers.load(self.nor.reboot())
        return self.ledger

    def test_the_same_stan_again_after_a_cut(self):
        stan = settling.start(self.ledger, "20261122220311")
        ledger = self.reboot()
        self.assertTrue(ledger.settling)
        self.assertEqual(settling.start(ledger, "20261122220400"), stan)
        self.assertRaises(LedgerError, trading.begin, ledger, ledgers.sale())

    def test_result_is_kept_until_the_batch_is_closed(self):
        settling.start(self.ledger, "20261122220311")
        self.assertRaises(LedgerError, settling.close, self.ledger)
        settling.result(self.ledger, "12", "20261122220312", "220312000140", "7" * 62)
        book = self.reboot().book
        self.assertEqual((book.settle_flags, book.settle_time), ("12", "20261122220312"))
        self.assertEqual((book.settle_host, book.upload), ("7" * 62, (0, 0, 0, 0, 0)))
        self.assertFalse(settling.uploaded(self.ledger))

    def test_totals_of_the_host_are_kept_where_they_differ(self):
        settling.start(self.ledger, "20261122220311")
        settling.result(self.ledger, "11", "20261122220312", "220312000140", "7" * 62)
        self.assertEqual(self.reboot().book.settle_host, "")

    def test_the_slip_is_due_once_all_is_uploaded(self):
        settling.start(self.ledger, "20261122220311")
        settling.result(self.ledger, "21", "20261122220312", "220312000140", "7" * 62)
        jobs = len(self.ledger.book.due)
        uploading.save(self.ledger, [uploading.LISTED, 9, 8, 0, 0], True)
        before, ledger = self.ledger, self.reboot()
        self.assertEqual((ledger.book.upload, len(ledger.book.due)), ((1, 9, 8, 0, 0), jobs))
        self.assertRaises(LedgerError, settling.close, ledger)
        for stage in (uploading.ENDED, uploading.REFUSED):
            uploading.save(before, [stage, 0, 8, 0, 0], True)
            self.assertEqual(self.reboot().book.due[-1].kind, r.JOB_SETTLEMENT)
            self.assertTrue(settling.uploaded(self.ledger))

    def test_a_message_of_the_upload_takes_its_number(self):
        settling.start(self.ledger, "20261122220311")
        settling.result(self.ledger, "21", "20261122220312", "220312000140", "7" * 62)
        stan = self.ledger.book.next_stan
        before = self.ledger
        uploading.save(before, [0, 7, 1, 0, 0], False)  # a copy has the number of its deal
        self.assertEqual(self.reboot().book.next_stan, stan)
        uploading.save(before, [1, 9, 9, 0, 0], True)
        self.assertEqual(self.reboot().book.next_stan, stan + 1)

    def test_next_batch_once(self):
        ledgers.settle(self.ledger)
        ledger = self.reboot()
        self.assertEqual((ledger.batch, ledger.settling, ledger.book.count), (2, False, 0))
        closed = closed_book(ledger)
        self.assertEqual((closed.batch, closed.totals.debit_minor), (1, 12850))

    def test_batch_number_of_the_host(self):
        settling.adopt(self.ledger, 17)
        self.assertEqual(self.ledger.batch, 1)  # it holds a sale: its number stays
        ledgers.settle(self.ledger)
        settling.adopt(self.ledger, 17)
        self.assertEqual(self.reboot().batch, 17)
        settling.adopt(self.ledger, 999999)
        self.assertEqual(self.ledger.batch, 17)


class RoomTest(unittest.TestCase):
    def test_batch_full(self):
        ledger = ledgers.load(ledgers.flash(), batch_max=2)
        for _ in range(2):
            trading.check_room(ledger)
            ledgers.approve(ledger, ledgers.sale())
        with self.assertRaises(Refused) as caught:
            trading.check_room(ledger)
        self.assertEqual(caught.exception.reason, "store.full")
        ledgers.settle(ledger)
        trading.check_room(ledger)

    def test_journal_full_still_settles_and_wraps(self):
        nor = ledgers.flash(6)
        ledger = ledgers.load(nor)
        for _ in range(3):
            sales = 0
            try:
                while True:
                    trading.check_room(ledger)
                    deal = ledgers.approve(ledger, ledgers.sale())
                    jobs.begin(ledger, r.JOB_SLIP, deal.batch, deal.stan, 1)
                    jobs.proved(ledger, r.JOB_SLIP, deal.batch, deal.stan, 1)
                    jobs.proved(ledger, r.JOB_SLIP, deal.batch, deal.stan, 2)
                    sales += 1
            except Refused as error:
                self.assertEqual(error.reason, "store.full")
            self.assertGreater(sales, 10)
            self.assertEqual(ledger.book.totals.debit_count, sales)
            ledgers.settle(ledger)
            nor = nor.reboot()
            ledger = ledgers.load(nor)
            self.assertEqual(ledger.book.totals.debit_count, 0)

    def test_totals_near_the_field_limit(self):
        ledger = ledgers.load(ledgers.flash())
        ledgers.approve(ledger, ledgers.sale(9999000000))
        self.assertRaises(Refused, trading.check_room, ledger)


class PrintTest(unittest.TestCase):
    def setUp(self):
        self.nor = ledgers.flash()
        self.ledger = ledgers.load(self.nor)
        self.deal = ledgers.approve(self.ledger, ledgers.sale())

    def step(self, step, copy):
        jobs._step(self.ledger, r.JOB_SLIP, self.deal.batch, self.deal.stan, copy, step)

    def printed(self):
        ledger = ledgers.load(self.nor.reboot())
        return in_batch(ledger, self.deal.stan).printed, ledger.book.due

    def test_steps(self):
        self.assertEqual(self.printed()[0], "no")
        self.step(r.BEGUN, 1)
        state, due = self.printed()
        self.assertEqual((state, due[0].begun, due[0].copies_proved), ("unknown", True, 0))
        self.step(r.PROVED, 1)
        state, due = self.printed()
        self.assertEqual((state, due[0].begun, due[0].copies_proved), ("yes", False, 1))
        self.step(r.PROVED, 2)
        self.assertEqual(self.printed(), ("yes", []))

    def test_reprints_are_counted(self):
        self.step(r.PROVED, 1)
        self.step(r.BEGUN, r.REPRINT_COPY)
        self.step(r.BEGUN, r.REPRINT_COPY + 1)
        self.assertEqual(in_batch(self.ledger, self.deal.stan).reprints, 2)
        self.assertEqual(in_batch(self.ledger, self.deal.stan).printed, "yes")
