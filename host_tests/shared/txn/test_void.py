# SPDX-License-Identifier: MIT
"""Void flow: the truth table of its refusals (features.md row 14), each with its own words."""

import unittest

from fakes import swipes
from fakes.board import Sale, Settle, Void
from fakes.functions import adjust, preauth, refund
from fakes.hosts import Reply
from fakes.terminals import Terminal
from pos.core.errors import NoAnswer

_CARD = swipes.flux(swipes.CARD_A)
_OTHER = swipes.flux(swipes.CARD_B)
_ON = ("sign_on", Reply())
_SOLD = [_ON, ("sale", Reply())]
_SALE = Sale(12850, _CARD, "1234")


def _wrong_password():
    action = Void(2, _CARD)
    action.answers["role.password"] = list("111111") + ["ENTER"]
    return action


_VOIDED = _SOLD + [("void", Reply())]
_REFUNDED = _SOLD + [("refund", Reply())]
_TIPPED = _SOLD + [("adjust", Reply())]
_HELD = [_ON, ("preauth", Reply())]
# name, what the cashier did before, what the host answered, the attempt, what the screen says
_TABLE = (
    ("no supervisor", [_SALE], _SOLD, _wrong_password(), "密码错"),
    ("no such voucher", [_SALE], _SOLD, Void(77, _CARD), "无此凭证号"),
    ("nothing sold yet", [], [_ON], Void(0, _CARD), "无此凭证号"),
    ("another card", [_SALE], _SOLD, Void(2, _OTHER), "请用原卡"),
    ("twice", [_SALE, Void(2, _CARD)], _VOIDED, Void(2, _CARD), "该笔已撤销"),
    ("a void", [_SALE, Void(2, _CARD)], _VOIDED, Void(3, _CARD), "该笔不可撤销"),
    ("a refund", [_SALE, refund("2", 5, _CARD)], _REFUNDED, Void(3, _CARD), "该笔不可撤销"),
    ("a pre-authorisation", [preauth(5, _CARD)], _HELD, Void(2, _CARD), "该笔不可撤销"),
    ("declined", [_SALE], [_ON, ("sale", Reply("51"))], Void(2, _CARD), "该笔未成功"),
    (
        "reversed",
        [_SALE],
        [_ON, ("sale", NoAnswer("silence")), ("reverse", "00")],
        Void(2, _CARD),
        "该笔未成功",
    ),
    (
        "refunded in part",
        [_SALE, refund("2", 5, _CARD)],
        _REFUNDED,
        Void(2, _CARD),
        "已退货,不可撤销",
    ),
    ("with a tip", [_SALE, adjust("tip", 5)], _TIPPED, Void(2, _CARD), "已调整,请用退货"),
    (
        "of a settled batch",
        [_SALE, Settle()],
        _SOLD + [("settle", Reply()), ("0320 207", Reply())],
        Void(2, _CARD),
        "已结算,请用退货",
    ),
)


class VoidTest(unittest.TestCase):
    def test_last_sale_and_by_voucher(self):
        for stan in (0, 2):
            terminal = Terminal()
            terminal.run([_SALE, Void(stan, _CARD, "1234")], _SOLD + [("void", Reply())])
            self.assertEqual(terminal.host.calls[-1], ("void", 3, 2))
            totals = terminal.book().totals
            self.assertEqual((totals.debit_count, totals.credit_minor), (1, 12850))
            self.assertEqual(len(terminal.paper), 4)

    def test_truth_table(self):
        for name, before, script, action, words in _TABLE:
            terminal = Terminal()
            terminal.run(before + [action], script)
            self.assertIn(words, terminal.lines("error"), name)
            self.assertEqual(terminal.screens()[-1], "idle", name)
            calls = [call[0] for call in terminal.host.calls]
            self.assertEqual(calls, [method for method, _ in script], name + ": nothing was sent")

    def test_of_yesterday(self):
        """In a batch that was not settled: the host's date decides, not the batch."""
        terminal = Terminal()
        late = Reply(date="1121", time="235959")
        terminal.run([_SALE, Void(2, _CARD)], [_ON, ("sale", late), _ON])
        self.assertIn("非当日交易,请用退货", terminal.lines("error"))
        terminal = Terminal(void_same_day=False)
        terminal.run([_SALE, Void(2, _CARD)], [_ON, ("sale", late), _ON, ("void", Reply())])
        self.assertEqual(terminal.book().totals.credit_count, 1)

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
