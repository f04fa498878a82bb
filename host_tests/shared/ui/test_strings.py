# SPDX-License-Identifier: MIT
"""The words of the screens."""

import unittest

from pos.ui.strings import response_text, text


class StringsTest(unittest.TestCase):
    def test_both_languages(self):
        self.assertEqual(text("zh", "store.full"), "请先结算")
        self.assertEqual(text("en", "store.full"), "PLEASE SETTLE FIRST")
        self.assertEqual(text("zh", "voucher") % 123, "凭证号 000123")

    def test_unknown_word_is_itself(self):
        self.assertEqual(text("zh", "no.such"), "no.such")

    def test_an_id_is_not_found_inside_another(self):
        self.assertEqual(text("en", "card"), "CARD %s")

    def test_responses(self):
        self.assertEqual(response_text("zh", "51"), "余额不足")
        self.assertEqual(response_text("en", "Z9"), "Z9")
