# SPDX-License-Identifier: MIT
"""The journal's ring of sectors, as read: where each is, what it begins with, a walk through one.

Sector number n (0, 1, 2 .. for ever) stands in place n % count, so the newest number says which
others must be there.
"""

from micropython import const

import hashlib
from array import array

from pos.core.errors import StoreError
from pos.store.record import (
    BODY,
    HEADER_BYTES,
    LIMIT,
    MARK_BYTES,
    MAX_RECORD,
    MIN_RECORD,
    SEAL_BYTES,
    SECTOR_BYTES,
    Header,
    crc_holds,
    size_at,
    u32,
)
from pos.store.window import Window

_ZEROS = bytes(MARK_BYTES)
_MIN_SECTORS = const(3)
_MAX_SECTORS = const(4096)  # 16 MB, the largest flash of a board


class Ring:
    """`at`, `seq` and `last` tell where the latest walk ended."""

    def __init__(self, flash: object) -> None:
        self.count = flash.size // SECTOR_BYTES
        if flash.size % SECTOR_BYTES or not _MIN_SECTORS <= self.count <= _MAX_SECTORS:
            raise StoreError("journal: a partition of %d bytes" % flash.size)
        self.flash = flash
        self.window = None  # see use_buffer
        self.firsts = array("I", bytes(4 * self.count))  # first sequence by place; 0 = no record
        self.at = 0  # offset behind what was accepted
        self.seq = 0  # expected there
        self.last = (0, 0)  # offset and size of the last record accepted; size 0 = none
        self.stamped = False  # whether it passed over a torn record that was stamped out

    def use_buffer(self, size: int) -> None:
        """Read through a buffer of this size from now on; the one before is given up."""
        self.window = None
        self.window = Window(self.flash, size)

    def address(self, number: int, at: int) -> int:
        """Offset in the partition of byte `at` of a sector."""
        return number % self.count * SECTOR_BYTES + at

    def broken(self, number: int, at: int, what: str) -> StoreError:
        """The error to raise for what was found at byte `at` of a sector."""
        return StoreError("journal sector %d offset 0x%03x: %s" % (number % self.count, at, what))

    def find_newest(self) -> int:
        """Number of the newest sector, -1 if no sector has a header."""
        newest = -1
        for place in range(self.count):
            header = self.peek(place)
            if header.whole and (header.ring != self.count or header.number % self.count != place):
                raise self.broken(place, 0, "this sector belongs elsewhere")
            if header.whole:
                newest = max(newest, header.number)
        return newest

    def peek(self, number: int) -> Header:
        """The header of a sector, which also stands at the start of the buffer."""
        self.window.open(0)
        part = self.window.view[:HEADER_BYTES]
        self.flash.read_into(self.address(number, 0), part)
        return Header(part)

    def open(self, number: int) -> Header:
        """Go to a sector; return its header, which also stands at the start of the window."""
        self.window.open(number % self.count)
        self.window.at(0, HEADER_BYTES)
        return Header(self.window.view)

    def seal(self, end: int) -> bytes:
        """The seal over the first `end` bytes of the open sector."""
        window = self.window
        digest = hashlib.sha256()
        for at in range(0, end, len(window.buf)):
            length = min(len(window.buf), end - at)
            i = window.at(at, length)
            digest.update(window.view[i : i + length])
        return digest.digest()[:SEAL_BYTES]

    def marked(self, number: int) -> bool:
        """Whether the closing mark is set, so that the next sector may be in any state."""
        return self.flash.read(self.address(number, LIMIT), MARK_BYTES) == _ZEROS

    def mark(self, number: int, at: int) -> None:
        """Program zeros: the closing mark (at LIMIT), or over the head of a torn record."""
        self.flash.program(self.address(number, at), _ZEROS)

    def check_blank(self, number: int, what: str) -> None:
        """Raise unless the whole sector is erased."""
        self.window.open(number % self.count)
        if not self.window.blank(0, SECTOR_BYTES):
            raise self.broken(number, 0, what)

    def holding(self, seq: int, newest: int) -> int:
        """Number of the sector that holds `seq`, or of the oldest one if that is later."""
        number = newest
        while self.firsts[number % self.count] > seq:
            if number == newest - self.count + 1 or not self.firsts[(number - 1) % self.count]:
                break
            number -= 1
        return number

    def walk(
        self, seq: int, check: object, from_seq: int, visit: object, limit: int = LIMIT
    ) -> bool:
        """Visit the records of the open sector, `seq` first, while check(view, i, size) agrees.

        No check: believe the headers. Ends early, with True, when visit returns True; not if
        `from_seq` is 0.
        """
        window = self.window
        buf = window.buf
        view = window.view
        at = HEADER_BYTES
        self.last = (0, 0)
        self.stamped = stopped = False
        while at <= limit - MIN_RECORD and not stopped:
            end = min(at + MAX_RECORD, LIMIT)
            i = at - window.low if end <= window.high else window.at(at, end - at)
            size = size_at(buf, i) if u32(buf, i + 4) == seq else 0
            if size and at + size <= limit and (check is None or check(view, i, size)):
                if seq >= from_seq:
                    end = i + BODY + (buf[i + 2] << 8 | buf[i + 3])
                    stopped = visit(buf[i], seq, view[i + BODY : end]) is True and from_seq > 0
                self.last = (at, size)
                at += size
                seq += 1
            elif view[i : i + MARK_BYTES] == _ZEROS:  # a torn record, stamped out
                at += MAX_RECORD
                self.stamped = True
            else:
                break
        self.at = at
        self.seq = seq
        return stopped

    def torn(self, number: int) -> bool:
        """Whether what follows the walk is a torn record and then nothing; False if all is blank.

        A whole record that does not follow, or anything after a torn one, is a StoreError.
        """
        at = self.at
        window = self.window
        if at >= LIMIT or window.blank(at, LIMIT):
            return False
        i = window.at(at, min(MAX_RECORD, LIMIT - at))
        size = size_at(window.buf, i)
        if size and at + size <= LIMIT and crc_holds(window.view, i, size):
            raise self.broken(number, at, "not what follows record %d" % (self.seq - 1))
        behind = at + MAX_RECORD
        if at > LIMIT - MIN_RECORD or behind < LIMIT and not window.blank(behind, LIMIT):
            raise self.damaged(number)
        return True

    def damaged(self, number: int) -> StoreError:
        """The error for a record that is not there, or not any more, where the walk ended."""
        return self.broken(number, self.at, "record %d is damaged" % self.seq)
