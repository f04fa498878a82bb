# SPDX-License-Identifier: MIT
"""Journal payloads: what does not fit is refused on both runtimes alike."""

import unittest

from pos.core.errors import StoreError
from pos.core.packer import Reader, Writer


class PackerTest(unittest.TestCase):
    def test_round_trip(self):
        data = Writer().number(0x0102, 3).text("A1B2C3").raw(b"\x00\xff").number(0, 1).data()
        reader = Reader(memoryview(data))
        self.assertEqual(reader.number(3), 0x0102)
        self.assertEqual(reader.text(), "A1B2C3")
        self.assertEqual(reader.raw(2), b"\x00\xff")
        self.assertEqual(reader.number(1), 0)
        reader.end()

    def test_twelve_digit_amount(self):
        data = Writer().number(999999999999, 6).data()
        self.assertEqual(Reader(memoryview(data)).number(6), 999999999999)

    def test_number_out_of_range(self):
        for value, size in ((256, 1), (-1, 1), (1 << 48, 6)):
            with self.assertRaises(StoreError):
                Writer().number(value, size)

    def test_text_is_ascii_and_short(self):
        for value in ("消费", "x" * 256):
            with self.assertRaises(StoreError):
                Writer().text(value)

    def test_short_and_long_records(self):
        reader = Reader(memoryview(b"\x05ab"))
        self.assertRaises(StoreError, reader.text)
        reader = Reader(memoryview(b"\x01\x02"))
        reader.number(1)
        self.assertRaises(StoreError, reader.end)
