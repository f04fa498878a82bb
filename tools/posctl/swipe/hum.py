# SPDX-License-Identifier: MIT
"""Mains hum and offset out of a recording, without touching the pulses.

A sine of 50 or 60 Hz and its overtones are fitted, mostly to where no card passes, and subtracted.
"""

import numpy as np

_MAINS_HZ = (50.0, 60.0)
_REACH_HZ = 0.6  # how far the mains may be off
_OVERTONES = 5
_ENOUGH_S = 0.015  # of quiet, to trust the overtones to
_FIT_RATE = 2000
_RIDGE = 1e-6
_LEAST_WEIGHT = 1e-3  # of a sample where a card passes
_WORTH = 0.8  # of the variance left: there is no hum


def _waves(hertz: float, times: np.ndarray, overtones: int) -> np.ndarray:
    turn = 2 * np.pi * hertz * times
    parts = [np.ones_like(times)]
    for n in range(1, overtones + 1):
        parts += [np.sin(n * turn), np.cos(n * turn)]
    return np.stack(parts, 1)


class _Fit:
    """A weighted fit of hum to a thinned recording."""

    def __init__(self, values: np.ndarray, rate: float) -> None:
        self.values = values
        self.times = np.arange(len(values)) / rate
        self.weights = np.ones(len(values))

    def solve(self, hertz: float, overtones: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the amplitudes and what is left."""
        waves = _waves(hertz, self.times, overtones)
        heavy = waves * self.weights[:, None]
        ridge = _RIDGE * self.weights.sum() * np.eye(waves.shape[1])
        found = np.linalg.solve(waves.T @ heavy + ridge, heavy.T @ self.values)
        return found, self.values - waves @ found

    def search(self, candidates: np.ndarray, overtones: int) -> float:
        """Return the frequency that leaves least."""
        left = [(self.weights * self.solve(f, overtones)[1] ** 2).sum() for f in candidates]
        return float(candidates[int(np.argmin(left))])

    def prefer(self, quiet: np.ndarray, left: np.ndarray) -> None:
        """Weigh the places where a card passes by how much louder they are."""
        if quiet.all():
            return
        share = left[quiet].var() / max(left[~quiet].var(), 1e-12)
        self.weights = np.where(quiet, 1.0, min(1.0, max(_LEAST_WEIGHT, share)))

    def is_hum(self, left: np.ndarray) -> bool:
        """Tell whether the fit took away so much that there was hum."""
        mean = np.average(self.values, weights=self.weights)
        whole = (self.weights * (self.values - mean) ** 2).sum()
        return (self.weights * left**2).sum() <= _WORTH * whole


def _around(base: float, step: float) -> np.ndarray:
    return np.arange(base - _REACH_HZ, base + _REACH_HZ + step / 2, step)


def remove(samples: np.ndarray, rate: float, quiet: np.ndarray) -> np.ndarray:
    """Return the samples without offset and hum; `quiet` tells where no card passes."""
    thin = max(1, int(rate // _FIT_RATE))
    count = len(samples) // thin
    if count < 40:
        return samples - np.median(samples)
    fit = _Fit(samples[: count * thin].reshape(count, thin).mean(1), rate / thin)
    calm = quiet[: count * thin].reshape(count, thin).all(1)
    step = max(0.02, 0.06 * rate / thin / count)
    overtones = 1
    hertz = fit.search(np.concatenate([_around(base, step) for base in _MAINS_HZ]), 1)
    found, left = fit.solve(hertz, 1)
    if calm.sum() > _ENOUGH_S * rate / thin:
        overtones = _OVERTONES
        base = min(_MAINS_HZ, key=lambda one: abs(one - hertz))
        for _ in range(2):
            fit.prefer(calm, left)
            hertz = fit.search(_around(base, step), 3)
            hertz = fit.search(hertz + np.linspace(-step, step, 9), 3)
            found, left = fit.solve(hertz, overtones)
    if not fit.is_hum(left):
        return samples - np.median(samples)
    for n in range(1, overtones + 1):  # thinning took a little of each overtone
        turn = np.pi * n * hertz / rate
        found[2 * n - 1 : 2 * n + 1] *= thin * np.sin(turn) / np.sin(turn * thin)
    times = (np.arange(len(samples)) - (thin - 1) / 2) / rate
    return samples - _waves(hertz, times, overtones) @ found
