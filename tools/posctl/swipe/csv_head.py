# SPDX-License-Identifier: MIT
"""What stands above the rows of a .csv: comments, titles, units; sigrok, Saleae, oscilloscopes."""

import re
from datetime import datetime
from typing import NamedTuple

_UNITS_US = {"s": 1e6, "ms": 1e3, "us": 1.0, "µs": 1.0, "μs": 1.0, "ns": 1e-3, "ps": 1e-6}
_WORDS = {
    "milliseconds": 1e3,
    "microseconds": 1.0,
    "nanoseconds": 1e-3,
    "picoseconds": 1e-6,
    "femtoseconds": 1e-9,
    "attoseconds": 1e-12,
    "seconds": 1e6,
    "second": 1e6,
}
_RATE = re.compile(
    r"(?i)sample[ _]?rate\W*([0-9]{1,12}(?:\.[0-9]{0,12})?)\s*([kmg]?)(?:hz|sa?/s|sps|[\s,;]*$)"
)
_STEP = re.compile(r"(?i)(?:sample interval|increment)\W*([0-9.]{1,20}(?:e[-+]?[0-9]{1,3})?)\s*s?")
_TIME_UNIT = re.compile(r"[\[(_ ](s|ms|us|µs|μs|ns|ps)\b")
_COUNTER = re.compile(r"(?i)^(sample( ?(#|no\.?|num(ber)?|index))?|samples|index|nr|no|n|#|x)$")
_UNIT_ONLY = re.compile(r"(?i)^(v|mv|volts?|logic|sequence|seconds?|[munpµμ]?s)?$")
_NUMBER = re.compile(r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?$")
_LEVELS = {"high": 1.0, "low": 0.0, "true": 1.0, "false": 0.0, "h": 1.0, "l": 0.0}
_UNKNOWN = ("x", "z", "nan", "")
_MOST_LINES = 100  # of a head


def number(field: str) -> "float | None":
    """Return the value of a field; NaN for one that says nothing, None for what is no value."""
    if _NUMBER.match(field):
        return float(field)
    low = field.lower()
    return float("nan") if low in _UNKNOWN else _LEVELS.get(low)


def moment(field: str) -> "float | None":
    """Return the time in its column's unit, of a date in seconds; None for what is no time."""
    if _NUMBER.match(field):
        return float(field)
    try:
        date = datetime.fromisoformat(_whole_microseconds(field))
    except ValueError:
        return None
    rest = re.search(r"\.[0-9]{6}([0-9]{1,12})", field)  # what a date cannot hold
    extra = float("0." + rest.group(1)) * 1e-6 if rest else 0.0
    midnight = date.replace(hour=0, minute=0, second=0, microsecond=0)
    return date.toordinal() % 7 * 86400 + (date - midnight).total_seconds() + extra


def _whole_microseconds(field: str) -> str:
    return re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", field)


def fields(line: str) -> list[str]:
    """Cut a row at tabs, semicolons (then a comma is the decimal point) or commas."""
    separator = next((sign for sign in ("\t", ";", ",") if sign in line), ",")
    out = [field.strip().strip('"').strip() for field in line.split(separator)]
    if separator != ",":
        out = [field.replace(",", ".") for field in out]
    while len(out) > 1 and not out[-1]:
        out.pop()
    return out


def is_row(row: list[str]) -> bool:
    """Tell a row of values from a title."""
    return moment(row[0]) is not None and all(number(field) is not None for field in row[1:])


class Layout(NamedTuple):
    """The column of the time (-1: none), its unit, the value columns and their names."""

    time: int
    unit_us: float
    columns: tuple[int, ...]
    names: tuple[str, ...]


def _factor(letter: str) -> float:
    return {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}[letter.lower()]


class Head:
    """Collects the lines above the first row of values."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.titles: list[list[str]] = []

    def add(self, line: str, row: "list[str] | None") -> bool:
        """Keep a comment, or a title with its fields; False when the head is too long."""
        self.lines.append(line)
        if row is not None:
            self.titles.append(row)
        return len(self.lines) <= _MOST_LINES

    def step_us(self) -> float:
        """Return microseconds between samples, 0.0 when the head does not say."""
        for line in self.lines:
            match = _RATE.search(line.replace('"', ""))
            if match and float(match.group(1)):
                return 1e6 / (float(match.group(1)) * _factor(match.group(2)))
            match = _STEP.search(line)
            if match and _NUMBER.match(match.group(1)):
                return float(match.group(1)) * 1e6
        return self._increment()

    def _increment(self) -> float:
        """Return the value below the title Increment, as some oscilloscopes write it."""
        for above, below in zip(self.titles, self.titles[1:], strict=False):
            for title, value in zip(above, below, strict=False):
                if title.lower() == "increment" and _NUMBER.match(value):
                    return float(value) * 1e6
        return 0.0

    def _names(self, count: int) -> list[str]:
        for row in reversed(self.titles):
            if len(row) > 1 or count == 1:
                if not all(_UNIT_ONLY.match(field) for field in row[1:]):
                    return (row + [""] * count)[:count]
        row = self.titles[-1] if self.titles else []
        return (row + [""] * count)[:count]

    def _unit_us(self, column: int, first: str) -> float:
        """Return the unit of the time column; seconds when no title names one."""
        found = [row[column] for row in self.titles if column < len(row)]
        for title in reversed(found):
            low = title.lower()
            for word, unit in _WORDS.items():
                if re.search(rf"\b{word}\b", low):
                    return unit
            if low in _UNITS_US:
                return _UNITS_US[low]
            match = _TIME_UNIT.search(title)
            if match:
                return _UNITS_US[match.group(1)]
        step = self.step_us()
        if found and step and re.fullmatch("[0-9]+", first):
            return _sigrok_unit_us(step)
        return 1e6

    def _time_column(self, row: list[str]) -> int:
        for titles in reversed(self.titles):
            for n, title in enumerate(titles[: len(row)]):
                low = title.lower()
                if low in _UNITS_US or "time" in low or any(word in low for word in _WORDS):
                    return n
        if self.titles and any(_COUNTER.match(titles[0]) for titles in self.titles):
            return -1
        untitled = not self.titles or all(is_row([t]) for t in self.titles[-1])
        return 0 if len(row) > 1 and (untitled and row[0] not in ("0", "1")) else -1

    def layout(self, row: list[str]) -> "Layout | None":
        """Return what the columns hold, given the first row; None without any clue to the time."""
        time = self._time_column(row)
        step = self.step_us()
        if time < 0 and not step:
            return None
        names = self._names(len(row))
        first = time + 1
        if time < 0 and _COUNTER.match(names[0]) and len(row) > 1:
            first = 1
        columns = tuple(range(first, len(row)))
        unit = self._unit_us(time, row[time]) if time >= 0 else step
        return Layout(time, unit, columns, tuple(names[n] for n in columns))


def _sigrok_unit_us(step_us: float) -> float:
    """Return the unit sigrok counts in: the next thousandth of a second below one sample."""
    unit = 1e6
    while unit > step_us * 1.000001:
        unit /= 1000
    return unit
