# SPDX-License-Identifier: MIT
"""Flux -> files as other instruments write them: .wav of a head, .vcd and .csv of its edges."""

import math
import random
import struct
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path

from posctl.swipe.fluxfile import Flux

DEFAULT_RATE_HZ = 192_000  # 44.1 kHz cannot carry track 1 beyond 30 ips
_SILENCE_US = 20_000
_MAINS_HZ = 50
_FULL = 24_000  # loudest pulse of a 16-bit sample
_PULSE_SHARE = 0.35  # half width of a pulse, as a share of the interval next to it
_REACH = 8  # half widths to either side that are drawn


def _times(intervals: list[int]) -> list[int]:
    return list(accumulate(intervals, initial=_SILENCE_US)) if intervals else []


def _pulses(times: list[int], count: int, rate: int) -> list[float]:
    """Return head voltage, 1.0 for the fastest pulse: Lorentzian, signs alternate."""
    out = [0.0] * count
    gaps = [max(1, b - a) for a, b in zip(times, times[1:], strict=False)]
    if not gaps:
        return out
    cell = [max(gaps[max(0, n - 6) : n + 6]) for n in range(len(gaps) + 1)]
    fastest = min(cell)
    for n, time in enumerate(times):
        near = min(gaps[max(0, n - 1) : n + 1])
        half = max(_PULSE_SHARE * near, 0.6e6 / rate) * rate / 1e6
        height = (-1) ** n * fastest / cell[n]
        centre = time * rate / 1e6
        first = max(0, math.ceil(centre - _REACH * half))
        for at in range(first, min(count, math.floor(centre + _REACH * half) + 1)):
            out[at] += height / (1 + ((at - centre) / half) ** 2)
    return out


def write_wav(
    path: Path,
    flux: Flux,
    rate: int = DEFAULT_RATE_HZ,
    noise: float = 0.0,
    seed: int = 1,
    hum: float = 0.0,
    offset: float = 0.0,
) -> None:
    """Write a channel for every track that has transitions.

    `noise` (rms), `hum` (mains, peak) and `offset` are shares of the loudest pulse.
    """
    rng = random.Random(seed)
    tracks = [_times(flux[n]) for n in sorted(flux) if flux[n]] or [[]]
    end = max((times[-1] for times in tracks if times), default=0) + _SILENCE_US
    count = end * rate // 1_000_000
    channels = []
    for times in tracks:
        wave = _pulses(times, count, rate)
        if noise:
            wave = [value + rng.gauss(0, noise) for value in wave]
        if hum:
            turn = math.tau * _MAINS_HZ / rate
            wave = [value + hum * math.sin(turn * n) for n, value in enumerate(wave)]
        full = _FULL / (1 + hum + abs(offset))
        channels.append(
            [max(-32768, min(32767, round((value + offset) * full))) for value in wave]
        )
    frames = [sample for frame in zip(*channels, strict=True) for sample in frame]
    body = struct.pack(f"<{len(frames)}h", *frames)
    width = 2 * len(channels)
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, len(channels), rate, rate * width, width, 16)
    riff = b"WAVE" + head + struct.pack("<4sI", b"data", len(body)) + body
    path.write_bytes(struct.pack("<4sI", b"RIFF", len(riff)) + riff)


def _edges(flux: Flux) -> Iterable[tuple[int, dict[int, int]]]:
    """Yield time and the levels of all tracks, at the start and at every change."""
    tracks = [n for n in sorted(flux) if flux[n]]
    events = sorted((time, n) for n in tracks for time in _times(flux[n]))
    levels = dict.fromkeys(tracks, 0)
    yield 0, dict(levels)
    for k, (time, track) in enumerate(events):
        levels[track] ^= 1
        if k + 1 == len(events) or events[k + 1][0] != time:
            yield time, dict(levels)


def write_vcd(path: Path, flux: Flux) -> None:
    """Write a value change dump with a line a track, in microseconds."""
    lines = ["$timescale 1 us $end", "$scope module swipe $end"]
    last: dict[int, int] = {}
    for time, levels in _edges(flux):
        if not last:
            lines += [f"$var wire 1 {n} track{n} $end" for n in levels]
            lines += ["$upscope $end", "$enddefinitions $end"]
        lines.append(f"#{time}")
        lines += [f"{level}{n}" for n, level in levels.items() if last.get(n) != level]
        last = levels
    path.write_text("\n".join(lines) + "\n")


def write_csv(path: Path, flux: Flux) -> None:
    """Write what a Saleae export looks like: a row a change, time in seconds."""
    lines = []
    for time, levels in _edges(flux):
        if not lines:
            lines.append(",".join(["Time [s]", *(f"Track {n}" for n in levels)]))
        lines.append(",".join([f"{time / 1e6:.6f}", *map(str, levels.values())]))
    path.write_text("\n".join(lines) + "\n")
