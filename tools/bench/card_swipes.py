# SPDX-License-Identifier: MIT
"""Swipes for the card bench: the 59 conditions of magstripe.md 5.2, from two synthesisers.

`model_a` displaces transitions along the stripe and moves a hand over them. `model_b` is built
another way on purpose: the head's voltage (overlapping pulses of changing strength, noise, hum) is
sampled and its peaks are picked, the hand is a random walk, jitter is correlated. What holds for
one only is an artefact of that one.
"""

import math
import random
from bisect import bisect_right
from typing import NamedTuple

from posctl.swipe.synth import BPI, STRIPE_IN, stripe_bits


class Condition(NamedTuple):
    """One line of the grid. Speeds in ips, jitter and asymmetry in cells, the rest as shares."""

    name: str
    track: int
    ips: tuple = (20, 20)
    jitter: float = 0.05
    asymmetry: float = 0.02
    hand: float = 0.0  # depth of a slow swing of the speed
    stall: tuple = (1.0, 0.1)  # lowest speed as a share, width as a share of the stripe
    step_us: int = 1  # of the timer
    latency_us: float = 0.0  # mean of an interrupt's delay
    lost: float = 0.0
    single: float = 0.0  # spurious transitions
    pair: float = 0.0
    mix: str = ""


_MIXES = {  # ips, jitter, asymmetry, hand, stall share, lost, spurious pairs
    "typical": ((6, 35), (0.02, 0.08), (0.0, 0.04), 0.3, 0.0, 0.0, 0.0),
    "worn": ((5, 45), (0.08, 0.16), (0.02, 0.10), 0.4, 0.0, 0.0, 0.0),
    "bad": ((4, 50), (0.12, 0.24), (0.04, 0.16), 0.5, 0.3, 0.0005, 0.0005),
}


def grid() -> list[Condition]:
    """Return the conditions, in the order of the reference."""
    out = [Condition(f"T2 {v} ips", 2, (v, v)) for v in (5, 10, 20, 40, 60)]
    out += [Condition(f"T1 {v} ips", 1, (v, v)) for v in (5, 10, 20, 40, 60)]
    out += [Condition(f"T3 {v} ips", 3, (v, v)) for v in (5, 20, 60)]
    for track in (2, 1):
        for a, b in ((10, 20), (10, 40), (40, 10), (5, 50)):
            out.append(Condition(f"T{track} accel {a}->{b}", track, (a, b)))
    out.append(Condition("hand depth 0.75", 2, hand=0.75))
    for share, width in ((0.25, 0.10), (0.15, 0.10), (0.25, 0.03), (0.25, 0.015)):
        out.append(Condition(f"stall to {share} width {width}", 2, stall=(share, width)))
    for track in (2, 1):
        for jitter in (0.10, 0.15, 0.20, 0.25):
            out.append(Condition(f"T{track} jitter {jitter:.2f}", track, jitter=jitter, asymmetry=0.0))
    for asymmetry in (0.05, 0.10, 0.20, 0.30):
        out.append(Condition(f"asymmetry {asymmetry:.2f}", 2, asymmetry=asymmetry))
    for step in (10, 20, 40):
        out.append(Condition(f"T1 40 ips timer {step} us", 1, (40, 40), step_us=step))
    for late in (5, 20, 50, 150):
        out.append(Condition(f"irq latency {late} us", 2, latency_us=late))
    for lost in (0.001, 0.003, 0.01):
        out.append(Condition(f"lost {lost * 100:.1f} %", 2, lost=lost))
    out.append(Condition("spurious single 0.3 %", 2, single=0.003))
    out.append(Condition("spurious pair 0.3 %", 2, pair=0.003))
    for mix in _MIXES:
        out += [Condition(f"mix {mix} T{track}", track, mix=mix) for track in (2, 1, 3)]
    return out


