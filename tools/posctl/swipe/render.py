# SPDX-License-Identifier: MIT
"""Flux -> files as other instruments write them: .wav of a head, .vcd and .csv of its edges."""

import struct
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from posctl.errors import ToolError
from posctl.swipe import limits
from posctl.swipe.fluxfile import Flux

DEFAULT_RATE_HZ = 192_000
CSV_STYLES = ("saleae", "sigrok")
BITS = (8, 16, 24, 32)
_SILENCE_US = 20_000
_BETWEEN_US = 400_000  # from one swipe to the next
_MAINS_HZ = 50
_LOUD = 0.75  # of full scale: the loudest pulse
_HALF_WIDTH = {1: 0.25, 2: 0.09, 3: 0.25}  # of a pulse at half height, in cells: 30 um
_REACH = 12  # half widths to either side that are drawn


class Sound(NamedTuple):
    """How a .wav sounds; noise (rms), hum, offset and clip are shares of the loudest pulse."""

    rate: int = DEFAULT_RATE_HZ
    bits: int = 16
    channels: int = 0  # at least; those beyond the tracks are silent
    noise: float = 0.0
    hum: float = 0.0
    offset: float = 0.0
    clip: float = 0.0  # 0: nothing is cut off
    gain: float = 1.0
    seed: int = 1


def _times(swipes: Sequence[Flux]) -> tuple[dict[int, list[list[int]]], int]:
    """Return the transitions (us) of every track, a list a swipe, and where the recording ends."""
    now = _SILENCE_US
    out: dict[int, list[list[int]]] = {n: [] for flux in swipes for n in flux if flux[n]}
    for flux in swipes:
        last = now
        for track in out:
            if flux.get(track):
                out[track].append(list(accumulate(flux[track], initial=now)))
                last = max(last, out[track][-1][-1])
        now = last + _BETWEEN_US
    return dict(sorted(out.items())), now - _BETWEEN_US + _SILENCE_US


def _pulses(times: list[int], track: int, wave: object, rate: int) -> None:
    """Add head voltage to `wave`: Lorentzian pulses of alternate sign, as high as it is fast."""
    import numpy as np

    gaps = np.maximum(1, np.diff(times))
    cells = [int(max(gaps[max(0, n - 6) : n + 6])) for n in range(len(times))]
    fastest = min(cells)
    for n, (time, cell) in enumerate(zip(times, cells, strict=True)):
        half = max(_HALF_WIDTH[track] * cell * rate / 1e6, 0.6)
        centre = time * rate / 1e6
        first = max(0, int(centre - _REACH * half))
        places = np.arange(first, min(len(wave), int(centre + _REACH * half) + 2))
        wave[places] += (-1) ** n * fastest / cell / (1 + ((places - centre) / half) ** 2)


def _packed(samples: object, bits: int) -> bytes:
    """Return samples of -1 to 1 as little-endian PCM."""
    import numpy as np

    top = (1 << (bits - 1)) - 1
    whole = np.clip(np.round(samples * top), -top - 1, top).astype("<i4")
    if bits == 8:
        return (whole + 128).astype("u1").tobytes()
    if bits == 24:
        return whole.reshape(-1, 1).view("u1")[:, :3].tobytes()
    return whole.astype(f"<i{bits // 8}").tobytes()


def write_wav(path: Path, swipes: Sequence[Flux], sound: Sound) -> None:
    """Write a channel for every track that has transitions."""
    import numpy as np

    rng = np.random.default_rng(sound.seed)
    tracks, end = _times(swipes)
    count = end * sound.rate // 1_000_000
    if count > limits.SAMPLES:
        raise ToolError(f"{path}: {count} samples, at most {limits.SAMPLES}")
    waves = np.zeros((max(len(tracks), sound.channels, 1), count))
    for wave, (track, parts) in zip(waves, tracks.items(), strict=False):
        for times in parts:
            _pulses(times, track, wave, sound.rate)
    if sound.noise:
        waves += rng.normal(0, sound.noise, waves.shape)
    waves += sound.hum * np.sin(2 * np.pi * _MAINS_HZ / sound.rate * np.arange(count))
    if sound.clip:
        waves = np.clip(waves, -sound.clip, sound.clip)
    waves = (waves + sound.offset) * sound.gain * _LOUD / (1 + sound.hum + abs(sound.offset))
    body = _packed(waves.T.ravel(), sound.bits)
    width = sound.bits // 8 * len(waves)
    form = struct.pack("<HHIIHH", 1, len(waves), sound.rate, sound.rate * width, width, sound.bits)
    riff = b"WAVE" + struct.pack("<4sI", b"fmt ", len(form)) + form
    riff += struct.pack("<4sI", b"data", len(body)) + body + b"\0" * (len(body) & 1)
    path.write_bytes(struct.pack("<4sI", b"RIFF", len(riff)) + riff)


def _edges(swipes: Sequence[Flux]) -> Iterator[tuple[int, dict[int, int]]]:
    """Yield time and the levels of all tracks, at the start, at every change and at the end."""
    tracks, end = _times(swipes)
    events = sorted((time, n) for n, parts in tracks.items() for part in parts for time in part)
    levels = dict.fromkeys(tracks, 0)
    yield 0, dict(levels)
    for k, (time, track) in enumerate(events):
        levels[track] ^= 1
        if k + 1 == len(events) or events[k + 1][0] != time:
            yield time, dict(levels)
    yield end, dict(levels)


def write_vcd(path: Path, swipes: Sequence[Flux]) -> None:
    """Write a value change dump with a line a track, in microseconds."""
    lines = ["$timescale 1 us $end", "$scope module swipe $end"]
    last: dict[int, int] = {}
    for time, levels in _edges(swipes):
        if not last:
            lines += [f"$var wire 1 {n} track{n} $end" for n in levels]
            lines += ["$upscope $end", "$enddefinitions $end"]
        lines.append(f"#{time}")
        lines += [f"{level}{n}" for n, level in levels.items() if last.get(n) != level]
        last = levels
    path.write_text("\n".join(lines) + "\n")


def write_csv(path: Path, swipes: Sequence[Flux], style: str = "saleae") -> None:
    """Write what a Saleae export looks like, a row a change, or sigrok's."""
    rows = list(_edges(swipes))
    if style == "saleae":
        lines = [",".join(["Time [s]", *(f"Track {n}" for n in rows[0][1])])]
        lines += [",".join([f"{time / 1e6:.6f}", *map(str, at.values())]) for time, at in rows]
    else:
        names = [f"T{n}" for n in rows[0][1]]
        lines = [
            "; CSV, generated by posctl swipe make",
            f"; Channels ({len(names)}/{len(names)}): {', '.join(names)}",
            "; Samplerate: 1 MHz",
            ",".join(["microseconds", *["logic"] * len(names)]),
        ]
        lines += [",".join(map(str, [time, *levels.values()])) for time, levels in rows]
    path.write_text("\n".join(lines) + "\n")
