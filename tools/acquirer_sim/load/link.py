# SPDX-License-Identifier: MIT
"""A terminal's connection: a frame out, the frame that answers it in, or the reason why not.

What was never sent needs no reversal, silence after sending does: the two are told apart here.
"""

import asyncio
from collections.abc import Callable

from acquirer_sim.errors import FrameError
from acquirer_sim.frame import FrameReader

_CONNECT_S = 5.0
_READ_LEN_BYTES = 4096


class NotSent(Exception):
    """No connection: the host cannot have seen the request."""


class NoAnswer(Exception):
    """The request left, or may have, and no usable answer came."""


class Link:
    """One connection at a time to HOST:PORT, made when it is needed, ended by any silence."""

    def __init__(self, host: str, port: int, answer_s: float) -> None:
        self._place = (host, port)
        self._answer_s = answer_s
        self._streams = None
        self._frames = FrameReader()

    async def exchange(self, frame: bytes, usable: "Callable[[bytes], bool]") -> bytes:
        """Send a frame and return the first that is `usable`; NotSent or NoAnswer otherwise."""
        await self._connect()
        reader, writer = self._streams
        try:
            async with asyncio.timeout(self._answer_s):
                writer.write(frame)
                await writer.drain()
                return await self._answer(reader, usable)
        except (OSError, TimeoutError, FrameError, EOFError) as error:
            self.close()
            raise NoAnswer(str(error) or type(error).__name__) from None

    async def _connect(self) -> None:
        if self._streams and not self._streams[0].at_eof():
            return
        self.close()
        try:
            async with asyncio.timeout(_CONNECT_S):
                self._streams = await asyncio.open_connection(*self._place)
        except (OSError, TimeoutError) as error:
            raise NotSent(str(error)) from None
        self._frames = FrameReader()

    async def _answer(self, reader: asyncio.StreamReader, usable: Callable) -> bytes:
        while data := await reader.read(_READ_LEN_BYTES):
            for found in self._frames.feed(data):
                if usable(found):  # what is not may be a late or a repeated one
                    return found
        raise EOFError("closed")

    def close(self) -> None:
        """Hang up."""
        if self._streams:
            self._streams[1].close()
            self._streams = None
