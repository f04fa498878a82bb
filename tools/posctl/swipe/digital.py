# SPDX-License-Identifier: MIT
"""Logic analyser files: .vcd (IEEE 1364) and .csv (sigrok, Saleae); every edge is a transition."""

import re
from collections.abc import Iterable
from pathlib import Path

from posctl.errors import ToolError
from posctl.swipe import limits
from posctl.swipe.signals import Line

_UNITS_US = {"s": 1e6, "ms": 1e3, "us": 1.0, "µs": 1.0, "ns": 1e-3, "ps": 1e-6, "fs": 1e-9}
_WORDS = {"milliseconds": "ms", "microseconds": "us", "nanoseconds": "ns", "seconds": "s"}
_TIMESCALE = re.compile(r"^([1-9][0-9]{0,8})\s*(s|ms|us|ns|ps|fs)$")
_WIDTH = re.compile(r"^[0-9]{1,9}$")
_TICKS = re.compile(r"^#[0-9]{1,18}$")
_RATE = re.compile(r"(?i)samplerate:\s*([0-9]{1,12}(?:\.[0-9]{0,12})?)\s*([kMG]?)Hz")
_TIME_UNIT = re.compile(r"[\[(_ ](s|ms|us|µs|ns|ps)\b")
_NUMBER = re.compile(r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?\s*$")


class _Edges:
    """Collects the transitions of the lines, in order of time."""

    def __init__(self, names: list[str], where: str) -> None:
        self.names = names
        self.where = where
        self.times: list[list[float]] = [[] for _ in names]
        self.levels: list[str] = [""] * len(names)

    def level(self, line: int, value: str, time: float) -> None:
        """Note the level of a line; a change between 0 and 1 is a transition."""
        if value not in "01":  # unknown or floating: not a level
            return
        if self.levels[line] and self.levels[line] != value:
            self.times[line].append(time)
            if len(self.times[line]) > limits.INTERVALS:
                raise ToolError(f"{self.where}: more than {limits.INTERVALS} edges on one line")
        self.levels[line] = value

    def lines(self) -> list[Line]:
        """Return the lines in the order they were declared."""
        return [Line(name, times) for name, times in zip(self.names, self.times, strict=True)]


def _vcd_header(tokens: "Iterable[tuple[int, str]]", path: Path) -> tuple[float, dict, list]:
    """Read up to $enddefinitions: microseconds a tick, {identifier: line}, names."""
    tick_us, lines, names = 0.0, {}, []
    section: list[str] = []
    for number, token in tokens:
        if token != "$end":
            section.append(token)
            continue
        keyword = section[0] if section else ""
        if keyword == "$timescale":
            match = _TIMESCALE.match(" ".join(section[1:]).strip())
            if not match:
                raise ToolError(f"{path}: line {number}: timescale is not like 1 us")
            tick_us = int(match.group(1)) * _UNITS_US[match.group(2)]
        elif keyword == "$var":
            if len(section) < 5 or not _WIDTH.match(section[2]):
                raise ToolError(f"{path}: line {number}: $var is not whole")
            if section[2] == "1":
                lines[section[3]] = len(names)
                names.append(section[4])
        elif keyword == "$enddefinitions":
            return tick_us, lines, names
        section = []
    raise ToolError(f"{path}: no $enddefinitions: not a value change dump")


def _tokens(text: str) -> "Iterable[tuple[int, str]]":
    for number, line in enumerate(text.splitlines(), 1):
        for token in line.split():
            yield number, token


def _later(now: float, last: float, where: str) -> float:
    """Return `now`, which is a time that can be and not before the last."""
    if abs(now) > limits.RAW_US:
        raise ToolError(f"{where}: the time is beyond 11 days")
    if now < last:
        raise ToolError(f"{where}: time goes backwards")
    return now


def read_vcd(path: Path) -> list[Line]:
    """Return the one-bit lines of a value change dump."""
    tokens = iter(_tokens(limits.read_text(path)))
    tick_us, lines, names = _vcd_header(tokens, path)
    if not tick_us:
        raise ToolError(f"{path}: no $timescale")
    if not 0 < len(names) <= limits.SIGNALS:
        raise ToolError(f"{path}: {len(names)} one-bit signals, want 1 to {limits.SIGNALS}")
    edges = _Edges(names, str(path))
    now = 0.0
    comment = False
    vector = ""  # the value of several bits that the next identifier takes
    for number, token in tokens:
        if comment or token == "$comment":
            comment = token != "$end"
        elif vector:
            if token in lines and len(vector) == 2:  # one bit, written as a vector
                edges.level(lines[token], vector[1], now)
            vector = ""
        elif token[0] == "#":
            if not _TICKS.match(token):
                raise ToolError(f"{path}: line {number}: {token[:20]} is not a time")
            now = _later(int(token[1:]) * tick_us, now, f"{path}: line {number}")
        elif token[0] in "01xXzZ" and token[1:] in lines:
            edges.level(lines[token[1:]], token[0], now)
        elif token[0] in "bBrRsS":
            vector = token
        elif token[0] not in "$01xXzZ":
            raise ToolError(f"{path}: line {number}: {token[:20]} is not a value change")
    return edges.lines()


def _time_unit(title: str) -> float:
    """Return microseconds a unit for the title of a time column; seconds when it names none."""
    for word, unit in _WORDS.items():
        if word in title.lower():
            return _UNITS_US[unit]
    if title.lower() in _UNITS_US:
        return _UNITS_US[title.lower()]
    match = _TIME_UNIT.search(title)
    return _UNITS_US[match.group(1)] if match else 1e6


def _is_time(title: str) -> bool:
    low = title.lower()
    return low in _UNITS_US or any(word in low for word in ("time", *_WORDS))


def _fields(line: str) -> list[str]:
    """Cut a row at tabs, semicolons (then a comma is the decimal point) or commas."""
    separator = next((sign for sign in ("\t", ";", ",") if sign in line), ",")
    fields = [field.strip().strip('"') for field in line.split(separator)]
    return fields if separator == "," else [field.replace(",", ".") for field in fields]


def _csv_rate(text: str) -> float:
    """Return the sample rate that sigrok writes into its comments, 0.0 without one."""
    match = _RATE.search(text)
    factor = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}
    return float(match.group(1)) * factor[match.group(2)] if match else 0.0


