# SPDX-License-Identifier: MIT
"""Pulses of alternate sign in a signal laid out by cells; the shape of a pulse and its undoing."""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from posctl.swipe.warp import PER_CELL

_LEARN_CELLS = 1.5  # how far a pulse reaches
_LEARN_RIDGE = 0.02
_LEAST_GAIN = 0.02  # of a pulse's strongest frequency: weaker ones are not brought up further


def smooth(values: np.ndarray, cells: float) -> np.ndarray:
    """Return values under a Gaussian window of that deviation."""
    sigma = cells * PER_CELL
    reach = int(4 * sigma) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    padded = np.pad(values, reach, mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), "valid")


def level(values: np.ndarray, cells: int) -> np.ndarray:
    """Return values without what changes slower than the cells."""
    width = cells * PER_CELL | 1
    for _ in range(2):
        sums = np.r_[0, np.cumsum(np.pad(values, width // 2, mode="edge"))]
        values = values - (sums[width:] - sums[:-width]) / width
    return values


def envelope(values: np.ndarray, cells: int) -> np.ndarray:
    """Return the largest magnitude within `cells` to either side, in steps of a quarter cell."""
    step = PER_CELL // 4
    count = -(-len(values) // step)
    loud = np.pad(np.abs(values), (0, count * step - len(values))).reshape(count, step).max(1)
    reach = cells * PER_CELL // step
    around = sliding_window_view(np.pad(loud, reach), 2 * reach + 1).max(1)
    return np.repeat(around, step)[: len(values)]


def _turns(values: np.ndarray) -> np.ndarray:
    """Return the places where the values turn, and both ends."""
    sign = np.sign(np.diff(values))
    moving = np.flatnonzero(sign)
    if len(moving) < 2:
        return np.zeros(0, int)
    change = sign[moving[1:]] != sign[moving[:-1]]
    flat = (moving[:-1][change] + 1 + moving[1:][change]) // 2
    return np.r_[0, flat, len(values) - 1]


def find(values: np.ndarray, swing: np.ndarray) -> np.ndarray:
    """Return the places of the extremes that are `swing` apart, highs and lows in turn."""
    height, least = values.tolist(), swing.tolist()
    out: list[int] = []
    best = way = 0
    for n in _turns(values).tolist():
        rise = (height[n] - height[best]) * way
        if way == 0:
            rise = abs(height[n] - height[best])
            if rise > least[n]:
                out.append(best)
                way, best = (1 if height[n] > height[best] else -1), n
        elif rise > 0:
            best = n
        elif -rise > least[best]:
            out.append(best)
            way, best = -way, n
    if way:
        out.append(best)
    return np.array([n for n in out if 0 < n < len(height) - 1], int)


def tops(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the places of the tops of parabolas through extremes and their neighbours."""
    before, at, after = values[places - 1], values[places], values[places + 1]
    bend = before - 2 * at + after
    shift = (before - after) / (2 * np.where(bend == 0, 1, bend))
    return places + np.where(bend == 0, 0, np.clip(shift, -0.5, 0.5))


def without_weak_ends(places: np.ndarray, heights: np.ndarray, least: int) -> np.ndarray:
    """Leave out pulses before the first and after the last that is about as high as the rest."""
    first, after = 0, len(places)
    while after - first > least and heights[first] < 0.3 * np.median(heights[first + 1 :][:12]):
        first += 1
    while after - first > least:
        if heights[after - 1] >= 0.3 * np.median(heights[after - 13 : after - 1]):
            break
        after -= 1
    return places[first:after]


class Pulse(NamedTuple):
    """The shape of a pulse, the noise over its excitation, the share of the signal it explains."""

    shape: np.ndarray
    noise: float
    explained: float


def learn(values: np.ndarray, places: np.ndarray) -> Pulse:
    """Return the pulse that, put with alternate sign at the places, explains the values best."""
    reach = int(_LEARN_CELLS * PER_CELL)
    whole = np.floor(places).astype(int)
    sign = np.where(np.arange(len(places)) % 2, 1.0, -1.0)
    spikes = np.zeros(len(values) + 1)
    np.add.at(spikes, whole, sign * (whole + 1 - places))
    np.add.at(spikes, whole + 1, sign * (places - whole))
    spikes = spikes[:-1]
    size = 1 << (len(values) + 4 * reach).bit_length()
    given, seen = np.fft.rfft(spikes, size), np.fft.rfft(values, size)
    own = np.fft.irfft(given * given.conj(), size)
    cross = np.fft.irfft(seen * given.conj(), size)
    taps = np.arange(-reach, reach + 1)
    matrix = own[np.abs(taps[:, None] - taps)]
    matrix[np.diag_indices(len(taps))] += _LEARN_RIDGE * own[0]
    pulse = np.linalg.solve(matrix, cross[taps])
    left = values - np.convolve(spikes, pulse, "same")
    inner = slice(max(0, int(places[0]) - PER_CELL), int(places[-1]) + PER_CELL)
    noise = float(left[inner].var())
    return Pulse(
        pulse,
        noise / max(float((spikes[inner] ** 2).mean()), 1e-9),
        1 - noise / max(float(values[inner].var()), 1e-12),
    )


def undo(values: np.ndarray, learned: Pulse, cells: float) -> np.ndarray:
    """Return the values as if every pulse were a Gaussian of that deviation (Wiener filter)."""
    pulse = learned.shape
    reach = len(pulse) // 2
    size = 1 << (len(values) + 4 * reach).bit_length()
    centred = np.zeros(size)
    centred[: reach + 1], centred[-reach:] = pulse[reach:], pulse[:reach]
    shape = np.fft.rfft(centred)
    power = np.abs(shape) ** 2
    wanted = np.exp(-0.5 * (2 * np.pi * np.fft.rfftfreq(size) * cells * PER_CELL) ** 2)
    gain = wanted * shape.conj() / (power + max(learned.noise, _LEAST_GAIN * power.max()))
    return np.fft.irfft(np.fft.rfft(values, size) * gain, size)[: len(values)]
