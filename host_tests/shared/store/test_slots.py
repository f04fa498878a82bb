# SPDX-License-Identifier: MIT
import unittest

from fakes.flash import KINDS, SECTOR_BYTES, NorMemory, PowerCut
from pos.core.errors import StoreError
from pos.store.slots import BLOB_MAX_BYTES, AtomicSlot

_SIZE = 2 * SECTOR_BYTES


def _slot(flash):
    return AtomicSlot(flash.partition(0, flash.size))


def _blob(number, length=500):
    return bytes([(number * 7 + i) & 255 for i in range(length)])


def _saved(count, size=_SIZE, length=500):
    """Return flash after `count` saves; seven blobs of 500 bytes fill a sector."""
    flash = NorMemory(size)
    slot = _slot(flash)
    for number in range(count):
        slot.save(_blob(number, length))
    return flash


def _flip(flash, offset, bit=1):
    flash.cells[offset] ^= bit


class TestContent(unittest.TestCase):
    def test_blank_is_empty(self):
        slot = _slot(NorMemory(_SIZE))
        self.assertIsNone(slot.load())
        self.assertIsNone(slot.load())

    def test_same_object_and_fresh_one_agree(self):
        flash = NorMemory(_SIZE)
        slot = _slot(flash)
        for number in range(40):
            slot.save(_blob(number))
            self.assertEqual(slot.load(), _blob(number))
            self.assertEqual(_slot(flash).load(), _blob(number))

    def test_every_length(self):
        flash = NorMemory(_SIZE)
        for length in (0, 1, 43, 44, 45, 48, 64, 107, 108, 109, 1003, 1004, BLOB_MAX_BYTES):
            _slot(flash).save(_blob(length, length))
            self.assertEqual(_slot(flash).load(), _blob(length, length))

    def test_blank_content(self):
        # A blob that looks like erased flash, and one that holds the marks of a record.
        flash = NorMemory(_SIZE)
        for blob in (b"\xff" * 300, b"SlotDone" * 40, bytes(300)):
            _slot(flash).save(blob)
            self.assertEqual(_slot(flash).load(), blob)

    def test_goes_round_four_sectors(self):
        flash = NorMemory(4 * SECTOR_BYTES)
        slot = _slot(flash)
        for number in range(60):
            slot.save(_blob(number))
        self.assertEqual(_slot(flash).load(), _blob(59))
        self.assertEqual(flash.erases, 9)  # seven records a sector: 1 + 59 // 7

    def test_a_save_is_two_programs_and_rarely_an_erase(self):
        flash = _saved(1)
        self.assertEqual((flash.ops, flash.erases), (3, 1))
        flash = _saved(7)
        self.assertEqual((flash.ops, flash.erases), (15, 1))

    def test_old_and_new_lengths_mix(self):
        flash = NorMemory(_SIZE)
        for number in range(30):
            _slot(flash).save(_blob(number, 1 + number * 37 % BLOB_MAX_BYTES))
            self.assertEqual(_slot(flash).load(), _blob(number, 1 + number * 37 % BLOB_MAX_BYTES))


