# SPDX-License-Identifier: MIT
"""Stripe front ends that must be watched while the card moves (magstripe.md 2.2 and 2.4).

`ClockReader`: a TTL decoder with card present, strobe and data lines, all active low, of a swipe
or an insertion reader. `FluxReader`: comparators that change level at every flux transition.
Both are handed their lines: `register` and `ticks` and `feed` for the loop, `arm(handler)` which
has the handler called once the wake-up line moves, and `disarm()`. The loop (of stripe_fast or
stripe_pure) runs inside the handler and holds everything else up for as long as the swipe lasts,
three seconds at most. `poll` never waits.
"""

from micropython import const

from array import array

CLOCK_BITS = const(768)  # 210 bpi on 3.375 inches is 709
FLUX_EDGES = const(1536)  # 210 bpi, all ones, is 1418

_MOST_US = const(3000000)
_FEED_US = const(50000)
_CLOCK_QUIET_US = const(300000)  # a hand that sticks; card present ends a swipe sooner
_FLUX_QUIET_US = const(150000)
_CLOCK_GLITCH_US = const(8)  # the shortest strobe is 20 us: a quarter of a bit at 60 ips
_FLUX_GLITCH_US = const(12)  # the shortest half cell is 40 us
_RELEASE_US = const(10000)  # card present bounces
_NEVER_US = const(0x1FFFFFFF)
_SEEN_US = const(50000)  # card present for so long without a strobe is a card all the same
_MIN_FLUX = const(16)

# Places in the plan, as in stripe_pure.
_QUIET = const(0)
_MOST = const(1)
_FEED = const(2)
_GLITCH = const(3)
_ROOM = const(4)
_COUNTS = const(5)
_FIRST = const(8)
_SECOND = const(14)
_PRESENT = const(23)
_RELEASE = const(24)
_PLAN_LENGTH = const(25)


class _Watch:
    """What both have in common: armed, woken once, caught, given out, wiped and armed again."""

    def __init__(self, lines: object, loop: object, buffers: tuple) -> None:
        self._lines = lines
        self._loop = loop
        self._buffers = buffers
        self._plan = array("I", [0] * _PLAN_LENGTH)
        self._armed = False
        self._ran_us = -1  # how long the loop ran; -1 when it has not

    def _limits(self, quiet_us: int, glitch_us: int, room: int) -> None:
        plan = self._plan
        plan[_QUIET] = quiet_us
        plan[_MOST] = _MOST_US
        plan[_FEED] = _FEED_US
        plan[_GLITCH] = glitch_us
        plan[_ROOM] = room

    def wipe(self) -> None:
        """Zero the last swipe and wait for the next."""
        for buffer in self._buffers:
            for i in range(len(buffer)):
                buffer[i] = 0
        self._ran_us = -1
        self._armed = True
        self._lines.arm(self._woken)

    def _woken(self, _line: object) -> None:
        """Run the loop. Wake-ups that were queued behind the first one find us disarmed."""
        if not self._armed:
            return
        self._armed = False
        lines = self._lines
        lines.disarm()
        one, two, three = self._buffers
        self._ran_us = self._loop(
            lines.register, lines.ticks, lines.feed, self._plan, one, two, three
        )

    def poll(self, _now_ms: int) -> object:
        """Return a swipe once: (values, count), reason or None a track. None while none came."""
        if self._ran_us < 0:
            return None
        swipe = self._swipe()
        if swipe is None:
            self.wipe()
        self._ran_us = -1
        return swipe


class ClockReader(_Watch):
    """`pairs`: (strobe mask, data mask) or None for tracks 1 to 3; `present`: card present mask.

    An insertion reader's line says "fully in" and the read comes when it is pulled out, so there
    the wake-up is the other edge, and the line does not end the swipe.
    """

    def __init__(
        self, lines: object, loop: object, pairs: tuple, present: int, insertion: bool
    ) -> None:
        super().__init__(lines, loop, tuple([bytearray(CLOCK_BITS) for _ in range(3)]))
        self._limits(_CLOCK_QUIET_US, _CLOCK_GLITCH_US, CLOCK_BITS)
        for i in range(3):
            if pairs[i] is not None:
                self._plan[_FIRST + i], self._plan[_SECOND + i] = pairs[i]
        self._plan[_PRESENT] = 0 if insertion else present
        self._plan[_RELEASE] = _NEVER_US if insertion else _RELEASE_US

    def _swipe(self) -> object:
        plan = self._plan
        counts = [plan[_COUNTS + i] for i in range(3)]
        if counts == [0, 0, 0]:
            if self._ran_us < _SEEN_US:
                return None
            return tuple(["no_clock" if plan[_FIRST + i] else None for i in range(3)])
        return tuple([(self._buffers[i], counts[i]) if counts[i] else None for i in range(3)])


class FluxReader(_Watch):
    """`masks`: F2F line of tracks 1 to 3, 0 where there is none."""

    def __init__(self, lines: object, loop: object, masks: tuple) -> None:
        buffers = [array("H", bytes(2 * FLUX_EDGES if mask else 2)) for mask in masks]
        super().__init__(lines, loop, tuple(buffers))
        self._limits(_FLUX_QUIET_US, _FLUX_GLITCH_US, FLUX_EDGES)
        for i in range(3):
            self._plan[_FIRST + i] = masks[i]

    def _swipe(self) -> object:
        counts = [max(0, self._plan[_COUNTS + i] - 1) for i in range(3)]
        if max(counts) < _MIN_FLUX:
            return None  # a spark, not a card
        return tuple([(self._buffers[i], counts[i]) if counts[i] else None for i in range(3)])
