# SPDX-License-Identifier: MIT
"""The board's source of random bytes, watched all the time (in the spirit of SP 800-90B, 4.4).

It cannot tell good random bytes from bad ones; it tells a source that is stuck, short or switched
off from one that runs. Repetition count: six equal bytes in a row. Stuck: the same eight bytes as
the time before. From a sound source the first is seen once in 2**40 bytes, the second once in
2**64 reads. Each use begins with a look of its own: app.py keeps no watch in memory between two.
"""

from micropython import const

from pos.core.errors import KeyStoreError

_REPEATED_MAX = const(5)
_COMPARED_BYTES = const(8)
_FIRST_READS = const(4)
_FIRST_BYTES = const(16)


class Entropy:
    """`source(n)` is the board's; KeyStoreError "random source" where it is not to be used."""

    def __init__(self, source: object) -> None:
        self._source = source
        self._last = b""  # front of the read before
        self._byte = -1
        self._run = 0
        for _ in range(_FIRST_READS):
            self.read(_FIRST_BYTES)

    def read(self, length: int) -> bytes:
        """Return `length` bytes exactly as the source gave them."""
        data = self._source(length)
        front = data[:_COMPARED_BYTES]
        stuck = len(front) == _COMPARED_BYTES and front == self._last
        if len(data) != length or stuck or self._repeats(data):
            raise KeyStoreError("random source")
        self._last = front
        return data

    def _repeats(self, data: bytes) -> bool:
        """Whether a byte has come too often in a row, reads before counted."""
        for byte in data:
            self._run = self._run + 1 if byte == self._byte else 1
            self._byte = byte
            if self._run > _REPEATED_MAX:
                return True
        return False
