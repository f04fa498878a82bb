# SPDX-License-Identifier: MIT
"""Public clock rules re-expressed from their decoders; one framing for all (magstripe.md 3, 5.2).

A rule takes flux intervals and returns bits. What they have in common: one threshold, a cell time
that adapts by one formula, and nothing that repairs. They are plain loops, each as quick as its
formula allows in Python: the EMA rule is the yardstick of our first stage.
"""

from collections.abc import Callable, Sequence
from itertools import islice

_LEAD = 16  # leading zeros whose mean is the first cell time
_SETTLE = 8  # cells the EMA rule averages before it reads
_LEAST = 32  # intervals: fewer are no track

Rule = Callable[[Sequence[int]], list[int]]


def _first_cell(intervals: Sequence[int]) -> float:
    return sum(intervals[1 : 1 + _LEAD]) / _LEAD


def fixed(intervals: Sequence[int]) -> list[int]:
    """One threshold from the leading zeros; what follows a short interval is its second half."""
    limit = _first_cell(intervals) * 0.75
    bits, half = [], False
    for interval in islice(intervals, 1, None):
        if half:
            half = False
        elif interval < limit:
            bits.append(1)
            half = True
        else:
            bits.append(0)
    return bits


def last_cell(intervals: Sequence[int]) -> list[int]:
    """Nearest of the last half and the last whole cell; a lone half is dropped (mslib)."""
    limit = _first_cell(intervals) * 0.75
    bits, half = [], False
    for interval in islice(intervals, 1, None):
        if interval < limit:
            if half:
                bits.append(1)
            half = not half
            limit = interval * 1.5
        else:
            bits.append(0)
            half = False
            limit = interval * 0.75
    return bits


def windows(intervals: Sequence[int]) -> list[int]:
    """+-60 % around half the last cell, then around the whole; else the interval is lost (dab)."""
    cell = _first_cell(intervals)
    bits, at, count = [], 1, len(intervals) - 1
    while at < count:
        interval = intervals[at]
        low, high = 0.2 * cell, 0.8 * cell
        if low < interval < high:
            if low < intervals[at + 1] < high:
                bits.append(1)
                cell = 2 * interval
                at += 1
        elif 0.4 * cell < interval < 1.6 * cell:
            bits.append(0)
            cell = interval
        at += 1
    return bits


def average_of_four(intervals: Sequence[int]) -> list[int]:
    """Threshold at 0.75 of the mean of four cells; a 1 counts by its first half (lann)."""
    recent = [_first_cell(intervals)] * 4
    total = sum(recent)
    bits, half, at = [], False, 0
    for interval in islice(intervals, 1, None):
        if half:
            half = False
            continue
        if interval * 16 < total * 3:
            bits.append(1)
            half = True
            interval *= 2
        else:
            bits.append(0)
        total += interval - recent[at]
        recent[at] = interval
        at = (at + 1) & 3
    return bits


def ema(intervals: Sequence[int]) -> list[int]:
    """Border to border: average of 1/4, threshold 0.75, new start after 1.5 cells (jtarrio)."""
    bits, half, since = [], 0, 0
    flow = islice(intervals, 1, None)
    cell = _settled(flow)
    for interval in flow:
        since += interval
        if since < 0.75 * cell:
            half = 1
            continue
        if since > 1.5 * cell:
            cell = _settled(flow)
        else:
            bits.append(half)
            cell += (since - cell) * 0.25
        since = half = 0
    return bits


def _settled(flow: object) -> float:
    cell = next(flow, 0)
    for interval in islice(flow, _SETTLE):
        cell += (interval - cell) * 0.25
    return cell


RULES: dict[str, Rule] = {
    "fixed": fixed,
    "last": last_cell,
    "dab": windows,
    "avg4": average_of_four,
    "ema": ema,
}

_FORMATS = {  # bits a character, start, end, ASCII offset, most characters
    1: (7, 0x45, 0x1F, 0x20, 79),
    2: (5, 0x0B, 0x0F, 0x30, 40),
    3: (5, 0x0B, 0x0F, 0x30, 107),
}


def frame(bits: list[int], track: int) -> str | None:
    """Return the text with parity and LRC right; of two directions that have one, the longer.

    Backward, a text that ends in a 4 may read as `;?` with every check passed.
    """
    forward, backward = _one_way(bits, track), _one_way(bits[::-1], track)
    return max(forward, backward, key=len) or None


def _one_way(bits: list[int], track: int) -> str:
    width, start, end, offset, limit = _FORMATS[track]
    if 1 not in bits:
        return ""
    lrc, codes, mask = 0, [], (1 << (width - 1)) - 1
    first = bits.index(1)
    for at in range(first, min(len(bits) - width + 1, first + limit * width), width):
        code = 0
        for k in range(width):
            code |= bits[at + k] << k
        if not code.bit_count() & 1 or (not codes and code & mask != start & mask):
            return ""
        lrc ^= code
        if codes and codes[-1] == end:
            return "" if lrc & mask else "".join(chr(code + offset) for code in codes)
        codes.append(code & mask)
    return ""


def read(rule: Rule, intervals: Sequence[int], track: int) -> str | None:
    """Return the text that a rule reads, or None."""
    return frame(rule(intervals), track) if len(intervals) >= _LEAST else None
