# SPDX-License-Identifier: MIT
"""NOR flash in a file: the bench board's flash, with its rules enforced and a power cut on demand.

Rules: reading is free; a program can only clear bits (asking for a 0 to become 1 is our own error:
StoreError); an erase sets one 4096-byte sector to 0xFF; nothing reaches outside its partition.

Every program and erase, over all partitions, is one operation. At operation `cut_at` (from 1; 0 is
never) the power goes: a clean cut applies nothing of it, a torn one its first half. Then on_cut()
is called, which on the bench does not return, and from there on every call raises PowerCut.
The file is written through at once, so that the process may be killed at any time.
"""

from micropython import const

from pos.core.errors import StoreError

SECTOR_BYTES = const(4096)
_BLANK = b"\xff" * 256


class PowerCut(BaseException):
    """The power is gone; a BaseException so that no handler of the firmware goes on without it."""


class Nor:
    """The rules without the cells: a subclass has _load(offset, view) and _store(offset, data)."""

    def __init__(
        self, size: int, cut_at: int = 0, torn: bool = False, on_cut: object = None
    ) -> None:
        if size <= 0 or size % SECTOR_BYTES:
            raise StoreError("flash: %d bytes are no whole number of sectors" % size)
        self.size = size
        self.ops = 0
        self.cut_at = cut_at
        self.torn = torn
        self.dead = False
        self._on_cut = on_cut

    def partition(self, offset: int, size: int) -> "Partition":
        """A window of whole sectors; it has no cells of its own."""
        whole = offset % SECTOR_BYTES == 0 and size % SECTOR_BYTES == 0
        if not whole or offset < 0 or size <= 0 or offset + size > self.size:
            raise StoreError("flash: no partition of %d bytes at %d" % (size, offset))
        return Partition(self, offset, size)

    def read_into(self, offset: int, view: bytearray) -> None:
        """Fill `view` from `offset` of the device on."""
        self._alive()
        self._load(offset, view)

    def program(self, offset: int, data: bytes) -> None:
        """Clear bits, or raise StoreError with nothing changed."""
        self._alive()
        old = bytearray(len(data))
        self._load(offset, old)
        _only_clears(offset, old, data)
        if self._powered():
            self._store(offset, data)
        else:
            self._last_program(offset, old, data)
            self._cut()

    def erase(self, offset: int) -> None:
        """Set one sector to 0xFF."""
        self._alive()
        if self._powered():
            self._blank(offset, SECTOR_BYTES)
        else:
            self._last_erase(offset)
            self._cut()

    def _last_program(self, offset: int, old: bytearray, data: bytes) -> None:
        if self.torn:
            self._store(offset, bytes(data[: len(data) // 2]))

    def _last_erase(self, offset: int) -> None:
        if self.torn:
            self._blank(offset, SECTOR_BYTES // 2)

    def _powered(self) -> bool:
        self.ops += 1
        return self.ops != self.cut_at

    def _cut(self) -> None:
        self.dead = True
        if self._on_cut:
            self._on_cut()
        self._alive()

    def _alive(self) -> None:
        if self.dead:
            raise PowerCut("at flash operation %d" % self.ops)

    def _blank(self, offset: int, length: int) -> None:
        for at in range(offset, offset + length, len(_BLANK)):
            self._store(at, _BLANK)


class NorFile(Nor):
    """A device whose cells are a file, which must be there and hold a whole number of sectors."""

    def __init__(
        self, path: str, cut_at: int = 0, torn: bool = False, on_cut: object = None
    ) -> None:
        self._file = open(path, "r+b", buffering=0)
        super().__init__(self._file.seek(0, 2), cut_at, torn, on_cut)

    def close(self) -> None:
        """Give the file back; nothing is pending."""
        self._file.close()

    def _load(self, offset: int, view: bytearray) -> None:
        self._file.seek(offset)
        if self._file.readinto(view) != len(view):
            raise StoreError("flash: short read at %d" % offset)

    def _store(self, offset: int, data: bytes) -> None:
        self._file.seek(offset)
        if self._file.write(data) != len(data):
            raise StoreError("flash: short write at %d" % offset)


class Partition:
    """The flash port: what the store is given."""

    def __init__(self, nor: Nor, start: int, size: int) -> None:
        self.size = size
        self._nor = nor
        self._start = start

    def read(self, offset: int, length: int) -> bytes:
        """Return a copy of `length` bytes."""
        data = bytearray(length)
        self.read_into(offset, data)
        return bytes(data)

    def read_into(self, offset: int, buf: bytearray) -> None:
        """Fill `buf`."""
        self._check("read", offset, len(buf))
        self._nor.read_into(self._start + offset, buf)

    def program(self, offset: int, data: bytes) -> None:
        """Clear bits: one flash operation, durable on return."""
        self._check("program", offset, len(data))
        self._nor.program(self._start + offset, data)

    def erase(self, offset: int) -> None:
        """Erase the sector at `offset`: one flash operation."""
        self._check("erase", offset, SECTOR_BYTES)
        if offset % SECTOR_BYTES:
            raise StoreError("flash: erase at %d is not at a sector" % offset)
        self._nor.erase(self._start + offset)

    def _check(self, what: str, offset: int, length: int) -> None:
        if offset < 0 or length <= 0 or offset + length > self.size:
            raise StoreError("flash: %s of %d bytes at %d is outside" % (what, length, offset))


def _only_clears(offset: int, old: bytearray, data: bytes) -> None:
    want = int.from_bytes(data, "big")
    if int.from_bytes(old, "big") & want == want:
        return
    for i in range(len(data)):
        if old[i] & data[i] != data[i]:
            raise StoreError("flash: program at %d would set a bit" % (offset + i))
