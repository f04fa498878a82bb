# SPDX-License-Identifier: MIT
"""A swipe as a picture: a band for every track, its signal cut into rows, under it cells, bits,
characters, and what is wrong in red. Time runs from left to right as the head met the stripe.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

from posctl.errors import ToolError
from posctl.receipt.font import typeface
from posctl.swipe import trace
from posctl.swipe.lines import Wave
from posctl.swipe.trace import Trace

_WIDTH = 1600
_MARGIN = 84  # left of the rows, for the speed
_RIGHT = 20
_CELLS = 80  # of a row
_WAVE = 46  # height of the signal
_ROW = 112
_HEAD = 58
_GAP = 10  # after a track
_TITLE = 92
_MAX_PIXELS = 60_000_000

_PAPER = "#ffffff"
_INK = "#1c2733"
_SOFT = "#8a97a5"
_GRID = "#dfe5ec"
_SIGNAL = "#1767c2"
_ZERO = "#9aa7b5"
_GOOD = "#e3f3e6"
_GOOD_EDGE = "#5da572"
_MARK = "#dcebfa"
_MARK_EDGE = "#4a86c5"
_BAD = "#fbe0de"
_BAD_EDGE = "#c8352b"
_ODD = "#fdeceb"
_ODD_RANGE = (0.72, 1.35)  # of the cells around it
_DOT = "#e07b00"
_BAND = {"ok": "#2d8a4e", "bad": "#c8352b", "absent": "#8a97a5"}
_SENTINELS = ("%", ";", "?", "LRC")


class Band(NamedTuple):
    """One track: what the decoder said, its transitions (us), and samples where there are any."""

    number: int
    result: dict  # of `swipe decode`
    seen: dict | None  # measured
    times: Sequence[float]
    wave: "Wave | None"


def _trace(band: Band) -> Trace:
    if len(band.times) < 2:
        return Trace([], [], [], [])
    if band.result["status"] == "ok":
        reverse = band.result["direction"] == "reverse"
        return trace.lay(band.times, band.number, band.result["text"], reverse)
    return trace.follow(band.times, band.number)


class _Row:
    """One row: a piece of time, and where it lies on the paper."""

    def __init__(self, start: float, end: float, top: int) -> None:
        self.start, self.end, self.top = start, end, top

    def x(self, time: float) -> float:
        """Return the place of a time."""
        share = (time - self.start) / (self.end - self.start)
        return _MARGIN + share * (_WIDTH - _MARGIN - _RIGHT)

    def has(self, time: float) -> bool:
        """Tell whether the time is in this row."""
        return self.start <= time <= self.end


def _rows(band: Band, found: Trace, top: int) -> list[tuple[_Row, int, int]]:
    """Return the rows with their first cell and the one after the last."""
    out = []
    count = len(found.cells)
    for first in range(0, count, _CELLS):
        after = min(first + _CELLS, count)
        cells = found.cells[first:after]
        start = band.times[0] if first == 0 else cells[0].start
        end = band.times[-1] if after == count else cells[-1].end
        full = (end - start) / len(cells) * _CELLS  # a short last row keeps its scale
        row = _Row(start, max(start + full, start + 1), top)
        out.append((row, first, after))
        top += _ROW
    return out


def draw(bands: Sequence[Band], title: str, verdict: str, good: bool, path: Path) -> None:
    """Write the picture."""
    traces = [_trace(band) for band in bands]
    height = _TITLE + sum(_HEAD + _ROW * -(-len(t.cells) // _CELLS) + _GAP for t in traces) + 20
    if _WIDTH * height > _MAX_PIXELS:
        raise ToolError(f"{title}: too long to draw, {max(len(t.cells) for t in traces)} cells")
    image = Image.new("RGB", (_WIDTH, height), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.text((20, 14), title[:100], fill=_INK, font=typeface(24))
    colour = _BAND["ok" if good else "bad"]
    pen.text((20, 50), verdict, fill=colour, font=typeface(18))
    _legend(pen, any(band.wave is not None for band in bands))
    top = _TITLE
    for band, found in zip(bands, traces, strict=True):
        _heading(pen, band, found, top)
        top += _HEAD
        for row, first, after in _rows(band, found, top):
            _draw_row(pen, band, found, row, first, after)
            top += _ROW
        top += _GAP
    image.save(path, "PNG")


def _legend(pen: ImageDraw.ImageDraw, waves: bool) -> None:
    """Say at the top right what the colours and signs mean."""
    font = typeface(13)
    x = _WIDTH - _RIGHT

    def put(text: str, y: int, sign: Callable[[int], None]) -> None:
        nonlocal x
        x -= round(pen.textlength(text, font))
        pen.text((x, y), text, _SOFT, font, anchor="lm")
        x -= 22
        sign(y)
        x -= 16

    def box(fill: str, edge: str) -> Callable[[int], None]:
        return lambda y: pen.rectangle((x, y - 7, x + 16, y + 7), fill=fill, outline=edge)

    put("wrong parity", 26, box(_BAD, _BAD_EDGE))
    put("character", 26, box(_GOOD, _GOOD_EDGE))
    put("sentinel, LRC", 26, box(_MARK, _MARK_EDGE))
    x = _WIDTH - _RIGHT
    put("cell of odd length", 50, box(_ODD, _ODD))
    put("transition missing", 50, lambda y: _arrow(pen, x + 8, y + 5, "missing"))
    put("too many", 50, lambda y: _arrow(pen, x + 8, y + 5, "extra"))
    if waves:
        put("transition", 50, lambda y: _dot(pen, x + 10, y))


def _dot(pen: ImageDraw.ImageDraw, x: float, y: float) -> None:
    pen.ellipse((x - 2.5, y - 2.5, x + 2.5, y + 2.5), fill=_DOT)


def _is_odd(cells: Sequence[trace.Cell], n: int) -> bool:
    """Tell whether a cell is much longer or shorter than those around it."""
    near = sorted(cell.end - cell.start for cell in cells[max(0, n - 4) : n + 5])
    ratio = (cells[n].end - cells[n].start) / max(near[len(near) // 2], 1)
    return not _ODD_RANGE[0] < ratio < _ODD_RANGE[1]


def _heading(pen: ImageDraw.ImageDraw, band: Band, found: Trace, top: int) -> None:
    result = band.result
    pen.rectangle((0, top, _WIDTH, top + 34), fill="#eef2f6")
    pen.rectangle((0, top, 8, top + 34), fill=_BAND[result["status"]])
    parts = [f"Track {band.number}", result["status"]]
    if result["reason"]:
        parts.append(result["reason"].replace("_", " "))
    if result["status"] == "bad":
        parts[-1] += f" at character {result['position']}"
    if band.seen:
        parts.append(f"{band.seen['transitions']} transitions")
        parts.append(f"{band.seen['slowest_ips']:g} to {band.seen['fastest_ips']:g} ips")
        parts.append(f"jitter {band.seen['jitter']:.0%}")
        parts.append(f"direction {result['direction']}")
    if found.missing or found.extra:
        parts.append(f"{len(found.missing)} missing, {len(found.extra)} too many")
    pen.text((20, top + 6), "   ·   ".join(parts), fill=_INK, font=typeface(18))


def _draw_row(
    pen: ImageDraw.ImageDraw, band: Band, found: Trace, row: _Row, first: int, after: int
) -> None:
    cells = found.cells[first:after]
    base = row.top + _WAVE
    bpi = 75 if band.number == 2 else 210
    typical = sorted(cell.end - cell.start for cell in cells)[len(cells) // 2]
    pen.text((6, row.top + 12), f"{1e6 / bpi / max(typical, 1):.1f} ips", _SOFT, typeface(14))
    pen.text((6, row.top + 32), f"{row.start / 1000:.1f} ms", _SOFT, typeface(12))
    for n, cell in enumerate(cells, first):
        x = row.x(cell.start)
        if _is_odd(found.cells, n):
            pen.rectangle((x, row.top, row.x(cell.end), base + 22), fill=_ODD)
        pen.line((x, row.top, x, base + 22), fill=_GRID)
    x = row.x(cells[-1].end)
    pen.line((x, row.top, x, base + 22), fill=_GRID)
    _signal(pen, band, row, cells[0].start, cells[-1].end)
    for cell in cells:
        middle = (row.x(cell.start) + row.x(cell.end)) / 2
        colour = _INK if cell.bit else _ZERO
        pen.text((middle, base + 11), str(cell.bit), fill=colour, font=typeface(13), anchor="mm")
    for char in found.chars:
        if char.last >= first and char.first < after:
            _character(pen, char, found, row, first, after, base + 24)
    for times, sign in ((found.missing, "missing"), (found.extra, "extra")):
        for time in times:
            if cells[0].start <= time < cells[-1].end or (time == row.start and first == 0):
                _fault(pen, row.x(time), row.top, base, sign)


def _character(
    pen: ImageDraw.ImageDraw,
    char: trace.Char,
    found: Trace,
    row: _Row,
    first: int,
    after: int,
    top: int,
) -> None:
    """Draw the part of a character that lies in the row, its name where most of it is."""
    begin, end = max(char.first, first), min(char.last, after - 1)
    left, right = row.x(found.cells[begin].start) + 1, row.x(found.cells[end].end) - 1
    mark = char.text in _SENTINELS
    fill, edge = (_MARK, _MARK_EDGE) if mark else (_GOOD, _GOOD_EDGE)
    if not char.good:
        fill, edge = _BAD, _BAD_EDGE
    pen.rectangle((left, top, right, top + 24), fill=fill, outline=edge)
    if (end - begin + 1) * 2 > char.last - char.first + 1:
        name = "blank" if char.text == " " else char.text
        size = 12 if len(name) > 1 else 17
        text = name if char.good else name + " !"
        pen.text(
            ((left + right) / 2, top + 12),
            text,
            _BAD_EDGE if not char.good else _INK,
            typeface(size),
            anchor="mm",
        )


def _fault(pen: ImageDraw.ImageDraw, x: float, top: int, base: int, kind: str) -> None:
    """Mark a transition too many (a filled arrow) or the place of a missing one (an open one)."""
    pen.line((x, top - 2, x, base), fill=_BAD_EDGE, width=1 if kind == "missing" else 2)
    _arrow(pen, x, top - 1, kind)


def _arrow(pen: ImageDraw.ImageDraw, x: float, tip: float, kind: str) -> None:
    arrow = ((x - 6, tip - 9), (x + 6, tip - 9), (x, tip))
    if kind == "missing":
        pen.polygon(arrow, fill=_PAPER, outline=_BAD_EDGE)
    else:
        pen.polygon(arrow, fill=_BAD_EDGE)


def _signal(pen: ImageDraw.ImageDraw, band: Band, row: _Row, start: float, end: float) -> None:
    """Draw what was recorded: samples of a head, or the level between transitions."""
    if band.wave is not None:
        _samples(pen, band, row, start, end)
        return
    high, low = row.top + 6, row.top + _WAVE - 8
    level = sum(time <= start for time in band.times) & 1
    points = [(row.x(start), low if level else high)]
    for time in band.times:
        if start < time <= end:
            points.append((row.x(time), low if level else high))
            level ^= 1
            points.append((row.x(time), low if level else high))
    points.append((row.x(end), low if level else high))
    pen.line(points, fill=_SIGNAL, width=2)


def _samples(pen: ImageDraw.ImageDraw, band: Band, row: _Row, start: float, end: float) -> None:
    """Draw samples, each pixel column from its lowest to its highest."""
    wave, rate = band.wave, band.wave.rate / 1e6
    first = max(0, int((start - wave.start_us) * rate))
    part = wave.samples[first : max(0, int((end - wave.start_us) * rate) + 2)].tolist()
    if len(part) < 2:
        return
    low, high = min(part), max(part)
    scale = (_WAVE - 10) / ((high - low) or 1)
    points = []
    columns: dict[int, list[float]] = {}
    for n, value in enumerate(part):
        x = row.x((first + n) / rate + wave.start_us)
        y = row.top + _WAVE - 5 - (value - low) * scale
        points.append((x, y))
        columns.setdefault(int(x), []).append(y)
    if len(points) < 2 * len(columns):
        pen.line(points, fill=_SIGNAL, width=2)
        columns = {}
    before = points[0][1]
    for x, values in sorted(columns.items()):
        pen.line((x, min([*values, before]), x, max([*values, before])), fill=_SIGNAL)
        before = values[-1]
    for time in band.times:
        n = round((time - wave.start_us) * rate) - first
        if start <= time <= end and 0 <= n < len(points):
            _dot(pen, row.x(time), points[n][1])
