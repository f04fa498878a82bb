# SPDX-License-Identifier: MIT
"""A Transport that plays a script and fails on the first call or byte that is not in it.

Steps, in order: ("open",), ("open", error), ("send", bytes), ("send", bytes, error),
("recv", bytes), ("recv", error), ("silence",), ("pause", ms) before a recv. A `recv` gives at most
what it was asked for and keeps the rest for the next call, as a socket does; `("recv", b"")` is
the host closing.
"""

import asyncio

_FOREVER_S = 3600


class ScriptedTransport:
    """`finish()` checks that the whole script was played and the connection closed."""

    def __init__(self, *steps: tuple) -> None:
        self._steps = list(steps)
        self.closed = 0

    def _next(self, call: str) -> tuple:
        if self.closed:
            raise AssertionError("%s after close" % call)
        if not self._steps:
            raise AssertionError("%s is not in the script" % call)
        step = self._steps.pop(0)
        if step[0] != call and step[0] != "silence":
            raise AssertionError("%s instead of %s" % (call, step[0]))
        return step

    async def open(self) -> None:
        """Play an open step."""
        await self._play(self._next("open"), 1)

    async def send(self, data: bytes) -> None:
        """Play a send step: the bytes must be those of the script."""
        step = self._next("send")
        if step[0] == "send" and bytes(data) != step[1]:
            raise AssertionError("sent %s not %s" % (bytes(data).hex(), step[1].hex()))
        await self._play(step, 2)

    async def recv_into(self, space: memoryview) -> int:
        """Play a recv step."""
        count = len(space)
        if count < 1:
            raise AssertionError("recv of %d" % count)
        if self._steps and self._steps[0][0] == "pause":
            await asyncio.sleep(self._steps.pop(0)[1] / 1000)
        step = self._next("recv")
        await self._play(step, 1)
        if isinstance(step[1], Exception):
            raise step[1]
        if len(step[1]) > count:
            self._steps.insert(0, ("recv", step[1][count:]))
        data = step[1][:count]
        space[: len(data)] = data
        return len(data)

    async def _play(self, step: tuple, error_at: int) -> None:
        await asyncio.sleep(_FOREVER_S if step[0] == "silence" else 0)
        if len(step) > error_at and isinstance(step[error_at], Exception):
            raise step[error_at]

    def close(self) -> None:
        """Note that the connection was closed."""
        self.closed += 1

    def finish(self) -> None:
        """Fail when steps are left or the connection was not closed exactly once."""
        if self._steps:
            raise AssertionError("%d steps not played" % len(self._steps))
        if self.closed != 1:
            raise AssertionError("closed %d times" % self.closed)
