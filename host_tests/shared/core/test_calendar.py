# SPDX-License-Identifier: MIT
"""Calendar arithmetic there and back, at the edges of months, years and leap years."""

import unittest

from pos.core import calendar

_DAY_S = 86400


class CalendarTest(unittest.TestCase):
    def test_known_moments(self):
        for moment, expected_s in (
            ((1970, 1, 1, 0, 0, 0), 0),
            ((2000, 1, 1, 0, 0, 0), 946684800),
            ((2000, 2, 29, 23, 59, 59), 951868799),
            ((2026, 11, 22, 10, 24, 36), 1795343076),
            ((2028, 3, 1, 0, 0, 0), 1835481600),
        ):
            self.assertEqual(calendar.seconds(moment), expected_s)
            self.assertEqual(calendar.moment(expected_s), moment)

    def test_every_day_there_and_back(self):
        last = (1970, 1, 0, 0, 0, 0)
        for day in range(0, 130 * 365):
            moment = calendar.moment(day * _DAY_S)
            self.assertTrue(moment > last)
            self.assertEqual(calendar.seconds(moment), day * _DAY_S)
            last = moment

    def test_month_lengths(self):
        self.assertEqual([calendar.month_days(y, 2) for y in (2024, 2025, 2028)], [29, 28, 29])
        self.assertEqual(sum([calendar.month_days(2026, m) for m in range(1, 13)]), 365)


if __name__ == "__main__":
    unittest.main()
