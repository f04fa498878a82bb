# SPDX-License-Identifier: MIT
"""A counter that only goes up, in flash outside the journal: how many records were acknowledged.

A journal cannot show by itself that its end was cut off or that all of it was replaced by an older
copy; this count can. It stands for a counter in hardware and holds as far as its partition is out
of reach of whoever changes the journal.

A sector has a header (magic, count before this sector, CRC32) and one byte for each count: 0xFF
not yet, 0x00 counted, anything else is a torn write, not counted, that the next bump completes.
When a sector is full the next one of the ring is erased and gets its header before its first
count, and the largest header wins: a cut leaves the old value or the new one.
"""

from micropython import const

from binascii import crc32

from pos.core.errors import StoreError

_SECTOR_BYTES = const(4096)
_HEADER_BYTES = const(16)
_COUNTS = const(4080)  # bytes that count in a sector
_CHUNK_BYTES = const(128)
_MAGIC = b"ESPOSC01"


class Counter:
    """The value is read from flash at the first use; `bump` is durable on return."""

    def __init__(self, flash: object) -> None:
        if flash.size % _SECTOR_BYTES or flash.size < 2 * _SECTOR_BYTES:
            raise StoreError("counter: a partition of %d bytes" % flash.size)
        self._flash = flash
        self._sectors = flash.size // _SECTOR_BYTES
        self._number = -1  # of the current sector, from the first one ever
        self._used = -1  # counts in it; -1 = not read yet

    def value(self) -> int:
        """Counts so far. StoreError if the partition holds something else."""
        if self._used < 0:
            self._load()
        return self._number * _COUNTS + self._used

    def bump(self) -> None:
        """Add one: one flash operation, three where a sector is entered."""
        self.value()
        if self._used == _COUNTS:
            self._enter()
        at = self._number % self._sectors * _SECTOR_BYTES + _HEADER_BYTES + self._used
        self._flash.program(at, b"\0")
        if self._flash.read(at, 1) != b"\0":
            raise StoreError("counter: the byte at %d was not programmed" % at)
        self._used += 1

    def _load(self) -> None:
        number = -1
        for sector in range(self._sectors):
            number = max(number, self._header(sector))
        if number >= 0:
            self._used = self._count(number % self._sectors)
        else:
            self._check_unused()
            self._used = _COUNTS  # of the sector before the first: the first bump enters that
        self._number = number

    def _header(self, sector: int) -> int:
        """Number of this sector by its header, or -1: blank, torn, or already being erased."""
        header = self._flash.read(sector * _SECTOR_BYTES, _HEADER_BYTES)
        crc = int.from_bytes(header[12:], "big")
        if header[:8] != _MAGIC or crc32(header[:12]) != crc:
            return -1
        before = int.from_bytes(header[8:12], "big")
        number = before // _COUNTS
        if before % _COUNTS or number % self._sectors != sector:
            raise StoreError("counter: sector %d is out of place" % sector)
        return number

    def _count(self, sector: int) -> int:
        start = sector * _SECTOR_BYTES + _HEADER_BYTES
        counted = self._run(start, _COUNTS, 0)
        torn = 1 if counted < _COUNTS else 0  # the byte after the last counted may be anything
        rest = _COUNTS - counted - torn
        if self._run(start + counted + torn, rest, 255) != rest:
            raise StoreError("counter: sector %d is damaged after count %d" % (sector, counted))
        return counted

    def _run(self, start: int, length: int, byte: int) -> int:
        """How many bytes from `start` on, up to `length`, have this value."""
        same = bytes([byte]) * _CHUNK_BYTES
        done = 0
        while done < length:
            chunk = self._flash.read(start + done, min(_CHUNK_BYTES, length - done))
            if chunk != same[: len(chunk)]:
                i = 0
                while chunk[i] == byte:
                    i += 1
                return done + i
            done += len(chunk)
        return length

    def _check_unused(self) -> None:
        """Where nothing was counted only the first sector may hold anything: a torn entry."""
        for sector in range(1, self._sectors):
            if self._run(sector * _SECTOR_BYTES, _SECTOR_BYTES, 255) != _SECTOR_BYTES:
                raise StoreError("counter: sector %d holds something else" % sector)

    def _enter(self) -> None:
        number = self._number + 1
        at = number % self._sectors * _SECTOR_BYTES
        header = _MAGIC + (number * _COUNTS).to_bytes(4, "big")
        self._flash.erase(at)
        self._flash.program(at, header + crc32(header).to_bytes(4, "big"))
        self._number = number
        self._used = 0
