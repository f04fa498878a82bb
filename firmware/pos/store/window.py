# SPDX-License-Identifier: MIT
"""A sector seen through a buffer of any size: read front to back, each byte once."""

from pos.store.record import SECTOR_BYTES

_BLANK = b"\xff" * 128


class Window:
    """`buf` and `view` hold the bytes from offset `low` up to `high` of the sector.

    An index into them holds until the next call.
    """

    def __init__(self, flash: object, size: int) -> None:
        self.buf = bytearray(size)  # at least MAX_RECORD; larger means fewer reads
        self.view = memoryview(self.buf)
        self._flash = flash
        self.open(0)

    def open(self, sector: int) -> None:
        """Go to the start of a sector; what was in the buffer is forgotten."""
        self._base = sector * SECTOR_BYTES
        self.low = self.high = 0

    def at(self, offset: int, length: int) -> int:
        """Index of the byte at `offset`, with `length` bytes there (up to MAX_RECORD)."""
        if offset + length > self.high or offset < self.low:
            self._fill(offset)
        return offset - self.low

    def blank(self, offset: int, end: int) -> bool:
        """Whether everything from `offset` up to `end` is erased."""
        while offset < end:
            length = min(len(_BLANK), end - offset)
            i = self.at(offset, length)
            if self.view[i : i + length] != _BLANK[:length]:
                return False
            offset += length
        return True

    def _fill(self, offset: int) -> None:
        kept = 0
        if self.low <= offset < self.high:
            kept = self.high - offset
            start = offset - self.low
            self.view[:kept] = self.view[start : start + kept]
        self.low = offset
        end = min(offset + len(self.buf), SECTOR_BYTES)
        self.high = end
        self._flash.read_into(self._base + offset + kept, self.view[kept : end - offset])
