# SPDX-License-Identifier: MIT
"""Downloads, status and echo as the operator and the host see them, and what the host asks for."""

import unittest

from fakes import swipes
from fakes.board import Function, Sale
from fakes.flash import KINDS, NorMemory, PowerCut
from fakes.hosts import Reply
from fakes.terminals import Terminal
from pos.core.errors import HostDeclined, NoAnswer, NotSent
from pos.core.options import value
from pos.risk.hotlist import Hotlist

_CARD = swipes.flux(swipes.CARD_A)
_ON = ("sign_on", Reply())
_NAME = b"\xb2\xe2\xca\xd4" + b" " * 36
_LISTED = b"16" + b"6200001234567892"


def sale():
    return Sale(12850, _CARD, "1234")


class Downloading(Terminal):
    """Its parameters and hotlist outlive the power."""

    def __init__(self, **profile):
        super().__init__(**profile)
        self.chips = {"params": NorMemory(8192), "hotlist": NorMemory(40960)}

    def prepare(self, board):
        self.chips = {name: self.chips[name].reboot() for name in self.chips}
        board.spare = self.chips

    def hotlist(self):
        chip = self.chips["hotlist"].reboot()
        return Hotlist(chip.partition(0, chip.size), self.ctx.keys.card_hash)


class ParametersTest(unittest.TestCase):
    def setUp(self):
        self.terminal = Downloading()

    def run_it(self, *script, actions=None):
        self.terminal.run(actions or [Function("params", {})], [_ON] + list(script))

    def profile(self):
        return self.terminal.ctx.profile

    def test_one_part(self):
        self.run_it(("360", b"1" + b"1245" + b"180" + b"22" + _NAME), ("361", None))
        self.assertEqual(
            self.terminal.host.calls[1:], [("360", "0800", None), ("361", "0800", None)]
        )
        self.assertEqual(self.profile().answer_timeout_s, 45)
        self.assertEqual(self.profile().merchant_name, "测试")
        self.assertEqual(value(self.profile(), "tip_allowed"), False)
        self.assertIn("参数已更新", self.terminal.lines("download.done"))

    def test_parts(self):
        self.run_it(
            ("360", b"2" + b"1245"), ("360", b"2" + b"23"), ("360", b"3" + b"7"), ("361", None)
        )
        self.assertEqual([call[2] for call in self.terminal.host.calls[1:4]], [None, b"01", b"02"])
        self.assertEqual((self.profile().answer_timeout_s, self.profile().reversal_tries), (45, 7))

    def test_nothing_new(self):
        self.run_it(("360", b"0"), ("361", None))
        self.assertIn("无新参数", self.terminal.lines("download.done"))

    def test_out_of_range_keeps_the_old_values_and_tells(self):
        self.run_it(("360", b"1" + b"1245" + b"230"))
        self.assertEqual(self.profile().answer_timeout_s, 1)
        self.assertIn("下载内容有误,沿用旧值,请联系收单行", self.terminal.lines("error"))
        self.assertIn(("download", "reversal_tries must be 1 to 9"), self.terminal.board.logged)

    def test_useless_content(self):
        for content in (b"1" + b"99", b"1" + b"12", b"1" + b"12x5", b"2" + b"1" * 513):
            self.run_it(("360", content))
            self.assertIn("下载内容有误,沿用旧值,请联系收单行", self.terminal.lines("error"))

    def test_a_host_that_never_ends(self):
        self.run_it(*[("360", b"2") for _ in range(99)])
        self.assertIn(("download", "F62: more than 99 parts"), self.terminal.board.logged)

    def test_early_ends(self):
        for error, said in (
            (NotSent("link"), "通讯失败,请检查网络"),
            (NoAnswer("silence"), "主机无应答"),
            (HostDeclined("30"), "请重试"),
        ):
            self.run_it(("360", b"2" + b"1245"), ("360", error))
            self.assertIn(said, self.terminal.lines("error"))
            self.assertEqual(self.profile().answer_timeout_s, 1)

    def test_lost_end_is_asked_for_again(self):
        self.run_it(("360", b"1" + b"1245"), ("361", NoAnswer("silence")))
        self.assertEqual(self.profile().answer_timeout_s, 45)


