# SPDX-License-Identifier: MIT
"""A slot whose earlier blobs are gone from the flash, not only out of date.

An AtomicSlot leaves old records in place until their sector is erased. Here they are programmed to
zeros, which NOR flash allows at any time: after each save the one before, and at the first load
whatever a power cut left. Old or new holds as in slots.py: the new record is whole before the old
one is touched.
"""

from micropython import const

from pos.store.slots import AtomicSlot

_ROW_BYTES = const(64)
_BLANK = b"\xff" * _ROW_BYTES
_ZEROS = bytes(_ROW_BYTES)


class ForgettingSlot:
    """Same port as AtomicSlot: `flash` is a partition of two sectors or more."""

    def __init__(self, flash: object) -> None:
        self._flash = flash
        self._slot = AtomicSlot(flash)
        self._clean = False  # nothing but the newest record is on flash

    def load(self) -> object:
        """Return the newest blob or None, as AtomicSlot.load."""
        blob = self._slot.load()
        self._sweep()
        return blob

    def save(self, blob: bytes) -> None:
        """Replace the blob; on return it is durable and the one before cannot be read any more."""
        self._sweep()
        at, size = self._slot.extent()
        self._clean = False
        self._slot.save(blob)
        if size:
            self._flash.program(at, bytes(size))
        self._clean = True

    def _sweep(self) -> None:
        """Zero all rows outside the newest record that hold anything, once after a start."""
        if self._clean:
            return
        start, size = self._slot.extent()
        row = bytearray(_ROW_BYTES)
        for at in range(0, self._flash.size, _ROW_BYTES):
            if not start <= at < start + size:
                self._flash.read_into(at, row)
                if row != _BLANK and row != _ZEROS:
                    self._flash.program(at, _ZEROS)
        self._clean = True
