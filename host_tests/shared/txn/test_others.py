# SPDX-License-Identifier: MIT
"""Balance, transfer, offline sale, adjustment, tip, partial approval, query: by screens."""

import unittest

from fakes import functions, swipes
from fakes.board import Function, Sale, Settle
from fakes.functions import adjust
from fakes.hosts import Reply
from fakes.terminals import Terminal
from pos.core.errors import NoAnswer, NotSent

_CARD = swipes.flux(swipes.CARD_A)
_OTHER = swipes.flux(swipes.CARD_B)
_OTHER_PAN = b"6250930000000002"
_ON = ("sign_on", Reply())
_REFUSED = bytes.fromhex("d4adc7a9b9bab5a5d7f7b7cf")  # 原签购单作废 in GBK


_PAN = "6200001234567892"


def balance():
    return functions.balance(_CARD)


def transfer(to=_OTHER, sure="ENTER"):
    return functions.transfer(_CARD, to, 5000, sure=sure)


def offline(pan=_PAN):
    return functions.offline(pan, 12345)


class OthersTest(unittest.TestCase):
    def run_(self, actions, script, **profile):
        self.terminal = Terminal(lang="en", **profile)
        self.terminal.run(actions, script)
        return self.terminal.book()

    def test_balance_is_shown_and_nothing_else(self):
        book = self.run_([balance()], [_ON, ("balance", Reply(balance_minor=123456))])
        self.assertIn("AMOUNT RMB 1234.56", self.terminal.lines("outcome.approved"))
        self.assertEqual((book.count, book.totals.debit_count, self.terminal.paper), (0, 0, []))
        self.assertEqual(book.due, [])

    def test_balance_without_an_answer_leaves_nothing(self):
        book = self.run_([balance()], [_ON, ("balance", NoAnswer("silence"))])
        self.assertEqual((book.pending, book.count), ({}, 0))
        self.assertIn("HOST DOES NOT ANSWER", self.terminal.lines("error"))

    def test_transfer_is_confirmed_twice(self):
        book = self.run_([transfer()], [_ON, ("transfer", Reply())])
        deal = self.terminal.host.sent[-1]
        self.assertEqual((deal.amount_minor, deal.to_masked[-4:]), (5000, "0002"))
        self.assertEqual((book.totals.debit_count, book.count), (0, 1))
        names = self.terminal.screens()
        self.assertEqual(names.index("transfer.sure"), names.index("transfer.confirm") + 1)

    def test_transfer_in_both_layouts(self):
        for layout, width in (("f62", len(_OTHER_PAN)), ("f48", 20)):
            script = [_ON, ("transfer", Reply())]
            self.run_([transfer()], script, transfer_layout=layout)
            wide = b"0" * (width - len(_OTHER_PAN)) + _OTHER_PAN
            self.assertEqual(self.terminal.host.receivers, [wide])
            self.assertEqual(self.terminal.host.sent[-1].to_masked[-4:], "0002")

    def test_transfer_not_sure(self):
        self.run_([transfer(sure="CANCEL")], [_ON])
        self.assertEqual(self.terminal.book().next_stan, 2)

    def test_transfer_to_itself(self):
        self.run_([transfer(_CARD)], [_ON])
        self.assertIn("BOTH CARDS ARE THE SAME", self.terminal.lines("error"))

    def test_transfer_is_reversed(self):
        script = [_ON, ("transfer", NoAnswer("silence")), ("reverse", "00")]
        self.assertEqual(self.run_([transfer()], script).pending, {})

    def test_offline_is_on_paper_first_and_counts_when_sent(self):
        book = self.run_([offline()], [_ON])
        self.assertEqual((len(book.pending), book.totals.debit_count), (1, 0))
        self.assertEqual(len(self.terminal.paper), 2)
        script = [_ON, ("offline", Reply()), ("settle", Reply()), ("0320 207", Reply())]
        self.run_([offline(), Settle()], script)
        self.assertEqual(self.terminal.host.calls[1], ("offline", 2, 12345, False))
        self.assertEqual(self.terminal.host.pans, [b"6200001234567892"])
        deal = self.terminal.host.sent[0]
        found = deal.entry_mode, deal.expiry, deal.original_auth, deal.auth_mode
        self.assertEqual(found, ("012", "3012", "445566", "01"))

    def test_offline_goes_before_the_next_sale(self):
        script = [_ON, ("offline", Reply()), ("sale", Reply())]
        book = self.run_([offline(), Sale(100, _CARD)], script)
        self.assertEqual((book.totals.debit_count, book.totals.debit_minor), (2, 12445))

    def test_offline_refused_is_corrected_on_paper(self):
        script = [_ON, ("offline", Reply("14")), ("sale", Reply())]
        book = self.run_([offline(), Sale(100, _CARD)], script)
        self.assertEqual((book.totals.debit_count, book.pending, book.due), (1, {}, []))
        self.assertEqual(len([slip for slip in self.terminal.paper if _REFUSED in slip]), 1)

    def test_offline_without_a_line(self):
        script = [("sign_on", NotSent("no link"))]
        book = self.run_([offline()], script)
        self.assertEqual(len(book.pending), 1)

    def test_offline_limit(self):
        self.run_([offline(), offline()], [_ON], offline_max=1)
        self.assertIn("TOO MANY STORED: GO ON LINE", self.terminal.lines("error"))

    def test_wrong_check_digit_is_not_taken(self):
        bad = offline("6200001234567891")
        bad.answers["card.number"] += ["CANCEL"]
        self.assertEqual(self.run_([bad], [_ON]).pending, {})

    def test_adjustment_moves_the_amount_not_the_count(self):
        script = [_ON, ("offline", Reply()), ("sale", Reply("51")), ("adjust", Reply())]
        book = self.run_([offline(), Sale(100, _CARD), adjust("adjust", 13000)], script)
        self.assertEqual((book.totals.debit_count, book.totals.debit_minor), (1, 13000))
        deal = self.terminal.host.sent[-1]
        self.assertEqual(
            (deal.original_stan, deal.before_minor, deal.amount_minor), (2, 12345, 13000)
        )

    def test_tip_is_added_once(self):
        script = [_ON, ("sale", Reply()), ("adjust", Reply())]
        tip = adjust("tip", 655)
        second = adjust("tip", 1)
        second.answers["adjust.voucher"] = ["2", "ENTER"]
        book = self.run_([Sale(12345, _CARD), tip, second], script)
        self.assertEqual((book.totals.debit_count, book.totals.debit_minor), (1, 13000))
        self.assertIn("ADJUSTED OR REFUNDED BEFORE", self.terminal.lines("error"))

    def test_partial_approval_is_what_the_host_says(self):
        part = Reply("10", amount_minor=7000)
        book = self.run_([Sale(12850, _CARD)], [_ON, ("sale", part)], partial_approval=True)
        self.assertEqual(book.totals.debit_minor, 7000)
        shown = self.terminal.lines("outcome.approved")
        self.assertEqual(shown[1:3], ["PARTLY APPROVED", "AMOUNT RMB 70.00"])

    def test_approved_with_a_note(self):
        for code in ("A2", "A4", "A5", "A6"):
            book = self.run_([Sale(12850, _CARD)], [_ON, ("sale", Reply(code))])
            self.assertEqual(book.totals.debit_count, 1)
            self.assertIn("CONFIRM WITH ISSUER", self.terminal.lines("outcome.approved"))

    def test_query_and_print_again(self):
        answers = {"query.voucher": ["2", "ENTER"], "query.show": ["ENTER"]}
        script = [_ON, ("sale", Reply())]
        self.run_([Sale(12850, _CARD), Function("query", answers)], script)
        self.assertIn("APPROVED", self.terminal.lines("query.show"))
        self.assertEqual(len(self.terminal.paper), 3)


if __name__ == "__main__":
    unittest.main()
