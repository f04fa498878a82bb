# SPDX-License-Identifier: MIT
import unittest

from fakes.flash import KINDS, SECTOR_BYTES, NorMemory, PowerCut
from pos.core.errors import StoreError
from pos.store.forgetting import ForgettingSlot
from pos.store.slots import BLOB_MAX_BYTES, AtomicSlot

_SIZE = 2 * SECTOR_BYTES


def _slot(flash):
    return ForgettingSlot(flash.partition(0, flash.size))


def _blob(number, length=500):
    return bytes([number]) * length


def _traces(flash):
    """Return the numbers of all blobs of which eight bytes or more can be read."""
    cells = bytes(flash.cells)
    return [number for number in range(1, 64) if bytes([number]) * 8 in cells]


class TestForgets(unittest.TestCase):
    def test_only_the_newest_blob_is_on_flash(self):
        for size in (_SIZE, 4 * SECTOR_BYTES):
            flash = NorMemory(size)
            slot = _slot(flash)
            for number in range(1, 40):
                slot.save(_blob(number))
                self.assertEqual(slot.load(), _blob(number))
                self.assertEqual(_traces(flash), [number])

    def test_after_a_restart_too(self):
        flash = NorMemory(_SIZE)
        for number in range(1, 40):
            _slot(flash).save(_blob(number))
            self.assertEqual(_slot(flash).load(), _blob(number))
            self.assertEqual(_traces(flash), [number])

    def test_what_an_atomic_slot_left_is_swept_at_the_first_load(self):
        flash = NorMemory(_SIZE)
        for number in range(1, 12):
            AtomicSlot(flash.partition(0, _SIZE)).save(_blob(number))
        self.assertTrue(len(_traces(flash)) > 1)
        self.assertEqual(_slot(flash).load(), _blob(11))
        self.assertEqual(_traces(flash), [11])

    def test_a_clean_flash_is_not_programmed_by_loading(self):
        flash = NorMemory(_SIZE)
        for number in range(1, 12):
            _slot(flash).save(_blob(number))
        before = flash.ops
        self.assertEqual(_slot(flash).load(), _blob(11))
        self.assertEqual(flash.ops, before)

    def test_operations_of_a_save(self):
        flash = NorMemory(_SIZE)
        slot = _slot(flash)
        slot.save(_blob(1))
        before = flash.ops
        slot.save(_blob(2))
        self.assertEqual(flash.ops - before, 3)  # record, its mark, zeros over the one before

    def test_nothing_saved(self):
        flash = NorMemory(_SIZE)
        self.assertIsNone(_slot(flash).load())
        self.assertEqual(flash.ops, 0)

    def test_longest(self):
        flash = NorMemory(_SIZE)
        for number in range(1, 9):
            _slot(flash).save(_blob(number, BLOB_MAX_BYTES))
            self.assertEqual(_traces(flash), [number])
        with self.assertRaises(StoreError):
            _slot(flash).save(_blob(9, BLOB_MAX_BYTES + 1))
        self.assertEqual(_slot(flash).load(), _blob(8, BLOB_MAX_BYTES))

    def test_damage_is_reported_and_not_swept(self):
        flash = NorMemory(_SIZE)
        slot = _slot(flash)
        slot.save(_blob(1))
        slot.save(_blob(2))
        at = bytes(flash.cells).find(_blob(2))
        flash.cells[at + 30] ^= 1
        before = bytes(flash.cells)
        with self.assertRaises(StoreError):
            _slot(flash).load()
        with self.assertRaises(StoreError):
            _slot(flash).save(_blob(3))
        self.assertEqual(flash.cells, before)


class TestCuts(unittest.TestCase):
    def test_old_or_new_and_after_the_next_load_nothing_else(self):
        for kind in KINDS:
            for operation in range(1, 34):
                flash = NorMemory(_SIZE)
                flash.fuse(operation, kind)
                saved = 0
                with self.assertRaises(PowerCut):
                    slot = _slot(flash)
                    while True:
                        slot.save(_blob(saved + 1))
                        saved += 1
                flash = flash.reboot()
                blob = _slot(flash).load()
                found = blob[0] if blob else 0
                self.assertTrue(found in (saved, saved + 1), (kind, operation))
                self.assertEqual(_traces(flash), [found] if found else [])
                _slot(flash).save(_blob(60))
                self.assertEqual(_traces(flash), [60])

    def test_cut_while_sweeping(self):
        for kind in KINDS:
            for operation in range(1, 12):
                flash = NorMemory(_SIZE)
                for number in range(1, 4):
                    AtomicSlot(flash.partition(0, _SIZE)).save(_blob(number))
                flash = flash.reboot()
                flash.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    _slot(flash).load()
                flash = flash.reboot()
                self.assertEqual(_slot(flash).load(), _blob(3))
                self.assertEqual(_traces(flash), [3])


if __name__ == "__main__":
    unittest.main()
