# SPDX-License-Identifier: MIT
"""The grid of the card bench: the 59 conditions of magstripe.md 5.2, and three more beside it.

Jitter J is the peak change of one interval in cells (sd 0.408 J); "typ" is J 5 %, asymmetry 2 %.
The jitter lines have no asymmetry: only so does the last-cell rule read all at 10 %, as the
reference has it. What the reference does not say (the three mixes, how a stall looks) is set so
that the public rules come out near its table.
"""

import math
import random
from typing import NamedTuple


class Condition(NamedTuple):
    """One line of the grid. Speeds in ips, jitter and asymmetry in cells, the rest as shares."""

    name: str
    track: int
    ips: tuple[float, float] = (20, 20)  # at both ends of the stripe
    jitter: float = 0.05
    asymmetry: float = 0.02
    hand: float = 0.0  # depth of a slow swing of the speed
    stall: tuple[float, float] = (1.0, 0.1)  # lowest speed as a share, width in stripes
    step_us: int = 1  # of the timer
    latency_us: float = 0.0  # mean of an interrupt's delay
    lost: float = 0.0
    single: float = 0.0  # spurious transitions
    pair: float = 0.0
    mix: str = ""
    texts: str = "payment"
    ordinary: bool = False  # a first stage alone should read it
    extra: bool = False  # beside the grid: in no mean


class Mix(NamedTuple):
    """Ranges from which every swipe of a mix draws its values."""

    ips: tuple[float, float]
    jitter: tuple[float, float]
    asymmetry: tuple[float, float]
    hand: float  # deepest swing
    stall: float = 0.0  # share of swipes with one
    faults: float = 0.0  # lost transitions, and as many spurious pairs


MIXES = {
    "typical": Mix((6, 35), (0.02, 0.08), (0.0, 0.04), 0.7),
    "worn": Mix((5, 45), (0.08, 0.14), (0.02, 0.06), 0.7),
    "bad": Mix((4, 50), (0.12, 0.22), (0.04, 0.10), 0.7, 0.3, 0.0008),
}
_REVERSED = 0.3  # of all swipes


def grid() -> list[Condition]:
    """Return the 59 conditions, in the order of the reference, and then the extra ones."""
    return [*_hands(), *_stalls(), *_signals(), *_timers(), *_faults(), *_mixes(), *_generic()]


def _hands() -> list[Condition]:
    out = []
    for track in (2, 1, 3):
        for v in (5, 10, 20, 40, 60) if track != 3 else (5, 20, 60):
            out.append(Condition(f"T{track} {v} ips", track, (v, v), ordinary=True))
    for track in (2, 1):
        for a, b in ((10, 20), (10, 40), (40, 10), (5, 50)):
            out.append(Condition(f"T{track} accel {a}->{b}", track, (a, b), ordinary=True))
    return [*out, Condition("hand depth 0.75", 2, hand=0.75, ordinary=True)]


def _stalls() -> list[Condition]:
    shapes = ((0.25, 0.10), (0.15, 0.10), (0.25, 0.03), (0.25, 0.015))
    return [Condition(f"stall to {low} width {w:.1%}", 2, stall=(low, w)) for low, w in shapes]


def _signals() -> list[Condition]:
    jitters = [
        Condition(f"T{track} jitter {j:.0%}", track, jitter=j, asymmetry=0.0, ordinary=j < 0.15)
        for track in (2, 1)
        for j in (0.10, 0.15, 0.20, 0.25)
    ]
    return jitters + [
        Condition(f"asymmetry {a:.0%}", 2, asymmetry=a, ordinary=a < 0.1)
        for a in (0.05, 0.10, 0.20, 0.30)
    ]


def _timers() -> list[Condition]:
    steps = [Condition(f"T1 40 ips timer {n} us", 1, (40, 40), step_us=n) for n in (10, 20, 40)]
    return steps + [
        Condition(f"irq latency {n} us", 2, latency_us=n, ordinary=n == 5)
        for n in (5, 20, 50, 150)
    ]


def _faults() -> list[Condition]:
    return [
        *(Condition(f"lost {lost:.1%}", 2, lost=lost) for lost in (0.001, 0.003, 0.01)),
        Condition("spurious single 0.3%", 2, single=0.003),
        Condition("spurious pair 0.3%", 2, pair=0.003),
    ]


def _mixes() -> list[Condition]:
    return [
        Condition(f"mix {mix} T{track}", track, mix=mix, ordinary=mix == "typical")
        for mix in MIXES
        for track in (2, 1, 3)
    ]


def _generic() -> list[Condition]:
    return [
        Condition(f"store card T{track}", track, mix="typical", texts="generic", extra=True)
        for track in (2, 1, 3)
    ]


def drawn(condition: Condition, rng: random.Random) -> tuple[Condition, bool]:
    """Return the condition with the values a mix draws for this swipe, and the direction."""
    reverse = rng.random() < _REVERSED
    if not condition.mix:
        return condition, reverse
    mix = MIXES[condition.mix]
    slow, fast = math.log(mix.ips[0]), math.log(mix.ips[1])
    return condition._replace(
        ips=(math.exp(rng.uniform(slow, fast)), math.exp(rng.uniform(slow, fast))),
        jitter=rng.uniform(*mix.jitter),
        asymmetry=rng.uniform(*mix.asymmetry),
        hand=rng.uniform(0, mix.hand),
        stall=(rng.uniform(0.3, 0.6), 0.08) if rng.random() < mix.stall else (1.0, 0.1),
        lost=mix.faults,
        pair=mix.faults,
    ), reverse
