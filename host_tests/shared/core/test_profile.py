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

    def test_keys_by_family(self):
        table = (
            ({}, "003", False),
            ({"key_length": "001"}, "001", False),
            ({"key_length": "004"}, "004", True),
            ({"key_length": "004", "encrypt_tracks": False}, "004", False),
            ({"algorithm": "sm4"}, "005", False),
            ({"algorithm": "sm4", "key_length": "006"}, "006", True),
        )
        for values, length, tracks in table:
            profile = Profile(dict(_GOOD, **values))
            self.assertEqual((profile.key_length, profile.encrypt_tracks), (length, tracks))
            self.assertEqual(profile.mac_method, "ecb")

    def test_keys_of_another_family(self):
        table = (
            ({"key_length": "002"}, "key_length must be 003 or 001 or 004 with tdes"),
            ({"key_length": "005"}, "key_length must be 003 or 001 or 004 with tdes"),
            (
                {"algorithm": "sm4", "key_length": "003"},
                "key_length must be 005 or 006 with sm4",
            ),
            ({"encrypt_tracks": True}, "encrypt_tracks needs key_length 004 or 006"),
            (
                {"algorithm": "sm4", "encrypt_tracks": True},
                "encrypt_tracks needs key_length 004 or 006",
            ),
            ({"mac_method": "x99"}, "mac_method must be ecb or cbc"),
        )
        for values, reason in table:
            with self.assertRaises(ProfileError) as caught:
                Profile(dict(_GOOD, **values))
            self.assertEqual(caught.exception.reason, reason)