class HotlistTest(unittest.TestCase):
    def setUp(self):
        self.terminal = Downloading()

    def download(self, *parts):
        script = [("390", part) for part in parts] + [("391", None)]
        self.terminal.run([Function("hotlist", {})], [_ON] + script)

    def test_download_and_refusal_after_power_on(self):
        self.download(b"2" + b"06622202", b"3" + _LISTED)
        self.assertEqual(
            (self.terminal.hotlist().count, self.terminal.hotlist().date), (2, "20261122")
        )
        self.terminal.run([sale()], [_ON])  # no message leaves
        self.assertIn("黑名单卡,拒绝并请没收", self.terminal.lines("error"))
        self.assertNotIn("pin.enter", self.terminal.screens())
        self.assertIn(("hotlist", "620000******7892"), self.terminal.board.logged)
        self.assertEqual(self.terminal.book().count, 0)

    def test_other_cards_go_on(self):
        self.download(b"1" + b"06622202")
        self.terminal.run([sale()], [_ON, ("sale", Reply())])
        self.assertEqual(self.terminal.book().totals.debit_count, 1)

    def test_an_emptied_list(self):
        self.download(b"1" + _LISTED)
        self.download(b"0")
        self.terminal.run([sale()], [_ON, ("sale", Reply())])
        self.assertEqual(self.terminal.hotlist().count, 0)

    def test_useless_content_leaves_the_old_list(self):
        self.download(b"1" + _LISTED)
        for content in (b"1" + b"16622", b"1" + b"0512345", b"1" + b"06abcdef"):
            self.terminal.run([Function("hotlist", {})], [_ON, ("390", content)])
            self.assertIn("下载内容有误,沿用旧值,请联系收单行", self.terminal.lines("error"))
            self.assertEqual(self.terminal.hotlist().count, 1)

    def test_too_long_a_list_leaves_the_old_one(self):
        self.download(b"1" + _LISTED)
        part = b"06622202" * 124
        script = [("390", b"2" + part) for _ in range(21)]
        self.terminal.run([Function("hotlist", {})], [_ON] + script)
        self.assertIn("黑名单过长,沿用旧表,请联系收单行", self.terminal.lines("error"))
        self.assertEqual(self.terminal.hotlist().count, 1)

    def test_a_break_in_between_leaves_the_old_list(self):
        self.download(b"1" + _LISTED)
        script = [_ON, ("390", b"2" + b"06622202"), ("390", NoAnswer("silence"))]
        self.terminal.run([Function("hotlist", {})], script)
        self.terminal.run([sale()], [_ON])
        self.assertIn("黑名单卡,拒绝并请没收", self.terminal.lines("error"))

    def test_the_card_that_receives_a_transfer(self):
        other = swipes.flux(swipes.CARD_B)
        self.download(b"1" + b"16" + b"6250930000000002")
        answers = {
            "card.swipe": [_CARD],
            "sale.amount": list("5000") + ["ENTER"],
            "transfer.card": [other],
            "transfer.confirm": ["ENTER"],
            "transfer.sure": ["ENTER"],
        }
        self.terminal.run([Function("transfer", answers)], [_ON])
        self.assertIn("黑名单卡,拒绝并请没收", self.terminal.lines("error"))

    def test_an_old_list_is_told(self):
        self.download(b"1" + b"06622202")
        self.terminal.profile["hotlist_days_max"] = 30
        calendar = (2026, 12, 23, 9, 0, 0)
        prepare = self.terminal.prepare

        def later(board):
            prepare(board)
            board.clock.calendar = calendar

        self.terminal.prepare = later
        dated = Reply(date="1223")
        self.terminal.run([sale()], [("sign_on", dated), ("sale", dated)])
        self.assertIn("黑名单已有31天,请下载", self.terminal.lines("idle"))

    def test_a_damaged_list_is_fetched_again(self):
        self.download(b"1" + b"06622202" + b"06622203")
        self.terminal.chips["hotlist"].cells[66] ^= 0xFF
        again = [("390", b"1" + _LISTED), ("391", None)]
        self.terminal.run([sale()], [_ON, ("sale", Reply())] + again)
        self.assertIn(("hotlist", "list damaged"), self.terminal.board.logged)
        self.assertEqual(self.terminal.hotlist().count, 1)

    def test_cuts(self):
        """A cut at every flash operation of a download: the old list or the new."""
        self.download(b"1" + b"".join([b"06%06d" % (700000 + n) for n in range(60)]))
        start = self.terminal.chips["hotlist"].reboot()
        script = [
            _ON,
            ("390", b"2" + _LISTED),
            ("390", b"3" + b"".join(b"06%06d" % (800000 + n) for n in range(70))),
        ]
        script.append(("391", None))
        self.terminal.run([Function("hotlist", {})], script)
        operations = self.terminal.chips["hotlist"].ops
        self.assertEqual(operations, 4)  # an erase, two pieces, the head
        counts = []
        for kind in KINDS:
            for operation in range(1, operations + 1):
                counts.append(self._cut(start, script, operation, kind))
        self.assertEqual(sorted(set(counts)), [60, 71])

    def _cut(self, start, script, operation, kind):
        terminal = Downloading()
        terminal.chips["hotlist"] = start
        prepare = terminal.prepare

        def armed(board):
            prepare(board)
            terminal.chips["hotlist"].fuse(operation, kind)

        terminal.prepare = armed
        with self.assertRaises(PowerCut):
            terminal.run([Function("hotlist", {})], script)
        found = terminal.hotlist()
        new = found.count == 71
        for pan, listed in (
            (b"6200001234567892", new),
            (b"8000690000000000", new),
            (b"7000590000000000", not new),
        ):
            self.assertEqual(found.lists(bytearray(pan)), listed, (operation, kind))
        return found.count


