# SPDX-License-Identifier: MIT
"""Bytes of standard input, for asyncio, on CPython; never loaded on a board."""

import asyncio
import sys

_CHUNK_BYTES = 256


class HostStdin:
    """CPython: a pipe."""

    def __init__(self) -> None:
        self._reader = None

    async def read(self) -> bytearray:
        """Return what is waiting, at least one byte; empty at the end of input."""
        if self._reader is None:
            self._reader = asyncio.StreamReader()
            protocol = asyncio.StreamReaderProtocol(self._reader)
            loop = asyncio.get_event_loop()
            await loop.connect_read_pipe(lambda: protocol, sys.stdin)
        return bytearray(await self._reader.read(_CHUNK_BYTES))
