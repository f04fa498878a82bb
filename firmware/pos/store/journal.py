# SPDX-License-Identifier: MIT
"""The append-only journal on raw NOR flash: a ring of sectors (ring.py), one keyed chain.

An append is: program the record (record.py); count it (counter.py). If it does not fit, first
program the closing mark of the sector, erase the next one, program its header. Nothing else is
written but by `load`, after all of it was verified. So a cut leaves one of these, and only these:

- nothing, or the record whole but not counted: `load` programs it once more (a cell may be weak)
  and counts it;
- something torn after the last record of the newest sector, all records counted: `load` stamps it
  out with zeros and records go on MAX_RECORD further, never over what is not blank;
- the newest sector closed and the next one anything at all: its records were free to go, it is
  ignored, and erased again when entered;
- the newest sector with a header and no record.

Everything else, down to one bit, is a StoreError that names sector, offset and sequence: all the
sectors that should be there are, and where their number says; each begins with the tail of the one
before; sequences have no gap; what follows the last record is blank; and the count outside says
how many records there must be. A flash that fails while writing is a StoreError too; then only
`load` helps.
"""

from micropython import const

from pos.core.errors import StoreError, StoreFull
from pos.store.record import (
    HEADER_BYTES,
    LIMIT,
    MAX_PAYLOAD,
    MAX_RECORD,
    SEAL_BYTES,
    SECTOR_BYTES,
    Chain,
    crc_holds,
    put_header,
    put_record,
    record_size,
)
from pos.store.ring import Ring

_BUFFER_BYTES = const(1024)
_SLACK_BYTES = const(528)  # the most that stays unused where the longest record does not fit


