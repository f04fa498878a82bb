# SPDX-License-Identifier: MIT
"""Synthetic swipes: text -> stripe bits (ISO/IEC 7811-2) -> flux intervals in microseconds.

The stripe is 3.375 in long, the start sentinel begins 0.293 in from its edge, zeros fill the
rest. The hand moves with constant acceleration between the speeds of a profile. Jitter J moves
every transition by at most J/2 of a cell either way, so that one interval changes by at most J;
asymmetry A makes intervals longer and shorter in turn by A of a cell. One seed gives one swipe.
"""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from posctl.errors import ToolError

STRIPE_IN = 3.375
START_IN = 0.293  # card edge to the first bit of the start sentinel
BPI = {1: 210, 2: 75, 3: 210}
MAX_CHARS = {1: 79, 2: 40, 3: 107}  # sentinels and LRC included
MIN_IPS, MAX_IPS = 0.5, 200.0
MAX_KNOTS = 100  # of a speed profile
_US_PER_S = 1_000_000
_STEPS = 2000  # of a stripe, when the hand swings or stops
_STOP_WIDTH = 0.1  # of the stripe

Speed = float | str | Sequence[float]


def check_text(text: str, track: int) -> str:
    """Return `text` when the track can carry it; it must have its sentinels and no LRC."""
    if track not in BPI:
        raise ToolError(f"there is no track {track}: use 1, 2 or 3")
    low, high, start = (0x20, 0x5F, "%") if track == 1 else (0x30, 0x3F, ";")
    for position, char in enumerate(text):
        if not low <= ord(char) <= high:
            raise ToolError(f"track {track}: character {position} cannot be written on it")
    if len(text) < 3 or text[0] != start or text[-1] != "?" or "?" in text[:-1]:
        raise ToolError(f"track {track}: text must start with {start} and end with its only ?")
    if len(text) + 1 > MAX_CHARS[track]:
        raise ToolError(f"track {track}: {len(text)} characters, at most {MAX_CHARS[track] - 1}")
    return text


def bits_of(text: str, track: int) -> list[int]:
    """Return the bits of a text with its LRC: least significant first, odd parity last."""
    width, offset = (6, 0x20) if track == 1 else (4, 0x30)
    codes = [ord(char) - offset for char in check_text(text, track)]
    lrc = 0
    for code in codes:
        lrc ^= code
    bits = []
    for code in [*codes, lrc]:
        char = [code >> n & 1 for n in range(width)]
        bits += [*char, 1 - sum(char) % 2]
    return bits


def stripe_bits(text: str, track: int) -> list[int]:
    """Return every bit of the stripe: leading zeros, text, LRC, zeros to the far edge."""
    bits = bits_of(text, track)
    cells = int(STRIPE_IN * BPI[track])
    lead = min(round(START_IN * BPI[track]), cells - len(bits) - 8)
    return [0] * lead + bits + [0] * (cells - lead - len(bits))


def speeds(ips: Speed) -> list[float]:
    """Return the knots of a speed profile: 20, "10:40" or [10, 40], in inches per second."""
    if isinstance(ips, (int, float)):
        knots = [float(ips)]
    elif isinstance(ips, str):
        try:
            knots = [float(part) for part in ips.split(":")]
        except ValueError:
            raise ToolError(f"speed {ips!r}: want a number or numbers like 10:40") from None
    else:
        knots = [float(part) for part in ips]
    if not 1 <= len(knots) <= MAX_KNOTS:
        raise ToolError(f"speed profile of {len(knots)} numbers: want 1 to {MAX_KNOTS}")
    for knot in knots:
        if not MIN_IPS <= knot <= MAX_IPS:
            raise ToolError(f"speed {knot:g} ips is outside {MIN_IPS:g} to {MAX_IPS:g}")
    return knots


def time_at(x: float, knots: Sequence[float]) -> float:
    """Return seconds from the edge to `x` (0..1 of the stripe), accelerating evenly."""
    if len(knots) == 1:
        return x * STRIPE_IN / knots[0]
    share = 1.0 / (len(knots) - 1)
    total = 0.0
    for n in range(len(knots) - 1):
        part = x - n * share
        if n < len(knots) - 2:
            part = min(part, share)
        v0, v1 = knots[n], knots[n + 1]
        v = max(v0 * v0 + (v1 * v1 - v0 * v0) * part / share, v0 * v0 / 16) ** 0.5
        total += 2 * part * STRIPE_IN / (v0 + v)
        if x <= (n + 1) * share:
            break
    return total


