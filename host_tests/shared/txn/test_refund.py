# SPDX-License-Identifier: MIT
"""Refund flow: what is refused here and why, what goes to the host, what a lost answer does."""

import unittest

from fakes import swipes
from fakes.board import Sale, Settle, Void
from fakes.functions import refund
from fakes.hosts import Reply
from fakes.terminals import Terminal
from pos.core.errors import NoAnswer, NotSent

_CARD = swipes.flux(swipes.CARD_A)
_OTHER = swipes.flux(swipes.CARD_B)
_ON = ("sign_on", Reply())
_SOLD = [_ON, ("sale", Reply(rrn="102436000123"))]
_SALE = Sale(12850, _CARD)
_RRN = "102436000123"
_NOT_DELIVERED = bytes.fromhex("c9cfcbcdb2bbb3c9b9a6")  # 上送不成功 in GBK


class RefundTest(unittest.TestCase):
    def setUp(self):
        self.terminal = Terminal(lang="en")

    def run_(self, actions, script):
        self.terminal.run(actions, script)
        return self.terminal.book().totals

    def refused(self, actions, script, words):
        totals = self.run_(actions, script)
        self.assertIn(words, self.terminal.lines("error"))
        self.assertEqual(totals.credit_count, 0)

    def test_by_voucher_by_reference_and_the_last(self):
        for original in ("2", _RRN, ""):
            self.terminal = Terminal(lang="en")
            totals = self.run_(
                [_SALE, refund(original, 12850, _CARD)], _SOLD + [("refund", Reply())]
            )
            self.assertEqual((totals.credit_count, totals.credit_minor), (1, 12850))
            deal = self.terminal.host.sent[-1]
            self.assertEqual((deal.original_rrn, deal.original_date), (_RRN, "1122"))
            self.assertEqual(self.terminal.host.calls[-1], ("refund", 3, 12850, False))
            self.assertNotIn("pin.enter", self.terminal.screens()[-8:])

    def test_rest_is_tracked(self):
        script = _SOLD + [("refund", Reply()), ("refund", Reply())]
        actions = [
            _SALE,
            refund("2", 10000, _CARD),
            refund("2", 2850, _CARD),
            refund("2", 1, _CARD),
        ]
        totals = self.run_(actions, script)
        self.assertEqual((totals.credit_count, totals.credit_minor), (2, 12850))
        self.assertIn("MORE THAN IS LEFT TO REFUND", self.terminal.lines("error"))

    def test_a_declined_refund_takes_nothing_of_the_rest(self):
        script = _SOLD + [("refund", Reply("61")), ("refund", Reply())]
        totals = self.run_([_SALE, refund("2", 12850, _CARD), refund("2", 12850, _CARD)], script)
        self.assertEqual(totals.credit_count, 1)

    def test_more_than_the_sale(self):
        self.refused([_SALE, refund("2", 12851, _CARD)], _SOLD, "MORE THAN IS LEFT TO REFUND")

    def test_another_card(self):
        self.refused([_SALE, refund("2", 100, _OTHER)], _SOLD, "NOT THE SAME CARD")

    def test_unknown_voucher(self):
        self.refused([_SALE, refund("77", 100, _CARD)], _SOLD, "NO SUCH VOUCHER")

    def test_half_a_reference(self):
        self.refused([_SALE, refund("1234567", 100, _CARD)], _SOLD, "12 DIGITS, OR A VOUCHER")

    def test_voided_sale(self):
        script = _SOLD + [("void", Reply())]
        self.run_([_SALE, Void(2, _CARD), refund("2", 100, _CARD)], script)
        self.assertIn("VOIDED OR NOT APPROVED", self.terminal.lines("error"))

    def test_a_refunded_sale_cannot_be_voided(self):
        script = _SOLD + [("refund", Reply())]
        self.run_([_SALE, refund("2", 100, _CARD), Void(2, _CARD)], script)
        self.assertIn("REFUNDED, CANNOT BE VOIDED", self.terminal.lines("error"))

    def test_after_the_settlement(self):
        script = _SOLD + [("settle", Reply()), ("0320 207", Reply()), ("refund", Reply())]
        totals = self.run_([_SALE, Settle(), refund(_RRN, 5000, _CARD)], script)
        self.assertEqual((totals.debit_count, totals.credit_minor), (0, 5000))

    def test_a_sale_of_somebody_elses_asks_for_its_date(self):
        totals = self.run_([refund("998877665544", 700, _CARD)], [_ON, ("refund", Reply())])
        self.assertEqual(totals.credit_minor, 700)
        deal = self.terminal.host.sent[-1]
        self.assertEqual((deal.original_rrn, deal.original_date), ("998877665544", "1122"))

    def test_a_lost_answer_is_asked_for_again(self):
        script = _SOLD + [("refund", NoAnswer("silence")), ("refund", Reply(rrn="7" * 12))]
        totals = self.run_([_SALE, refund("2", 12850, _CARD)], script)
        self.assertEqual(totals.credit_minor, 12850)
        self.assertEqual(len(self.terminal.paper), 4)
        first, again = self.terminal.host.pans[-2:]
        self.assertEqual(first, again)
        self.assertEqual([call[1] for call in self.terminal.host.calls[-2:]], [3, 3])
        self.assertIn("outcome.approved", self.terminal.screens()[-3:])

    def test_a_repeat_that_is_a_duplicate_to_the_host(self):
        script = _SOLD + [("refund", NoAnswer("silence")), ("refund", Reply("94"))]
        for booked, credit_minor in ((False, 0), (True, 12850)):
            self.terminal = Terminal(lang="en", duplicate_is_booked=booked)
            totals = self.run_([_SALE, refund("2", 12850, _CARD)], script)
            self.assertEqual(totals.credit_minor, credit_minor)
            self.assertEqual(self.terminal.book().pending, {})

    def test_silence_is_repeated_before_the_next_transaction(self):
        silence = ("refund", NoAnswer("silence"))
        script = _SOLD + [silence, silence, ("refund", Reply()), ("sale", Reply())]
        totals = self.run_([_SALE, refund("2", 12850, _CARD), _SALE], script)
        self.assertEqual((totals.debit_count, totals.credit_count), (2, 1))
        self.assertEqual(self.terminal.host.calls[-2][:2], ("refund", 3))

    def test_tries_used_up_stay_listed(self):
        silence = ("refund", NoAnswer("silence"))
        terminal = Terminal(lang="en", reversal_tries=1)
        terminal.run([_SALE, refund("2", 12850, _CARD)], _SOLD + [silence] * 2)
        (deal,) = terminal.book().pending.values()
        self.assertTrue(deal.unresolved)
        self.assertIn(_NOT_DELIVERED, terminal.paper[-1])

    def test_nothing_left_nothing_pending(self):
        self.run_(
            [_SALE, refund("2", 12850, _CARD)], _SOLD + [("refund", NotSent("no connection"))]
        )
        self.assertEqual(self.terminal.book().pending, {})


if __name__ == "__main__":
    unittest.main()
