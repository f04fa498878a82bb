# SPDX-License-Identifier: MIT
"""Samples of a bare head -> transitions, in several ways: which one is right the decoder tells.

Every transition of the stripe is a pulse, and pulses alternate in sign. After offset and hum are
gone and the swipes are found, each is laid out by cells, pulses are found by how far they swing,
and that again gives the cells. Then the shape of the pulses is learned from the recording itself
and undone, so that neither the head nor noise nor what the recorder filtered away needs setting.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from posctl.swipe import activity, hum, pulses, warp

_ROUNDS = 3  # from cells to transitions and back
_SLOW_CELLS = 4  # what changes over so many cells is no pulse
_MIN_PULSES = 16
_LEAST_EXPLAINED = 0.6  # of a signal by alternate pulses: less is noise
_HUM_ROUNDS = 3  # each knows better where no card passes
_SWING = 0.75  # of what the signal does nearby, between two extremes
_OVER_NOISE = 9.0  # deviations: what a swing may be less, where there is little noise
_NEVER_UNDER = 6.0
_NEVER_BELOW = 0.02  # of the loudest sample
_FAR_SHARE = 0.5  # what counts of the signal some 20 cells away
_GAUSS_WIDTH = 3.54  # deviations: samples a Gaussian window averages
_EDGE_CELLS = 1.5  # undone pulses before the first and after the last
_UNDO = 0.10  # cells, deviation of an undone pulse
_CELL_WINDOW = 16  # intervals, the widest but one of which is a cell: no text has 8 ones in a row
_SQUARE = 0.8  # of the samples far from zero: a comparator was recorded, no head
_ENOUGH_HZ = 200_000  # more samples a second tell nothing more
_HYSTERESIS = 0.2  # of the swing of a square signal


class _Look(NamedTuple):
    """How to look for pulses: least share of the swing nearby, smoothing in cells."""

    swing: float
    smoothing: float
    learned: bool  # undo the pulse shape


_LOOKS = (_Look(0.25, 0.12, True), _Look(0.75, 0.12, True), _Look(0.5, 0.04, False))


def _cells(times: np.ndarray) -> np.ndarray:
    """Return the cell time (s) around every transition."""
    gaps = np.diff(times)
    padded = np.pad(gaps, _CELL_WINDOW // 2, mode="reflect")
    wide = np.sort(sliding_window_view(padded, _CELL_WINDOW), axis=1)[:, -2]
    return activity.middle(wide[: len(times)], 9)


class _Signal(NamedTuple):
    samples: np.ndarray
    rate: float
    noise: float  # deviation of a sample
    peak: float


def _swing(values: np.ndarray, laid: warp.Warped, signal: _Signal, look: _Look) -> np.ndarray:
    """Return how far two extremes must be apart, for every value."""
    scale = laid.cells / laid.cells.min()
    averaged = np.maximum(1, _GAUSS_WIDTH * look.smoothing * signal.rate * laid.cells)
    noise = scale * signal.noise / np.sqrt(averaged)
    near = pulses.envelope(values, 3)
    near = np.maximum(near, _FAR_SHARE * pulses.envelope(values, 20))
    out = np.clip(_OVER_NOISE * noise, look.swing * near, _SWING * near)
    return np.maximum(out, np.maximum(_NEVER_UNDER * noise, _NEVER_BELOW * signal.peak * scale))


def _learned(laid: warp.Warped, found: np.ndarray, places: np.ndarray, heights: np.ndarray):
    """Return better places, from the pulse shape that those found so far teach."""
    usual = np.maximum(activity.middle(heights, 15), 1e-12)
    scale = np.exp(np.interp(np.arange(len(found)), places, np.log(usual)))
    even = found / scale
    for _ in range(2):
        pulse = pulses.learn(even, places)
        if pulse.explained < _LEAST_EXPLAINED:
            return places[:0]
        sharp = pulses.undo(even, pulse, _UNDO)
        sharp /= max(np.median(np.abs(np.interp(places, np.arange(len(sharp)), sharp))), 1e-9)
        better = pulses.find(sharp, np.full(len(sharp), _SWING))
        margin = _EDGE_CELLS * warp.PER_CELL
        better = better[(better > places[0] - margin) & (better < places[-1] + margin)]
        if len(better) < _MIN_PULSES:
            break
        places = pulses.tops(sharp, better)
    return places


def _transitions(signal: _Signal, knots: np.ndarray, cells: np.ndarray, look: _Look) -> np.ndarray:
    """Return the times (s) of one stretch of a recording."""
    times = np.zeros(0)
    for _ in range(_ROUNDS):
        laid = warp.by_cells(signal.samples, signal.rate, knots, cells)
        flat = pulses.level(laid.values, _SLOW_CELLS)
        values = pulses.smooth(flat, look.smoothing)
        whole = pulses.find(values, _swing(values, laid, signal, look))
        whole = pulses.without_weak_ends(whole, np.abs(values[whole]), _MIN_PULSES)
        places = pulses.tops(values, whole)
        times = laid.time_of(places)
        if len(times) < _MIN_PULSES:
            return times
        knots, cells = times, _cells(times)
    if not look.learned:
        return times
    return laid.time_of(_learned(laid, flat, places, np.abs(values[whole])))


def _is_square(samples: np.ndarray) -> bool:
    """Tell whether the signal rests at two levels, as a comparator's does."""
    low, high = np.quantile(samples, [0.02, 0.98])
    return bool(np.mean(np.abs(samples - (low + high) / 2) > (high - low) / 4) > _SQUARE)


