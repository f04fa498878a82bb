# SPDX-License-Identifier: MIT
"""The two polling loops of the stripe front ends, in plain Python: what `stripe_fast` does.

Both loops watch one input register (`register[0]`, one bit a line) with `ticks()` in microseconds
that wrap at 2**30 or at a multiple of it, and call `feed()` by time, so that a watchdog lives.
They end when the lines have been quiet, or after a time at most; full buffers take no more.
Numbers go in and out through one array of 'I', the plan (places below); a mask of 0 is a line
that is not there. Both return the microseconds they ran. This twin serves tests, and chips without
viper.
"""

from micropython import const

_WRAP = const(0x3FFFFFFF)
_CLAMP_US = const(65535)  # an interval is an 'H'

# Places in the plan of both loops; the limits are microseconds.
_QUIET = const(0)  # nothing for so long: over
_MOST = const(1)  # so long in all: over
_FEED = const(2)
_GLITCH = const(3)  # a pulse shorter than this never happened
_ROOM = const(4)  # intervals or bits a buffer holds
_COUNTS = const(5)  # out, by track: what was stored; room + 1 when there was more
_FIRST = const(8)  # masks, by track: F2F line, or strobe
_STATE = const(11)  # by track: time of the last edge, or of the strobe's fall
# Clock and data only:
_SECOND = const(14)  # masks, by track: data
_VOTES = const(17)  # by track: looks at a low data line minus looks at a high one, from _EVEN
_ROSE = const(20)  # by track: when the strobe of the last bit ended
_PRESENT = const(23)  # mask of card present, 0 when it does not end the swipe
_RELEASE = const(24)  # card present high for so long: over

_EVEN = const(0x100000)


def flux_edges(
    register: object,
    ticks: object,
    feed: object,
    plan: object,
    one: object,
    two: object,
    three: object,
) -> int:
    """Store the times between edges of up to three F2F lines. Counts are edges, not intervals."""
    buffers = (one, two, three)
    lines = plan[_FIRST] | plan[_FIRST + 1] | plan[_FIRST + 2]
    for i in range(3):
        plan[_COUNTS + i] = 0
    before = register[0]
    start = active = fed = ticks()
    while True:
        word = register[0]
        now = ticks()
        changed = (word ^ before) & lines
        if changed:
            before = word
            active = now
            for i in range(3):
                if changed & plan[_FIRST + i]:
                    _edge(plan, i, now, buffers[i])
        if (now - active) & _WRAP > plan[_QUIET] or (now - start) & _WRAP > plan[_MOST]:
            return (now - start) & _WRAP
        if (now - fed) & _WRAP > plan[_FEED]:
            fed = now
            feed()


def _edge(plan: object, i: int, now: int, out: object) -> None:
    """One edge of track i; two that lie too close are a spike and both vanish."""
    edges = plan[_COUNTS + i]
    gap = (now - plan[_STATE + i]) & _WRAP
    if edges > plan[_ROOM] + 1:
        return
    if edges == 0:
        plan[_COUNTS + i] = 1
    elif gap < plan[_GLITCH]:
        plan[_COUNTS + i] = edges - 1
        if edges > 1:
            plan[_STATE + i] = (plan[_STATE + i] - out[edges - 2]) & _WRAP
        return
    else:
        if edges <= plan[_ROOM]:
            out[edges - 1] = min(gap, _CLAMP_US)
        plan[_COUNTS + i] = edges + 1
    plan[_STATE + i] = now & _WRAP


def clock_bits(
    register: object,
    ticks: object,
    feed: object,
    plan: object,
    one: object,
    two: object,
    three: object,
) -> int:
    """Store the bits of up to three strobe and data pairs, all active low, one bit a byte.

    A bit is what most looks at the data line said while its strobe was low.
    """
    buffers = (one, two, three)
    start = active = fed = gone = ticks()
    for i in range(3):
        plan[_COUNTS + i] = 0
        plan[_ROSE + i] = (start - (_WRAP >> 1)) & _WRAP
    before = -1
    while True:
        word = register[0]
        now = ticks()
        for i in range(3):
            strobe = plan[_FIRST + i]
            if not word & strobe:
                if strobe:
                    _low(plan, i, word, before & strobe, now)
            elif not before & strobe and _high(plan, i, now, buffers[i]):
                active = now
        before = word
        if not word & plan[_PRESENT]:
            gone = now
        elif (now - gone) & _WRAP > plan[_RELEASE]:
            return (now - start) & _WRAP
        if (now - active) & _WRAP > plan[_QUIET] or (now - start) & _WRAP > plan[_MOST]:
            return (now - start) & _WRAP
        if (now - fed) & _WRAP > plan[_FEED]:
            fed = now
            feed()


def _low(plan: object, i: int, word: int, fell: int, now: int) -> None:
    """A look at a strobe that is low; a rise too short to be one is taken back."""
    if fell:
        if (now - plan[_ROSE + i]) & _WRAP < plan[_GLITCH]:
            plan[_ROSE + i] = (now - (_WRAP >> 1)) & _WRAP
            plan[_COUNTS + i] -= 1
        else:
            plan[_STATE + i] = now & _WRAP
            plan[_VOTES + i] = _EVEN
    plan[_VOTES + i] += -1 if word & plan[_SECOND + i] else 1


def _high(plan: object, i: int, now: int, out: object) -> bool:
    """The strobe rose: store its bit, unless it was a spike."""
    if (now - plan[_STATE + i]) & _WRAP < plan[_GLITCH]:
        return False
    count = plan[_COUNTS + i]
    if count < plan[_ROOM]:
        out[count] = 1 if plan[_VOTES + i] > _EVEN else 0
    if count <= plan[_ROOM]:
        plan[_COUNTS + i] = count + 1
        plan[_ROSE + i] = now & _WRAP
    return True
