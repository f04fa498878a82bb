# SPDX-License-Identifier: MIT
"""Where the cells, bits and characters of a track lie in time: for the picture, not for reading.

When the firmware read the track, its text is laid over the transitions (dynamic programming: each
expected transition finds its own, some are missing, some are too many). When it did not, a plain
clock follows the transitions as far as it can, and the characters it finds are judged by parity.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from posctl.swipe import synth

_WINDOW = 16  # intervals; the widest but one of them is a cell
_SKIP = 0.4  # cost of a transition missing or too many, in cells
_STEPS = 4  # transitions in a row that may be missing
_SPREAD = 40  # how far the lay may wander from one transition for each expected
_LEAD = 30  # zeros more than were counted
_TAIL = 12
_GOOD = 0.1  # cost of a transition in a lay that fits
_TRIES = 3
_STRAY = 4  # transitions beyond a gap that are not worth a picture
_PIECE = 24  # bits of the data looked for in what a plain clock finds
_START = {7: "%", 5: ";"}
_EDGE = 0.75  # of a cell: shorter is half of a 1
_MOST_BAD = 3  # characters of bad parity, one after the other, that are still shown


class Cell(NamedTuple):
    """One bit cell."""

    start: float
    end: float
    bit: int


class Char(NamedTuple):
    """One character: its first and last cell in order of time, and whether it is right."""

    first: int
    last: int
    text: str
    good: bool


class Trace(NamedTuple):
    """What is drawn of a track; times in microseconds, as those of the transitions."""

    cells: list[Cell]
    chars: list[Char]
    extra: list[float]  # transitions too many
    missing: list[float]  # places where one is missing


def lay(times: Sequence[float], track: int, text: str, reverse: bool) -> Trace:
    """Lay a text that was read over its transitions."""
    width = 7 if text[0] == "%" else 5
    bits = synth.bits_of(text, 1 if width == 7 else 2 if track == 2 else 3)
    data = bits[::-1] if reverse else bits
    best = None
    for zeros in _leading_zeros(times, data):
        whole = [0] * (zeros + _LEAD) + data
        whole += [0] * (max(len(times) - len(whole), 0) + _TAIL)
        places = []  # of every expected transition, in cells; whole numbers are borders
        for n, bit in enumerate(whole):
            places += [float(n), n + 0.5] if bit else [float(n)]
        cost, match = _match(times, places)
        if best is None or cost < best[0]:
            best = (cost, match, whole, places, zeros + _LEAD)
        if cost < _GOOD * len(times):
            break
    _, match, whole, places, lead = best
    first, last = min(match), max(match)
    borders, missing = _borders(times, places, match, first, last)
    used = set(match.values())
    extra = [t for n, t in enumerate(times) if n not in used]
    start = next(n for n in range(len(whole) + 1) if n in borders)
    cells = []
    n = start
    while n in borders and n + 1 in borders:
        cells.append(Cell(borders[n], borders[n + 1], whole[n]))
        n += 1
    chars = _whole_text(text, width, lead - start, reverse, len(cells))
    return _without_edges(Trace(cells, chars, extra, missing), times)


def _without_edges(found: Trace, times: Sequence[float]) -> Trace:
    """Leave out what lies beyond a gap at either end: a stray transition far off the stripe."""
    if not found.chars or not found.missing:
        return found
    start = found.cells[found.chars[0].first].start
    end = found.cells[found.chars[-1].last].end
    low = [t for t in found.missing if t < start and sum(u < t for u in times) < _STRAY]
    high = [t for t in found.missing if t > end and sum(u > t for u in times) < _STRAY]
    first, last = max(low, default=times[0] - 1), min(high, default=times[-1] + 1)
    cells = [cell for cell in found.cells if first < cell.start and cell.end < last]
    gone = sum(cell.start <= first for cell in found.cells)
    return Trace(
        cells,
        [Char(c.first - gone, c.last - gone, c.text, c.good) for c in found.chars],
        [t for t in found.extra if first < t < last],
        [t for t in found.missing if first < t < last],
    )


def _whole_text(text: str, width: int, at: int, reverse: bool, cells: int) -> list[Char]:
    names = [*text, "LRC"]
    out = []
    for n, name in enumerate(reversed(names) if reverse else names):
        first = at + n * width
        if 0 <= first and first + width <= cells:
            out.append(Char(first, first + width - 1, name, True))
    return out


def _local_cells(times: Sequence[float]) -> list[float]:
    """Return the cell time around every transition."""
    gaps = [b - a for a, b in zip(times, times[1:], strict=False)]
    out = []
    for n in range(len(times)):
        near = sorted(gaps[max(0, n - _WINDOW // 2) : n + _WINDOW // 2])
        out.append(max(1.0, near[-2] if len(near) > 1 else near[-1] if near else 1.0))
    return out


def _leading_zeros(times: Sequence[float], data: Sequence[int]) -> list[int]:
    """Return how many zeros may come first: what most pieces of the data say, found in place."""
    row = "".join(str(cell.bit) for cell in follow(times, 2).cells)
    votes: Counter[int] = Counter()
    for n in range(0, len(data) - _PIECE):
        piece = "".join(map(str, data[n : n + _PIECE]))
        at = row.find(piece)
        while at >= 0:
            votes[max(at - n, 0)] += 1
            at = row.find(piece, at + 1)
    return [lead for lead, _ in votes.most_common(_TRIES)] or [max(row.find("1"), 0)]


def _match(times: Sequence[float], places: Sequence[float]) -> tuple[float, dict[int, int]]:
    """Return the cost and {expected transition: observed} of the best lay; both ends are free."""
    cells = _local_cells(times)
    layers: list[dict[int, tuple[float, int, int]]] = [{} for _ in times]
    slack = min(2 * _LEAD, len(places) - 1)
    for j in range(slack + 1):
        layers[0][j] = (0.0, -1, -1)
    for i in range(len(times)):
        for j, (cost, _, _) in layers[i].items():
            _reach(times, places, layers, (i, j, cost), cells[i])
    end = min(layers[-1], key=lambda j: layers[-1][j][0]) if layers[-1] else None
    i = len(times) - 1
    while end is None:  # the lay broke off: keep what there is
        i -= 1
        end = min(layers[i], key=lambda j: layers[i][j][0]) if layers[i] else None
    out = {}
    j = end
    cost = layers[i][j][0] + len(times) - 1 - i
    while i >= 0:
        out[j] = i
        _, i, j = layers[i][j]
    return cost, out


def _reach(times: Sequence, places: Sequence, layers: list, here: tuple, cell: float) -> None:
    """Enter what can follow one pair into the later layers."""
    i, j, cost = here
    for di in (1, 2, 3):
        if i + di >= len(times):
            return
        wait = (times[i + di] - times[i]) / cell
        layer = layers[i + di]
        for dj in range(1, _STEPS + 1):
            k = j + dj
            if k >= len(places) or abs(k - i - di - _LEAD) > _SPREAD:
                continue
            total = cost + abs(wait - places[k] + places[j]) + _SKIP * (di + dj - 2)
            if k not in layer or total < layer[k][0]:
                layer[k] = (total, i, j)


def _borders(
    times: Sequence[float], places: Sequence[float], match: dict, first: int, last: int
) -> tuple[dict[int, float], list[float]]:
    """Return the time of every cell border, and of what is missing, between two matched ones."""
    borders: dict[int, float] = {}
    missing = []
    before = first
    for j in range(first, last + 1):
        if j in match:
            time = times[match[j]]
            before = j
        else:
            after = next(k for k in range(j, last + 1) if k in match)
            share = (places[j] - places[before]) / (places[after] - places[before])
            time = times[match[before]]
            time += share * (times[match[after]] - time)
            missing.append(time)
        if places[j] == int(places[j]):
            borders[int(places[j])] = time
    return borders, missing


def follow(times: Sequence[float], track: int) -> Trace:
    """Follow the transitions of a track that was not read with a plain clock."""
    local = _local_cells(times)
    cells: list[Cell] = []
    start, half = times[0], False
    cell = local[0]
    for n in range(1, len(times)):
        since = times[n] - start
        if since < _EDGE * cell and not half:
            half = True
            continue
        cells.append(Cell(start, times[n], int(half)))
        start, half = times[n], False
        cell += (min(since, 1.5 * cell) - cell) / 2
        cell = min(max(cell, local[n] / 1.6), local[n] * 1.3)
    width = 7 if track == 1 else 5
    return Trace(cells, _best_chars([c.bit for c in cells], width), [], [])


def _best_chars(bits: list[int], width: int) -> list[Char]:
    """Return the characters of the way and start sentinel from which most parities are right."""
    best: list[Char] = []
    for back in (False, True):
        row = bits[::-1] if back else bits
        start = [int(b) for b in ("1010001" if width == 7 else "11010")]
        tries = [n for n in range(len(row)) if row[n : n + width] == start][:8]
        for at in tries:
            found = _chars(row, at, width)
            if sum(c.good for c in found) > sum(c.good for c in best):
                top = len(bits) - 1
                best = (
                    [Char(top - c.last, top - c.first, c.text, c.good) for c in reversed(found)]
                    if back
                    else found
                )
    return best


def _chars(bits: list[int], at: int, width: int) -> list[Char]:
    out: list[Char] = []
    offset = 0x20 if width == 7 else 0x30
    ended = False
    while at + width <= len(bits):
        part = bits[at : at + width]
        good = sum(part) % 2 == 1
        code = sum(bit << n for n, bit in enumerate(part[:-1]))
        text = "LRC" if ended else chr(code + offset)
        out.append(Char(at, at + width - 1, text, good))
        if ended or [c.good for c in out[-_MOST_BAD:]] == [False] * _MOST_BAD:
            break
        ended = good and text == "?"
        at += width
    return out
