# SPDX-License-Identifier: MIT
"""Batch upload: what is told, in which order, and how it goes on after silence, a no, or a cut."""

import unittest

from fakes import ledgers, swipes
from fakes.board import Press, Sale, Settle, Void
from fakes.hosts import FakeKeys, Reply
from fakes.terminals import Terminal
from pos.core.deal import ADVICE, COMPLETION, DECLINED, OFFLINE, PREAUTH, REFUND, TIP
from pos.core.errors import HostDeclined, NoAnswer, NotSent
from pos.ledger import trading

_CARD = swipes.flux(swipes.CARD_A)
_ON = ("sign_on", Reply())
_SILENCE = NoAnswer("silence")
_PAN = b"6200001234567892"
_UNBALANCED = ("settle", Reply(domestic="2", totals="000000054321003" + "0" * 15 + "2" + "0" * 31))
_TAKEN = ("0320 201", Reply())
_END = ("0320 202", Reply())


def put(ledger, kind, amount_minor, scheme="CUP", **values):
    """Book an approved deal of a kind as if it had been sold; return it."""
    deal = ledgers.sale(amount_minor)
    deal.kind = kind
    deal.entry_mode = "022"
    for name in values:
        setattr(deal, name, values[name])
    trading.number(ledger, deal)
    deal.pan_sealed = FakeKeys(None).seal_pan(deal.batch, deal.stan, _PAN)
    return ledgers.approve(ledger, deal, scheme)


def record(stan, minor, flag="00"):
    """One record of F48."""
    return "%s%06d0000%s%012d" % (flag, stan, str(_PAN, "ascii"), minor)


class Shop(unittest.TestCase):
    """A terminal with a batch to settle."""

    def setUp(self):
        self.terminal = Terminal()
        self.ledger = ledgers.load(self.terminal.nor)

    def settle(self, script, actions=None):
        """Boot, settle by key; return the calls after the settlement's own."""
        self.terminal.run([Settle()] if actions is None else actions, [_ON] + script)
        return self.terminal.host.calls

    def boot(self, script):
        """Boot only: the settlement goes on by itself."""
        return self.settle(script, [])

    def book(self):
        return self.terminal.book()


class UploadTest(Shop):
    def test_details_eight_a_message(self):
        for number in range(10):
            put(self.ledger, ledgers.SALE, 100 + number)
        calls = self.settle([_UNBALANCED, _TAKEN, _TAKEN, _END])
        first = "08" + "".join([record(stan, 99 + stan) for stan in range(1, 9)])
        second = "02" + record(9, 108) + record(10, 109)
        self.assertEqual(
            calls[-3:],
            [("0320 201", 13, first), ("0320 201", 14, second), ("0320 202", 15, "0010")],
        )
        self.assertEqual((self.book().batch, self.book().next_stan), (2, 16))

    def test_only_the_side_that_is_unbalanced(self):
        put(self.ledger, ledgers.SALE, 100)
        put(self.ledger, ledgers.SALE, 200, "VIS")
        for flags, told in (
            ("21", "01" + record(1, 100)),
            ("12", "01" + record(2, 200, "01")),
            ("22", "02" + record(1, 100) + record(2, 200, "01")),
            ("13", "02" + record(1, 100) + record(2, 200, "01")),
            ("31", "02" + record(1, 100) + record(2, 200, "01")),
        ):
            self.setUp()
            put(self.ledger, ledgers.SALE, 100)
            put(self.ledger, ledgers.SALE, 200, "VIS")
            reply = Reply(domestic=flags[0], foreign=flags[1])
            calls = self.settle([("settle", reply), _TAKEN, _END])
            self.assertEqual(calls[-2][2], told, flags)
            self.assertEqual(calls[-1][2], "00" + told[:2])

    def test_copies_before_and_after(self):
        put(self.ledger, REFUND, 300, original_rrn="102436000001", original_date="1121")
        put(self.ledger, ledgers.SALE, 100)
        put(self.ledger, ADVICE, 400, original_auth="A1B2C3", original_date="1122")
        put(self.ledger, OFFLINE, 500, entry_mode="012", expiry="3012", original_auth="123456")
        put(self.ledger, TIP, 110, before_minor=100, original_batch=1, original_stan=2)
        put(self.ledger, COMPLETION, 600)
        put(self.ledger, PREAUTH, 700)
        copy = ("0320 000", Reply())
        script = [_UNBALANCED, copy, copy, _TAKEN, copy, copy, _END]
        calls = self.settle(script)[-6:]
        self.assertEqual([call[1] for call in calls], [4, 5, 10, 1, 3, 11])
        self.assertEqual(calls[2][2], "02" + record(2, 100) + record(6, 600))
        self.assertEqual(calls[-1][2], "0006")
        sent = self.terminal.host.asked
        functions = [str(fields[60][:2], "ascii") for fields in sent]
        self.assertEqual(functions, ["30", "34", "00", "25", "24", "00"])
        for fields in sent:
            self.assertFalse({35, 36, 26, 52, 53, 64} & set(fields))
        for at in (0, 1, 3, 4):
            self.assertEqual((sent[at][2], sent[at].get(63)), (_PAN, None if at == 4 else b"CUP"))
        self.assertEqual(sent[0][14], b"3012")
        self.assertEqual(sent[3][61], b"0000000000001121")

    def test_not_approved_is_not_told(self):
        deal = ledgers.sale(100)
        trading.begin(self.ledger, deal)
        deal.state = DECLINED
        trading.outcome(self.ledger, deal)
        put(self.ledger, ledgers.SALE, 200)
        calls = self.settle([_UNBALANCED, _TAKEN, _END])
        self.assertEqual(calls[-2][2], "01" + record(2, 200))

    def test_balanced_has_an_end_and_no_details(self):
        put(self.ledger, ledgers.SALE, 100)
        calls = self.settle([("settle", Reply()), ("0320 207", Reply())])
        self.assertEqual(calls[-1], ("0320 207", 4, "0000"))

    def test_screens(self):
        put(self.ledger, ledgers.SALE, 100)
        self.settle([_UNBALANCED, _TAKEN, _END])
        self.assertIn("已上送明细 1笔", self.terminal.lines("settle.done"))
        self.assertIn("请持签购单与收单行核对", self.terminal.lines("settle.done"))

    def test_totals_of_the_host_are_on_paper(self):
        put(self.ledger, ledgers.SALE, 100)
        self.settle([_UNBALANCED, _TAKEN, _END])
        self.assertIn(b"543.21", self.terminal.paper[-1])
        self.assertIn(b"\xd2\xd1\xc9\xcf\xcb\xcd\xc3\xf7\xcf\xb8 1 ", self.terminal.paper[-1])

    def test_requirement_is_remembered(self):
        for script in (
            [("settle", Reply(requirement="3")), ("0320 207", Reply())],
            [("settle", Reply()), ("0320 207", Reply(requirement="3"))],
        ):
            self.setUp()
            self.settle(script + [_ON])

    def test_silence_is_answered_by_the_same_message(self):
        put(self.ledger, ledgers.SALE, 100)
        silent = ("0320 201", _SILENCE)
        calls = self.settle([_UNBALANCED, silent, silent, _TAKEN, _END])
        self.assertEqual(calls[-4:-1], [("0320 201", 4, "01" + record(1, 100))] * 3)

    def test_a_host_that_forgot_us_is_signed_on_to(self):
        put(self.ledger, ledgers.SALE, 100)
        forgot = ("0320 201", HostDeclined("77"))
        calls = self.settle([_UNBALANCED, forgot, _ON, _TAKEN, _END])
        self.assertEqual([call[0] for call in calls[-3:]], ["sign_on", "0320 201", "0320 202"])
        self.assertEqual(self.book().batch, 2)


