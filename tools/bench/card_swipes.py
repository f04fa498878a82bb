# SPDX-License-Identifier: MIT
"""Swipes for the card bench, from two synthesisers that share only the stripe's bits.

Model a displaces transitions evenly and independently and moves a smooth hand over them. Model b
(card_head.py) is built another way on purpose. What holds for one only is an artefact of it.
"""

import math
import random

from bench import card_head
from bench.card_grid import Condition, drawn
from bench.card_texts import text
from posctl.swipe.synth import STRIPE_IN, positions, stripe_bits

_STEPS = 2000  # of the stripe, at each of which the hand has a speed
_LONGEST_US = 65535  # what a recorder's 16-bit interval holds


def written(condition: Condition, seed: int, model: str) -> str:
    """Return the text of a swipe, another one for every condition, seed and synthesiser."""
    return text(condition.track, f"{model} {condition.name} {seed}", condition.texts)


def swipe(condition: Condition, track_text: str, seed: int, model: str) -> list[int]:
    """Return the flux intervals (us) of one swipe; the same for the same arguments."""
    rng = random.Random(f"{model} {condition.name} {seed}")
    values, reverse = drawn(condition, rng)
    bits = stripe_bits(track_text, condition.track)
    places = positions(bits, reverse)
    stall = _stall_place(bits, reverse, rng)
    if model == "a":
        found = displaced(places, values, rng)
        times = _hand_times(found, len(bits), values, stall, rng)
    else:
        times = card_head.times(places, len(bits), values, stall, rng)
    ticks = _recorded(times, values, rng)
    return [min(max(b - a, 1), _LONGEST_US) for a, b in zip(ticks, ticks[1:], strict=False)]


def _stall_place(bits: list[int], reverse: bool, rng: random.Random) -> float:
    """Return where on the stripe (0..1) a finger sticks: in the middle part of the text."""
    first, last = bits.index(1), len(bits) - bits[::-1].index(1)
    place = (first + (last - first) * rng.uniform(0.25, 0.75)) / len(bits)
    return 1 - place if reverse else place


def displaced(places: list[float], values: Condition, rng: random.Random) -> list[float]:
    """Return the places with jitter, polarity asymmetry, losses and false transitions."""
    out = []
    half, shift = values.jitter / 2, values.asymmetry / 2
    for n, place in enumerate(places):
        shift = -shift
        if not rng.random() < values.lost:
            out.append(place + shift + rng.uniform(-half, half))
        gap = places[n + 1] - place if n + 1 < len(places) else 1.0
        if rng.random() < values.single:
            out.append(place + gap * rng.uniform(0.15, 0.85))
        if rng.random() < values.pair:
            first = place + gap * rng.uniform(0.1, 0.6)
            out += [first, first + gap * rng.uniform(0.1, 0.3)]
    out.sort()
    return out


def _hand_times(
    places: list[float], cells: int, values: Condition, stall: float, rng: random.Random
) -> list[float]:
    phase, clock, now = rng.random(), [0.0], 0.0
    for n in range(_STEPS):
        now += STRIPE_IN / _STEPS / _speed((n + 0.5) / _STEPS, values, phase, stall) * 1e6
        clock.append(now)
    return card_head.read_off(clock, places, cells)


def _speed(x: float, values: Condition, phase: float, stall: float) -> float:
    """Return the speed of the hand at x (0..1 of the stripe)."""
    first, last = values.ips
    speed = math.sqrt(first * first + (last * last - first * first) * x)
    if values.hand:  # slow at both ends or in the middle, by the phase
        speed *= 1 - values.hand * (0.5 + 0.5 * math.cos(2 * math.pi * (x + phase)))
    low, width = values.stall
    if low < 1:
        speed *= 1 - (1 - low) * math.exp(-2 * ((x - stall) / width) ** 2)
    return speed


def _recorded(times: list[float], values: Condition, rng: random.Random) -> list[int]:
    """Return what timer and interrupt make of the transitions, in whole microseconds."""
    if values.latency_us:
        free, late = -1.0, []
        for time in times:
            free = max(time + rng.expovariate(1 / values.latency_us), free + 1)
            late.append(free)
        times = late
    step = values.step_us
    return [int(time // step) * step for time in times]