class Journal:
    """`load` first. `keep_from` is the oldest sequence that must not be erased (0: all)."""

    def __init__(self, flash: object, counter: object, key: bytes) -> None:
        self.keep_from = 0
        self.next_seq = 1
        self._ring = Ring(flash)
        self._counter = counter
        self._chain = Chain(key)
        self._newest = -1  # number of the newest sector
        self._at = 0  # where in it the next record goes
        self._closed = True  # the next record goes to the next sector
        self._ready = False

    @property
    def last_seq(self) -> int:
        """Sequence of the newest record, 0 if there is none."""
        return self.next_seq - 1

    @property
    def first_seq(self) -> int:
        """Sequence of the oldest record still there; `next_seq` if there is none."""
        number = self._ring.holding(0, self._newest)
        return self._ring.firsts[number % self._ring.count] or self.next_seq

    def load(self, visit: object) -> None:
        """Verify everything, calling visit(type, seq, payload) from the oldest to the newest.

        `payload` is a memoryview that holds during the call. What was visited is true only once
        `load` has returned.
        """
        ring = self._ring
        self._ready = False
        ring.use_buffer(SECTOR_BYTES)
        self._newest = newest = ring.find_newest()
        self._closed = newest < 0 or ring.marked(newest)
        ring.seq = 0  # known from the oldest sector on
        torn = False
        oldest = newest - ring.count + 1
        for number in range(oldest, newest + 1):
            ring.firsts[number % ring.count] = 0
            if number == oldest and self._closed:
                continue  # being erased
            if number >= 0:
                torn = self._load_sector(number, visit)
            else:
                ring.check_blank(number, "neither blank nor a sector of this journal")
        self.next_seq = ring.seq or 1
        self._recover(torn)
        self._ready = True
        self.rest()

    def rest(self) -> None:
        """Let go of the buffer until the next append or scan."""
        self._ring.window = None

    def append(self, kind: int, payload: bytes) -> int:
        """Add a record (type 1 to 254, up to MAX_PAYLOAD bytes); return its sequence, durable.

        StoreFull, with nothing changed, if it would cost a record from `keep_from` on.
        """
        self._check_ready()
        if not 0 < kind < 255 or len(payload) > MAX_PAYLOAD:
            raise StoreError("journal: type %d with %d bytes" % (kind, len(payload)))
        entering = self._closed or self._at + record_size(len(payload)) > LIMIT
        if entering and not self._free(self._newest + 1, self.keep_from):
            raise StoreFull("journal: no room after record %d" % self.last_seq)
        self._ready = False  # and so it stays if the flash fails
        if entering:
            self._enter()
        size = put_record(self._ring.window.buf, kind, self.next_seq, payload)
        self._write(self._at, size)
        self._counter.bump()
        self._at += size
        self.next_seq += 1
        self._ready = True
        return self.last_seq

    def scan(self, from_seq: int, visit: object) -> bool:
        """Visit the records from `from_seq` on until `visit` returns True; return whether it did.

        Checks each CRC, not the chain: `load` did that. `visit` must not use the journal.
        """
        self._check_ready()
        self._ready = False
        try:
            return self._newest >= 0 and self._scan(max(1, from_seq), visit)
        finally:
            self._ready = True

    def room(self, keep_from: int) -> int:
        """Bytes of records (record_size) that surely fit without erasing one from `keep_from` on.

        A power cut in the middle of an append takes up to MAX_RECORD of it.
        """
        count = self._ring.count
        fits = 0 if self._closed else max(0, LIMIT - self._at - _SLACK_BYTES)
        number = self._newest + 1
        while number < self._newest + count and self._free(number, keep_from):
            fits += LIMIT - HEADER_BYTES - _SLACK_BYTES
            number += 1
        return fits

    def _check_ready(self) -> None:
        if not self._ready:
            raise StoreError("journal: not loaded, or in use")
        if self._ring.window is None:
            self._ring.use_buffer(_BUFFER_BYTES)

    def _free(self, number: int, keep_from: int) -> bool:
        """Whether the place that sector `number` goes to holds nothing that must be kept."""
        firsts = self._ring.firsts
        place = number % self._ring.count
        return firsts[place] == 0 or firsts[(place + 1) % self._ring.count] <= keep_from

    def _enter(self) -> None:
        ring = self._ring
        before = self._seal() if self._newest >= 0 else (self._chain.tail, 0, bytes(SEAL_BYTES))
        if not self._closed:
            ring.mark(self._newest, LIMIT)
            self._closed = True
        self._newest += 1
        place = self._newest % ring.count
        ring.firsts[place] = 0
        ring.flash.erase(ring.address(place, 0))
        ring.check_blank(self._newest, "did not erase")
        put_header(ring.window.buf, self._newest, self.next_seq, ring.count, before)
        self._chain.restart()
        self._write(0, HEADER_BYTES)
        ring.firsts[place] = self.next_seq
        self._at = HEADER_BYTES
        self._closed = False

    def _seal(self) -> tuple:
        """Tail, end and seal of the newest sector, verified once more: the seal stands for it."""
        ring = self._ring
        tail = bytes(self._chain.tail)
        ring.seq = 0
        ring.walk(self._load_header(self._newest), self._chain.verify, 0, _ignore)
        if ring.seq != self.next_seq or self._chain.tail != tail:
            raise ring.damaged(self._newest)
        end = 0 if ring.stamped else ring.at
        return tail, end, ring.seal(end)

    def _write(self, at: int, size: int) -> None:
        """Seal what stands in the buffer, program it into the newest sector, read it back."""
        ring = self._ring
        part = ring.window.view[:size]
        self._chain.seal(part, size)
        start = ring.address(self._newest, at)
        ring.flash.program(start, part)
        ring.flash.read_into(start, part)
        if not self._chain.ends(part, size) or not crc_holds(part, 0, size):
            raise ring.broken(self._newest, at, "was not programmed")

    def _load_sector(self, number: int, visit: object) -> bool:
        """Load one sector; return whether it ends with a torn record."""
        ring = self._ring
        newest = number == self._newest
        after = None if newest else self._sealing(number)
        seq = self._load_header(number)
        if after and ring.seal(after.end) == after.seal:
            ring.walk(seq, None, 0, visit, after.end)
            self._chain.tail[:] = after.previous
        else:
            ring.walk(seq, self._verify if newest else self._chain.verify, 0, visit)
        torn = ring.torn(number)
        if torn and not (newest and self._counter.value() == ring.seq - 1):
            raise ring.damaged(number)
        if newest:
            self._at = ring.at
        elif not ring.marked(number):
            raise ring.broken(number, LIMIT, "the closing mark is damaged")
        return torn

    def _sealing(self, number: int) -> object:
        """The header behind a sector, if it has a seal for it and the key vouches for that."""
        header = self._ring.peek(number + 1)
        good = header.whole and header.number == number + 1 and header.end
        return header if good and self._chain.vouches(self._ring.window.view) else None

    def _load_header(self, number: int) -> int:
        """Check that the sector is the one expected; return the sequence it begins with."""
        ring = self._ring
        header = ring.open(number)
        if not header.whole or header.number != number:
            raise ring.broken(number, 0, "the header of sector number %d is gone" % number)
        follows = header.first == ring.seq and header.previous == self._chain.tail
        self._chain.restart()
        if not self._chain.verify(ring.window.view, 0, HEADER_BYTES):
            raise ring.broken(number, 0, "changed, or written with another key")
        if ring.seq and not follows:
            raise ring.broken(number, 0, "does not follow record %d" % (ring.seq - 1))
        ring.firsts[number % ring.count] = header.first
        return header.first

    def _verify(self, view: memoryview, i: int, size: int) -> bool:
        """As the chain, and the CRC too: nothing follows that would vouch for the last one."""
        return crc_holds(view, i, size) and self._chain.verify(view, i, size)

    def _recover(self, torn: bool) -> None:
        """Compare with the count outside, then finish what the power cut left."""
        ring = self._ring
        last = self.last_seq
        count = self._counter.value()
        if count > last:
            what = "records %d to %d are missing" % (self.next_seq, count)
            raise ring.broken(max(0, self._newest), self._at, what)
        at, size = ring.last if self._newest >= 0 else (0, 0)
        if count < last - (1 if size else 0):
            raise StoreError("journal: ends at record %d, the counter says %d" % (last, count))
        if torn:
            ring.mark(self._newest, self._at)
            self._at += MAX_RECORD
        if count < last:
            part = ring.window.view[:size]
            ring.flash.read_into(ring.address(self._newest, at), part)
            ring.flash.program(ring.address(self._newest, at), part)
            self._counter.bump()

    def _scan(self, from_seq: int, visit: object) -> bool:
        ring = self._ring
        for number in range(ring.holding(from_seq, self._newest), self._newest + 1):
            ring.window.open(number % ring.count)
            seq = ring.firsts[number % ring.count]
            if ring.walk(seq, crc_holds, from_seq, visit):
                return True
            newest = number == self._newest
            end = self.next_seq if newest else ring.firsts[(number + 1) % ring.count]
            if ring.seq != end:
                raise ring.damaged(number)
        return False


def _ignore(kind: int, seq: int, payload: memoryview) -> None:
    """Visit nothing."""