class ResumeTest(Shop):
    """The same terminal, stopped on its way."""

    def test_goes_on_behind_what_the_host_has(self):
        for number in range(17):
            put(self.ledger, ledgers.SALE, 100 + number)
        script = [_UNBALANCED, _TAKEN] + [("0320 201", _SILENCE)] * 3
        self.settle(script)
        self.assertEqual(self.book().upload[2], 8)
        self.assertIn("结算未完成 (F3)", self.terminal.lines("idle"))
        calls = self.boot([_TAKEN, ("0320 201", NotSent("link"))])
        self.assertEqual(calls[-2][2][2:42], record(9, 108))
        self.assertEqual(self.book().upload[2], 16)
        calls = self.boot([_TAKEN, _END])
        self.assertEqual([call[2] for call in calls[-2:]], ["01" + record(17, 116), "0017"])
        self.assertEqual(self.book().batch, 2)

    def test_by_key(self):
        put(self.ledger, ledgers.SALE, 100)
        lost = ("0320 201", NotSent("link"))
        self.settle([_UNBALANCED, lost, _TAKEN, _END], [Settle(), Press("F3")])
        self.assertEqual(self.book().batch, 2)

    def test_stages_go_on(self):
        put(self.ledger, OFFLINE, 500, entry_mode="012")
        put(self.ledger, ledgers.SALE, 100)
        put(self.ledger, REFUND, 300)
        copy, lost = ("0320 000", Reply()), ("0320 000", NotSent("link"))
        self.settle([_UNBALANCED, copy, _TAKEN, lost])
        calls = self.boot([copy, ("0320 202", NotSent("link"))])
        self.assertEqual([call[1] for call in calls[-2:]], [3, 8])
        calls = self.boot([_END])
        self.assertEqual(calls[-1][2], "0003")

    def test_a_no_is_asked_again_and_then_noted(self):
        put(self.ledger, ledgers.SALE, 100)
        put(self.ledger, REFUND, 300)
        no = ("0320 201", HostDeclined("96"))
        self.settle([_UNBALANCED, no])
        self.assertIn("系统故障", self.terminal.lines("error"))
        self.boot([no])
        calls = self.boot([no, ("0320 000", Reply()), _END])
        self.assertEqual(calls[-1][2], "0001")
        self.assertEqual(self.book().batch, 2)
        self.assertIn(b"\xb1\xbb\xbe\xdc 1 ", self.terminal.paper[-1])  # 被拒 1

    def test_a_no_to_the_end_begins_again(self):
        put(self.ledger, ledgers.SALE, 100)
        no = ("0320 202", HostDeclined("30"))
        self.settle([_UNBALANCED, _TAKEN, no])
        self.boot([_TAKEN, no])
        self.boot([_TAKEN, no])
        self.assertEqual(self.book().batch, 2)
        words = b"\xc5\xfa\xc9\xcf\xcb\xcd\xbd\xe1\xca\xf8\xb1\xbb\xbe\xdc"  # 批上送结束被拒
        self.assertIn(words, self.terminal.paper[-1])

    def test_a_no_to_the_end_of_a_balanced_batch(self):
        no = ("0320 207", HostDeclined("12"))
        self.settle([("settle", Reply()), no])
        self.boot([no])
        self.boot([no])
        self.assertEqual(self.book().batch, 2)

    def test_no_sale_before_it_is_done(self):
        put(self.ledger, ledgers.SALE, 100)
        lost = ("0320 201", NotSent("link"))
        self.settle([_UNBALANCED, lost], [Settle(), Sale(100, _CARD, "1234"), Void(1, _CARD)])
        self.assertIn("结算未完成,请先结算", self.terminal.lines("error"))


if __name__ == "__main__":
    unittest.main()
