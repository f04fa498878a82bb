# SPDX-License-Identifier: MIT
"""Public clock rules re-expressed from their decoders; one framing for all (magstripe.md 3).

Each takes flux intervals and returns bits. What they have in common: one threshold, a cell time
that adapts by one rule, and nothing that repairs.
"""

from collections.abc import Callable, Sequence

_LEAD = 16  # intervals of the leading zeros that set the first cell time


def _first_cell(intervals: Sequence[int]) -> float:
    lead = intervals[1 : 1 + _LEAD]
    return sum(lead) / len(lead)


def fixed(intervals: Sequence[int]) -> list[int]:
    """One threshold from the leading zeros, for the whole swipe."""
    limit = _first_cell(intervals) * 0.75
    bits, half = [], False
    for interval in intervals[1:]:
        if interval < limit:
            if half:
                bits.append(1)
            half = not half
        else:
            bits.append(0)
            half = False
    return bits


def last_cell(intervals: Sequence[int]) -> list[int]:
    """Nearest of the last half and the last whole cell (mslib, brandonlw, Rhombus)."""
    cell = _first_cell(intervals)
    bits, half = [], 0
    for interval in intervals[1:]:
        if interval * 4 < cell * 3:
            if half:
                bits.append(1)
                half = 0
            else:
                half = interval
            cell = 2 * interval
        else:
            bits.append(0)
            half, cell = 0, interval
    return bits


def windows(intervals: Sequence[int]) -> list[int]:
    """+-60 % around half and whole of the last cell; what is outside both is dropped (dab)."""
    cell = _first_cell(intervals)
    bits, half = [], 0
    for interval in intervals[1:]:
        if abs(interval - cell / 2) < 0.3 * cell:
            if half:
                bits.append(1)
                cell, half = half + interval, 0
            else:
                half = interval
        elif abs(interval - cell) < 0.6 * cell:
            bits.append(0)
            cell, half = interval, 0
    return bits


def average_of_four(intervals: Sequence[int]) -> list[int]:
    """Threshold at 0.75 of the mean of the last four cells (lann)."""
    recent = [_first_cell(intervals)] * 4
    total = sum(recent)
    bits, half, at = [], 0, 0
    for interval in intervals[1:]:
        if interval * 16 < total * 3:
            if not half:
                half = interval
                continue
            whole, half = half + interval, 0
            bits.append(1)
        else:
            whole, half = interval, 0
            bits.append(0)
        total += whole - recent[at]
        recent[at] = whole
        at = (at + 1) & 3
    return bits


def ema(intervals: Sequence[int]) -> list[int]:
    """Border to border, moving average of 1/4, threshold 0.75, reset at 1.5 cells (jtarrio)."""
    cell = _first_cell(intervals)
    bits, since, half = [], 0, False
    for interval in intervals[1:]:
        since += interval
        if since * 4 < cell * 3:
            half = True
            continue
        bits.append(1 if half else 0)
        if since * 2 <= cell * 3:
            cell += (since - cell) / 4
        else:
            cell = since
        since, half = 0, False
    return bits


RULES: dict[str, Callable] = {
    "fixed": fixed,
    "last": last_cell,
    "windows": windows,
    "avg4": average_of_four,
    "ema": ema,
}

_FORMATS = {
    1: (7, 0x45, 0x1F, 0x20, 79),
    2: (5, 0x0B, 0x0F, 0x30, 40),
    3: (5, 0x0B, 0x0F, 0x30, 107),
}


def frame(bits: list[int], track: int) -> str | None:
    """Return the text with parity and LRC right; of two directions that have one, the longer."""
    forward, backward = _frame(bits, track), _frame(bits[::-1], track)
    return max(forward, backward, key=lambda text: len(text or "")) or None


def _frame(bits: list[int], track: int) -> str | None:
    width, start, end, offset, limit = _FORMATS[track]
    if 1 not in bits:
        return None
    at, lrc, codes, ended = bits.index(1), 0, [], False
    mask = (1 << (width - 1)) - 1
    while at + width <= len(bits) and len(codes) < limit:
        code = 0
        for k in range(width):
            code |= bits[at + k] << k
        at += width
        if not code.bit_count() & 1 or (not codes and code != start):
            return None
        lrc ^= code
        if ended:
            if lrc & mask:
                return None
            return "".join(chr(c + offset) for c in codes)
        codes.append(code & mask)
        ended = codes[-1] == end
    return None


def read(rule: Callable, intervals: Sequence[int], track: int) -> str | None:
    """Return the text that a rule reads, or None."""
    return frame(rule(intervals), track) if len(intervals) > 16 else None
