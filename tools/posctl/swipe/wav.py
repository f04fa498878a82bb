# SPDX-License-Identifier: MIT
""".wav recordings of a bare head: PCM -> peaks -> transitions.

Each transition of the stripe is a pulse, and pulses alternate in sign. Hum and offset go with a
moving mean as wide as a slow cell; a pulse counts when the signal swings from one extreme to the
other by most of what it does nearby, so neither level, speed nor noise needs setting.
"""

import struct
import sys
from array import array
from collections import deque
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from posctl.errors import ToolError
from posctl.swipe import limits
from posctl.swipe.signals import Line

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_WIDTHS = {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64)}
_FLOAT_MAX = 1e6
_BASELINE_S = 0.005  # window of the moving mean: a cell of track 2 at 3 ips
_ENVELOPE_S = 0.004  # how far around a sample its neighbours set the threshold
_SWING = 0.75  # of the envelope, between two extremes
_GATE = 0.03  # of the loudest sample: below is silence
_QUIET_BLOCK_S = 0.002
_NOISE_MARGIN = 4  # over the loudest noise of a quiet block
_SMOOTH_SHARE = 8  # smooth over this part of a typical interval


def _chunks(data: bytes, path: Path) -> dict[bytes, tuple[int, int]]:
    """Return {id: (offset, length)}; a data chunk that is cut short ends with the file."""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ToolError(f"{path}: not a RIFF WAVE file")
    at, out = 12, {}
    while at + 8 <= len(data):
        name, length = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        out.setdefault(name, (at + 8, min(length, len(data) - at - 8)))
        at += 8 + length + (length & 1)
    for name in (b"fmt ", b"data"):
        if name not in out:
            raise ToolError(f"{path}: no {name.decode().strip()!r} chunk")
    return out


def _format(data: bytes, path: Path, place: tuple[int, int]) -> tuple[int, int, int, bool]:
    """Return channels, rate, bytes a sample and whether those are floating point."""
    at, length = place
    if length < 16:
        raise ToolError(f"{path}: byte {at}: the format chunk has {length} bytes, want 16")
    code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, at)
    if code == _EXTENSIBLE and length >= 26:
        code = struct.unpack_from("<H", data, at + 24)[0]
    if bits not in _WIDTHS.get(code, ()):
        raise ToolError(
            f"{path}: want PCM of 8 to 32 bits or floats, not format {code}, {bits} bits"
        )
    if not 1 <= channels <= limits.CHANNELS:
        raise ToolError(f"{path}: {channels} channels, want 1 to {limits.CHANNELS}")
    if not limits.RATE_HZ[0] <= rate <= limits.RATE_HZ[1]:
        raise ToolError(
            f"{path}: {rate} samples a second, want " + "{} to {}".format(*limits.RATE_HZ)
        )
    return channels, rate, bits // 8, code == _FLOAT


