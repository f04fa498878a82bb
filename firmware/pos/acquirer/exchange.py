# SPDX-License-Identifier: MIT
"""One exchange: connect, send one frame, read one frame, close (DESIGN.md, section 4).

Pure waiting, no meaning. The request and the answer share one buffer, made once. Whatever happens,
cancellation included, the connection is closed, and so is the way for a late answer to come back.

What an error says: NotSent, no byte left the terminal. NoAnswer, bytes may have left: reason 98
when the host kept silent, 06 when something came that is no frame.
"""

import asyncio

from pos.acquirer.framing import MAX_FRAME, Framing
from pos.core.aio import Timeout
from pos.core.errors import MessageError, NoAnswer, NotSent

_SILENCE = "98"
_UNUSABLE = "06"
_ZEROS = bytes(60)  # a divisor of MAX_FRAME


class Exchange:
    """Holds the buffer. `buffer` is filled by the caller; an answer is good until `wipe`."""

    def __init__(self, framing: Framing) -> None:
        self.buffer = bytearray(MAX_FRAME)
        self._framing = framing
        self._got = 0

    async def run(
        self, transport: object, length: int, connect_timeout_s: int, answer_timeout_s: int
    ) -> memoryview:
        """Send `length` bytes of the buffer and return a view of the frame that came back."""
        try:
            await self._open(transport, connect_timeout_s)
            await self._converse(transport, length, answer_timeout_s)
        finally:
            transport.close()
        return memoryview(self.buffer)[: self._got]

    def wipe(self) -> None:
        """Zero the buffer: it held a track and a PIN block, or a PAN."""
        for at in range(0, MAX_FRAME, len(_ZEROS)):
            self.buffer[at : at + len(_ZEROS)] = _ZEROS

    async def _open(self, transport: object, timeout_s: int) -> None:
        try:
            await asyncio.wait_for(transport.open(), timeout_s)
            return
        except Timeout:
            reason = "no connection in time"
        except OSError:
            reason = "no connection"
        raise NotSent(reason)

    async def _converse(self, transport: object, length: int, timeout_s: int) -> None:
        self._got = 0
        f39 = _UNUSABLE
        try:
            await asyncio.wait_for(self._talk(transport, length), timeout_s)
            return
        except Timeout:
            reason = "no answer in time"
        except OSError:
            reason = "connection lost"
        except MessageError as error:
            reason = error.reason
        if not self._got:
            f39 = _SILENCE
        raise NoAnswer(reason, f39)

    async def _talk(self, transport: object, length: int) -> None:
        await transport.send(memoryview(self.buffer)[:length])
        self.wipe()
        missing = self._framing.missing(self.buffer, 0)
        while missing:
            space = memoryview(self.buffer)[self._got : self._got + missing]
            count = await transport.recv_into(space)
            if not count:
                raise MessageError("connection closed after %d bytes" % self._got)
            self._got += count
            missing = self._framing.missing(self.buffer, self._got)
