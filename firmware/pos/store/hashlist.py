# SPDX-License-Identifier: MIT
"""A list of eight-byte entries on raw NOR flash, replaced whole: a cut leaves the old or the new.

Two halves of the partition take turns. A new list goes to the half that is not in use; its head
is programmed last, once all entries were read back, and makes it the list. A half whose head is
not whole is none. Damage among the entries is found when the list is searched.

Head: magic 4, generation 4, number of entries 4, CRC-32 of the entries 4, note 16, CRC-32 of all
that 4. Entries follow from byte 64 on. Numbers are big-endian.
"""

from micropython import const

from binascii import crc32

from pos.core.errors import StoreError, StoreFull

_ENTRY_BYTES = const(8)
_NOTE_BYTES = const(16)
_SECTOR_BYTES = const(4096)
_PIECE_BYTES = const(512)  # read and programmed at once; a divisor of the sector
_FIRST = const(64)  # offset of the first entry
_HEAD_BYTES = const(36)
_MAGIC = b"List"


class HashList:
    """`flash` is a partition of its own. `count` and `note` are those of the list in use."""

    def __init__(self, flash: object) -> None:
        self._half = flash.size // 2
        if not self._half or self._half % _SECTOR_BYTES:
            raise StoreError("list: partition of %d bytes" % flash.size)
        self._flash = flash
        self._generation = 0  # 0: there is no list
        self._start = self._half  # so that the first list goes to the first half
        self.count = 0
        self.note = b""
        self._check = 0
        for start in (0, self._half):
            self._look(start)

    @property
    def exists(self) -> bool:
        """Whether there is a list, be it an empty one."""
        return self._generation > 0

    def holds(self, wanted: list) -> bool:
        """Whether one of the entries is in the list; StoreError when the list is damaged."""
        piece = bytearray(_PIECE_BYTES)
        check = 0
        at, end = self._start + _FIRST, self._start + _FIRST + _ENTRY_BYTES * self.count
        while at < end:
            view = memoryview(piece)[: min(_PIECE_BYTES - at % _PIECE_BYTES, end - at)]
            self._flash.read_into(at, view)
            for entry in wanted:
                if _among(piece, entry, len(view)):
                    return True
            check = crc32(view, check)
            at += len(view)
        if check != self._check:
            raise StoreError("list damaged")
        return False

    def _look(self, start: int) -> None:
        """Take the half into use if its head is whole, and newer than what was found."""
        head = self._flash.read(start, _HEAD_BYTES)
        if head[:4] != _MAGIC or crc32(head[:-4]) != _u32(head, _HEAD_BYTES - 4):
            return
        if _u32(head, 4) > self._generation:
            self._generation = _u32(head, 4)
            self._start = start
            self.count = _u32(head, 8)
            self._check = _u32(head, 12)
            self.note = head[16 : 16 + _NOTE_BYTES]


class Successor:
    """The list to come: `add` its entries, then `commit`; until then the old one stays in use."""

    def __init__(self, old: HashList) -> None:
        self._old = old
        self._flash = old._flash
        self._start = 0 if old._start else old._half
        self._end = self._start + old._half
        self._at = self._start + _FIRST
        self._piece = bytearray()
        self._check = 0
        self.count = 0
        self._flash.erase(self._start)

    def add(self, entry: bytes) -> None:
        """Append an entry; StoreFull when there is no room for it."""
        if self._at + len(self._piece) + _ENTRY_BYTES > self._end:
            raise StoreFull("hotlist.full")
        self._piece.extend(entry)
        self.count += 1
        if (self._at + len(self._piece)) % _PIECE_BYTES == 0:
            self._flush()

    def commit(self, note: bytes) -> None:
        """Make it the list, durably, and have the old object show it."""
        self._flush()
        generation = self._old._generation + 1
        head = b"".join(
            [_MAGIC] + [n.to_bytes(4, "big") for n in (generation, self.count, self._check)]
        )
        head += note
        self._flash.program(self._start, head + crc32(head).to_bytes(4, "big"))
        self._old._look(self._start)
        if self._old._generation != generation:
            raise StoreError("list: its head does not hold")

    def _flush(self) -> None:
        piece = bytes(self._piece)
        if not piece:
            return
        if self._at % _SECTOR_BYTES == 0:
            self._flash.erase(self._at)
        self._flash.program(self._at, piece)
        if self._flash.read(self._at, len(piece)) != piece:
            raise StoreError("list: flash at %d does not hold what was written" % self._at)
        self._check = crc32(piece, self._check)
        self._at += len(piece)
        self._piece = bytearray()


def _among(piece: bytearray, entry: bytes, end: int) -> bool:
    """Whether the entry stands in the first `end` bytes, and at its place."""
    at = piece.find(entry, 0, end)
    while at >= 0 and at % _ENTRY_BYTES:
        at = piece.find(entry, at + 1, end)
    return at >= 0


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")
