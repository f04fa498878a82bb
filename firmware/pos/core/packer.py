# SPDX-License-Identifier: MIT
"""Writers append, readers advance: the small binary layout of journal payloads.

Numbers are big-endian and range-checked (struct wraps silently on MicroPython); text is ASCII with
a one-byte length.
"""

from pos.core.errors import StoreError


class Writer:
    """Append values to a growing buffer; `data()` gives the bytes."""

    def __init__(self) -> None:
        self._out = bytearray()

    def number(self, value: int, size: int) -> "Writer":
        """Append an unsigned number of `size` bytes; StoreError when it does not fit."""
        if value < 0 or value >> (8 * size):
            raise StoreError("number does not fit its record")
        self._out.extend(value.to_bytes(size, "big"))
        return self

    def text(self, value: str) -> "Writer":
        """Append ASCII text of up to 255 characters."""
        raw = value.encode()
        if len(raw) > 255 or len(raw) != len(value):
            raise StoreError("text does not fit its record")
        self._out.append(len(raw))
        self._out.extend(raw)
        return self

    def raw(self, value: bytes) -> "Writer":
        """Append bytes as they are; the reader knows their number."""
        self._out.extend(value)
        return self

    def data(self) -> bytes:
        """Return what was written."""
        return bytes(self._out)


class Reader:
    """Take values from a view, in the order they were written; StoreError past the end."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def raw(self, size: int) -> bytes:
        """Take `size` bytes."""
        start = self._at
        if start + size > len(self._view):
            raise StoreError("record is shorter than its kind")
        self._at = start + size
        return bytes(self._view[start : self._at])

    def number(self, size: int) -> int:
        """Take an unsigned number of `size` bytes."""
        return int.from_bytes(self.raw(size), "big")

    def text(self) -> str:
        """Take ASCII text."""
        return str(self.raw(self.number(1)), "ascii")

    def end(self) -> None:
        """Raise StoreError unless everything was taken."""
        if self._at != len(self._view):
            raise StoreError("record is longer than its kind")
