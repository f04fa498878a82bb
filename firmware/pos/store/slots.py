# SPDX-License-Identifier: MIT
"""One small blob on raw NOR flash, replaced whole: a cut at any operation leaves old or new.

Generations are appended to a sector until it is full; then the next sector is erased and entered,
while the one before still holds the newest blob. The newest whole generation is the content.
A record is written first and marked done after: a record that is marked but no longer whole is
damage, not a torn write, and raises StoreError rather than bring an older blob back.

Record, in rows of 64 bytes: magic 4, generation 4, length 2, 0xFFFF, CRC-32 of bytes 4 to 9 and
the blob 4, blob; the last four bytes of its last row are the done mark. Numbers are big-endian.
"""

from micropython import const

from binascii import crc32

from pos.core.errors import StoreError

BLOB_MAX_BYTES = const(1152)  # the sealed state of AES-256 DUKPT (keystore/dukpt.py)
_SECTOR_BYTES = const(4096)
_ROW_BYTES = const(64)
_HEAD_BYTES = const(16)
_MARK_BYTES = const(4)
_MAGIC = b"Slot"
_DONE = b"Done"
_BLANK = b"\xff" * _ROW_BYTES
_DAMAGED = "slot damaged"


class AtomicSlot:
    """`flash` is a partition of two sectors or more, all of it for this one blob."""

    def __init__(self, flash: object) -> None:
        if flash.size < 2 * _SECTOR_BYTES or flash.size % _SECTOR_BYTES:
            raise StoreError("slot: partition of %d bytes" % flash.size)
        self._flash = flash
        self._known = False
        self._generation = 0  # 0 = nothing saved yet
        self._at = 0  # offset of the newest record
        self._length = 0  # of its blob
        self._free = 0  # offset of the first row after everything in its sector

    def load(self) -> object:
        """Return the newest blob, None when none was ever saved; StoreError when it is damaged."""
        self._find()
        if not self._generation:
            return None
        record = self._flash.read(self._at, _HEAD_BYTES + self._length)
        if record[12:16] != _check(record):
            raise StoreError(_DAMAGED)
        return record[_HEAD_BYTES:]

    def save(self, blob: bytes) -> None:
        """Replace the blob: durable on return; on StoreError the old one is still the content."""
        if len(blob) > BLOB_MAX_BYTES:
            raise StoreError("slot: blob of %d bytes" % len(blob))
        self._find()
        self._known = False  # until all of it is on flash: the next call looks for itself
        size = _record_bytes(len(blob))
        at = self._place(size)
        record = _record(self._generation + 1, blob)
        self._flash.program(at, record)
        if self._flash.read(at, len(record)) != record:
            raise StoreError("slot: flash at %d does not hold what was written" % at)
        self._flash.program(at + size - _MARK_BYTES, _DONE)
        self._generation += 1
        self._at = at
        self._length = len(blob)
        self._free = at + size
        self._known = True

    def extent(self) -> tuple:
        """Return (offset, bytes) of the newest record; no bytes when there is none."""
        self._find()
        return self._at, _record_bytes(self._length) if self._generation else 0

    def _place(self, size: int) -> int:
        """Return where a record of `size` bytes goes, entering the next sector when it must."""
        sector = self._at - self._at % _SECTOR_BYTES
        if self._generation and self._free + size <= sector + _SECTOR_BYTES:
            return self._free
        if self._generation:
            sector = (sector + _SECTOR_BYTES) % self._flash.size
        self._flash.erase(sector)
        return sector

    def _find(self) -> None:
        """Look through all sectors for the newest record, unless it is known."""
        if self._known:
            return
        scan = _Scan(self._flash)
        if scan.damaged():
            raise StoreError(_DAMAGED)
        self._generation = scan.generation
        self._at = scan.at
        self._length = scan.length
        self._free = scan.free
        self._known = True


class _Scan:
    """What is on the flash: the newest whole record, and traces of done ones no longer whole."""

    def __init__(self, flash: object) -> None:
        self._flash = flash
        self._row = bytearray(_ROW_BYTES)
        self.generation = 0
        self.at = 0
        self.length = 0
        self.free = 0  # first row after everything in the sector of the newest record
        self._ahead = 0  # highest generation among the records that are not whole
        self._foreign = False  # something beyond the first sector
        self._lost = [-1] * (flash.size // _SECTOR_BYTES)  # last row of such a record, by sector
        for sector in range(0, flash.size, _SECTOR_BYTES):
            self._look(sector)

    def damaged(self) -> bool:
        """Whether a blob newer than the newest whole one was there.

        In other sectors such rows are what a torn erase leaves of old records, so there only a
        legible generation counts. Before the first record no sector but the first is touched.
        """
        if not self.generation:
            return self._foreign or max(self._lost) >= 0
        return self._lost[self.at // _SECTOR_BYTES] > self.at or self._ahead > self.generation

    def _look(self, sector: int) -> None:
        end = sector + _SECTOR_BYTES
        at = used = sector
        while at < end:
            self._flash.read_into(at, self._row)
            size = _ROW_BYTES
            if self._row != _BLANK:
                size = self._record(at, end) or _ROW_BYTES
                used = at + size
                self._foreign = self._foreign or sector > 0
            at += size
        if sector <= self.at < end:
            self.free = used

    def _record(self, at: int, end: int) -> int:
        """Return the size of the whole record at this row, 0 when there is none."""
        length = int.from_bytes(self._row[8:10], "big")
        size = _record_bytes(length)
        if self._row[:4] == _MAGIC and length <= BLOB_MAX_BYTES and at + size <= end:
            generation = int.from_bytes(self._row[4:8], "big")
            record = self._flash.read(at, size)
            if record[12:16] == _check(record[: _HEAD_BYTES + length]):
                self._keep(at, generation, length)
                return size
            if record[-_MARK_BYTES:] == _DONE:
                self._ahead = max(self._ahead, generation)
        if self._row[-_MARK_BYTES:] == _DONE:
            self._lost[at // _SECTOR_BYTES] = at
        return 0

    def _keep(self, at: int, generation: int, length: int) -> None:
        if generation > self.generation:
            self.generation = generation
            self.at = at
            self.length = length


def _record_bytes(length: int) -> int:
    """Return the whole rows taken by a record with a blob of `length` bytes."""
    rows = (_HEAD_BYTES + length + _MARK_BYTES + _ROW_BYTES - 1) // _ROW_BYTES
    return rows * _ROW_BYTES


def _record(generation: int, blob: bytes) -> bytes:
    """Return header and blob, as they are programmed."""
    record = bytearray(_HEAD_BYTES + len(blob))
    record[:4] = _MAGIC
    record[4:8] = generation.to_bytes(4, "big")
    record[8:10] = len(blob).to_bytes(2, "big")
    record[10:12] = b"\xff\xff"
    record[_HEAD_BYTES:] = blob
    record[12:16] = _check(record)
    return bytes(record)


def _check(record: bytes) -> bytes:
    return crc32(record[_HEAD_BYTES:], crc32(record[4:10])).to_bytes(4, "big")
