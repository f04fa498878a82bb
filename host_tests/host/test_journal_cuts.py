# SPDX-License-Identifier: MIT
"""The journal under power cuts: every operation of a workload, each way, and again in recovery.

While a workload runs, `Lab` copies the flash before each program and erase, lets the operation die
on the copy in each of the four ways, boots a new journal from it and compares: every acknowledged
record that had to be kept is there, in order; the record under way is there or not; nothing else.
Then the survivor must take records again, and these operations are cut the same way (second cuts).
"""

import os
import random

import pytest

from fakes.flash import KINDS, SECTOR_BYTES, NorMemory, PowerCut
from pos.core.errors import StoreFull
from pos.store.counter import Counter
from pos.store.journal import Journal

FULL = os.environ.get("ESPOS_FULL") == "1"
KEY = bytes(range(32))
COUNTER_BYTES = 2 * SECTOR_BYTES
SIZES = (0, 12, 13, 60, 180, 230, 300, 511, 512)


class Truth:
    """What a reader must find: `records` acknowledged, `pending` under way, oldest to keep."""

    def __init__(self, records=(), pending=None, keep_from=1):
        self.records = list(records)
        self.pending = pending
        self.keep_from = keep_from

    def check(self, seen):
        """Compare with [(seq, type, payload)] as visited; return what is now acknowledged."""
        known = self.records + ([self.pending] if self.pending else [])
        if not seen:
            assert not self.records
            return []
        first, last = seen[0][0], seen[-1][0]
        assert [seq for seq, _, _ in seen] == list(range(first, last + 1))
        assert first <= self.keep_from or self.keep_from > last
        assert len(self.records) <= last <= len(known)
        assert [record[1:] for record in seen] == known[first - 1 : last]
        return known[:last]


class Lab(NorMemory):
    """A flash that shows `inspect(self, operation)` itself before each operation."""

    def __init__(self, image, inspect):
        super().__init__(image=image)
        self.inspect = inspect

    def program(self, offset, data):
        data = bytes(data)
        self.inspect(self.cells, lambda flash: flash.program(offset, data))
        super().program(offset, data)

    def erase(self, offset):
        self.inspect(self.cells, lambda flash: flash.erase(offset))
        super().erase(offset)


def left_by_cut(cells, operation, kind):
    """The cells as the operation leaves them when it is the last one."""
    flash = NorMemory(image=cells)
    flash.fuse(1, kind)
    with pytest.raises(PowerCut):
        operation(flash)
    return flash.cells


def boot(flash):
    """A journal loaded from the flash, and what it visited."""
    seen = []
    part = flash.partition(COUNTER_BYTES, flash.size - COUNTER_BYTES)
    journal = Journal(part, Counter(flash.partition(0, COUNTER_BYTES)), KEY)
    journal.load(lambda kind, seq, payload: seen.append((seq, kind, bytes(payload))))
    return journal, seen