def _drawn(condition: Condition, rng: random.Random) -> tuple[Condition, bool]:
    """Return the condition with the values a mix draws for this swipe, and the direction."""
    reverse = rng.random() < 0.3
    if not condition.mix:
        return condition, reverse
    ips, jitter, asymmetry, hand, stall, lost, pair = _MIXES[condition.mix]
    first = math.exp(rng.uniform(math.log(ips[0]), math.log(ips[1])))
    last = math.exp(rng.uniform(math.log(ips[0]), math.log(ips[1])))
    return condition._replace(
        ips=(first, last),
        jitter=rng.uniform(*jitter),
        asymmetry=rng.uniform(*asymmetry),
        hand=rng.uniform(0, hand),
        stall=(rng.uniform(0.3, 0.6), 0.08) if rng.random() < stall else (1.0, 0.1),
        lost=lost,
        pair=pair,
    ), reverse


def swipe(condition: Condition, text: str, seed: int, model: str) -> list[int]:
    """Return the flux intervals (us) of one swipe."""
    rng = random.Random(f"{model} {condition.name} {seed}")
    drawn, reverse = _drawn(condition, rng)
    bits = stripe_bits(text, condition.track)
    times = (model_a if model == "a" else model_b)(drawn, bits, reverse, rng)
    times = _recorded(times, drawn, rng)
    return [min(max(b - a, 1), 65535) for a, b in zip(times, times[1:], strict=False)]


