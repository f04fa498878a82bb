# SPDX-License-Identifier: MIT
"""NOR flash in memory for in-process tests: the bench's rules, and two more ways to die.

    flash = NorMemory(8 * 4096)
    part = flash.partition(0, 8 * 4096)
    flash.fuse(3, "garbage")          # the third operation from now is the last
    try: ...
    except PowerCut: flash = flash.reboot()

How the operation at the cut is left, by kind: `clean` not done, `torn` its first half done,
`garbage` its first half done and the rest ruined (a program still only clears bits), `weak` all of
it done although its caller never hears of it.
"""

import random
import sys

_BENCH = (__file__.rsplit("/", 1)[0] if "/" in __file__ else ".") + "/../../boards/bench"
if _BENCH not in sys.path:
    sys.path.append(_BENCH)

from nor import SECTOR_BYTES, Nor, NorFile, PowerCut  # noqa: E402 - after the path that leads there

KINDS = ("clean", "torn", "garbage", "weak")

__all__ = ("KINDS", "SECTOR_BYTES", "NorFile", "NorMemory", "PowerCut")


class NorMemory(Nor):
    """A device of `size` blank bytes, or of the content of `image`. `cells` may be looked at."""

    def __init__(self, size: int = 0, image: bytes = b"", cut_at: int = 0, kind: str = "clean"):
        super().__init__(size or len(image), cut_at)
        self.cells = bytearray(image) if image else bytearray(b"\xff" * size)
        self.kind = kind
        self.erases = 0
        self.bytes_programmed = 0

    def fuse(self, operations: int, kind: str = "clean") -> None:
        """Cut the power at the n-th operation from now (1 = the next one)."""
        if kind not in KINDS:
            raise ValueError(kind)
        self.cut_at = self.ops + operations
        self.kind = kind

    def reboot(self) -> "NorMemory":
        """The same cells under power again, operations counted from 0, nothing to come."""
        return NorMemory(image=self.cells)

    def program(self, offset: int, data: bytes) -> None:
        """As Nor, counting the bytes."""
        self.bytes_programmed += len(data)
        super().program(offset, data)

    def erase(self, offset: int) -> None:
        """As Nor, counting the sectors."""
        self.erases += 1
        super().erase(offset)

    def _last_program(self, offset: int, old: bytearray, data: bytes) -> None:
        half = 0 if self.kind == "clean" else len(data) // 2
        if self.kind == "weak":
            half = len(data)
        self._store(offset, bytes(data[:half]))
        if self.kind == "garbage":
            ruined = bytes(old[i] & random.getrandbits(8) for i in range(half, len(data)))
            self._store(offset + half, ruined)

    def _last_erase(self, offset: int) -> None:
        half = 0 if self.kind == "clean" else SECTOR_BYTES // 2
        if self.kind == "weak":
            half = SECTOR_BYTES
        self._blank(offset, half)
        if self.kind == "garbage":
            ruined = bytes(random.getrandbits(8) for _ in range(SECTOR_BYTES - half))
            self._store(offset + half, ruined)

    def _load(self, offset: int, view: bytearray) -> None:
        view[:] = memoryview(self.cells)[offset : offset + len(view)]

    def _store(self, offset: int, data: bytes) -> None:
        self.cells[offset : offset + len(data)] = data
