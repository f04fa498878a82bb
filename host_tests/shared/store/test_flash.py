# SPDX-License-Identifier: MIT
"""The flash of the bench and of the tests: NOR rules, and what each kind of cut leaves."""

import os
import unittest

from fakes.flash import KINDS, SECTOR_BYTES, NorFile, NorMemory, PowerCut
from pos.core.errors import StoreError

_BLANK = b"\xff" * SECTOR_BYTES
_PATH = "/tmp/espos-nor-%s.bin" % os.urandom(6).hex()


def _cut(kind, act):
    """Run act(partition) on a part-written device until the power goes; return it as left."""
    flash = NorMemory(2 * SECTOR_BYTES)
    part = flash.partition(SECTOR_BYTES, SECTOR_BYTES)
    part.program(100, b"before")
    flash.fuse(1, kind)
    try:
        act(part)
    except PowerCut:
        return flash
    raise AssertionError("no cut")


class Rules(unittest.TestCase):
    def setUp(self):
        self.flash = NorMemory(4 * SECTOR_BYTES)
        self.part = self.flash.partition(SECTOR_BYTES, 2 * SECTOR_BYTES)

    def test_programs_and_reads_back_within_its_window(self):
        self.part.program(5, b"abc")
        self.assertEqual(self.part.read(4, 5), b"\xffabc\xff")
        self.assertEqual(bytes(self.flash.cells[SECTOR_BYTES + 5 : SECTOR_BYTES + 8]), b"abc")

    def test_program_only_clears_bits(self):
        self.part.program(0, b"\x0f")
        self.part.program(0, b"\x05")
        with self.assertRaises(StoreError):
            self.part.program(0, b"\x06")
        self.assertEqual(self.part.read(0, 1), b"\x05")

    def test_erases_one_sector(self):
        self.part.program(SECTOR_BYTES - 1, b"ab")
        self.part.erase(0)
        self.assertEqual(self.part.read(SECTOR_BYTES - 1, 2), b"\xffb")

    def test_refuses_what_is_outside(self):
        for act in (
            lambda: self.part.read(2 * SECTOR_BYTES - 1, 2),
            lambda: self.part.read(-1, 1),
            lambda: self.part.program(2 * SECTOR_BYTES, b"a"),
            lambda: self.part.program(0, b""),
            lambda: self.part.erase(2 * SECTOR_BYTES),
            lambda: self.part.erase(1),
            lambda: self.flash.partition(0, 5 * SECTOR_BYTES),
            lambda: self.flash.partition(1, SECTOR_BYTES),
        ):
            with self.assertRaises(StoreError):
                act()
        self.assertEqual(self.flash.ops, 0)

    def test_counts_operations_over_all_partitions(self):
        self.part.program(0, b"a")
        self.flash.partition(0, SECTOR_BYTES).erase(0)
        self.assertEqual(self.flash.ops, 2)


class Cuts(unittest.TestCase):
    def test_program(self):
        left = {}
        for kind in KINDS:
            flash = _cut(kind, lambda part: part.program(0, b"\x01\x23\x45\x67"))
            left[kind] = bytes(flash.cells[SECTOR_BYTES : SECTOR_BYTES + 5])
        self.assertEqual(left["clean"], b"\xff\xff\xff\xff\xff")
        self.assertEqual(left["torn"], b"\x01\x23\xff\xff\xff")
        self.assertEqual(left["weak"], b"\x01\x23\x45\x67\xff")
        self.assertEqual(left["garbage"][:2] + left["garbage"][4:], b"\x01\x23\xff")

    def test_erase(self):
        halves = {"clean": b"before", "torn": b"\xff" * 6, "weak": b"\xff" * 6}
        for kind in halves:
            flash = _cut(kind, lambda part: part.erase(0))
            self.assertEqual(
                bytes(flash.cells[SECTOR_BYTES + 100 : SECTOR_BYTES + 106]), halves[kind]
            )
        flash = _cut("garbage", lambda part: part.erase(0))
        self.assertEqual(bytes(flash.cells[SECTOR_BYTES : SECTOR_BYTES + 2048]), _BLANK[:2048])
        self.assertTrue(bytes(flash.cells[SECTOR_BYTES + 2048 :]) != _BLANK[2048:])

    def test_nothing_works_afterwards(self):
        flash = _cut("clean", lambda part: part.erase(0))
        part = flash.partition(0, SECTOR_BYTES)
        for act in (
            lambda: part.read(0, 1),
            lambda: part.program(0, b"a"),
            lambda: part.erase(0),
        ):
            with self.assertRaises(PowerCut):
                act()

    def test_reboot_has_the_same_cells(self):
        flash = _cut("weak", lambda part: part.program(0, b"a")).reboot()
        self.assertEqual(flash.partition(SECTOR_BYTES, SECTOR_BYTES).read(0, 1), b"a")
        self.assertEqual(flash.ops, 0)


class File(unittest.TestCase):
    def setUp(self):
        with open(_PATH, "wb") as file:
            for _ in range(2):
                file.write(_BLANK)

    def tearDown(self):
        os.remove(_PATH)

    def test_is_written_through(self):
        flash = NorFile(_PATH)
        flash.partition(0, flash.size).program(4095, b"ab")
        with open(_PATH, "rb") as file:
            content = file.read()
        self.assertEqual(content[4094:4098], b"\xffab\xff")
        flash.close()

    def test_cut_tears_calls_and_stays_dead(self):
        calls = []
        flash = NorFile(_PATH, 2, True, lambda: calls.append(flash.ops))
        part = flash.partition(4096, 4096)
        part.program(0, b"first")
        with self.assertRaises(PowerCut):
            part.program(16, b"second")
        with self.assertRaises(PowerCut):
            part.read(0, 1)
        flash.close()
        self.assertEqual(calls, [2])
        flash = NorFile(_PATH)
        self.assertEqual(flash.partition(4096, 4096).read(16, 6), b"sec\xff\xff\xff")
        flash.close()

    def test_refuses_a_file_that_is_no_whole_number_of_sectors(self):
        with open(_PATH, "ab") as file:
            file.write(b"x")
        with self.assertRaises(StoreError):
            NorFile(_PATH)


if __name__ == "__main__":
    unittest.main()
