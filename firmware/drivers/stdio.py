# SPDX-License-Identifier: MIT
"""Bytes of standard input, for asyncio, on MicroPython (stdio_host.py has CPython's).

MicroPython's stdin blocks until it has all bytes asked for, so there it is read one byte at a
time, as long as more are waiting, and into buffers that can be wiped: it brings PINs and keys.
"""

from micropython import const

import asyncio
import sys

_CHUNK_BYTES = const(256)


class BoardStdin:
    """MicroPython: USB serial of a board, or the pipe of the unix port."""

    def __init__(self) -> None:
        import select

        self._byte = bytearray(1)
        self._chunk = bytearray(_CHUNK_BYTES)
        self._raw = sys.stdin.buffer
        self._stream = asyncio.StreamReader(self._raw)
        self._poll = select.poll()
        self._poll.register(self._raw, select.POLLIN)

    async def read(self) -> bytes:
        """Return what is waiting, at least one byte, to be wiped; b"" at the end of input."""
        if not await self._stream.readinto(self._byte):
            return b""
        self._chunk[0] = self._byte[0]
        count = 1
        while count < _CHUNK_BYTES and self._poll.poll(0):
            if not self._raw.readinto(self._byte):
                break
            self._chunk[count] = self._byte[0]
            count += 1
        return memoryview(self._chunk)[:count]


def open_stdin() -> object:
    """Return the reader for this runtime."""
    if sys.implementation.name == "micropython":
        return BoardStdin()
    from drivers.stdio_host import HostStdin

    return HostStdin()
