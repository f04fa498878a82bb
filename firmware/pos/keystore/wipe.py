# SPDX-License-Identifier: MIT
"""Erasing the keys partition so that no generation of any blob stays, and proving it.

Tamper: a mark first, then the erasing; whoever boots a marked partition erases again and does not
trade. The mark is the last 16 bytes of the partition, zeroed: no record can end so, as its last
bytes are `Done` or blank. NOR flash can always be cleared further, so the mark costs no erase, and
the sector it stands in is destroyed by zeroing all of it. What is left of a cut is old keys whole
(the mark was never begun), or a mark, or nothing that can be opened.
"""

from micropython import const

from pos.core.errors import KeyStoreError
from pos.store.slots import AtomicSlot

_SECTOR_BYTES = const(4096)
_PIECE_BYTES = const(256)
_MARK_BYTES = const(16)


def marked(flash: object) -> bool:
    """Whether the keys of this partition were erased on tamper, or are to be.

    Not one that is zero all over: that is damage, and nobody's mark.
    """
    places = range(flash.size - _MARK_BYTES, 0, -_SECTOR_BYTES)
    zero = [not any(flash.read(at, _MARK_BYTES)) for at in places]
    return zero[0] and not all(zero)


def tamper(flash: object) -> None:
    """Mark the partition and destroy all of it; KeyStoreError when something can still be read."""
    zeros = bytes(_PIECE_BYTES)
    last = flash.size - _SECTOR_BYTES
    flash.program(flash.size - _PIECE_BYTES, zeros)
    for at in range(0, last, _SECTOR_BYTES):
        flash.erase(at)
    for at in range(last, flash.size - _PIECE_BYTES, _PIECE_BYTES):
        flash.program(at, zeros)
    if not _destroyed(flash):
        raise KeyStoreError("keys not erased")


def finish(flash: object) -> bool:
    """At boot: whether the partition is marked; what a cut has left of its erasing is done."""
    if not marked(flash):
        return False
    if not _destroyed(flash):
        tamper(flash)
    return True


def renew(flash: object) -> None:
    """Make a marked partition ready for new keys: blank. Others stay as they are."""
    if finish(flash):
        flash.erase(flash.size - _SECTOR_BYTES)


class Renewed:
    """The place of an AtomicSlot on a marked partition: empty, and the mark goes with a save."""

    def __init__(self, flash: object) -> None:
        self._flash = flash

    def load(self) -> object:
        """Return the newest blob, None as long as none was saved."""
        return None if marked(self._flash) else AtomicSlot(self._flash).load()

    def save(self, blob: bytes) -> None:
        """Keep the first keys after tamper."""
        renew(self._flash)
        AtomicSlot(self._flash).save(blob)


def decommission(flash: object) -> None:
    """Leave every byte of the keys partition 0xFF; KeyStoreError when one is not."""
    tamper(flash)
    erase(flash)


def erase(flash: object) -> None:
    """Leave every byte of a partition 0xFF, front sectors first, so that a mark goes last."""
    for at in range(0, flash.size, _SECTOR_BYTES):
        flash.erase(at)
    if not _all(flash, 0, flash.size, 0xFF):
        raise KeyStoreError("flash not erased")


def _destroyed(flash: object) -> bool:
    last = flash.size - _SECTOR_BYTES
    return _all(flash, 0, last, 0xFF) and _all(flash, last, flash.size, 0)


def _all(flash: object, start: int, end: int, value: int) -> bool:
    """Whether all bytes from `start` to `end` read back as `value`."""
    wanted = bytes([value]) * _PIECE_BYTES
    piece = bytearray(_PIECE_BYTES)
    for at in range(start, end, _PIECE_BYTES):
        flash.read_into(at, piece)
        if piece != wanted:
            return False
    return True
