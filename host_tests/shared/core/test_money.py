# SPDX-License-Identifier: MIT
"""Amounts as people read them."""

import unittest

from pos.core.money import format_minor


class FormatMinorTest(unittest.TestCase):
    def test_table(self):
        table = (
            (0, "0.00"),
            (5, "0.05"),
            (12850, "128.50"),
            (-12850, "-128.50"),
            (-5, "-0.05"),
            (999999999999, "9999999999.99"),
        )
        for amount_minor, text in table:
            self.assertEqual(format_minor(amount_minor), text)

    def test_thousands(self):
        table = ((99999, "999.99"), (100000, "1,000.00"), (-658220, "-6,582.20"))
        for amount_minor, text in table + ((123456789012, "1,234,567,890.12"),):
            self.assertEqual(format_minor(amount_minor, True), text)
