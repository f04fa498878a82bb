# SPDX-License-Identifier: MIT
"""A sector seen through a buffer smaller than itself: read front to back, each byte once."""

from micropython import const

from pos.store.record import SECTOR_BYTES

_BUFFER_BYTES = const(1024)  # at least MAX_RECORD; larger means fewer reads
_BLANK = b"\xff" * 128


class Window:
    """`buf` and `view` are the buffer; an index into them holds until the next call."""

    def __init__(self, flash: object) -> None:
        self.buf = bytearray(_BUFFER_BYTES)
        self.view = memoryview(self.buf)
        self._flash = flash
        self.open(0)

    def open(self, sector: int) -> None:
        """Go to the start of a sector; what was in the buffer is forgotten."""
        self._base = sector * SECTOR_BYTES
        self._low = self._high = 0

    def at(self, offset: int, length: int) -> int:
        """Index of the byte at `offset`, with `length` bytes there (up to MAX_RECORD)."""
        if offset + length > self._high or offset < self._low:
            self._fill(offset)
        return offset - self._low

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
        if self._low <= offset < self._high:
            kept = self._high - offset
            start = offset - self._low
            self.view[:kept] = self.view[start : start + kept]
        self._low = offset
        end = min(offset + _BUFFER_BYTES, SECTOR_BYTES)
        self._high = end
        self._flash.read_into(self._base + offset + kept, self.view[kept : end - offset])
