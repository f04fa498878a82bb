# SPDX-License-Identifier: MIT
"""Value change dumps (IEEE 1364): one-bit signals, the bits of vectors, real numbers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from posctl.errors import ToolError
from posctl.swipe import limits, lines
from posctl.swipe.lines import Line

_UNITS_US = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3, "ps": 1e-6, "fs": 1e-9}
_TIMESCALE = re.compile(r"^([1-9][0-9]{0,8})\s*(s|ms|us|ns|ps|fs)$")
_WIDTH = re.compile(r"^[0-9]{1,9}$")
_TICKS = re.compile(r"^#[0-9]{1,18}$")
_REAL = re.compile(r"^[rR][-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?$")
_WIDEST = 16  # bits of a vector that may be lines of their own


class _Signal:
    """One signal of the dump: the edges of its bits, or its numbers."""

    def __init__(self, name: str, width: int, real: bool) -> None:
        self.name, self.width, self.real = name, width, real
        self.levels = [""] * width
        self.edges: list[list[float]] = [[] for _ in range(width)]
        self.numbers: list[tuple[float, float]] = []

    def bits(self, value: str, time: float, where: str) -> None:
        """Note the value of all bits, highest first; a change between 0 and 1 is an edge."""
        fill = "0" if value[0] == "1" else value[0]
        for n, level in enumerate(value.rjust(self.width, fill)[::-1][: self.width]):
            if level not in "01":  # unknown or floating: not a level
                continue
            if self.levels[n] and self.levels[n] != level:
                self.edges[n].append(time)
                if len(self.edges[n]) > limits.INTERVALS:
                    raise ToolError(
                        f"{where}: more than {limits.INTERVALS} edges on {self.name[:40]}"
                    )
            self.levels[n] = level

    def lines(self) -> list[Line]:
        """Return a line a bit, or one of numbers held from change to change."""
        if not self.real:
            names = [self.name] if self.width == 1 else [f"{self.name}[{n}]" for n in range(64)]
            return [lines.of_edges(names[n], times) for n, times in enumerate(self.edges)]
        if len(self.numbers) < 2:
            return []
        times, values = np.array(self.numbers).T
        step = max(float(np.median(np.diff(times))), 1e6 / limits.RATE_HZ[1])
        count = int((times[-1] - times[0]) / step) + 1
        if not 0 < count <= limits.SAMPLES:
            raise ToolError(f"{self.name[:40]}: {count} samples, at most {limits.SAMPLES}")
        places = np.searchsorted(times, times[0] + step * (np.arange(count) + 0.5)) - 1
        wave = lines.Wave(values[places], 1e6 / step, float(times[0]))
        return [lines.of_wave(self.name, wave)]


class _Header(NamedTuple):
    tick_us: float
    signals: dict[str, _Signal]


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        for token in line.split():
            yield number, token


def _timescale(words: list[str], where: str) -> float:
    match = _TIMESCALE.match(" ".join(words).strip())
    if not match:
        raise ToolError(f"{where}: timescale is not like 1 us")
    return int(match.group(1)) * _UNITS_US[match.group(2)]


def _variable(words: list[str], signals: dict[str, _Signal], where: str) -> None:
    if len(words) < 4 or not _WIDTH.match(words[1]):
        raise ToolError(f"{where}: $var is not whole")
    kind, width, identifier, name = words[0], int(words[1]), words[2], words[3]
    if kind == "real" or 1 <= width <= _WIDEST:
        signals.setdefault(
            identifier, _Signal(name, 1 if kind == "real" else width, kind == "real")
        )


def _header(tokens: Iterator[tuple[int, str]], path: Path) -> _Header:
    """Read up to $enddefinitions."""
    tick_us, signals = 0.0, {}
    section: list[str] = []
    for number, token in tokens:
        if token != "$end":
            section.append(token)
            continue
        where = f"{path}: line {number}"
        keyword = section[0] if section else ""
        if keyword == "$timescale":
            tick_us = _timescale(section[1:], where)
        elif keyword == "$var":
            _variable(section[1:], signals, where)
        elif keyword == "$enddefinitions":
            return _Header(tick_us, signals)
        section = []
    raise ToolError(f"{path}: no $enddefinitions: not a value change dump")


class _Body:
    """The value changes, token by token."""

    def __init__(self, header: _Header, path: Path) -> None:
        self.header, self.path = header, path
        self.now = 0.0
        self.comment = False
        self.value = ""  # that the next identifier takes

    def token(self, token: str, number: int) -> None:
        """Take one token."""
        where = f"{self.path}: line {number}"
        if self.comment or token == "$comment":
            self.comment = token != "$end"
        elif self.value:
            self._vector(token, where)
        elif token[0] == "#":
            self._time(token, where)
        elif token[0] in "01xXzZ" and token[1:] in self.header.signals:
            self.header.signals[token[1:]].bits(token[0], self.now, where)
        elif token[0] in "bBrRsS" and len(token) > 1:
            self.value = token
        elif token[0] not in "$01xXzZ":
            raise ToolError(f"{where}: {token[:20]} is not a value change")

    def _time(self, token: str, where: str) -> None:
        if not _TICKS.match(token):
            raise ToolError(f"{where}: {token[:20]} is not a time")
        self.now = limits.later(int(token[1:]) * self.header.tick_us, self.now, where)

    def _vector(self, identifier: str, where: str) -> None:
        value, self.value = self.value, ""
        signal = self.header.signals.get(identifier)
        if signal is None:
            return
        if signal.real and _REAL.match(value):
            signal.numbers.append((self.now, float(value[1:])))
            if len(signal.numbers) > limits.SAMPLES:
                raise ToolError(f"{where}: more than {limits.SAMPLES} numbers")
        elif not signal.real and value[0] in "bB":
            signal.bits(value[1:], self.now, where)


def read(path: Path) -> list[Line]:
    """Return the lines of a value change dump."""
    tokens = iter(_tokens(limits.read_text(path)))
    header = _header(tokens, path)
    if not header.tick_us:
        raise ToolError(f"{path}: no $timescale")
    bits = sum(signal.width for signal in header.signals.values())
    if not 0 < bits <= limits.SIGNALS:
        raise ToolError(f"{path}: {bits} one-bit signals, want 1 to {limits.SIGNALS}")
    body = _Body(header, path)
    for number, token in tokens:
        body.token(token, number)
    return [line for signal in header.signals.values() for line in signal.lines()]
