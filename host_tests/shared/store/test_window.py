# SPDX-License-Identifier: MIT
"""The window over a sector: right bytes, each read once, never past the sector."""

import unittest

from pos.store.record import SECTOR_BYTES
from pos.store.window import Window


class _Flash:
    """Counts how often each byte is read; fails on a read outside the sector asked for."""

    def __init__(self):
        self.content = bytes((i * 7 + i // 251) & 255 for i in range(3 * SECTOR_BYTES))
        self.reads = bytearray(3 * SECTOR_BYTES)

    def read_into(self, offset, buf):
        end = offset + len(buf)
        if not SECTOR_BYTES <= offset < end <= 2 * SECTOR_BYTES:
            raise AssertionError("read of %d to %d" % (offset, end))
        for i in range(offset, end):
            self.reads[i] += 1
        buf[:] = self.content[offset:end]


class TheWindow(unittest.TestCase):
    def setUp(self):
        self.flash = _Flash()
        self.window = Window(self.flash, 1024)
        self.window.open(1)

    def _see(self, offset, length):
        i = self.window.at(offset, length)
        start = SECTOR_BYTES + offset
        self.assertEqual(
            bytes(self.window.view[i : i + length]), self.flash.content[start : start + length]
        )

    def test_reads_each_byte_once_going_forward(self):
        for step in (32, 48, 192, 544):
            self.setUp()
            for offset in range(0, SECTOR_BYTES, step):
                self._see(offset, min(544, SECTOR_BYTES - offset))
            self.assertEqual(max(self.flash.reads), 1)
            self.assertEqual(min(self.flash.reads[SECTOR_BYTES : 2 * SECTOR_BYTES]), 1)

    def test_a_buffer_of_a_sector_takes_one_read(self):
        self.window = Window(self.flash, SECTOR_BYTES)
        self.window.open(1)
        self._see(3000, 96)
        self.window.open(1)
        for offset in (0, 4000, 96):
            self._see(offset, 96)
        self.assertEqual(self.flash.reads[SECTOR_BYTES], 1)

    def test_goes_back_and_skips(self):
        for offset in (0, 3000, 100, 4000, 0, 2000, 2544, 1999):
            self._see(offset, 96)

    def test_blank(self):
        content = bytearray(b"\xff" * 3 * SECTOR_BYTES)
        content[SECTOR_BYTES + 1000] = 0xFE
        self.flash.content = bytes(content)
        self.assertFalse(self.window.blank(0, SECTOR_BYTES))
        self.assertFalse(self.window.blank(1000, 1001))
        self.assertTrue(self.window.blank(0, 1000))
        self.assertTrue(self.window.blank(1001, SECTOR_BYTES))
        self.assertTrue(self.window.blank(5, 5))


if __name__ == "__main__":
    unittest.main()