class Hand(NamedTuple):
    """How a hand moves: knots of speed, depth of a slow swing, share of it where it sticks."""

    knots: Sequence[float]
    swing: float = 0.0
    stop: float = 1.0
    seed: int = 1

    def clock(self) -> Callable[[float], float]:
        """Return the function from place (0..1 of the stripe) to seconds."""
        if not self.swing and self.stop == 1.0:
            return lambda x: time_at(x, self.knots)
        rng = random.Random(f"hand {self.seed}")
        phase, centre = rng.random(), rng.uniform(0.25, 0.75)
        times, before = [0.0], 0.0
        for n in range(_STEPS):
            x = (n + 0.5) / _STEPS
            pace = 1 - self.swing * (0.5 + 0.5 * math.cos(math.tau * (x + phase)))
            pace *= 1 - (1 - self.stop) * math.exp(-2 * ((x - centre) / _STOP_WIDTH) ** 2)
            now = time_at((n + 1) / _STEPS, self.knots)
            times.append(times[-1] + (now - before) / pace)
            before = now

        def clock(x: float) -> float:
            n = min(max(int(x * _STEPS), 0), _STEPS - 1)
            return times[n] + (x * _STEPS - n) * (times[n + 1] - times[n])

        return clock


def positions(bits: Sequence[int], reverse: bool) -> list[float]:
    """Return cell borders and mid-cell transitions, in cells, in the order the head meets them."""
    out = [0.0]
    for cell, bit in enumerate(bits):
        if bit:
            out.append(cell + 0.5)
        out.append(cell + 1.0)
    return [len(bits) - x for x in reversed(out)] if reverse else out


def _damage(places: list[float], rng: random.Random, lost: float, spurious: float) -> list[float]:
    """Drop transitions and add false ones, each place with its own probability."""
    out = []
    for n, place in enumerate(places):
        if not rng.random() < lost:
            out.append(place)
        if rng.random() < spurious and n + 1 < len(places):
            out.append(place + (places[n + 1] - place) * rng.uniform(0.15, 0.85))
    return out


def flux_of_bits(
    bits: Sequence[int],
    ips: Speed = 20,
    reverse: bool = False,
    jitter: float = 0.05,
    seed: int = 1,
    asymmetry: float = 0.0,
    lost: float = 0.0,
    spurious: float = 0.0,
    hand: float = 0.0,
    stall: float = 1.0,
) -> list[int]:
    """Return the intervals (us) that a head delivers for a stripe that carries exactly `bits`."""
    rng = random.Random(seed)
    clock = Hand(speeds(ips), hand, stall, seed // 4).clock()
    times = []
    for n, place in enumerate(positions(bits, reverse)):
        shift = asymmetry / 2 if n % 2 else -asymmetry / 2
        times.append(place + shift + rng.uniform(-jitter / 2, jitter / 2))
    times = sorted(_damage(times, rng, lost, spurious)) if lost or spurious else sorted(times)
    ticks = [round(_US_PER_S * clock(place / len(bits))) for place in times]
    return [max(1, b - a) for a, b in zip(ticks, ticks[1:], strict=False)]


def flux(
    text: str,
    track: int,
    ips: Speed = 20,
    reverse: bool = False,
    jitter: float = 0.05,
    seed: int = 1,
    asymmetry: float = 0.0,
    accel: float | None = None,
    lost: float = 0.0,
    spurious: float = 0.0,
    hand: float = 0.0,
    stall: float = 1.0,
) -> list[int]:
    """Return the intervals (us) of one track; `accel` is the last speed, `ips` then the first.

    `hand` is the depth of a slow swing of the speed, `stall` the least share of it where the
    finger sticks; the three tracks of a seed (card_flux) share one hand.
    """
    profile = [*speeds(ips), accel] if accel is not None else ips
    bits = stripe_bits(text, track)
    return flux_of_bits(
        bits, profile, reverse, jitter, seed, asymmetry, lost, spurious, hand, stall
    )


def card_flux(
    tracks: Mapping[str | int, str | None],
    ips: Speed = 20,
    reverse: bool = False,
    jitter: float = 0.05,
    seed: int = 1,
    **faults: float,
) -> dict[str, list[int]]:
    """Return {"1": [us, ...], ...}; a track that is None or not given has no transitions."""
    out: dict[str, list[int]] = {"1": [], "2": [], "3": []}
    for key, text in tracks.items():
        if str(key) not in out:
            raise ToolError(f"there is no track {key}: use 1, 2 or 3")
        if text:
            track_seed = seed * 4 + int(key)
            out[str(key)] = flux(text, int(key), ips, reverse, jitter, track_seed, **faults)
    return out