class StatusTest(unittest.TestCase):
    def test_status(self):
        terminal = Downloading()
        terminal.run([Function("status", {})], [_ON, ("362", None)])
        report = terminal.host.calls[1][2]
        self.assertEqual(report[:6], b"120113")
        self.assertIn("状态已上送", terminal.lines("download.done"))

    def test_echo(self):
        terminal = Downloading()
        terminal.run([Function("echo", {})], [_ON, ("echo", None)])
        self.assertIn("主机应答 123毫秒", terminal.lines("download.done"))

    def test_echo_without_an_answer(self):
        terminal = Downloading()
        terminal.run([Function("echo", {})], [_ON, ("echo", NoAnswer("silence"))])
        self.assertIn("主机无应答", terminal.lines("error"))


class RequirementTest(unittest.TestCase):
    def asked(self, digit, *then, actions=None):
        terminal = Downloading()
        script = [_ON, ("sale", Reply(requirement=digit))] + list(then)
        terminal.run(actions or [sale()], script)
        self.assertEqual(len(terminal.paper), 2 * len(actions or [0]))
        return terminal

    def test_each(self):
        self.asked("0")
        self.asked("1", ("360", b"0"), ("361", None))
        self.asked("2", ("362", None))
        self.asked("3", _ON)
        self.asked("7", ("390", b"0"), ("391", None))

    def test_after_the_paper(self):
        terminal = self.asked("7", ("390", b"1" + _LISTED), ("391", None))
        ids = terminal.screens()
        self.assertTrue(ids.index("print.tear") < ids.index("download.busy"))
        self.assertIn("黑名单 1条", terminal.lines("idle")[0] + terminal.lines("idle")[1])

    def test_what_is_not_done_here_is_told_once(self):
        again = ("sale", Reply(requirement="4"))
        terminal = self.asked("4", again, actions=[sale(), sale()])
        told = [lines for shown, lines in terminal.board.display.shown if shown == "idle"]
        self.assertEqual(
            [len([1 for line in lines if "主机要求4" in line]) for lines in told], [0, 1, 0]
        )
        self.assertEqual(
            [e for e in terminal.board.logged if e[0] == "requirement"], [("requirement", "4")]
        )

    def test_a_useless_download_is_not_fetched_again(self):
        again = ("sale", Reply(requirement="1"))
        self.asked("1", ("360", b"1" + b"99"), again, actions=[sale(), sale()])

    def test_no_line_leaves_it_for_the_next_answer(self):
        again = ("sale", Reply(requirement="1"))
        script = [("360", NotSent("link")), again, ("360", b"0"), ("361", None)]
        self.asked("1", *script, actions=[sale(), sale()])

    def test_sign_on_that_fails_is_tried_again(self):
        self.asked(
            "3", ("sign_on", NotSent("x")), _ON, ("sale", Reply()), actions=[sale(), sale()]
        )
