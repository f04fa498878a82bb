# SPDX-License-Identifier: MIT
"""Packed digits."""

import unittest

from pos.core.bcd import pack, unpack


class BcdTest(unittest.TestCase):
    def test_round_trip(self):
        for digits in (b"", b"00", b"0123456789ABCDEF"):
            self.assertEqual(unpack(pack(digits)), digits)
        self.assertEqual(pack(b"12d4"), b"\x12\xd4")

    def test_refused(self):
        for digits in (b"1", b"1G", b"1 ", b"=1"):
            with self.assertRaises(ValueError):
                pack(digits)
