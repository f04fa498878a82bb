# SPDX-License-Identifier: MIT
"""Pre-authorisation and what refers to it: void, completions, additional, completion void."""

import unittest

from fakes import functions, swipes
from fakes.hosts import Reply
from fakes.terminals import Terminal
from pos.core.errors import NoAnswer

_CARD = swipes.flux(swipes.CARD_A)
_OTHER = swipes.flux(swipes.CARD_B)
_ON = ("sign_on", Reply())
_CODE = "778899"
_HELD = [_ON, ("preauth", Reply(auth=_CODE))]


def preauth(amount_minor=50000):
    return functions.preauth(amount_minor, _CARD)


def about(function, amount_minor=50000, flux=_CARD):
    return functions.about(function, _CODE, amount_minor, flux)


class HeldTest(unittest.TestCase):
    def run_(self, actions, script, **profile):
        self.terminal = Terminal(lang="en", **profile)
        self.terminal.run(actions, script)
        return self.terminal.book().totals

    def refused(self, actions, script, words):
        self.run_(actions, script)
        self.assertIn(words, self.terminal.lines("error"))

    def test_a_hold_is_in_no_total(self):
        totals = self.run_([preauth()], _HELD)
        self.assertEqual((totals.debit_count, totals.credit_count), (0, 0))
        self.assertEqual(len(self.terminal.paper), 2)

    def test_void_takes_the_amount_and_date_of_the_hold(self):
        script = _HELD + [("preauth_void", Reply())]
        self.run_([preauth(), about("preauthvoid")], script)
        deal = self.terminal.host.sent[-1]
        found = deal.amount_minor, deal.original_auth, deal.original_date, deal.original_stan
        self.assertEqual(found, (50000, _CODE, "1122", 2))
        self.assertNotIn("sale.amount", self.terminal.screens()[-9:])

    def test_void_twice(self):
        script = _HELD + [("preauth_void", Reply())]
        self.refused([preauth()] + [about("preauthvoid")] * 2, script, "ALREADY VOIDED")

    def test_void_of_another_terminals_hold_asks(self):
        self.run_([about("preauthvoid", 4321)], [_ON, ("preauth_void", Reply())])
        deal = self.terminal.host.sent[-1]
        found = deal.amount_minor, deal.original_auth, deal.original_date, deal.original_stan
        self.assertEqual(found, (4321, _CODE, "0715", 0))

    def test_completion_counts(self):
        totals = self.run_(
            [preauth(), about("completion", 48000)], _HELD + [("completion", Reply())]
        )
        self.assertEqual((totals.debit_count, totals.debit_minor), (1, 48000))
        self.assertEqual(self.terminal.host.calls[-1], ("completion", 3, 48000, True))

    def test_completion_up_to_115_percent(self):
        script = _HELD + [("completion", Reply())]
        totals = self.run_([preauth(), about("completion", 57500)], script)
        self.assertEqual(totals.debit_minor, 57500)
        self.refused(
            [preauth(), about("completion", 57501)], _HELD, "MORE THAN THE PRE-AUTH ALLOWS"
        )

    def test_another_card(self):
        self.refused([preauth(), about("completion", 1, _OTHER)], _HELD, "NOT THE SAME CARD")

    def test_advice_asks_no_pin_and_is_repeated(self):
        script = _HELD + [("completion", NoAnswer("silence")), ("completion", Reply())]
        totals = self.run_([preauth(), about("advice", 48000)], script)
        self.assertEqual(totals.debit_minor, 48000)
        self.assertEqual(self.terminal.host.calls[-1], ("completion", 3, 48000, False))

    def test_completion_without_an_answer_is_reversed(self):
        script = _HELD + [("completion", NoAnswer("silence")), ("reverse", "00")]
        totals = self.run_([preauth(), about("completion", 48000)], script)
        self.assertEqual(totals.debit_count, 0)

    def test_additional_needs_its_own_code_for_more(self):
        script = _HELD + [("preauth", Reply(auth="112233")), ("completion", Reply())]
        actions = [preauth(), about("preauthmore", 20000), about("completion", 75000)]
        self.assertEqual(self.run_(actions, script).debit_minor, 75000)

    def test_completion_void(self):
        script = _HELD + [("completion", Reply(auth="")), ("completion_void", Reply())]
        actions = [preauth(), about("completion", 48000), functions.completion_void(_CARD)]
        totals = self.run_(actions, script)
        self.assertEqual((totals.debit_minor, totals.credit_minor), (48000, 48000))
        deal = self.terminal.host.sent[-1]
        found = deal.original_auth, deal.original_stan, deal.original_date
        self.assertEqual(found, (_CODE, 3, "1122"))

    def test_a_sale_is_no_completion(self):
        self.refused([preauth(), functions.completion_void(_CARD)], _HELD, "CANNOT BE VOIDED")

    def test_pin_is_asked_by_profile(self):
        script = _HELD + [("completion", Reply())]
        self.run_([preauth(), about("completion", 48000)], script, completion_pin=False)
        self.assertEqual(self.terminal.host.calls[-1], ("completion", 3, 48000, False))


if __name__ == "__main__":
    unittest.main()
