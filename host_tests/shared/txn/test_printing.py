# SPDX-License-Identifier: MIT
"""Print jobs: paper faults never lose a slip and never stop the money."""

import unittest

from fakes import ledgers, swipes
from fakes.board import Press, Sale
from fakes.hosts import Reply
from fakes.terminals import Terminal
from pos.ledger import jobs
from pos.ledger import records as r

_CARD = swipes.flux(swipes.CARD_A)
_ON = ("sign_on", Reply())
_SOLD = [_ON, ("sale", Reply())]
_DUPLICATE = b"DUPLICATED"


def sale(paper_key="ENTER"):
    action = Sale(12850, _CARD, "1234")
    action.answers["print.paper"] = [paper_key]
    return action


class PrintingTest(unittest.TestCase):
    def setUp(self):
        self.terminal = Terminal()

    def test_paper_out_then_ok(self):
        self.terminal.run([sale()], _SOLD, ["paper"])
        self.assertIn("打印机缺纸", self.terminal.lines("print.paper"))
        self.assertEqual((len(self.terminal.paper), self.terminal.book().due), (2, []))

    def test_put_off_and_printed_later(self):
        self.terminal.run([sale("CANCEL"), Press("F8")], _SOLD, ["cover"])
        shown = [line for screen, lines in self.terminal.board.display.shown for line in lines]
        self.assertIn("待打印 1张", shown)
        self.assertEqual((len(self.terminal.paper), self.terminal.book().due), (2, []))

    def test_due_slip_is_printed_at_boot(self):
        self.terminal.run([sale("CANCEL")], _SOLD, ["paper"])
        self.assertEqual((self.terminal.paper, len(self.terminal.book().due)), ([], 1))
        self.terminal.run([], [_ON])
        self.assertEqual(len(self.terminal.paper), 2)
        self.assertFalse(_DUPLICATE in self.terminal.paper[0])

    def test_begun_and_not_proved_is_printed_again_as_a_duplicate(self):
        self.terminal.run([sale("CANCEL")], _SOLD, ["paper"])
        nor = self.terminal.nor.reboot()
        jobs.begin(ledgers.load(nor), r.JOB_SLIP, 1, 2, 1)
        self.terminal.nor = nor
        self.terminal.run([], [_ON])
        self.assertEqual([_DUPLICATE in slip for slip in self.terminal.paper], [True, False])

    def test_reprint_of_the_last_slip_counts(self):
        self.terminal.run([sale(), Press("F8"), Press("F8")], _SOLD)
        self.assertEqual(
            [_DUPLICATE in s for s in self.terminal.paper], [False, False, True, True]
        )
        self.assertTrue(b" 2 " in self.terminal.paper[3])

    def test_nothing_to_reprint(self):
        self.terminal.run([Press("F8")], [_ON])
        self.assertIn("无可打印", self.terminal.lines("error"))

    def test_reprint_of_the_settlement(self):
        from fakes.board import Settle

        menu = Press("MENU", {"menu": ["7"]})
        self.terminal.run(
            [sale(), Settle(), menu], _SOLD + [("settle", Reply()), ("0320 207", Reply())]
        )
        self.assertEqual(len(self.terminal.paper), 4)
        self.assertTrue(_DUPLICATE in self.terminal.paper[3])
