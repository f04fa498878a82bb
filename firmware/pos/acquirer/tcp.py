# SPDX-License-Identifier: MIT
"""The Transport port over TCP: one connection, one exchange.

A refused connection shows on CPython when it is opened, on MicroPython only at the first write;
both are NotSent, because no byte has left. The stream may keep a copy of what it cannot send at
once; requests are far smaller than a socket's buffer, so it does not. On MicroPython a host name
is looked up without yielding.
"""

import asyncio

from pos.core.aio import close_stream, read_into
from pos.core.errors import NotSent


class TcpTransport:
    """Connects to host and port when `link_up()` says there is a network."""

    def __init__(self, host: str, port: int, link_up: object) -> None:
        self._host = host
        self._port = port
        self._link_up = link_up
        self._reader = None
        self._writer = None

    async def open(self) -> None:
        """Connect; NotSent when there is no link, OSError when nobody listens."""
        self._need_link()
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)

    async def send(self, data: bytes) -> None:
        """Send all of it; NotSent as long as no byte can have left, OSError after that."""
        self._need_link()
        refused = False
        try:
            self._writer.write(data)
        except OSError:  # MicroPython: the write itself failed, so nothing was taken
            refused = True
        if refused:
            raise NotSent("connection refused")
        await self._writer.drain()

    async def recv_into(self, space: memoryview) -> int:
        """Wait for at least one byte, fill from the front; return how many, 0: host has closed."""
        return await read_into(self._reader, space)

    def close(self) -> None:
        """Close at once; safe at any time and more than once."""
        writer, self._writer, self._reader = self._writer, None, None
        if writer is not None:
            close_stream(writer)

    def _need_link(self) -> None:
        if not self._link_up():
            raise NotSent("no link")
