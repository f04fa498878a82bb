# SPDX-License-Identifier: MIT
"""Where in a recording a card passes the head, and about how fast.

A bank of filters half an octave apart measures the energy every few milliseconds. What stays the
same over the recording is noise or hum; what comes and goes is a swipe, and the band it is loudest
in tells the time of a cell to within a factor that the first look at the transitions corrects.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

HOP_S = 0.002
_LOWEST_HZ, _HIGHEST_HZ = 90.0, 16_000.0
_LONG_S, _SHORT_S = 0.04, 0.008  # windows, for the bands below and above
_SPLIT_HZ = 700.0
_BATCH = 1024  # windows at once
_QUIET_SHARE = 0.05  # of the recording, at least this much holds no card
_OVER_QUIET = 8.0  # energy over the quiet one that is a signal
_OVER_NOTHING = 1e-4  # of a band's loudest, where the recording is silent
_CONTRAST = 0.3  # a band whose quiet is so near its loudest cannot tell
_BAND_STEP = 0.5  # cost of moving one band from one look to the next
_CELL_OF_BAND = 0.55  # cells in a period of the loudest band's centre
_JOIN_S = 0.08
_LEAST_S = 0.01
_MARGIN = 6  # hops added on either side
_WEAK = 0.05  # of the energy nearby: the band says nothing there


class Stretch(NamedTuple):
    """A stretch of a recording with a card in it: its samples, and cell times (s) at knots (s)."""

    first: int
    after: int
    knots: np.ndarray
    cells: np.ndarray


class Activity(NamedTuple):
    """Energy of a recording, (bands, hops), over its quiet; where there is a signal."""

    hop: int
    centres: np.ndarray
    energy: np.ndarray
    active: np.ndarray

    def quiet_samples(self, count: int) -> np.ndarray:
        """Return which of `count` samples lie where nothing goes on."""
        mask = np.repeat(~self.active, self.hop)[:count]
        return np.pad(mask, (0, count - len(mask)))


def _band_energy(samples: np.ndarray, rate: float, hop: int, centres: np.ndarray) -> np.ndarray:
    out = np.zeros((len(centres), len(samples) // hop + 1))
    for low, high, span in ((0.0, _SPLIT_HZ, _LONG_S), (_SPLIT_HZ, np.inf, _SHORT_S)):
        rows = np.flatnonzero((centres >= low) & (centres < high))
        size = max(32, round(rate * span / 2) * 2)
        if not len(rows):
            continue
        window = np.hanning(size)
        edges = "reflect" if len(samples) > 2 * size else "edge"
        padded = np.pad(samples, (size // 2, size + hop), mode=edges)
        ratio = (np.fft.rfftfreq(size, 1 / rate) / centres[rows, None]) ** 2
        filters = (ratio * np.exp(1 - ratio)) ** 2
        filters /= filters.sum(1, keepdims=True) * (window**2).sum()
        looks = sliding_window_view(padded, size)[::hop][: out.shape[1]]
        for at in range(0, len(looks), _BATCH):
            part = looks[at : at + _BATCH]
            part = (part - part.mean(1, keepdims=True)) * window
            power = np.abs(np.fft.rfft(part, axis=1)) ** 2
            out[rows, at : at + len(part)] = filters @ power.T
    return out


def look(samples: np.ndarray, rate: float) -> Activity:
    """Return where a recording is active; one without contrast is taken as active throughout."""
    hop = max(1, round(rate * HOP_S))
    top = min(_HIGHEST_HZ, 0.45 * rate)
    centres = _LOWEST_HZ * 2 ** (np.arange(40) / 2)
    centres = centres[centres < top]
    energy = _band_energy(samples, rate, hop, centres)
    kernel = np.ones(5) / 5
    padded = np.pad(energy, ((0, 0), (2, 2)), mode="edge")
    smooth = np.stack([np.convolve(band, kernel, "valid") for band in padded])
    quiet = np.quantile(smooth, _QUIET_SHARE, axis=1, keepdims=True)
    top_energy = smooth.max(1, keepdims=True)
    threshold = np.maximum(_OVER_QUIET * quiet, _OVER_NOTHING * top_energy)
    threshold = np.maximum(threshold, 1e-7 * top_energy.max())
    threshold[_OVER_QUIET * quiet > _CONTRAST * top_energy] = np.inf
    active = (smooth > threshold).any(0)
    if not active.any():
        active[:] = True
    return Activity(hop, centres, np.maximum(smooth - quiet, 0), active)


def _runs(active: np.ndarray) -> list[tuple[int, int]]:
    """Return the stretches of activity, those near each other as one."""
    places = np.flatnonzero(active)
    cut = np.flatnonzero(np.diff(places) > _JOIN_S / HOP_S)
    starts, ends = np.r_[places[0], places[cut + 1]], np.r_[places[cut], places[-1]] + 1
    least = _LEAST_S / HOP_S
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True) if b - a >= least]


def _loudest(energy: np.ndarray) -> np.ndarray:
    """Return the loudest band of every look, on a way that does not jump."""
    level = np.log(np.maximum(energy, energy.max() * 1e-8) / energy.max())
    bands, looks = level.shape
    step = np.abs(np.arange(bands)[:, None] - np.arange(bands)) * _BAND_STEP
    back = np.zeros((looks, bands), int)
    best = level[:, 0]
    for n in range(1, looks):
        total = best - step
        back[n] = total.argmax(1)
        best = total.max(1) + level[:, n]
    out = np.zeros(looks, int)
    out[-1] = best.argmax()
    for n in range(looks - 1, 0, -1):
        out[n - 1] = back[n, out[n]]
    return out


def middle(values: np.ndarray, width: int) -> np.ndarray:
    """Return the running median over an odd `width`; the ends repeat."""
    padded = np.pad(values, width // 2, mode="edge")
    return np.median(sliding_window_view(padded, width), axis=1)


def stretches(found: Activity, count: int) -> list[Stretch]:
    """Return the stretches of `count` samples that hold a swipe."""
    out = []
    for start, end in _runs(found.active):
        start, end = max(0, start - _MARGIN), min(len(found.active), end + _MARGIN)
        energy = found.energy[:, start:end]
        if not energy.max() > 0:
            continue
        loud = energy.max(0)
        near = sliding_window_view(np.pad(loud, 25), 51).max(1)
        sure = np.flatnonzero(loud > _WEAK * near)
        cells = _CELL_OF_BAND / found.centres[_loudest(energy)][sure]
        first, after = start * found.hop, min(count, end * found.hop)
        out.append(Stretch(first, after, sure * HOP_S, middle(cells, 7)))
    return out
