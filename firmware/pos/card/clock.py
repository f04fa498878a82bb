# SPDX-License-Identifier: MIT
"""Clock recovery, the fast stage: flux intervals (us) -> bits of an F2F stripe (ISO/IEC 7811-2).

A phase-locked loop runs over the transitions. It keeps the expected place of the next cell border
and the cell time, so that one displaced transition moves the clock only a little. Whether the bits
are right is not known here, only whether every transition came where it was expected. It repairs
nothing: what it cannot follow is for `search`.
"""

from micropython import const

_SCALE_BITS = const(6)  # times inside the loop are 64ths of a microsecond
_LOCK = const(6)  # intervals whose pairs must agree before the clock is trusted


def lock(intervals: object, count: int, back: bool) -> int:
    """Return how many intervals to skip (from the end when `back`) to even zeros, or -1."""
    step = -1 if back else 1
    for start in range(1, count - _LOCK):
        i = count - 1 - start if back else start
        a = intervals[i] + intervals[i + step]
        b = intervals[i + 2 * step] + intervals[i + 3 * step]
        c = intervals[i + 4 * step] + intervals[i + 5 * step]
        if max(a, b, c) * 4 <= min(a, b, c) * 5 + 4:
            return start
    return -1


def first_cell(intervals: object, order: range) -> tuple:
    """Return cell time and polarity offset, in 64ths of a us, of the zeros that `lock` found."""
    cell = skew = 0
    for k in range(_LOCK):
        one = intervals[order[k]] << _SCALE_BITS
        cell += one
        skew += -one if k & 1 else one
    return cell // _LOCK, skew // (2 * _LOCK)


def recover(intervals: object, count: int, bits: bytearray, back: bool) -> tuple:
    """Set each 1 in `bits` (a byte each, from the end when `back`); return (bits, rough places).

    `bits` is zero and has room for `count`. No bits: there are no even zeros to begin with. A
    rough place is a transition far from where it was expected, one too many or one missing.
    """
    start = lock(intervals, count, back)
    if start < 0:
        return 0, 0
    order = range(count - 1 - start, -1, -1) if back else range(start, count)
    cell, _ = first_cell(intervals, order)
    if len(intervals) > count:  # the rest of a driver's buffer; a view is no copy
        whole = isinstance(intervals, list)
        intervals = intervals[:count] if whole else memoryview(intervals)[:count]
    run = iter(reversed(intervals) if back else intervals)
    for _ in range(start):
        next(run)
    return _follow(run, cell, bits)


def _follow(run: object, cell: int, bits: bytearray) -> tuple:
    """Run the loop over the intervals; the first few are even zeros of `cell`."""
    near = cell * 3 >> 4
    limit = cell - near
    due = n = half = rough = 0  # `due` is the time since the last border
    for one in run:
        due += one << _SCALE_BITS
        if due < limit:  # the middle of a 1
            if half:
                rough += 1
            half = due
            continue
        due -= cell
        if due > near:
            rough += 1
            if due > limit:  # a border is missing, or the hand paused: go on from here
                due = 0
        if half:
            bits[n] = 1
            half += half - cell
            near += near
            if half > near or half < -near:
                rough += 1
            half = 0
        n += 1
        due >>= 3
        cell += due * 3
        due += due
        near = cell * 3 >> 4
        limit = cell - near
    return n, rough
