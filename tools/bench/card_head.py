# SPDX-License-Identifier: MIT
"""Model b of the card bench: a head's voltage whose peaks are picked, under a hand that wanders.

Pulses of alternating sign, changing height and noise overlap and push each other's peaks; a lost
transition is a pulse that is too weak; jitter is partly slow; the hand is a random walk.
"""

import math
import random

from bench.card_grid import Condition
from posctl.swipe.synth import BPI, STRIPE_IN

_SAMPLES = 16  # of the voltage, a cell
_PULSE = 0.14  # cells, half width of a pulse at half its height
_REACH = 0.7  # cells to either side in which a pulse counts
_FLOOR = 0.35  # of a full pulse: lower peaks are not seen
_WALK_CELLS = 9  # of track 2, to a step of the walk
_STEPS = 1200  # of the stripe, at each of which the hand has a speed


def times(
    places: list[float], cells: int, values: Condition, stall: float, rng: random.Random
) -> list[float]:
    """Return the times (us) of the peaks of one swipe over transitions at `places` (cells)."""
    moved = _moved(places, values, rng)
    peaks = _peaks(_voltage(moved, _heights(len(moved), values, rng), cells))
    return _walked(_with_spikes(peaks, values, rng), cells, values, stall, rng)


def _moved(places: list[float], values: Condition, rng: random.Random) -> list[float]:
    """Return the transitions displaced: a part of the jitter is slow; J / 2 is the most."""
    out, drift, most = [], 0.0, values.jitter / 2
    for n, place in enumerate(places):
        drift = 0.8 * drift + rng.gauss(0, 0.10 * values.jitter)
        shift = min(max(drift + rng.gauss(0, 0.35 * values.jitter), -most), most)
        side = values.asymmetry / 2 if n & 1 else -values.asymmetry / 2
        out.append(place + shift + side * rng.uniform(0.7, 1.3))
    out.sort()
    return out


def _heights(count: int, values: Condition, rng: random.Random) -> list[float]:
    """Return the pulse heights: fading along the card, gone where a transition is lost."""
    swing, phase = rng.uniform(0, 0.3), rng.uniform(0, 2 * math.pi)
    out = []
    for n in range(count):
        height = 1 + swing * math.sin(phase + 12.0 * n / count) + rng.gauss(0, 0.05)
        out.append(0.05 if rng.random() < values.lost else max(height, 0.5))
    return out


def _voltage(places: list[float], heights: list[float], cells: int) -> list[float]:
    """Return the samples, the first of them one cell before the stripe."""
    volts = [0.0] * ((cells + 2) * _SAMPLES)
    reach, last = int(_SAMPLES * _REACH), len(volts)
    narrow = (_SAMPLES * _PULSE) ** 2
    sign = narrow
    for place, height in zip(places, heights, strict=True):
        sign = -sign
        centre, top = (place + 1) * _SAMPLES, sign * height
        low = int(centre) - reach
        for k in range(max(low, 0), min(low + 2 * reach + 1, last)):
            volts[k] += top / (narrow + (k - centre) ** 2)
    return volts


def _peaks(volts: list[float]) -> list[float]:
    """Return the places (cells) of the peaks of either sign, each by a parabola."""
    out = []
    for k in range(1, len(volts) - 1):
        v = abs(volts[k])
        if v > _FLOOR:
            a, b = abs(volts[k - 1]), abs(volts[k + 1])
            if a <= v > b:
                out.append((k + (a - b) / (2 * (a - 2 * v + b))) / _SAMPLES - 1)
    return out


def _with_spikes(peaks: list[float], values: Condition, rng: random.Random) -> list[float]:
    if not values.single and not values.pair:
        return peaks
    extra = []
    for place, after in zip(peaks, peaks[1:], strict=False):
        gap = after - place
        if rng.random() < values.single:
            extra.append(place + gap * rng.betavariate(2, 2))
        if rng.random() < values.pair:
            first = place + gap * rng.uniform(0.1, 0.75)
            extra += [first, first + gap * 0.15]
    return sorted(peaks + extra)


def _walked(
    places: list[float], cells: int, values: Condition, stall: float, rng: random.Random
) -> list[float]:
    """Return the times at the places, under a speed that walks at random about its profile."""
    knots = int(STRIPE_IN * BPI[2] / _WALK_CELLS)
    walk = [0.0]
    for _ in range(knots):
        walk.append(0.85 * walk[-1] + rng.gauss(0, 0.04))
    phase, clock, now = rng.random(), [0.0], 0.0
    for n in range(_STEPS):
        x = (n + 0.5) / _STEPS
        k = int(x * knots)
        wander = walk[k] + (walk[k + 1] - walk[k]) * (x * knots - k)
        now += STRIPE_IN / _STEPS / (_profile(x, values, phase, stall) * math.exp(wander)) * 1e6
        clock.append(now)
    return read_off(clock, places, cells)


def read_off(clock: list[float], places: list[float], cells: int) -> list[float]:
    """Return the times at places of a stripe of `cells`; `clock` has those at even steps of it."""
    steps, out = len(clock) - 1, []
    for place in places:
        x = min(max(place / cells, 0.0), 1.0) * steps
        n = min(int(x), steps - 1)
        out.append(clock[n] + (clock[n + 1] - clock[n]) * (x - n))
    return out


def _profile(x: float, values: Condition, phase: float, stall: float) -> float:
    """Return the speed meant at x (0..1): even in time's logarithm, a push and a brake, a stop."""
    first, last = values.ips
    speed = first * (last / first) ** x
    if values.hand:
        speed *= 1 - values.hand * math.sin(math.pi * (x + phase)) ** 2
    low, width = values.stall
    if low < 1:
        away = abs(x - stall) / width
        if away < 1.5:
            speed *= low ** (math.cos(away * math.pi / 3) ** 2)
    return speed
