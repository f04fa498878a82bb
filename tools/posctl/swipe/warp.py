# SPDX-License-Identifier: MIT
"""A recording laid out by cells instead of by time, so that every pulse has the same width.

The head's voltage grows with the speed: it is scaled back too. Where a cell has few samples they
are first interpolated as a band-limited signal is.
"""

from typing import NamedTuple

import numpy as np

PER_CELL = 16  # points a cell
_MOST_FINER = 16
_PAD = 64


class Warped(NamedTuple):
    """Values by cells, the time (s) of each, and its cell time over the shortest."""

    values: np.ndarray
    times: np.ndarray
    cells: np.ndarray

    def time_of(self, places: np.ndarray) -> np.ndarray:
        """Return the times (s) of places between the values."""
        return np.interp(places, np.arange(len(self.times)), self.times)


def _finer(samples: np.ndarray, factor: int) -> np.ndarray:
    """Return `factor` times as many samples of the same band-limited signal."""
    if factor == 1:
        return samples
    edges = "reflect" if len(samples) > _PAD else "edge"
    padded = np.pad(samples, _PAD, mode=edges)
    size = 1 << (len(padded) - 1).bit_length()
    fade = np.linspace(padded[-1], padded[0], size - len(padded) + 2)[1:-1]
    padded = np.r_[padded, fade]
    out = np.fft.irfft(np.fft.rfft(padded), size * factor) * factor
    return out[_PAD * factor : (_PAD + len(samples)) * factor]


def by_cells(samples: np.ndarray, rate: float, knots: np.ndarray, cells: np.ndarray) -> Warped:
    """Lay samples out by the cell times (s) given at knots (s); both ends go on as they are."""
    length = len(samples) / rate
    grid = np.linspace(0, length, max(200, int(length / cells.min() * 2)))
    slow = np.exp(np.interp(grid, knots, np.log(cells)))
    phase = np.r_[0, np.cumsum((1 / slow[1:] + 1 / slow[:-1]) / 2 * np.diff(grid))]
    factor = 1
    while rate * factor * cells.min() < 2 * PER_CELL and factor < _MOST_FINER:
        factor *= 2
    fine = _finer(samples, factor)
    count = int(phase[-1] * PER_CELL)
    borders = np.interp(np.arange(count + 1) / PER_CELL, phase, grid)
    places = borders * rate * factor + 0.5  # a sample reaches half a step to either side
    sums = np.interp(places, np.arange(len(fine) + 1), np.r_[0, np.cumsum(fine)])
    values = np.diff(sums) / np.maximum(np.diff(places), 1e-9)
    times = (borders[1:] + borders[:-1]) / 2
    local = np.exp(np.interp(times, knots, np.log(cells)))
    return Warped(values * local / cells.min(), times, local)
