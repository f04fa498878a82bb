# SPDX-License-Identifier: MIT
"""The two polling loops of the stripe front ends for viper: see `stripe_pure`, its twin.

Estimated 2 to 3 us a look on an ESP32 at 160 MHz, most of it the call of `ticks`. No allocation;
`register` is the address of the GPIO input register, or a buffer in tests. Literals stay below
2**30. The places of the plan are those of `stripe_pure`.
"""
# ruff: noqa: F821 -- ptr8, ptr16 and ptr32 are viper's own words
# ruff: noqa: C901, PLR0915 -- one flat loop: a call costs more than a look and may allocate

import micropython
from micropython import const

_WRAP = const(0x3FFFFFFF)
_HALF_WRAP = const(0x1FFFFFFF)
_CLAMP_US = const(65535)
_QUIET = const(0)
_MOST = const(1)
_FEED = const(2)
_GLITCH = const(3)
_ROOM = const(4)
_COUNTS = const(5)
_FIRST = const(8)
_STATE = const(11)
_SECOND = const(14)
_VOTES = const(17)
_ROSE = const(20)
_PRESENT = const(23)
_RELEASE = const(24)
_EVEN = const(0x100000)


@micropython.viper
def flux_edges(
    register: ptr32,
    ticks: object,
    feed: object,
    plan: ptr32,
    one: ptr16,
    two: ptr16,
    three: ptr16,
) -> int:
    """Store the times between edges of up to three F2F lines. Counts are edges, not intervals."""
    lines = plan[_FIRST] | plan[_FIRST + 1] | plan[_FIRST + 2]
    room = plan[_ROOM]
    i = 0
    while i < 3:
        plan[_COUNTS + i] = 0
        i += 1
    before = register[0]
    start = int(ticks())
    active = start
    fed = start
    now = start
    while (now - active) & _WRAP <= plan[_QUIET] and (now - start) & _WRAP <= plan[_MOST]:
        if (now - fed) & _WRAP > plan[_FEED]:
            fed = now
            feed()
        word = register[0]
        now = int(ticks())
        changed = (word ^ before) & lines
        if not changed:
            continue
        before = word
        active = now
        i = 0
        out = one
        while i < 3:
            if changed & plan[_FIRST + i]:
                edges = plan[_COUNTS + i]
                last = plan[_STATE + i]
                gap = (now - last) & _WRAP
                if edges <= room + 1:
                    if edges != 0 and gap < plan[_GLITCH]:
                        plan[_COUNTS + i] = edges - 1
                        if edges > 1:
                            plan[_STATE + i] = (last - out[edges - 2]) & _WRAP
                    else:
                        if edges != 0 and edges <= room:
                            out[edges - 1] = gap if gap < _CLAMP_US else _CLAMP_US
                        plan[_COUNTS + i] = edges + 1
                        plan[_STATE + i] = now & _WRAP
            i += 1
            out = two if i == 1 else three
    return (now - start) & _WRAP


@micropython.viper
def clock_bits(
    register: ptr32, ticks: object, feed: object, plan: ptr32, one: ptr8, two: ptr8, three: ptr8
) -> int:
    """Store the bits of up to three strobe and data pairs, all active low, one bit a byte."""
    room = plan[_ROOM]
    start = int(ticks())
    i = 0
    while i < 3:
        plan[_COUNTS + i] = 0
        plan[_ROSE + i] = (start - _HALF_WRAP) & _WRAP
        i += 1
    active = start
    fed = start
    gone = start
    now = start
    before = -1
    while (now - active) & _WRAP <= plan[_QUIET] and (now - start) & _WRAP <= plan[_MOST]:
        if (now - fed) & _WRAP > plan[_FEED]:
            fed = now
            feed()
        word = register[0]
        now = int(ticks())
        i = 0
        out = one
        while i < 3:
            strobe = plan[_FIRST + i]
            if strobe:
                count = plan[_COUNTS + i]
                if not word & strobe:
                    if before & strobe:
                        if (now - plan[_ROSE + i]) & _WRAP < plan[_GLITCH]:
                            plan[_ROSE + i] = (now - _HALF_WRAP) & _WRAP
                            plan[_COUNTS + i] = count - 1
                        else:
                            plan[_STATE + i] = now & _WRAP
                            plan[_VOTES + i] = _EVEN
                    if word & plan[_SECOND + i]:
                        plan[_VOTES + i] -= 1
                    else:
                        plan[_VOTES + i] += 1
                elif not before & strobe:
                    if (now - plan[_STATE + i]) & _WRAP >= plan[_GLITCH]:
                        active = now
                        if count < room:
                            out[count] = 1 if plan[_VOTES + i] > _EVEN else 0
                        if count <= room:
                            plan[_COUNTS + i] = count + 1
                            plan[_ROSE + i] = now & _WRAP
            i += 1
            out = two if i == 1 else three
        before = word
        if not word & plan[_PRESENT]:
            gone = now
        elif (now - gone) & _WRAP > plan[_RELEASE]:
            break
    return (now - start) & _WRAP