def _recorded(times: list[float], condition: Condition, rng: random.Random) -> list[int]:
    """Return what timer and interrupt make of the transitions, in whole microseconds."""
    if condition.latency_us:
        free, late = -1.0, []
        for time in times:
            seen = time + rng.expovariate(1 / condition.latency_us)
            free = max(seen, free + 1)
            late.append(free)
        times = late
    step = condition.step_us
    return [int(time // step) * step for time in times]


def _places(bits: list[int], reverse: bool) -> list[float]:
    out = [0.0]
    for cell, bit in enumerate(bits):
        if bit:
            out.append(cell + 0.5)
        out.append(cell + 1.0)
    return [len(bits) - x for x in reversed(out)] if reverse else out


def _speed(x: float, condition: Condition, phase: float, centre: float) -> float:
    """Return the speed of the hand at x (0..1 of the stripe)."""
    first, last = condition.ips
    speed = math.sqrt(first * first + (last * last - first * first) * x)
    if condition.hand:  # slow at both ends or in the middle, by the phase
        speed *= 1 - condition.hand * (0.5 + 0.5 * math.cos(2 * math.pi * (x + phase)))
    low, width = condition.stall
    if low < 1:
        speed *= 1 - (1 - low) * math.exp(-(((x - centre) / width) ** 2) * 2)
    return speed


def model_a(
    condition: Condition, bits: list[int], reverse: bool, rng: random.Random
) -> list[float]:
    """Transitions displaced evenly and independently, seen by a hand of smooth speed."""
    places, out = _places(bits, reverse), []
    for n, place in enumerate(places):
        shift = condition.asymmetry / 2 * (1 if n % 2 else -1)
        place += shift + rng.uniform(-condition.jitter / 2, condition.jitter / 2)
        if not rng.random() < condition.lost:
            out.append(place)
        gap = places[n + 1] - places[n] if n + 1 < len(places) else 1.0
        if rng.random() < condition.single:
            out.append(place + gap * rng.uniform(0.15, 0.85))
        if rng.random() < condition.pair:
            first = place + gap * rng.uniform(0.1, 0.6)
            out += [first, first + gap * rng.uniform(0.1, 0.3)]
    out.sort()
    return _hand_times(out, len(bits), condition, rng)


def _hand_times(
    places: list[float], cells: int, condition: Condition, rng: random.Random
) -> list[float]:
    phase, centre = rng.random(), rng.uniform(0.25, 0.75)
    steps = 2000
    clock, now = [0.0], 0.0
    for n in range(steps):
        speed = _speed((n + 0.5) / steps, condition, phase, centre)
        now += STRIPE_IN / steps / speed * 1e6
        clock.append(now)
    out = []
    for place in places:
        x = min(max(place / cells, 0.0), 1.0) * steps
        n = min(int(x), steps - 1)
        out.append(clock[n] + (clock[n + 1] - clock[n]) * (x - n))
    return out


_SAMPLES = 24  # of the head's voltage, a cell
_PULSE = 0.14  # cells, half width of a head pulse
_WALK_CELLS = 9  # the hand's speed wanders over as many cells of track 2


def model_b(
    condition: Condition, bits: list[int], reverse: bool, rng: random.Random
) -> list[float]:
    """Head voltage over the stripe, peaks picked with a threshold, then a hand that wanders."""
    places, drift = [], 0.0
    for n, place in enumerate(_places(bits, reverse)):
        # a third of the jitter wanders from transition to transition, the rest is Gaussian
        drift = 0.8 * drift + rng.gauss(0, 0.10 * condition.jitter)
        own = rng.gauss(0, 0.24 * condition.jitter)
        shift = condition.asymmetry / 2 * (1 if n % 2 else -1) * rng.uniform(0.7, 1.3)
        places.append(place + shift + drift + min(max(own, -0.5), 0.5))
    places.sort()
    peaks = _peaks(places, len(bits), condition, rng)
    return _walk_times(peaks, len(bits), condition, rng)


def _strengths(count: int, condition: Condition, rng: random.Random) -> list[float]:
    """Return the pulse heights: fading along the card, dropouts where transitions are lost."""
    swing, phase = rng.uniform(0, 0.3), rng.uniform(0, 6.3)
    out = []
    for n in range(count):
        height = 1 + swing * math.sin(phase + 12.0 * n / count) + rng.gauss(0, 0.05)
        out.append(0.05 if rng.random() < condition.lost else max(height, 0.5))
    return out


def _peaks(
    places: list[float], cells: int, condition: Condition, rng: random.Random
) -> list[float]:
    """Pick the peaks of a voltage of pulses of changing sign, and spikes where they are wished."""
    heights = _strengths(len(places), condition, rng)
    volts = [0.0] * ((cells + 2) * _SAMPLES)
    reach = int(_SAMPLES * 0.7)
    for n, place in enumerate(places):
        sign, at = (1 if n % 2 else -1) * heights[n], (place + 1) * _SAMPLES
        low = max(int(at) - reach, 0)
        for k in range(low, min(int(at) + reach, len(volts))):
            x = (k - at) / (_SAMPLES * _PULSE)
            volts[k] += sign / (1 + x * x)
    out = []
    for k in range(1, len(volts) - 1):
        v = abs(volts[k])
        if v > 0.35 and v >= abs(volts[k - 1]) and v > abs(volts[k + 1]):
            a, b = abs(volts[k - 1]), abs(volts[k + 1])
            top = k + (a - b) / (2 * (a - 2 * v + b)) if a - 2 * v + b else k
            out.append(top / _SAMPLES - 1)
    extra = []
    for n in range(len(out) - 1):
        gap = out[n + 1] - out[n]
        if rng.random() < condition.single:
            extra.append(out[n] + gap * rng.betavariate(2, 2))
        if rng.random() < condition.pair:
            first = out[n] + gap * rng.uniform(0.1, 0.75)
            extra += [first, first + gap * 0.15]
    return sorted(out + extra)


def _walk_times(
    places: list[float], cells: int, condition: Condition, rng: random.Random
) -> list[float]:
    """Time-warp by a speed in steps of short stretches, each a random factor from the profile."""
    phase, centre = rng.random(), rng.uniform(0.25, 0.75)
    knots = max(int(STRIPE_IN * BPI[2] / _WALK_CELLS), 2)
    walk = [0.0]
    for _ in range(knots):
        walk.append(0.85 * walk[-1] + rng.gauss(0, 0.04))
    edges, times, now = [], [], 0.0
    steps = 1200
    for n in range(steps + 1):
        edges.append(n / steps)
        times.append(now)
        x = n / steps
        part = x * knots
        k = min(int(part), knots - 1)
        wander = walk[k] + (walk[k + 1] - walk[k]) * (part - k)
        now += STRIPE_IN / steps / (_speed(x, condition, phase, centre) * math.exp(wander)) * 1e6
    out = []
    for place in places:
        x = min(max(place / cells, 0.0), 1.0)
        n = min(bisect_right(edges, x) - 1, steps - 1)
        out.append(times[n] + (times[n + 1] - times[n]) * (x - edges[n]) * steps)
    return out
