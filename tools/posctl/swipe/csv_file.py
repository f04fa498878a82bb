# SPDX-License-Identifier: MIT
""".csv of sigrok, Saleae and oscilloscopes: a row a sample or a row a change, levels or volts."""

from pathlib import Path

import numpy as np

from posctl.errors import ToolError
from posctl.swipe import csv_head, limits, lines
from posctl.swipe.lines import Line

_COMMENTS = (";", "#")


class _Table:
    """The rows of values, read one by one; times in microseconds."""

    def __init__(self, layout: csv_head.Layout, width: int, path: Path) -> None:
        self.layout, self.width, self.path = layout, width, path
        self.times: list[float] = []
        self.values: list[list[float]] = []
        self.last = [float("nan")] * len(layout.columns)

    def add(self, row: list[str], number: int) -> None:
        """Take one row; a field that says nothing repeats the one above."""
        where = f"{self.path}: line {number}"
        if len(row) > self.width:
            raise ToolError(f"{where}: {len(row)} columns, unlike the first row")
        row = row + [""] * (self.width - len(row))
        if len(self.times) >= limits.ROWS:
            raise ToolError(f"{where}: more than {limits.ROWS} rows")
        time = float(len(self.times))
        if self.layout.time >= 0:
            time = csv_head.moment(row[self.layout.time])
            if time is None:
                raise ToolError(f"{where} column {self.layout.time + 1}: want a time")
        before = self.times[-1] if self.times else -limits.RAW_US
        self.times.append(limits.later(time * self.layout.unit_us, before, where))
        out = []
        for n, column in enumerate(self.layout.columns):
            value = csv_head.number(row[column])
            if value is None or abs(value) > limits.RAW_US:
                raise ToolError(f"{where} column {column + 1}: want a level or a voltage")
            out.append(self.last[n] if value != value else value)
        self.values.append(out)
        self.last = out

    def lines(self) -> list[Line]:
        """Return a line a column: of edges where it holds two levels, else of a wave."""
        times = np.array(self.times)
        out = []
        for n, name in enumerate(self.layout.names):
            column = np.array([row[n] for row in self.values])
            known = ~np.isnan(column)
            if known.any():
                out.append(self._line(name, times[known], column[known]))
        return out

    def _line(self, name: str, times: np.ndarray, values: np.ndarray) -> Line:
        if np.isin(values, (0.0, 1.0)).all():
            edges = times[1:][np.diff(values) != 0]
            if len(edges) > limits.INTERVALS:
                raise ToolError(f"{self.path}: more than {limits.INTERVALS} edges on one line")
            return lines.of_edges(name, edges.tolist())
        gaps = np.diff(times)
        step = float((times[-1] - times[0]) / len(gaps)) if len(gaps) else 0.0
        rate = 1e6 / step if step else 0.0
        if not limits.RATE_HZ[0] <= rate <= limits.ANALOG_HZ:
            raise ToolError(
                f"{self.path}: {rate:.0f} samples a second of {name[:40] or 'a voltage'}, "
                f"want {limits.RATE_HZ[0]} to {limits.ANALOG_HZ}"
            )
        if gaps.max() > 1.5 * step:  # not even: some rows are left out
            step = max(float(np.quantile(gaps, 0.05)), 1e6 / limits.ANALOG_HZ)
            count = int((times[-1] - times[0]) / step) + 1
            if count > limits.SAMPLES:
                raise ToolError(f"{self.path}: {count} samples, at most {limits.SAMPLES}")
            values = np.interp(times[0] + step * np.arange(count), times, values)
        return lines.of_wave(name, lines.Wave(values, 1e6 / step, float(times[0])))


def _started(head: csv_head.Head, row: list[str], path: Path, rate: float) -> _Table:
    if rate:
        head.add(f"samplerate: {rate:.0f} Hz", None)
    layout = head.layout(row)
    if layout is None:
        raise ToolError(f"{path}: no time column and no sample rate in the comments (use --rate)")
    if not 0 < len(layout.columns) <= limits.SIGNALS:
        raise ToolError(f"{path}: {len(layout.columns)} value columns, want 1 to {limits.SIGNALS}")
    return _Table(layout, len(row), path)


def read(path: Path, rate: float = 0.0) -> list[Line]:
    """Return the lines of an export; `rate` is that of one which does not tell it."""
    head, table = csv_head.Head(), None
    for number, line in enumerate(limits.read_text(path).splitlines(), 1):
        if not line.strip(" \t,;\0"):
            continue
        if line.lstrip()[0] in _COMMENTS:
            if table is None:
                head.add(line, None)
            continue
        row = csv_head.fields(line)
        if table is None and not csv_head.is_row(row):
            if not head.add(line, row):
                raise ToolError(f"{path}: line {number}: no row of values up to here")
            continue
        table = table or _started(head, row, path, rate)
        table.add(row, number)
    if table is None:
        raise ToolError(f"{path}: no rows of samples in it")
    return table.lines()