def _samples(raw: bytes, width: int) -> Sequence[int]:
    """Return signed samples of one width."""
    if width == 1:
        return [value - 128 for value in raw]
    if width == 3:
        wide = bytearray(len(raw) // 3 * 4)
        for n in range(3):
            wide[n + 1 :: 4] = raw[n::3]
        raw, width = bytes(wide), 4
    out = array("h" if width == 2 else "i", raw)
    if sys.byteorder == "big":
        out.byteswap()
    return out


def _floats(raw: bytes, width: int, path: Path) -> Sequence[float]:
    """Return samples of floating point; full scale is 1.0, by convention only."""
    out = array("f" if width == 4 else "d", raw)
    if sys.byteorder == "big":
        out.byteswap()
    if not all(-_FLOAT_MAX < value < _FLOAT_MAX for value in out):
        raise ToolError(f"{path}: a sample is not a number or out of range")
    return out


class Recording(NamedTuple):
    """Samples of every channel, and how many a second."""

    channels: list[Sequence[float]]
    rate: int


def read_samples(path: Path) -> Recording:
    """Return what a .wav holds."""
    data = limits.read_bytes(path)
    chunks = _chunks(data, path)
    channels, rate, width, floating = _format(data, path, chunks[b"fmt "])
    at, length = chunks[b"data"]
    frames = length // (channels * width)
    if frames > limits.SAMPLES:
        raise ToolError(f"{path}: {frames} samples, at most {limits.SAMPLES}")
    raw = data[at : at + frames * channels * width]
    samples = _floats(raw, width, path) if floating else _samples(raw, width)
    return Recording([samples[n::channels] for n in range(channels)], rate)


def read_wav(path: Path) -> list[Line]:
    """Return a line for every channel."""
    recording = read_samples(path)
    return [Line("", transitions(one, recording.rate)) for one in recording.channels]


def _mean(values: Sequence[float], reach: int) -> list[float]:
    """Return the moving mean over `reach` samples to either side (fewer at the ends)."""
    sums = list(accumulate(values, initial=0.0))
    count = len(values)
    width = 2 * reach + 1
    if count <= width:
        return [sums[-1] / max(count, 1)] * count
    inner = [(b - a) / width for a, b in zip(sums, sums[width:], strict=False)]
    head = [sums[n + reach + 1] / (n + reach + 1) for n in range(reach)]
    tail = [
        (sums[-1] - sums[n - reach]) / (count - n + reach) for n in range(count - reach, count)
    ]
    return head + inner + tail


def _flatten(samples: Sequence[float], rate: int) -> list[float]:
    """Take offset and hum away, leaving the pulses."""
    reach = max(1, round(rate * _BASELINE_S / 2))
    out: Sequence[float] = samples
    for _ in range(2):
        out = [value - mean for value, mean in zip(out, _mean(out, reach), strict=True)]
    return list(out)


def _envelope(values: Sequence[float], reach: int) -> list[float]:
    """Return the largest magnitude within `reach` samples to either side."""
    out = []
    window: deque[tuple[int, float]] = deque()
    padded = [*map(abs, values), *[0.0] * reach]
    for n, value in enumerate(padded):
        while window and window[-1][1] <= value:
            window.pop()
        window.append((n, value))
        if window[0][0] < n - 2 * reach:
            window.popleft()
        if n >= reach:
            out.append(window[0][1])
    return out


def _floor(values: Sequence[float], rate: int) -> float:
    """Return the magnitude under which there is no signal: a share of the peak, or the noise."""
    block = max(1, round(rate * _QUIET_BLOCK_S))
    loud = sorted(max(map(abs, values[n : n + block])) for n in range(0, len(values), block))
    noise = loud[len(loud) // 10] * _NOISE_MARGIN
    gate = loud[-1] * _GATE
    return max(gate, noise) if noise < loud[-1] / 2 else gate


def _extremes(values: Sequence[float], rate: int) -> list[float]:
    """Return the places (in samples) where the signal turns, by swings that matter nearby."""
    floor = _floor(values, rate)
    envelope = _envelope(values, max(1, round(rate * _ENVELOPE_S)))
    out: list[float] = []
    best = 0  # the running extreme
    rising = True
    for n, value in enumerate(values):
        if (value > values[best]) if rising else (value < values[best]):
            best = n
        elif abs(value - values[best]) > max(envelope[best] * _SWING, floor):
            if abs(values[best]) > floor / 2:
                out.append(_vertex(values, best))
            best, rising = n, not rising
    if values and abs(values[best]) > floor:
        out.append(_vertex(values, best))
    return out


def _vertex(values: Sequence[float], n: int) -> float:
    """Return the top of the parabola through a sample and its neighbours."""
    if not 0 < n < len(values) - 1:
        return float(n)
    a, b, c = values[n - 1], values[n], values[n + 1]
    bend = a - 2 * b + c
    return n + (max(-0.5, min(0.5, (a - c) / (2 * bend))) if bend else 0.0)


def transitions(samples: Sequence[float], rate: int) -> list[float]:
    """Return the times (us) of the transitions that one channel recorded."""
    if not len(samples):
        return []
    flat = _flatten(samples, rate)
    places = _extremes(flat, rate)
    if len(places) > 2:
        gaps = sorted(b - a for a, b in zip(places, places[1:], strict=False))
        reach = round(gaps[len(gaps) // 2] / _SMOOTH_SHARE / 2)
        if reach:
            places = _extremes(_mean(flat, reach), rate)
    return [place * 1e6 / rate for place in places]
