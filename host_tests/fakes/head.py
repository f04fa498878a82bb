# SPDX-License-Identifier: MIT
"""What a recorder hears of a card at a bare head. CPython only; shares no code with the tools.

Transitions lie along the stripe, displaced by jitter and asymmetry; a hand moves over them; each
is a Lorentzian pulse of a fixed width along the stripe, as high as it is fast, of alternate sign.
Noise, hum, offset and clip are measured against the loudest pulse.
"""

import math
import random
from typing import NamedTuple

import numpy as np

from fakes.stripe_text import BPI, bits_of, some_text

_STRIPE_IN = 3.375
_STEPS = 4000
_SILENCE_S = 0.05
_MIXES = {  # ips, jitter, asymmetry, swing, chance of a stop, spurious pairs and lost
    "typical": ((6, 35), (0.02, 0.08), (0.0, 0.04), 0.3, 0.0, 0.0),
    "worn": ((5, 45), (0.08, 0.16), (0.02, 0.10), 0.4, 0.0, 0.0),
    "bad": ((4, 50), (0.12, 0.24), (0.04, 0.16), 0.5, 0.3, 0.0005),
}


class Case(NamedTuple):
    """One kind of recording; speeds in ips, jitter and asymmetry in cells, pulse width in um."""

    track: int = 2
    rate: int = 44_100
    ips: tuple = (20, 20)
    jitter: float = 0.05
    asymmetry: float = 0.02
    swing: float = 0.0
    stop: tuple = (1.0, 0.1)
    snr_db: float = 50.0
    lost: float = 0.0
    single: float = 0.0
    pair: float = 0.0
    reverse: bool = False
    mix: str = ""
    width_um: float = 60.0
    hum: float = 0.0
    offset: float = 0.0
    clip: float = 0.0
    gain: float = 20_000.0  # steps of a 16-bit sample


class Heard(NamedTuple):
    """Samples, and the truth: the text, the time (us) of every transition, its cell time (us)."""

    samples: np.ndarray
    text: str
    times: np.ndarray
    cells: np.ndarray


def _drawn(case: Case, rng: random.Random) -> Case:
    if not case.mix:
        return case
    ips, jitter, asymmetry, swing, stop, pair = _MIXES[case.mix]
    first = math.exp(rng.uniform(math.log(ips[0]), math.log(ips[1])))
    return case._replace(
        ips=(first, min(max(first * rng.uniform(0.5, 2.0), ips[0]), ips[1])),
        jitter=rng.uniform(*jitter),
        asymmetry=rng.uniform(*asymmetry),
        swing=rng.uniform(0, swing),
        stop=(rng.uniform(0.3, 0.6), 0.08) if rng.random() < stop else (1.0, 0.1),
        pair=pair,
        lost=pair,
        reverse=rng.random() < 0.3,
    )


def _places(bits: list, case: Case, rng: random.Random) -> np.ndarray:
    clean = [0.0]
    for n, bit in enumerate(bits):
        clean += [n + 0.5, n + 1.0] if bit else [n + 1.0]
    if case.reverse:
        clean = [len(bits) - place for place in reversed(clean)]
    out = []
    for n, place in enumerate(clean):
        gap = clean[n + 1] - place if n + 1 < len(clean) else 1.0
        place += case.asymmetry / 2 * (1 if n % 2 else -1)
        place += rng.uniform(-case.jitter / 2, case.jitter / 2)
        if not rng.random() < case.lost:
            out.append(place)
        if rng.random() < case.single:
            out.append(place + gap * rng.uniform(0.15, 0.85))
        if rng.random() < case.pair:
            first = place + gap * rng.uniform(0.1, 0.6)
            out += [first, first + gap * rng.uniform(0.1, 0.3)]
    return np.clip(np.sort(out) / len(bits), 0, 1)


def _speed(case: Case, rng: random.Random) -> np.ndarray:
    x = np.linspace(0, 1, _STEPS + 1)
    first, last = case.ips
    speed = np.sqrt(first**2 + (last**2 - first**2) * x)
    speed *= 1 - case.swing * (0.5 + 0.5 * np.cos(2 * np.pi * (x + rng.random())))
    low, width = case.stop
    return speed * (1 - (1 - low) * np.exp(-2 * ((x - rng.uniform(0.25, 0.75)) / width) ** 2))


def _pulses(times: np.ndarray, speeds: np.ndarray, count: int, case: Case) -> np.ndarray:
    out = np.zeros(count)
    for n, (time, speed) in enumerate(zip(times, speeds, strict=True)):
        half = case.width_um * 1e-6 / 0.0254 / speed / 2 * case.rate
        centre, reach = time * case.rate, int(25 * half) + 2
        at = np.arange(max(0, int(centre) - reach), min(count, int(centre) + reach))
        out[at] += (-1) ** n * speed / (1 + ((at - centre) / half) ** 2)
    return out / np.abs(out).max()


def hear(case: Case, seed: int) -> Heard:
    """Return one swipe, the same for the same seed."""
    rng = random.Random("%r %d" % (case, seed))
    noise = np.random.default_rng(rng.getrandbits(32))
    text = some_text(case.track, rng)
    case = _drawn(case, rng)
    places = _places(bits_of(text, case.track), case, rng)
    speed = _speed(case, rng)
    clock = np.r_[0, np.cumsum(_STRIPE_IN / _STEPS * 2 / (speed[1:] + speed[:-1]))]
    x = np.linspace(0, 1, _STEPS + 1)
    times = np.interp(places, x, clock) + _SILENCE_S
    speeds = np.interp(places, x, speed)
    count = int((clock[-1] + 2 * _SILENCE_S) * case.rate)
    wave = _pulses(times, speeds, count, case)
    wave += noise.normal(0, 10 ** (-case.snr_db / 20), count)
    turn = 2 * np.pi * 50.03 / case.rate * np.arange(count)
    wave += case.hum * (np.sin(turn + 1) + 0.2 * np.sin(3 * turn + 2)) + case.offset
    if case.clip:
        wave = np.clip(wave, -case.clip, case.clip)
    samples = np.clip(np.round(wave * case.gain), -32768, 32767)
    return Heard(samples, text, times * 1e6, 1e6 / (BPI[case.track] * speeds))


def compare(heard: Heard, found: np.ndarray) -> tuple:
    """Return transitions missed, those too many, and the rms error of the others in cells."""
    used, errors = set(), []
    for time, cell in zip(heard.times, heard.cells, strict=True):
        n = int(np.searchsorted(found, time))
        near = [k for k in (n - 1, n) if 0 <= k < len(found) and k not in used]
        near = [k for k in near if abs(found[k] - time) < 0.24 * cell]
        if near:
            best = min(near, key=lambda k: abs(found[k] - time))
            used.add(best)
            errors.append((found[best] - time) / cell)
    rms = float(np.std(errors)) if errors else 1.0
    return len(heard.times) - len(used), len(found) - len(used), rms