class TestRefused(unittest.TestCase):
    def test_partition_sizes(self):
        for size in (SECTOR_BYTES, SECTOR_BYTES + SECTOR_BYTES // 2):
            flash = NorMemory(_SIZE).partition(0, _SIZE)
            flash.size = size
            with self.assertRaises(StoreError):
                AtomicSlot(flash)

    def test_too_long(self):
        flash = _saved(3)
        before = bytes(flash.cells)
        with self.assertRaises(StoreError):
            _slot(flash).save(bytes(BLOB_MAX_BYTES + 1))
        self.assertEqual(flash.cells, before)


class TestCuts(unittest.TestCase):
    def _cut(self, saved, operation, kind):
        """Save once more, cut at an operation; return False when there were not that many."""
        flash = _saved(saved)
        flash.fuse(operation, kind)
        try:
            _slot(flash).save(_blob(saved))
            return False
        except PowerCut:
            flash = flash.reboot()
        where = "after %d saves, operation %d, %s" % (saved, operation, kind)
        found = _slot(flash).load()
        old = _blob(saved - 1) if saved else None
        self.assertIn(found, (old, _blob(saved)), where)
        self._goes_on(flash, where)
        return True

    def _goes_on(self, flash, where):
        for number in range(100, 109):  # more than a sector
            _slot(flash).save(_blob(number))
            self.assertEqual(_slot(flash).load(), _blob(number), where)

    def test_every_operation(self):
        operations = 0
        for saved in (0, 1, 2, 6, 7, 8, 13, 14, 15):
            for kind in KINDS:
                operation = 1
                while self._cut(saved, operation, kind):
                    operation += 1
                operations += operation - 1
        self.assertEqual(operations, 4 * (9 * 2 + 3))  # two programs each, three with an erase

    def test_cut_again_and_again(self):
        # Each save is cut on what the one before left; the content never goes back.
        for kind in KINDS:
            flash = _saved(5)
            kept = 4
            for attempt in range(5, 40):
                flash.fuse(1 + attempt % 3, kind)
                try:
                    _slot(flash).save(_blob(attempt))
                except PowerCut:
                    pass  # the point of the test
                flash = flash.reboot()
                found = _slot(flash).load()
                self.assertIn(found, (_blob(kept), _blob(attempt)), kind)
                if found == _blob(attempt):
                    kept = attempt

    def test_first_save_cut_again_and_again(self):
        for kind in KINDS:
            flash = NorMemory(_SIZE)
            for _ in range(4):
                for operation in (1, 2):
                    flash.fuse(operation, kind)
                    with self.assertRaises(PowerCut):
                        _slot(flash).save(_blob(0))
                    flash = flash.reboot()
                    self.assertIn(_slot(flash).load(), (None, _blob(0)), kind)
            self._goes_on(flash, kind)


class TestDamage(unittest.TestCase):
    def test_any_bit_of_the_only_record(self):
        flash = _saved(1, length=100)
        image = bytes(flash.cells)
        for offset in range(192):  # three rows
            for bit in (0x01, 0x80):
                flash.cells[:] = image
                _flip(flash, offset, bit)
                self._old_is_not_served(flash, _blob(0, 100))

    def test_any_byte_of_the_newest_record(self):
        flash = _saved(3, length=100)
        image = bytes(flash.cells)
        for offset in range(2 * 192, 3 * 192):
            flash.cells[:] = image
            _flip(flash, offset)
            self._old_is_not_served(flash, _blob(2, 100))

    def _old_is_not_served(self, flash, newest):
        """Pass when damage is reported, or was where it does not matter; nothing is written."""
        before = bytes(flash.cells)
        try:
            self.assertEqual(_slot(flash).load(), newest)
        except StoreError:
            with self.assertRaises(StoreError):
                _slot(flash).save(b"new")
        else:
            return
        self.assertEqual(flash.cells, before)

    def test_damage_in_a_newly_entered_sector(self):
        flash = _saved(8)  # the eighth is the first of the second sector
        _flip(flash, SECTOR_BYTES + 100)
        with self.assertRaises(StoreError):
            _slot(flash).load()

    def test_damage_of_an_older_record_does_not_matter(self):
        flash = _saved(3)
        _flip(flash, 100)
        self.assertEqual(_slot(flash).load(), _blob(2))
        _slot(flash).save(_blob(3))
        self.assertEqual(_slot(flash).load(), _blob(3))

    def test_foreign_content(self):
        noise = bytes([i * 31 & 255 for i in range(SECTOR_BYTES)])
        # in the first sector it is what a cut in the very first save leaves
        flash = NorMemory(image=noise + b"\xff" * SECTOR_BYTES)
        self.assertIsNone(_slot(flash).load())
        _slot(flash).save(b"first")
        self.assertEqual(_slot(flash).load(), b"first")
        # elsewhere it is not ours
        for image in (b"\xff" * SECTOR_BYTES + noise, noise + noise):
            flash = NorMemory(image=image)
            with self.assertRaises(StoreError):
                _slot(flash).load()
            with self.assertRaises(StoreError):
                _slot(flash).save(b"first")
            self.assertEqual(flash.cells, image)

    def test_flash_that_does_not_take_the_data(self):
        flash = _saved(3)
        slot = _slot(flash)
        slot.load()
        flash.cells[3 * 576 + 40] = 0xFE  # a cell that went bad after the last look
        with self.assertRaises(StoreError):
            slot.save(_blob(3))
        self.assertEqual(slot.load(), _blob(2))
        slot.save(_blob(4))
        self.assertEqual(slot.load(), _blob(4))


if __name__ == "__main__":
    unittest.main()
