# SPDX-License-Identifier: MIT
"""The terminal's own rules as the cashier meets them: words, supervisor, PIN; nothing leaves."""

import unittest

from fakes import swipes
from fakes.board import Sale, Void
from fakes.hosts import Reply
from fakes.terminals import Terminal

_CARD = swipes.flux(swipes.CARD_A)  # service code 120
_CHIP = swipes.flux(";6250930000000069=30122201234567890?")
_EXPIRED = swipes.flux(";6250930000000010=26101201234567890?")
_ON = ("sign_on", Reply())


def sale(flux=_CARD, pin="1234", amount_minor=12850):
    return Sale(amount_minor, flux, pin)


class VettingTest(unittest.TestCase):
    def refused(self, words, action, **profile):
        """Nothing leaves, and the PIN is not asked for."""
        terminal = Terminal(**profile)
        terminal.run([action], [_ON])
        self.assertIn(words, terminal.lines("error"))
        self.assertNotIn("pin.enter", terminal.screens())
        self.assertEqual(terminal.book().next_stan, 2)
        return terminal

    def sold(self, action, **profile):
        terminal = Terminal(**profile)
        terminal.run([action], [_ON, ("sale", Reply())])
        return terminal

    def test_words_of_the_refusals(self):
        for words, action, profile in (
            ("此卡有芯片,请用芯片终端", sale(_CHIP), {}),
            ("卡已过期,请换卡", sale(_EXPIRED), {}),
            ("低于最低金额,请改金额", sale(), {"limit_min_minor": 12851}),
            ("超过限额,请改金额", sale(), {"limit_max_minor": 12849}),
            ("本机未开通此交易,请联系收单行", sale(), {"transactions": "00000000"}),
        ):
            self.refused(words, action, **profile)

    def test_words_in_english(self):
        self.refused("CARD HAS A CHIP: USE A CHIP TERMINAL", sale(_CHIP), lang="en")

    def test_where_the_profile_allows(self):
        self.sold(sale(_CHIP), chip_fallback="fallback")
        self.sold(sale(_EXPIRED), expiry_check=False)
        self.sold(sale(), limit_max_minor=12850)

    def test_the_supervisor_passes_a_limit(self):
        action = sale()
        action.answers["role.password"] = list("123456") + ["ENTER"]
        terminal = self.sold(action, limit_max_minor=12849, limit_exceeded="supervisor")
        self.assertIn(("supervision", "passed a limit"), terminal.board.logged)

    def test_without_the_password_nobody_passes(self):
        action = sale()
        action.answers["role.password"] = list("000000") + ["ENTER"]
        profile = {"limit_max_minor": 12849, "limit_exceeded": "supervisor"}
        self.refused("密码错", action, **profile)

    def test_a_void_is_not_judged(self):
        terminal = Terminal(limit_max_minor=12850)
        script = [_ON, ("sale", Reply()), ("void", Reply())]
        terminal.run([sale()], script[:2])
        terminal.profile = {"limit_max_minor": 1, "transactions": "02000000"}
        terminal.run([Void(2, _CARD, "1234")], [_ON, script[2]])
        self.assertEqual(terminal.book().totals.credit_count, 1)

    def test_switched_off_a_void_is_refused_too(self):
        terminal = self.sold(sale())
        terminal.profile = {"transactions": "04000000"}
        terminal.run([Void(2, _CARD, "1234")], [_ON])
        self.assertIn("本机未开通此交易,请联系收单行", terminal.lines("error"))

    def test_a_pin_that_is_required_cannot_be_skipped(self):
        for profile in ({"pin_domestic": "required"}, {"pin_by_service": True}):
            action = sale()
            action.answers["pin.enter"] = ["ENTER", "1", "2", "3", "4", "ENTER"]
            terminal = self.sold(action, **profile)
            self.assertTrue(terminal.host.calls[1][3])
            shown = [
                lines for screen, lines in terminal.board.display.shown if screen == "pin.enter"
            ]
            self.assertIn("此卡必须输密码", shown[0])

    def test_a_pin_that_is_never_asked_for(self):
        terminal = self.sold(sale(), pin_domestic="never")
        self.assertNotIn("pin.enter", terminal.screens())
        self.assertFalse(terminal.host.calls[1][3])
