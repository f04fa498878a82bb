# SPDX-License-Identifier: MIT
"""Settlement flow: two confirmations, resumed at every step, one batch number each."""

import unittest

from fakes import swipes
from fakes.board import Press, Sale, Settle
from fakes.hosts import Reply
from fakes.terminals import Terminal
from pos.core.errors import HostDeclined, NoAnswer, NotSent

_CARD = swipes.flux(swipes.CARD_A)
_ON = ("sign_on", Reply())
_SOLD = [_ON, ("sale", Reply())]
_SALE = Sale(12850, _CARD, "1234")
_SILENCE = NoAnswer("silence")
_NOBODY = [("settle", _SILENCE)] * 3  # as often as a reversal is tried
_DONE = [("settle", Reply()), ("0320 207", Reply())]


def slips(terminal, title):
    """Return how many slips bear a title (GBK)."""
    return sum(1 for slip in terminal.paper if title in slip)


def _end(stan, count, code="207"):
    """The call of a batch end."""
    return ("0320 " + code, stan, "%04d" % count)


_REPORT = b"\xbd\xe1\xcb\xe3\xd7\xdc\xbc\xc6\xb5\xa5"  # 结算总计单
_LIST = b"\xbd\xbb\xd2\xd7\xc3\xf7\xcf\xb8"  # 交易明细


class SettleTest(unittest.TestCase):
    def test_balanced(self):
        terminal = Terminal()
        terminal.run([_SALE, Settle()], _SOLD + _DONE)
        tail = "settle.confirm settle.sure settle.busy settle.detail settle.done idle".split()
        self.assertEqual(terminal.screens()[-6:], tail)
        self.assertEqual(terminal.host.calls[-2:], [("settle", 1, 12850, 0), _end(4, 0)])
        self.assertEqual(terminal.book().batch, 2)
        self.assertEqual((slips(terminal, _REPORT), slips(terminal, _LIST)), (1, 0))

    def test_with_the_list(self):
        terminal = Terminal()
        terminal.run([_SALE, Settle(True)], _SOLD + _DONE)
        self.assertEqual(slips(terminal, _LIST), 1)

    def test_list_by_profile(self):
        for wanted, count in (("always", 1), ("never", 0)):
            terminal = Terminal(print_detail=wanted)
            terminal.run([_SALE, Settle()], _SOLD + _DONE)
            self.assertEqual(slips(terminal, _LIST), count)
            self.assertFalse("settle.detail" in terminal.screens())

    def test_silence_is_asked_again(self):
        terminal = Terminal()
        terminal.run([_SALE, Settle()], _SOLD + _NOBODY[:2] + _DONE)
        self.assertEqual(terminal.book().batch, 2)
        self.assertEqual([call[0] for call in terminal.host.calls[2:]].count("settle"), 3)

    def test_silence_at_the_end_is_asked_again_with_the_same_number(self):
        terminal = Terminal()
        script = _SOLD + _DONE[:1] + [("0320 207", _SILENCE)] * 2 + _DONE[1:]
        terminal.run([_SALE, Settle()], script)
        self.assertEqual(terminal.host.calls[-3:], [_end(4, 0)] * 3)
        self.assertEqual(terminal.book().batch, 2)

    def test_one_stray_key_cannot_settle(self):
        for screen in ("settle.confirm", "settle.sure"):
            for way_out in ("CANCEL", "TIMEOUT"):
                terminal = Terminal()
                action = Settle()
                action.answers[screen] = [way_out]
                terminal.run([_SALE, action], _SOLD)
                self.assertEqual(terminal.book().batch, 1)
                self.assertEqual(terminal.book().settle_stan, 0)

    def test_no_answer_blocks_sales_until_it_is_settled(self):
        terminal = Terminal()
        actions = [_SALE, Settle(), _SALE, Press("F3")]
        terminal.run(actions, _SOLD + _NOBODY + _DONE)
        self.assertIn(
            "结算未完成,请先结算", [line for _, ls in terminal.board.display.shown for line in ls]
        )
        book = terminal.book()
        self.assertEqual((book.batch, book.totals.debit_count), (2, 0))

    def test_taken_up_again_at_boot(self):
        for failures in (_NOBODY, [("settle", NotSent("link"))], [("settle", HostDeclined("96"))]):
            terminal = Terminal()
            terminal.run([_SALE, Settle()], _SOLD + failures)
            terminal.run([], [_ON] + _DONE)
            self.assertEqual(terminal.book().batch, 2)
            self.assertEqual(slips(terminal, _REPORT), 1)

    def test_reversals_first(self):
        script = (
            _SOLD[:1]
            + [
                ("sale", _SILENCE),
                ("reverse", _SILENCE),
                ("reverse", "00"),
            ]
            + _DONE
        )
        terminal = Terminal()
        terminal.run([_SALE, Settle()], script)
        self.assertEqual(terminal.host.calls[-2], ("settle", 1, 0, 0))

    def test_unresolved_does_not_hinder_and_is_carried(self):
        lost = ("reverse", _SILENCE)
        script = [_ON, ("sale", _SILENCE), lost, lost, lost, ("settle", Reply(domestic="2"))]
        script.append(("0320 202", Reply()))
        terminal = Terminal()
        terminal.run([_SALE, Settle()], script)
        book = terminal.book()
        self.assertEqual((book.batch, len(book.pending)), (2, 1))

    def test_batch_number_of_the_sign_on_while_settling(self):
        terminal = Terminal()
        terminal.run([_SALE, Settle()], _SOLD + _NOBODY)
        terminal.run([], [("sign_on", Reply(batch=2))] + _DONE)
        self.assertEqual(terminal.book().batch, 2)

    def test_paper_out_puts_the_slip_off(self):
        terminal = Terminal()
        action = Settle()
        action.answers["print.paper"] = ["CANCEL"]
        terminal.run([action, Press("F8")], [_ON] + _DONE, ["paper"])
        self.assertEqual(terminal.book().batch, 2)
        self.assertEqual((slips(terminal, _REPORT), terminal.book().due), (1, []))


