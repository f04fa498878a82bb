# SPDX-License-Identifier: MIT
"""Inputs port of a board with a stripe reader: keys from one source, swipes from the reader.

A reader has `poll(now_ms)`, which returns a swipe or None at once, and `wipe()`, which zeroes its
buffers, drops what came meanwhile and makes it ready. A swipe's buffers are zeroed when the next
input is asked for; a card pulled through while nobody asked for one is dropped, not kept for
whatever screen comes next.
"""

from micropython import const

import asyncio

from pos.core import aio

_POLL_MS = const(5)
_STALE_MS = const(1000)


class StripeInputs:
    """`inputs` is another inputs port, for the keys; `clock` the board's."""

    def __init__(self, inputs: object, reader: object, clock: object) -> None:
        self._inputs = inputs
        self._reader = reader
        self._clock = clock
        self._wipe = True  # before the next wait
        self._left_ms = 0
        self._held = None  # a key that came at the same moment as a swipe

    async def get(self, timeout_ms: int) -> tuple:
        """Return ("key", name) or ("swipe", tracks); None when the time is up."""
        clock = self._clock
        if self._wipe or clock.ticks_diff(clock.ticks_ms(), self._left_ms) > _STALE_MS:
            self._wipe = False
            self._reader.wipe()
        if self._held is not None:
            event, self._held = self._held, None
            return event
        keys = asyncio.create_task(self._inputs.get(timeout_ms))
        try:
            return await self._first(keys)
        finally:
            await self._stop(keys)
            self._left_ms = clock.ticks_ms()

    def drop(self, everything: bool) -> bool:
        """Forget what was typed, and with `everything` a card too; whether CANCEL was typed."""
        cancel = self._inputs.drop(everything) or self._held == ("key", "CANCEL")
        if cancel or everything:
            self._held = None
        if everything:
            self._wipe = True
        return cancel

    async def _first(self, keys: object) -> tuple:
        """Return what comes first; the wait for keys ends by itself when the time is up."""
        while not keys.done():
            swipe = self._reader.poll(self._clock.ticks_ms())
            if swipe is not None:
                self._wipe = True
                return ("swipe", swipe)
            await aio.sleep_ms(_POLL_MS)
        return await keys

    async def _stop(self, keys: object) -> None:
        """End the wait for keys; one that slipped through is for the next call."""
        if keys.done():
            return
        keys.cancel()
        try:
            self._held = await keys
        except asyncio.CancelledError:
            pass