class _Columns:
    """What the header of a .csv tells: which column is the time and what the others are called."""

    def __init__(self, path: Path, titles: list[str], first: list[str], rate_hz: float) -> None:
        timed = _is_time(titles[0]) if titles else first[0] not in ("0", "1")
        if not timed and not rate_hz:
            raise ToolError(f"{path}: no time column and no sample rate in the comments")
        self.unit_us = _time_unit(titles[0] if titles else "") if timed else 1e6 / rate_hz
        self.first = 1 if timed else 0
        count = len(first) - self.first
        if not 0 < count <= limits.SIGNALS:
            raise ToolError(f"{path}: {count} value columns, want 1 to {limits.SIGNALS}")
        self.names = (titles or [""] * len(first))[self.first : len(first)]
        self.names += [""] * (count - len(self.names))


def _value(path: Path, number: int, field: str, column: int) -> str:
    if field in ("0", "1"):
        return field
    if _NUMBER.match(field) and float(field) in (0.0, 1.0):
        return str(int(float(field)))
    raise ToolError(f"{path}: line {number} column {column + 1}: want a digital level, 0 or 1")


def read_csv(path: Path) -> list[Line]:
    """Return the lines of a sigrok or Saleae export: a row a sample or a row a change."""
    text = limits.read_text(path)
    titles: list[str] = []
    columns = edges = None
    last = -limits.RAW_US
    rows = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line[0] in ";#":
            continue
        fields = _fields(line)
        if columns is None:
            if not titles and not _NUMBER.match(fields[0]):
                titles = fields
                continue
            if not _NUMBER.match(fields[0]):
                raise ToolError(f"{path}: line {number} column 1: want a number, 0 or 1 or a time")
            columns = _Columns(path, titles, fields, _csv_rate(text))
            edges = _Edges(columns.names, str(path))
        if len(fields) != len(columns.names) + columns.first:
            raise ToolError(f"{path}: line {number}: {len(fields)} columns, unlike the first row")
        if columns.first and not _NUMBER.match(fields[0]):
            raise ToolError(f"{path}: line {number} column 1: want a time")
        now = (float(fields[0]) if columns.first else rows) * columns.unit_us
        last = _later(now, last, f"{path}: line {number}")
        rows += 1
        for n in range(len(columns.names)):
            column = n + columns.first
            edges.level(n, _value(path, number, fields[column], column), now)
    if edges is None:
        raise ToolError(f"{path}: no rows of samples in it")
    return edges.lines()
