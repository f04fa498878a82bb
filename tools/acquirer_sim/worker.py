# SPDX-License-Identifier: MIT
"""The one thread that books, apart from the event loop that talks to terminals.

Frames that wait while it books go together into its next transaction: one commit, and on a slow
disk one sync, for all of them. An answer leaves when its commit is durable, never before.
"""

import asyncio
import queue
import threading
from collections.abc import Callable

MAX_TOGETHER = 64  # frames of one commit: what a lost commit can take with it
_STOP = None


class Worker:
    """`await take(frame)` hands a frame to `handle_many` and gives what came of it."""

    def __init__(self, handle_many: "Callable[[list[bytes]], list]") -> None:
        self._handle_many = handle_many
        self._waiting = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="books")
        self._thread.start()

    async def take(self, frame: bytes) -> list:
        """Return the frame's actions; raises what booking it raised."""
        future = self._loop.create_future()
        self._waiting.put((frame, future))
        return await future

    async def stop(self) -> None:
        """Book what waits, then end the thread."""
        self._waiting.put(_STOP)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while (first := self._waiting.get()) is not _STOP:
            together = [first, *self._more()]
            outcomes = self._book([frame for frame, _ in together])
            futures = [future for _, future in together]
            self._loop.call_soon_threadsafe(_tell, futures, outcomes)

    def _more(self) -> list:
        found = []
        while len(found) < MAX_TOGETHER - 1:
            try:
                entry = self._waiting.get_nowait()
            except queue.Empty:
                break
            if entry is _STOP:
                self._waiting.put(_STOP)  # nobody puts anything after it
                break
            found.append(entry)
        return found

    def _book(self, frames: "list[bytes]") -> list:
        try:
            return self._handle_many(frames)
        except Exception as error:  # none of them counts; neither it nor a bug stops the host
            return [error] * len(frames)


def _tell(futures: "list[asyncio.Future]", outcomes: list) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if future.done():  # its connection is gone
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
