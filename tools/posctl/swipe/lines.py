# SPDX-License-Identifier: MIT
"""What a recording is made of: lines, each the transitions of one track as far as it is known."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from posctl.swipe import extract

_PULSE_SHARE = 0.35  # of the pause: a pulse stands for a transition, not its edges
_GLITCH_SHARE = 0.1  # of a cell: no transition follows another so soon
_WINDOW = 16


class Wave(NamedTuple):
    """Samples of a line, how many a second, and the time (us) of the first."""

    samples: np.ndarray
    rate: float
    start_us: float = 0.0


class Line(NamedTuple):
    """One recorded line: times in microseconds, ascending, and other readings of the same."""

    name: str
    times: Sequence[float]
    others: tuple[Sequence[float], ...] = ()
    wave: "Wave | None" = None

    def between(self, start: float, end: float) -> "Line":
        """Return the part of the line in a piece of time."""
        parts = [
            times[bisect_left(times, start) : bisect_left(times, end)]
            for times in (self.times, *self.others)
        ]
        return Line(self.name, parts[0], tuple(parts[1:]), self.wave)


def of_wave(name: str, wave: Wave) -> Line:
    """Return the line of a sampled head."""
    times, *others = (
        (one + wave.start_us).tolist() for one in extract.transitions(wave.samples, wave.rate)
    )
    return Line(name, times, tuple(others), wave)


def of_edges(name: str, times: Sequence[float]) -> Line:
    """Return the line of a comparator or logic analyser from the times of its edges.

    Where a short pulse marks every transition its first edge counts; else every edge does, and
    another reading leaves out glitches.
    """
    if len(times) < 2 * _WINDOW:
        return Line(name, times)
    gaps = np.diff(times)
    first, second = np.median(gaps[0::2]), np.median(gaps[1::2])
    lead = list(times[0::2])
    trail = list(times[1::2])
    if min(first, second) > max(first, second) * _PULSE_SHARE:
        calm = _without_glitches(np.asarray(times))
        return Line(name, times, () if len(calm) == len(times) else (calm.tolist(),))
    pulses, others = (lead, trail) if first < second else (trail, lead)
    return Line(name, pulses, (others, list(times)))


def _without_glitches(times: np.ndarray) -> np.ndarray:
    """Leave out pairs of edges that follow each other much faster than a card can make them."""
    gaps = np.diff(times)
    padded = np.pad(gaps, _WINDOW // 2, mode="edge")
    near = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)
    short = gaps < _GLITCH_SHARE * np.sort(near, axis=1)[: len(gaps), -2]
    keep = np.ones(len(times), bool)
    n = 0
    while n < len(gaps):
        if short[n]:
            keep[n] = keep[n + 1] = False
            n += 1
        n += 1
    return times[keep]
