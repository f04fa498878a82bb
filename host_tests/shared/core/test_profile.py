# SPDX-License-Identifier: MIT
"""Parameters are checked once, by name."""

import unittest

from pos.core.errors import ProfileError
from pos.core.profile import Profile

_GOOD = {"terminal": "12345678", "merchant": "898310054110001", "merchant_name": "测试便利店"}


class ProfileTest(unittest.TestCase):
    def test_defaults(self):
        profile = Profile(_GOOD)
        self.assertEqual(profile.batch_max, 500)
        self.assertEqual(profile.reversal_tries, 3)
        self.assertTrue(profile.pin_optional)

    def test_refused_names_the_parameter(self):
        table = (
            ("terminal", "1234567"),
            ("merchant", 5),
            ("batch_max", 0),
            ("answer_timeout_s", "60"),
            ("port", 70000),
            ("lang", "deu"),
            ("lang", "xx"),
            ("algorithm", "sm5"),
            ("print_detail", "often"),
            ("tpdu", "60000300x0"),
            ("header", "6031 0311003"),
        )
        for name, value in table:
            values = dict(_GOOD)
            values[name] = value
            with self.assertRaises(ProfileError) as caught:
                Profile(values)
            self.assertTrue(caught.exception.reason.startswith(name))