class Workload:
    """Random appends and reboots on a small ring, with a look at each operation."""

    def __init__(self, seed, sectors, second_every):
        self.rng = random.Random(seed)
        self.second_every = second_every  # every n-th cut is followed by second cuts
        self.cuts = self.seconds = self.full = 0
        self.kept = 999  # how many of the last records must stay
        self.truth = Truth()
        blank = b"\xff" * (COUNTER_BYTES + sectors * SECTOR_BYTES)
        self.flash = Lab(blank, self.inspect)

    def run(self, appends):
        """Append and reboot at random."""
        journal, _ = boot(self.flash)
        for _ in range(appends):
            if self.rng.random() < 0.1:
                journal, seen = boot(self.flash)
                assert self.truth.check(seen) == self.truth.records
            self.append(journal)

    def append(self, journal):
        """One record; now and then a large part of what there is must be kept."""
        if self.full and self.rng.random() < 0.05:
            self.kept = self.rng.choice((5, 15, 999))
        keep_from = max(self.truth.keep_from, journal.last_seq - self.kept, 1)
        self.truth.keep_from = journal.keep_from = keep_from
        record = (self.rng.randrange(1, 255), self.rng.randbytes(self.rng.choice(SIZES)))
        self.truth.pending = record
        before = bytes(self.flash.cells)
        try:
            seq = journal.append(*record)
        except StoreFull:
            self.full += 1
            assert before == self.flash.cells
            self.kept = 5
        else:
            self.truth.records.append(record)
            assert seq == len(self.truth.records)
        self.truth.pending = None

    def inspect(self, cells, operation):
        """Cut here in every way."""
        for kind in KINDS:
            self.cuts += 1
            image = left_by_cut(cells, operation, kind)
            truth = Truth(self.truth.records, self.truth.pending, self.truth.keep_from)
            if self.cuts % self.second_every:
                self.survive(NorMemory(image=image), truth)
            else:
                self.survive_again(image, truth)

    def survive(self, flash, truth):
        """Boot, go on, boot again."""
        journal, seen = boot(flash)
        truth.records = truth.check(seen)
        truth.pending = None
        truth.keep_from = journal.keep_from = journal.next_seq
        for size in (1, 512):
            truth.pending = (9, bytes(size))
            assert journal.append(9, bytes(size)) == len(truth.records) + 1
            truth.records.append(truth.pending)
            truth.pending = None
        _, seen = boot(flash.reboot() if not isinstance(flash, Lab) else flash)
        assert truth.check(seen) == truth.records

    def survive_again(self, image, truth):
        """The same with a second cut at each operation of it."""

        def inspect(cells, operation):
            for kind in KINDS:
                self.seconds += 1
                again = Truth(truth.records, truth.pending, truth.keep_from)
                self.survive(NorMemory(image=left_by_cut(cells, operation, kind)), again)

        self.survive(Lab(image, inspect), truth)


@pytest.mark.parametrize("seed", range(6 if FULL else 2))
def test_every_cut_and_second_cuts(seed, record_property):
    random.seed(seed)  # of the garbage
    sectors = (4, 3, 5)[seed % 3]
    work = Workload(seed, sectors, second_every=2 if FULL else 29)
    work.run(250 if FULL else 110)
    assert work.flash.erases > sectors + 1  # it went round
    assert work.full
    cuts = f"{work.cuts} cuts, {work.seconds} second cuts, {work.full} times full"
    record_property("figures", f"journal, seed {seed}: {cuts}")


def test_cuts_where_the_counter_changes_sector():
    random.seed(1)
    work = Workload(99, 4, second_every=1 if FULL else 11)
    inspect, work.flash.inspect = work.flash.inspect, lambda *_: None
    journal, _ = boot(work.flash)
    while journal.last_seq < 4074:
        journal.keep_from = journal.next_seq
        journal.append(1, b"")
        work.truth.records.append((1, b""))
    work.truth.keep_from = journal.next_seq
    work.flash.inspect = inspect
    work.run(12)


def test_cut_after_cut_in_the_same_place():
    """Torn tails pile up until the sector is used up; the store goes on and loses nothing."""
    random.seed(3)
    flash = NorMemory(COUNTER_BYTES + 3 * SECTOR_BYTES)
    truth = Truth()
    for turn in range(60):
        journal, seen = boot(flash)
        assert truth.check(seen) == truth.records
        journal.keep_from = truth.keep_from = journal.next_seq
        flash.fuse(1 + turn % 4, ("torn", "garbage", "garbage")[turn % 3])
        truth.pending = (7, bytes([turn]) * 300)
        try:
            journal.append(*truth.pending)
        except PowerCut:
            flash = flash.reboot()
            _, seen = boot(flash)
            truth.records = truth.check(seen)
        else:
            flash = flash.reboot()
            truth.records.append(truth.pending)
        truth.pending = None


@pytest.mark.slow
def test_a_hundred_times_round():
    random.seed(4)
    work = Workload(4, 4, second_every=1)
    work.flash.inspect = lambda *_: None
    while work.flash.erases < 400:
        work.run(50)
        _, seen = boot(work.flash)
        assert work.truth.check(seen) == work.truth.records
