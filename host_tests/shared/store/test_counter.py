# SPDX-License-Identifier: MIT
"""The counter: goes up by one, across sectors and cuts, and says so when it is not what it was."""

import unittest

from fakes.flash import KINDS, SECTOR_BYTES, NorMemory, PowerCut
from pos.core.errors import StoreError
from pos.store.counter import Counter

_COUNTS = 4080  # in a sector


def _counter(flash):
    return Counter(flash.partition(0, flash.size))


def _at(count):
    """A device of two sectors that has counted so far, made without a bump for each."""
    flash = NorMemory(2 * SECTOR_BYTES)
    number, used = divmod(count, _COUNTS)
    counter = _counter(flash)
    counter.value()
    for _ in range(number + 1):
        counter._enter()
    start = (number % 2) * SECTOR_BYTES + 16
    flash.cells[start : start + used] = bytes(used)
    return flash.reboot()


class Counts(unittest.TestCase):
    def test_from_blank(self):
        flash = NorMemory(4 * SECTOR_BYTES)
        counter = _counter(flash)
        self.assertEqual(counter.value(), 0)
        self.assertEqual(flash.ops, 0)
        for value in range(1, 6):
            counter.bump()
            self.assertEqual(counter.value(), value)
            self.assertEqual(_counter(flash.reboot()).value(), value)

    def test_one_operation_of_one_byte_a_count(self):
        flash = _at(10)
        _counter(flash).bump()
        self.assertEqual((flash.ops, flash.bytes_programmed, flash.erases), (1, 1, 0))

    def test_goes_on_in_the_next_sector_for_ever(self):
        for value in (_COUNTS - 1, _COUNTS, 2 * _COUNTS, 7 * _COUNTS - 1, 7 * _COUNTS):
            flash = _at(value)
            counter = _counter(flash)
            self.assertEqual(counter.value(), value)
            for more in range(1, 4):
                counter.bump()
                self.assertEqual(_counter(flash.reboot()).value(), value + more)


class Cuts(unittest.TestCase):
    def test_every_operation_in_every_way_leaves_old_or_new(self):
        for value in (0, 1, 77, _COUNTS - 1, _COUNTS, 3 * _COUNTS):
            for kind in KINDS:
                for operation in (1, 2, 3):
                    flash = _at(value) if value else NorMemory(2 * SECTOR_BYTES)
                    self._check_cut(flash, operation, kind)

    def _check_cut(self, flash, operation, kind):
        flash.fuse(operation, kind)
        counter = _counter(flash)
        try:
            counter.bump()
            counter.bump()
            counter.bump()
        except PowerCut:
            pass
        done = counter.value() if not flash.dead else counter._number * _COUNTS + counter._used
        after = _counter(flash.reboot())
        self.assertIn(after.value(), (done, done + 1))
        again = after.value() + 1
        after.bump()
        self.assertEqual(after.value(), again)


class Refuses(unittest.TestCase):
    def _assert_broken(self, flash):
        with self.assertRaises(StoreError):
            _counter(flash).value()
        self.assertEqual(flash.ops, 0)

    def test_a_foreign_partition(self):
        for image in (bytes(4 * SECTOR_BYTES), bytes(range(256)) * 64):
            self._assert_broken(NorMemory(image=image))

    def test_a_partition_of_the_wrong_size(self):
        for size in (SECTOR_BYTES, 3 * SECTOR_BYTES // 2):

            class Flash:
                pass

            Flash.size = size
            with self.assertRaises(StoreError):
                Counter(Flash)

    def test_a_hole(self):
        flash = _at(300)
        flash.cells[16 + 100] = 0x01
        self._assert_broken(flash)

    def test_a_count_ahead_of_the_others(self):
        flash = _at(300)
        flash.cells[16 + 302] = 0xFE
        self._assert_broken(flash)

    def test_a_sector_out_of_place(self):
        flash = _at(2 * _COUNTS + 5)
        flash.cells[SECTOR_BYTES:] = flash.cells[:SECTOR_BYTES]
        self._assert_broken(flash)

    def test_never_shows_more_than_was_counted(self):
        flash = _at(_COUNTS + 40)
        for i in range(16 * 8):
            bad = flash.reboot()
            bad.cells[SECTOR_BYTES + i // 8] ^= 1 << i % 8
            self.assertTrue(_counter(bad).value() <= _COUNTS + 40)


if __name__ == "__main__":
    unittest.main()
