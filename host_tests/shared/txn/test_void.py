# SPDX-License-Identifier: MIT
"""Void flow: the truth table of its refusals (features.md row 14), each with its own words."""

import unittest

from fakes import swipes
from fakes.board import Sale, Settle, Void
from fakes.hosts import Reply
from fakes.terminals import Terminal
from pos.core.errors import NoAnswer

_CARD = swipes.flux(swipes.CARD_A)
_OTHER = swipes.flux(swipes.CARD_B)
_ON = ("sign_on", Reply())
_SOLD = [_ON, ("sale", Reply())]
_SALE = Sale(12850, _CARD, "1234")


class VoidTest(unittest.TestCase):
    def refused(self, actions, script, words):
        terminal = Terminal()
        terminal.run(actions, script)
        self.assertIn(words, terminal.lines("error"))
        self.assertEqual(terminal.book().totals.credit_count, 0)

    def test_last_sale_and_by_voucher(self):
        for stan in (0, 2):
            terminal = Terminal()
            terminal.run([_SALE, Void(stan, _CARD, "1234")], _SOLD + [("void", Reply())])
            self.assertEqual(terminal.host.calls[-1], ("void", 3, 2))
            totals = terminal.book().totals
            self.assertEqual((totals.debit_count, totals.credit_minor), (1, 12850))
            self.assertEqual(len(terminal.paper), 4)

    def test_wrong_password_three_times(self):
        action = Void(2, _CARD)
        action.answers["role.password"] = list("111111") + ["ENTER"]
        self.refused([_SALE, action], _SOLD, "密码错")

    def test_no_such_voucher(self):
        self.refused([_SALE, Void(77, _CARD)], _SOLD, "无此凭证号")

    def test_nothing_sold_yet(self):
        self.refused([Void(0, _CARD)], [_ON], "无此凭证号")

    def test_other_card(self):
        self.refused([_SALE, Void(2, _OTHER)], _SOLD, "请用原卡")

    def test_twice(self):
        terminal = Terminal()
        actions = [_SALE, Void(2, _CARD, "1234"), Void(2, _CARD)]
        terminal.run(actions, _SOLD + [("void", Reply())])
        self.assertIn("该笔已撤销", terminal.lines("error"))

    def test_void_of_a_void(self):
        terminal = Terminal()
        actions = [_SALE, Void(2, _CARD, "1234"), Void(3, _CARD)]
        terminal.run(actions, _SOLD + [("void", Reply())])
        self.assertIn("该笔不可撤销", terminal.lines("error"))

    def test_declined_sale(self):
        self.refused([_SALE, Void(2, _CARD)], [_ON, ("sale", Reply("51"))], "该笔未成功")

    def test_settled_batch(self):
        terminal = Terminal()
        actions = [_SALE, Settle(), Void(2, _CARD)]
        terminal.run(actions, _SOLD + [("settle", Reply()), ("0320 207", Reply())])
        self.assertIn("已结算,请用退货", terminal.lines("error"))

    def test_declined_void_leaves_the_sale(self):
        terminal = Terminal()
        actions = [_SALE, Void(2, _CARD), Void(2, _CARD)]
        terminal.run(actions, _SOLD + [("void", Reply("22")), ("void", Reply())])
        self.assertEqual(terminal.book().totals.credit_count, 1)

    def test_reversed_void_leaves_the_sale(self):
        terminal = Terminal()
        script = _SOLD + [("void", NoAnswer("silence")), ("reverse", "00"), ("void", Reply())]
        terminal.run([_SALE, Void(2, _CARD), Void(2, _CARD)], script)
        self.assertEqual(terminal.book().totals.credit_count, 1)

    def test_cancel_and_time_out_at_every_prompt(self):
        for way_out in ("CANCEL", "TIMEOUT"):
            for screen in ("role.password", "void.voucher", "card.swipe", "pin.enter"):
                terminal = Terminal()
                action = Void(2, _CARD)
                action.answers[screen] = [way_out]
                terminal.run([_SALE, action], _SOLD)
                self.assertEqual(terminal.screens()[-2:], [screen, "idle"])