class SignOffTest(unittest.TestCase):
    def test_settle_first(self):
        terminal = Terminal()
        menu = Press("MENU", {"menu": ["5"]})
        terminal.run([_SALE, menu], _SOLD)
        self.assertIn("请先结算再签退", terminal.lines("error"))

    def test_sales_are_refused_after_it(self):
        terminal = Terminal()
        menu = Press("MENU", {"menu": ["DOWN", "DOWN", "DOWN", "DOWN", "ENTER"]})
        terminal.run([menu, _SALE], [_ON, ("sign_off", None)])
        self.assertIn("请签到", terminal.lines("error"))
        self.assertIn("请签到 (F4)", terminal.lines("idle"))

    def test_not_required(self):
        terminal = Terminal(require_settle_before_signoff=False)
        menu = Press("MENU", {"menu": ["5"]})
        terminal.run([_SALE, menu], _SOLD + [("sign_off", None)])
        book = terminal.book()
        self.assertEqual((book.batch, book.totals.debit_minor), (1, 12850))

    def test_after_a_settlement(self):
        terminal = Terminal(auto_signoff=True)
        terminal.run([_SALE, Settle(), _SALE], _SOLD + _DONE + [("sign_off", None)])
        self.assertIn("请签到", terminal.lines("error"))
        self.assertEqual(terminal.book().batch, 2)

    def test_after_a_settlement_that_was_taken_up_again(self):
        terminal = Terminal(auto_signoff=True)
        terminal.run([_SALE, Settle()], _SOLD + _NOBODY)
        terminal.run([], [_ON] + _DONE + [("sign_off", None)])
        self.assertIn("请签到 (F4)", terminal.lines("idle"))

    def test_a_host_out_of_reach_does_not_undo_a_settlement(self):
        terminal = Terminal(auto_signoff=True)
        terminal.run([_SALE, Settle()], _SOLD + _DONE + [("sign_off", _SILENCE)])
        self.assertIn("settle.done", terminal.screens())
        self.assertEqual(terminal.book().batch, 2)
