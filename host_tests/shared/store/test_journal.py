# SPDX-License-Identifier: MIT
"""The journal: what is appended comes back, it goes round, it keeps what must be kept."""

import random
import unittest

from fakes.flash import KINDS, SECTOR_BYTES, NorMemory, PowerCut
from pos.core.errors import StoreError, StoreFull
from pos.store.counter import Counter
from pos.store.journal import Journal
from pos.store.record import MAX_PAYLOAD, record_size

_KEY = bytes(range(32))
_START = 2 * SECTOR_BYTES  # the counter is before it
_SECTORS = 4


class _Reads:
    """A partition that counts the bytes read of each sector."""

    def __init__(self, part):
        self.part = part
        self.size = part.size
        self.by_sector = [0] * (part.size // SECTOR_BYTES)

    def read(self, offset, length):
        self.by_sector[offset // SECTOR_BYTES] += length
        return self.part.read(offset, length)

    def read_into(self, offset, buf):
        self.by_sector[offset // SECTOR_BYTES] += len(buf)
        self.part.read_into(offset, buf)


def _blank():
    return NorMemory(_START + _SECTORS * SECTOR_BYTES)


def _boot(flash):
    """A loaded journal, and what it visited as (seq, type, payload)."""
    seen = []
    part = flash.partition(_START, flash.size - _START)
    journal = Journal(part, Counter(flash.partition(0, _START)), _KEY)
    journal.load(lambda kind, seq, payload: seen.append((seq, kind, bytes(payload))))
    return journal, seen


def _filled(count, length=172):
    """A device with so many records, each with its sequence in it."""
    flash = _blank()
    journal, _ = _boot(flash)
    for seq in range(1, count + 1):
        journal.keep_from = seq
        journal.append(1 + seq % 9, bytes([seq & 255]) * length)
    return flash, journal


class Appending(unittest.TestCase):
    def test_blank_flash_is_an_empty_journal(self):
        flash = _blank()
        journal, seen = _boot(flash)
        self.assertEqual(seen, [])
        self.assertEqual((journal.first_seq, journal.last_seq, journal.next_seq), (1, 0, 1))
        self.assertEqual(flash.ops, 0)
        self.assertFalse(journal.scan(1, lambda kind, seq, payload: True))

    def test_what_was_appended_comes_back(self):
        flash = _blank()
        journal, _ = _boot(flash)
        records = []
        for length in (0, 1, 12, 13, 200, MAX_PAYLOAD):
            payload = bytes(i & 255 for i in range(length))
            records.append((journal.append(length % 7 + 1, payload), length % 7 + 1, payload))
        self.assertEqual([record[0] for record in records], [1, 2, 3, 4, 5, 6])
        again, seen = _boot(flash.reboot())
        self.assertEqual(seen, records)
        self.assertEqual((again.first_seq, again.last_seq, again.next_seq), (1, 6, 7))

    def test_goes_on_after_a_reboot(self):
        flash, _ = _filled(5)
        for seq in range(6, 12):
            flash = flash.reboot()
            journal, seen = _boot(flash)
            self.assertEqual(len(seen), seq - 1)
            self.assertEqual(flash.ops, 0)
            self.assertEqual(journal.append(3, b"more"), seq)

    def test_refuses_what_is_no_record(self):
        flash, journal = _filled(1)
        before = flash.ops
        for kind, length in ((0, 1), (255, 1), (-1, 1), (1, MAX_PAYLOAD + 1)):
            with self.assertRaises(StoreError):
                journal.append(kind, bytes(length))
        self.assertEqual(flash.ops, before)
        self.assertEqual(journal.append(1, b""), 2)

    def test_only_after_load(self):
        flash = _blank()
        part = flash.partition(_START, flash.size - _START)
        journal = Journal(part, Counter(flash.partition(0, _START)), _KEY)
        with self.assertRaises(StoreError):
            journal.append(1, b"early")
        with self.assertRaises(StoreError):
            journal.scan(1, None)

    def test_programs_little_more_than_the_records(self):
        flash = _blank()
        journal, _ = _boot(flash)
        total = 0
        for i in range(300):
            journal.keep_from = journal.next_seq
            length = i * 37 % 350
            journal.append(1, bytes(length))
            total += record_size(length)
        self.assertTrue(flash.bytes_programmed * 100 <= total * 105)


class GoingRound(unittest.TestCase):
    def test_keeps_the_newest(self):
        flash, journal = _filled(200)
        again, seen = _boot(flash.reboot())
        self.assertEqual(seen[-1][0], 200)
        self.assertEqual(seen[0][0], again.first_seq)
        self.assertTrue(len(seen) >= 3 * 20)
        for seq, kind, payload in seen:
            self.assertEqual((kind, payload), (1 + seq % 9, bytes([seq]) * 172))

    def test_full_changes_nothing_and_moving_on_helps(self):
        flash = _blank()
        journal, _ = _boot(flash)
        with self.assertRaises(StoreFull):
            while journal.last_seq < 1000:
                journal.append(1, bytes(172))
        before = (bytes(flash.cells), flash.ops, journal.last_seq)
        for _ in range(2):
            with self.assertRaises(StoreFull):
                journal.append(1, bytes(172))
        self.assertEqual((bytes(flash.cells), flash.ops, journal.last_seq), before)
        self.assertEqual(journal.first_seq, 1)
        journal.keep_from = 20  # there are 20 records of 192 bytes in a sector
        with self.assertRaises(StoreFull):
            journal.append(1, bytes(172))
        journal.keep_from = 21
        self.assertEqual(journal.append(1, bytes(172)), before[2] + 1)
        self.assertEqual(journal.first_seq, 21)

    def test_room_is_never_too_much(self):
        for seed in range(12):
            random.seed(seed)
            flash, journal = _filled(random.randint(0, 150), random.randint(0, 300))
            keep_from = random.randint(0, journal.next_seq)
            journal.keep_from = keep_from
            oldest = journal.first_seq
            room = journal.room(keep_from)
            while True:
                length = random.randint(0, MAX_PAYLOAD)
                if record_size(length) > room:
                    break
                room -= record_size(length)
                journal.append(1, bytes(length))
            first = _boot(flash.reboot())[0].first_seq
            self.assertTrue(first <= max(oldest, keep_from))

    def test_room_is_not_much_too_little(self):
        _, journal = _filled(200)
        self.assertTrue(journal.room(journal.next_seq) > 3 * 3400)
        self.assertEqual(journal.room(0) // 4096, 0)

    def test_load_reads_each_sector_once(self):
        flash, _ = _filled(200)
        part = _Reads(flash.partition(_START, flash.size - _START))
        Journal(part, Counter(flash.partition(0, _START)), _KEY).load(lambda *_: None)
        for count in part.by_sector:  # headers and marks once more, to see which is the newest
            self.assertTrue(count <= SECTOR_BYTES + 2 * 64 + 2 * 16)


class Sealing(unittest.TestCase):
    def _macs_to_load(self, flash):
        """How many MACs it takes to load this."""
        part = flash.partition(_START, flash.size - _START)
        journal = Journal(part, Counter(flash.partition(0, _START)), _KEY)
        chain = journal._chain
        mac = chain._mac
        calls = []

        def counted(*args):
            calls.append(1)
            return mac(*args)

        chain._mac = counted
        journal.load(lambda *_: None)
        return len(calls), journal

    def test_loading_checks_the_seal_of_a_full_sector_and_not_each_mac(self):
        flash, _ = _filled(200)
        calls, journal = self._macs_to_load(flash)
        newest = journal.next_seq - max(journal._ring.firsts)
        self.assertEqual(calls, 2 * _SECTORS - 1 + newest)

    def test_a_sector_with_a_torn_record_has_none(self):
        flash, journal = _filled(3)
        flash.fuse(1, "torn")
        with self.assertRaises(PowerCut):
            journal.append(7, bytes(300))
        flash = flash.reboot()
        journal, _ = _boot(flash)
        while journal.last_seq < 30:
            journal.append(1, bytes(172))
        self.assertEqual(self._macs_to_load(flash)[0], 30 + 2)

    def test_damage_since_load_is_not_sealed(self):
        flash, journal = _filled(20)
        flash.cells[_START + 300] ^= 1
        before = flash.erases
        with self.assertRaises(StoreError):
            for _ in range(20):
                journal.append(1, bytes(172))
        self.assertEqual(flash.erases, before)


class Scanning(unittest.TestCase):
    def setUp(self):
        self.flash, self.journal = _filled(200)

    def _scan(self, from_seq, stop_at=0):
        seqs = []

        def visit(kind, seq, payload):
            self.assertEqual(bytes(payload), bytes([seq]) * 172)
            seqs.append(seq)
            return seq == stop_at

        return self.journal.scan(from_seq, visit), seqs

    def test_from_anywhere_to_the_end(self):
        first = self.journal.first_seq
        for from_seq in range(first, 201):
            self.assertEqual(self._scan(from_seq), (False, list(range(from_seq, 201))))
        self.assertEqual(self._scan(0)[1][0], first)
        self.assertEqual(self._scan(201), (False, []))

    def test_stops_when_told(self):
        self.assertEqual(self._scan(150, 160), (True, list(range(150, 161))))

    def test_starts_at_the_sector_that_has_it(self):
        part = _Reads(self.flash.partition(_START, self.flash.size - _START))
        journal = Journal(part, Counter(self.flash.partition(0, _START)), _KEY)
        journal.load(lambda *_: None)
        part.by_sector = [0] * _SECTORS
        journal.scan(200, lambda *_: None)
        self.assertEqual(len([count for count in part.by_sector if count]), 1)

    def test_must_not_append_meanwhile(self):
        with self.assertRaises(StoreError):
            self.journal.scan(1, lambda *_: self.journal.append(1, b""))
        self.assertEqual(self.journal.append(1, b"afterwards"), 201)

    def test_sees_damage_since_load(self):
        self.flash.cells[_START + 100] ^= 1
        with self.assertRaises(StoreError):
            self._scan(1)


class Cuts(unittest.TestCase):
    """A taste; host/test_journal_cuts.py does all of them."""

    def test_each_operation_of_appends_that_enter_a_sector(self):
        for kind in KINDS:
            for operation in range(1, 9):
                flash, journal = _filled(83)
                journal.keep_from = 84
                flash.fuse(operation, kind)
                done = 83
                with self.assertRaises(PowerCut):
                    while done < 90:
                        done = journal.append(7, bytes(172))
                again, seen = _boot(flash.reboot())
                self.assertIn(again.last_seq, (done, done + 1))
                self.assertEqual(seen[-3][0], again.last_seq - 2)
                again.keep_from = again.next_seq
                self.assertEqual(again.append(1, b"on"), seen[-1][0] + 1)

    def test_a_torn_record_is_stamped_out_and_passed_over(self):
        flash, journal = _filled(3)
        flash.fuse(1, "torn")
        with self.assertRaises(PowerCut):
            journal.append(7, b"\x55" * 300)
        flash = flash.reboot()
        journal, seen = _boot(flash)
        self.assertEqual((len(seen), flash.ops), (3, 1))
        at = _START + 64 + 3 * 192
        self.assertEqual(bytes(flash.cells[at : at + 17]), bytes(16) + b"\x55")
        journal.append(8, b"next")
        self.assertEqual(flash.cells[at + 544], 8)
        self.assertEqual(_boot(flash.reboot())[1][3:], [(4, 8, b"next")])

    def test_a_flash_that_does_not_take_it_is_noticed(self):
        flash, journal = _filled(3)
        flash._store = lambda offset, data: None
        with self.assertRaises(StoreError):
            journal.append(7, b"lost")
        with self.assertRaises(StoreError):
            journal.append(7, b"and no more")
        self.assertEqual(len(_boot(flash.reboot())[1]), 3)


if __name__ == "__main__":
    unittest.main()
