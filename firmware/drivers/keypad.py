# SPDX-License-Identifier: MIT
"""Key matrix: rows driven low one at a time, columns read, without diodes (inputs port).

A key counts once it was seen alone for 20 ms, and again only after it was let go: nothing
repeats, so that no PIN gets a digit nobody typed. A second key counts once the first is let go
(fast typing). Two at once from nothing, three at any time (a ghost may be the fourth), and keys
that were down already when scanning began again are ignored until all are up.

Who is handed what: `Matrix` its pins and a sleep in microseconds, `Keypad` a matrix, a layout and
the board's clock. A layout names the keys row by row; `CLEAR/CANCEL` is a key that is CLEAR, and
CANCEL as well once held for a second. The two layouts below have a CANCEL key and no held keys.
"""

from micropython import const

import asyncio
from array import array

from pos.core import aio
from pos.core.errors import ProfileError

# As printed on the common membranes: A B C D and * #; F1 F2 # *, arrows and ESC.
LAYOUT_4X4 = "1 2 3 CANCEL 4 5 6 CLEAR 7 8 9 MENU 00 0 DOWN ENTER"
LAYOUT_5X4 = "F1 F2 F3 MENU 1 2 3 UP 4 5 6 DOWN 7 8 9 CANCEL CLEAR 0 00 ENTER"

_NONE = const(-1)  # what a look may see beside the index of the one key that is down
_TWO = const(-2)
_MANY = const(-3)

_SETTLE_US = const(15)  # a column rises through its pull-up: 45 kOhm x 100 pF is 5 us
_LOOK_MS = const(10)
_STABLE_MS = const(20)
_HELD_MS = const(1000)
_GAP_MS = const(200)  # longer without a look: what is down now was not pressed for this screen
_STALE_MS = const(500)  # pressed so long before anybody asked: not meant for this screen
_RING = const(8)
_WIPED = const(0xFF)

_sleep_ms = getattr(asyncio, "sleep_ms", aio.sleep_ms)  # MicroPython's own makes no objects


class Matrix:
    """Pins are called: `row(0)` drives low, `row(1)` lets go (open drain); `column()` reads."""

    def __init__(self, rows: tuple, columns: tuple, sleep_us: object) -> None:
        self._rows = rows
        self._columns = columns
        self._sleep_us = sleep_us
        self.size = len(rows) * len(columns)
        for row in rows:
            row(1)

    def look(self) -> int:
        """Return the index of the key that is down, -1 for none, -2 for two, -3 for more."""
        down = 0
        index = 0
        found = _NONE
        for row in self._rows:
            row(0)
            self._sleep_us(_SETTLE_US)
            for column in self._columns:
                if not column():
                    found = index
                    down += 1
                index += 1
            row(1)
        if down < 2:
            return found
        return _TWO if down == 2 else _MANY


class Keypad:
    """Inputs port. `scroll(name)` may take UP and DOWN for itself (ssd1306.Screen has one).

    `get` looks at the matrix while it waits. Where a timer calls `tick` every 10 ms instead, set
    `timed`: keys typed while the terminal is busy for a moment are kept then.
    """

    def __init__(self, matrix: object, layout: str, clock: object, scroll: object = None) -> None:
        names = layout.split()
        if len(names) != matrix.size:
            raise ProfileError("keypad: %d keys on %d crossings" % (len(names), matrix.size))
        self._events = [("key", name.split("/")[0]) for name in names]
        self._longs = bytearray(len(names))  # index of the event a held key gives, 0: none
        for i in range(len(names)):
            if "/" in names[i]:
                self._longs[i] = len(self._events)
                self._events.append(("key", names[i].split("/")[1]))
        self.timed = False
        self._matrix = matrix
        self._clock = clock
        self._diff = clock.ticks_diff  # bound once: each bound method is an object
        self._scroll = scroll
        self._looked_ms = clock.ticks_ms()
        self._seen = _NONE  # by the last look
        self._since_ms = self._looked_ms
        self._held = _NONE  # the key that counts as down
        self._held_ms = 0
        self._locked = True  # until all keys are up
        self._ring = bytearray(_RING)
        self._stamps = array("i", [0] * _RING)
        self._first = 0
        self._next = 0

    def scan(self, now_ms: int) -> int:
        """Look once; return the index of the event this look made, or -1. Makes no objects."""
        diff = self._diff
        seen = self._matrix.look()
        gap = diff(now_ms, self._looked_ms) > _GAP_MS
        self._looked_ms = now_ms
        if gap or seen != self._seen:
            self._changed(seen, now_ms, gap)
            return _NONE
        if diff(now_ms, self._since_ms) < _STABLE_MS:
            return _NONE
        if seen == _NONE:
            self._held = _NONE
            self._locked = False
            return _NONE
        if self._locked or seen < 0:
            return _NONE
        if seen != self._held:
            self._held = seen
            self._held_ms = now_ms
            return seen
        return self._long(seen, now_ms)

    def _changed(self, seen: int, now_ms: int, gap: bool) -> None:
        self._seen = seen
        self._since_ms = now_ms
        if seen == _MANY or (seen == _TWO and self._held == _NONE) or (gap and seen != _NONE):
            self._locked = True

    def _long(self, seen: int, now_ms: int) -> int:
        """Return the event of a key that was held for a second, once."""
        event = self._longs[seen]
        if not event or self._diff(now_ms, self._held_ms) < _HELD_MS:
            return _NONE
        self._locked = True  # nothing more from this press
        return event

    def tick(self, _timer: object = None) -> None:
        """Look once and keep what was pressed: for a timer, or `get`. Makes no objects."""
        now_ms = self._clock.ticks_ms()
        event = self.scan(now_ms)
        behind = (self._next + 1) % _RING
        if event >= 0 and behind != self._first:  # full: nobody has asked for long
            self._ring[self._next] = event
            self._stamps[self._next] = now_ms
            self._next = behind

    async def get(self, timeout_ms: int) -> tuple:
        """Return ("key", name); None when the time is up."""
        clock = self._clock
        start_ms = clock.ticks_ms()
        while True:
            if not self.timed:
                self.tick()
            event = self._take()
            if event is not None:
                return event
            if self._diff(clock.ticks_ms(), start_ms) >= timeout_ms:
                return None
            await _sleep_ms(_LOOK_MS)

    def drop(self, everything: bool) -> bool:
        """Forget what was pressed; whether CANCEL was. The rest would be stale soon anyway."""
        if not self.timed:
            self.tick()
        cancel = False
        while self._first != self._next:
            at = self._first
            if self._events[self._ring[at]][1] == "CANCEL":
                cancel = True
            self._ring[at] = _WIPED
            self._first = (at + 1) % _RING
        return cancel

    def _take(self) -> tuple:
        """Return the oldest key that is not stale; its place in the ring is wiped."""
        while self._first != self._next:
            at = self._first
            event = self._events[self._ring[at]]
            self._ring[at] = _WIPED  # it may have been a digit of a PIN
            age_ms = self._diff(self._clock.ticks_ms(), self._stamps[at])
            self._first = (at + 1) % _RING
            if age_ms <= _STALE_MS and not self._scrolled(event[1]):
                return event
        return None

    def _scrolled(self, name: str) -> bool:
        return self._scroll is not None and name in ("UP", "DOWN") and self._scroll(name)
