# SPDX-License-Identifier: MIT
"""The Transport port over TCP: one connection, one exchange.

A refused connection shows on CPython when it is opened, on MicroPython only at the first write;
both are NotSent, because no byte has left. The stream may keep a copy of what it cannot send at
once; requests are far smaller than a socket's buffer, so it does not.

On MicroPython a host name is looked up without yielding: for so long (lwIP gives up after some
14 s) the terminal neither sees keys nor time-outs. So a name is looked up once and its address
kept in `known` until a connection to it fails; an address as `host` never waits.
"""

import asyncio

from pos.core.aio import close_stream, read_into
from pos.core.errors import NotSent


class TcpTransport:
    """Connects to host and port when `link_up()` says there is a network."""

    def __init__(self, host: str, port: int, link_up: object, known: dict = None) -> None:
        self.link_up = link_up
        self.sent = False  # whether a byte of the request may have left
        self._host = host
        self._port = port
        self._known = known  # {host: address}, or None: nothing is remembered
        self.reader = None
        self.writer = None

    async def open(self) -> None:
        """Connect; NotSent when there is no link, OSError when nobody listens."""
        await self.connect(None, None)

    async def connect(self, context: object, name: str) -> None:
        self.need_link()
        known, host = self._known, self._host
        if known is None:
            address = host
        else:
            address = known.pop(host, None) or _address(host, self._port)
        if context:
            opening = asyncio.open_connection(
                address, self._port, ssl=context, server_hostname=name
            )
        else:
            opening = asyncio.open_connection(address, self._port)
        self.reader, self.writer = await opening
        if known is not None and address != host:
            known[host] = address

    async def send(self, data: bytes) -> None:
        """Send all of it; NotSent as long as no byte can have left, OSError after that."""
        self.need_link()
        refused = False
        self.sent = True
        try:
            self.writer.write(data)
        except OSError:  # MicroPython: the write itself failed, so nothing was taken
            refused = True
        if refused:
            self.refused("connection refused")
        await self.writer.drain()

    def refused(self, reason: str) -> None:
        """Raise NotSent; a name that led here is looked up again next time."""
        self.sent = False
        if self._known:
            self._known.pop(self._host, None)
        raise NotSent(reason)

    async def recv_into(self, space: memoryview) -> int:
        """Wait for at least one byte, fill from the front; return how many, 0: host has closed."""
        return await read_into(self.reader, space)

    def close(self) -> None:
        """Close at once; safe at any time and more than once."""
        writer, self.writer, self.reader = self.writer, None, None
        if writer is not None:
            close_stream(writer)

    def need_link(self) -> None:
        if not self.link_up():
            raise NotSent("no link")


def _address(host: str, port: int) -> str:
    """Return the host's first address as text, which is looked up at once."""
    import socket

    found = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0][4]
    if isinstance(found[0], str):  # lwIP and CPython give (address, port)
        return found[0]
    return host  # the unix port packs it: nothing to remember, its resolver is the system's
