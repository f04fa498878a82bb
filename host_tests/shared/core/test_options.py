# SPDX-License-Identifier: MIT
"""Options: defaults, values, limits, and which ones a profile keeps."""

import unittest

from pos.core import options
from pos.core.errors import ProfileError
from pos.core.profile import Profile

_BASE = {"terminal": "12345678", "merchant": "123456789012345"}


def profile(**values):
    merged = dict(_BASE)
    merged.update(values)
    return Profile(merged)


class OptionsTest(unittest.TestCase):
    def test_defaults(self):
        found = profile()
        self.assertEqual(found.options, "")
        self.assertEqual(options.value(found, "connect_tries"), 1)
        self.assertEqual(options.value(found, "tip_allowed"), True)
        self.assertEqual(options.value(found, "transactions"), "FFFFFFFF")
        self.assertEqual(options.value(found, "chip_fallback"), "refuse")

    def test_every_default_is_a_value_that_is_allowed(self):
        known = options.known(profile())
        self.assertEqual(options.known(profile(**known)), known)

    def test_values(self):
        found = profile(tip_allowed=False, limit_max_minor=50000, chip_fallback="fallback")
        self.assertEqual(options.value(found, "tip_allowed"), False)
        self.assertEqual(options.value(found, "limit_max_minor"), 50000)
        self.assertEqual(options.value(found, "limit_min_minor"), 0)
        self.assertEqual(options.value(found, "chip_fallback"), "fallback")

    def test_bad_values_are_named(self):
        for name, value in (
            ("connect_tries", 0),
            ("connect_tries", "3"),
            ("limit_max_minor", 1000000000000),
            ("chip_fallback", "ask"),
            ("chip_fallback", None),
            ("transactions", "FFFF"),
            ("transactions", "GGGGGGGG"),
            ("transactions", 1),
        ):
            with self.assertRaises(ProfileError) as caught:
                profile(**{name: value})
            self.assertIn(name, caught.exception.reason)

    def test_bad_values_leave_the_old_ones(self):
        found = profile(connect_tries=2)
        values = dict(_BASE)
        values.update({"connect_tries": 99, "answer_timeout_s": 7})
        with self.assertRaises(ProfileError):
            found.use(values)
        self.assertEqual((options.value(found, "connect_tries"), found.answer_timeout_s), (2, 60))
