# SPDX-License-Identifier: MIT
"""One terminal's connection: frames in, answers out, in time or late as the actions say.

It knows nothing of the books. What cannot be a frame, or says nothing for too long, ends the
connection with a log line.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from traceback import extract_tb

from acquirer_sim.core import Action
from acquirer_sim.database import DatabaseError
from acquirer_sim.errors import FrameError
from acquirer_sim.frame import FrameReader

IDLE_S = 600.0  # without a byte between frames: the connection is closed
FRAME_S = 30.0  # without a byte inside a frame
_READ_LEN_BYTES = 4096
_MAX_WAITING = 64  # answers that a connection may have outstanding before it is read again

Emit = Callable[[dict], None]


class Connection:
    """`run` it as a task; delayed answers wait in tasks of their own."""

    def __init__(
        self,
        take: "Callable[[bytes], Awaitable[list[Action]]]",
        emit: Emit,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        idle_s: float = IDLE_S,
    ) -> None:
        self._take = take
        self._emit = emit
        self._reader = reader
        self._writer = writer
        self._idle_s = idle_s
        self._answers = set()

    async def run(self) -> None:
        """Take frames until the terminal hangs up, then let due answers leave."""
        try:
            await self._read()
            await asyncio.gather(*self._answers, return_exceptions=True)
        except FrameError as error:
            self._emit({"ev": "rejected", "reason": str(error)})
        except (ConnectionError, ssl.SSLError):
            self._emit({"ev": "hung_up"})
        except TimeoutError:
            self._emit({"ev": "idle"})
        except Exception as error:  # the host goes on; this terminal gets no answer
            self._emit({"ev": "error", "reason": _told(error)})
        finally:
            self.hang_up()

    def hang_up(self) -> None:
        """Close at once; answers that still wait are lost."""
        for task in self._answers:
            task.cancel()
        self._writer.close()

    async def _read(self) -> None:
        frames = FrameReader()
        while True:
            async with asyncio.timeout(FRAME_S if frames.started else self._idle_s):
                data = await self._reader.read(_READ_LEN_BYTES)
            if not data:
                return
            for frame in frames.feed(data):
                await self._start(await self._take(frame))
            if self._writer.is_closing():
                return

    async def _start(self, actions: "list[Action]") -> None:
        if len(self._answers) >= _MAX_WAITING:
            await asyncio.wait(self._answers, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.create_task(self._perform(actions))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _perform(self, actions: "list[Action]") -> None:
        for action in actions:
            await asyncio.sleep(action.delay_s)
            if self._writer.is_closing():
                return
            if action.kind == "close":
                self._writer.close()
                return
            try:
                self._writer.write(action.data)
                await self._writer.drain()
            except ConnectionError:
                self._emit({"ev": "hung_up"})
                return


def _told(error: Exception) -> str:
    """Return what went wrong; of a bug the kind and place, as its text may quote a message."""
    if isinstance(error, DatabaseError):
        return f"database: {error}"
    place = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
