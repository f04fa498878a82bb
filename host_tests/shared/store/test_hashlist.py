# SPDX-License-Identifier: MIT
"""The list on flash: what it holds, and a power cut at every flash operation of a new one."""

import unittest

from fakes.flash import KINDS, SECTOR_BYTES, NorMemory, PowerCut
from pos.core.errors import StoreError, StoreFull
from pos.store.hashlist import HashList, Successor

_SIZE = 4 * SECTOR_BYTES  # two halves of two sectors
_ROOM = (2 * SECTOR_BYTES - 64) // 8
_NOTE = b"0123456789ABCDEF"


def entry(number):
    return number.to_bytes(4, "big") + b"\x01\x02\x03\x04"


def opened(nor):
    return HashList(nor.partition(0, _SIZE))


def replace(nor, numbers, note=_NOTE):
    successor = Successor(opened(nor))
    for number in numbers:
        successor.add(entry(number))
    successor.commit(note)


class ListTest(unittest.TestCase):
    def setUp(self):
        self.nor = NorMemory(_SIZE)

    def test_blank_flash_has_no_list(self):
        found = opened(self.nor)
        self.assertFalse(found.exists)
        self.assertEqual((found.count, found.holds([entry(1)])), (0, False))

    def test_lists_of_every_length_near_a_piece_and_a_sector(self):
        for count in (0, 1, 55, 56, 57, 119, 120, 121, 503, 504, 505, _ROOM):
            replace(self.nor, range(count))
            found = opened(self.nor.reboot())
            self.assertEqual((found.exists, found.count, found.note), (True, count, _NOTE))
            for number in (0, 55, 56, max(count, 1) - 1):
                self.assertEqual(found.holds([entry(number)]), number < count, number)
            self.assertFalse(found.holds([entry(count)]))
            self.assertTrue(not count or found.holds([entry(count), entry(0)]))

    def test_an_entry_counts_only_at_its_place(self):
        replace(self.nor, [1, 2])
        across = entry(1)[4:] + entry(2)[:4]
        self.assertFalse(opened(self.nor).holds([across]))

    def test_full(self):
        successor = Successor(opened(self.nor))
        for number in range(_ROOM):
            successor.add(entry(number))
        with self.assertRaises(StoreFull):
            successor.add(entry(0))

    def test_a_list_that_is_not_committed_changes_nothing(self):
        replace(self.nor, [1, 2])
        old = opened(self.nor)
        successor = Successor(old)
        successor.add(entry(3))
        self.assertTrue(old.holds([entry(2)]) and not old.holds([entry(3)]))
        self.assertEqual(opened(self.nor.reboot()).count, 2)

    def test_damage_is_found(self):
        replace(self.nor, range(100))
        nor = self.nor.reboot()
        nor.cells[64 + 8 * 50] ^= 1
        found = opened(nor)
        self.assertTrue(found.holds([entry(3)]))
        with self.assertRaises(StoreError):
            found.holds([entry(1000)])

    def test_flash_that_does_not_hold_is_told(self):
        replace(self.nor, [1])
        successor = Successor(opened(self.nor))
        self.nor.cells[_SIZE // 2 + 67] = 0
        successor.add(entry(2))
        with self.assertRaises(StoreError):
            successor.commit(_NOTE)
        self.assertTrue(opened(self.nor.reboot()).holds([entry(1)]))

    def test_a_partition_that_does_not_do(self):
        for sectors in (1, 3):
            nor = NorMemory(sectors * SECTOR_BYTES)
            with self.assertRaises(StoreError):
                HashList(nor.partition(0, nor.size))


class CutsTest(unittest.TestCase):
    """Old or new, never a mix: every operation, every kind of cut."""

    def _held(self, nor, old, new):
        """Return which of the two lists is there; it must be all of it and nothing else."""
        found = opened(nor)
        wanted = new if found.note == b"N" * 16 else old
        self.assertEqual(found.count, len(wanted))
        for number in range(200):
            self.assertEqual(found.holds([entry(number)]), number in wanted, number)
        return wanted is new

    def _cut_everywhere(self, start, old, new):
        done = start.reboot()
        replace(done, new, b"N" * 16)
        seen = []
        for kind in KINDS:
            for operation in range(1, done.ops + 1):
                nor = start.reboot()
                nor.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    replace(nor, new, b"N" * 16)
                seen.append(self._held(nor.reboot(), old, new))
                nor = nor.reboot()
                replace(nor, new, b"N" * 16)
                self.assertTrue(self._held(nor.reboot(), old, new), (kind, operation))
        self.assertTrue(True in seen and False in seen)

    def test_the_first_list(self):
        self._cut_everywhere(NorMemory(_SIZE), [], list(range(60)))

    def test_one_list_for_another(self):
        nor = NorMemory(_SIZE)
        for turn in range(2):  # out of either half
            replace(nor, range(turn, 130))
            self._cut_everywhere(nor, list(range(turn, 130)), list(range(5, 190, 3)))

    def test_over_a_sector(self):
        nor = NorMemory(_SIZE)
        replace(nor, [1, 2, 3])
        done = nor.reboot()
        many = list(range(150)) + list(range(1000, 1400))
        replace(done, many)
        self.assertEqual(done.erases, 2)
        for kind in KINDS:
            for operation in range(1, done.ops + 1):
                cut = nor.reboot()
                cut.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    replace(cut, many)
                found = opened(cut.reboot())
                self.assertIn(found.count, (3, len(many)))
                self.assertEqual(found.holds([entry(1399)]), found.count != 3)
                self.assertEqual(found.holds([entry(9999)]), False)
