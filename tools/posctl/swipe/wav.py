# SPDX-License-Identifier: MIT
""".wav files: RIFF, RF64 or RIFX, PCM of 8 to 32 bits or floats, any number of channels."""

import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np

from posctl.errors import ToolError
from posctl.swipe import limits, lines
from posctl.swipe.lines import Line

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_WIDTHS = {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64)}
_ORDERS = {b"RIFF": "<", b"RF64": "<", b"BW64": "<", b"RIFX": ">"}
_TO_THE_END = (0, 0xFFFFFFFF)  # length of a data chunk whose writer did not know it
_FLOAT_MAX = 1e6


class Recording(NamedTuple):
    """Samples of every channel, and how many a second."""

    channels: list[np.ndarray]
    rate: int


def _chunks(data: bytes, path: Path) -> tuple[str, dict[bytes, tuple[int, int]]]:
    """Return byte order and {id: (offset, length)}; a chunk cut short ends with the file."""
    if len(data) < 12 or data[:4] not in _ORDERS or data[8:12] != b"WAVE":
        raise ToolError(f"{path}: not a RIFF WAVE file")
    order = _ORDERS[data[:4]]
    at, out = 12, {}
    while at + 8 <= len(data):
        name, length = data[at : at + 4], struct.unpack_from(order + "I", data, at + 4)[0]
        rest = len(data) - at - 8
        if name == b"data" and length in _TO_THE_END:
            length = rest
        out.setdefault(name, (at + 8, min(length, rest)))
        at += 8 + length + (length & 1)
    for name in (b"fmt ", b"data"):
        if name not in out:
            raise ToolError(f"{path}: no {name.decode().strip()!r} chunk")
    return order, out


class _Format(NamedTuple):
    channels: int
    rate: int
    width: int  # bytes a sample
    floating: bool
    order: str


def _format(data: bytes, path: Path, order: str, place: tuple[int, int]) -> _Format:
    at, length = place
    if length < 16:
        raise ToolError(f"{path}: byte {at}: the format chunk has {length} bytes, want 16")
    code, channels, rate, _, _, bits = struct.unpack_from(order + "HHIIHH", data, at)
    if code == _EXTENSIBLE and length >= 26:
        code = struct.unpack_from(order + "H", data, at + 24)[0]
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
    return _Format(channels, rate, bits // 8, code == _FLOAT, order)


def _samples(raw: bytes, form: _Format) -> np.ndarray:
    """Return the samples of all channels, one after the other, zero for silence."""
    if form.width == 1:
        return np.frombuffer(raw, "u1").astype(float) - 128
    if form.width == 3:
        parts = np.frombuffer(raw, "u1").reshape(-1, 3)
        wide = np.zeros((len(parts), 4), "u1")
        place = slice(1, 4) if form.order == "<" else slice(0, 3)
        wide[:, place] = parts
        return wide.view(form.order + "i4")[:, 0].astype(float)
    kind = "f" if form.floating else "i"
    return np.frombuffer(raw, f"{form.order}{kind}{form.width}").astype(float)


def read_samples(path: Path) -> Recording:
    """Return what a .wav holds."""
    data = limits.read_bytes(path)
    order, chunks = _chunks(data, path)
    form = _format(data, path, order, chunks[b"fmt "])
    at, length = chunks[b"data"]
    frames = length // (form.channels * form.width)
    if frames > limits.SAMPLES:
        raise ToolError(f"{path}: {frames} samples, at most {limits.SAMPLES}")
    samples = _samples(data[at : at + frames * form.channels * form.width], form)
    if form.floating and not (np.abs(samples) < _FLOAT_MAX).all():
        raise ToolError(f"{path}: a sample is not a number or out of range")
    return Recording([samples[n :: form.channels] for n in range(form.channels)], form.rate)


def read(path: Path) -> list[Line]:
    """Return a line for every channel."""
    recording = read_samples(path)
    waves = [lines.Wave(one, recording.rate) for one in recording.channels]
    return [lines.of_wave("", wave) for wave in waves]