def _crossings(samples: np.ndarray, rate: float) -> np.ndarray:
    """Return the times (s) at which a signal goes from one level to the other."""
    low, high = np.quantile(samples, [0.02, 0.98])
    middle, band = (low + high) / 2, (high - low) * _HYSTERESIS / 2
    state = np.where(samples > middle + band, 1, np.where(samples < middle - band, -1, 0))
    sure = np.flatnonzero(state)
    turns = np.flatnonzero(np.diff(state[sure]))
    before, after = sure[turns], sure[turns + 1]
    share = (middle - samples[before]) / (samples[after] - samples[before])
    return (before + share * (after - before)) / rate


def _without_hum(samples: np.ndarray, rate: float) -> tuple[np.ndarray, activity.Activity]:
    clean = samples - np.median(samples)
    found = activity.look(clean, rate)
    for _ in range(_HUM_ROUNDS):
        clean = hum.remove(samples, rate, found.quiet_samples(len(samples)))
        found = activity.look(clean, rate)
    return clean, found


def _noise(clean: np.ndarray, quiet: np.ndarray) -> float:
    part = clean[quiet]
    if len(part) < 200:
        return 0.0
    return float(np.std(part - np.convolve(part, np.ones(9) / 9, "same"))) * 1.05


def transitions(samples: Sequence[float], rate: float) -> list[np.ndarray]:
    """Return the times (us) of the transitions of one channel, in several readings, best first."""
    raw = np.asarray(samples, float)
    thin = int(rate // _ENOUGH_HZ)
    if thin > 1:
        raw = raw[: len(raw) // thin * thin].reshape(-1, thin).mean(1)
        return [t + (thin - 1) * 5e5 / rate for t in transitions(raw, rate / thin)]
    if not len(raw) or raw.max() == raw.min():
        return [np.zeros(0)]
    clean, found = _without_hum(raw, rate)
    noise = _noise(clean, found.quiet_samples(len(raw)))
    readings: dict[int, list[np.ndarray]] = {}
    for part in activity.stretches(found, len(raw)):
        piece = clean[part.first : part.after]
        signal = _Signal(piece, rate, noise, float(np.abs(piece).max()))
        several = [_transitions(signal, part.knots, part.cells, look) for look in _LOOKS]
        if _is_square(piece):
            edges = _Signal(
                np.gradient(piece), rate, noise, float(np.abs(np.gradient(piece)).max())
            )
            several.insert(0, _crossings(piece, rate))
            several.append(_transitions(edges, part.knots, part.cells, _LOOKS[1]))
        elif not len(several[0]) and not len(several[1]):
            continue
        for n, times in enumerate(several):
            readings.setdefault(n, []).append(times + part.first / rate)
    return [np.concatenate(parts) * 1e6 for parts in readings.values()] or [np.zeros(0)]
