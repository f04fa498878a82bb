# SPDX-License-Identifier: MIT
"""Clock recovery: flux intervals (us) -> bits of an F2F stripe (ISO/IEC 7811-2).

A phase-locked loop runs over the transitions. It keeps the expected place of the next cell border,
the cell time and the polarity offset, so that one displaced transition moves the clock only a
little, and runs on through a border that is missing. One setting cannot serve both a worn card and
a finger that sticks: callers try several rules. Whether the bits are right is not known here, only
whether every transition came where it was expected.
"""

from micropython import const

# (phase gain, cell gain, 1 = from the end of the swipe), gains in sixteenths. The first two serve
# all but bad swipes; then heavy jitter, intervals that wander, a finger that sticks, each from
# both ends: a read that is not clean needs a second rule that agrees.
RULES = (
    (12, 6, 0),
    (12, 6, 1),
    (5, 1, 0),
    (16, 2, 0),
    (16, 16, 0),
    (8, 3, 1),
    (16, 3, 1),
    (16, 16, 1),
    (8, 3, 0),
    (5, 1, 1),
    (16, 1, 0),
)

_SCALE_BITS = const(4)  # times inside the loop are sixteenths of a microsecond
_LEAD_PHASE_GAIN = const(12)  # among the leading zeros the hand accelerates most
_LEAD_CELL_GAIN = const(6)
_LOCK = const(6)  # intervals whose pairs must agree before the clock is trusted
_BRIDGE_MAX = const(3)  # borders in a row that may be missing
BRIDGE_TOTAL = const(60)  # and in a whole swipe: `bits` needs this much more room than `intervals`


def lock(intervals: object, count: int, back: int) -> int:
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


def _first_cell(intervals: object, order: range) -> tuple:
    """Return the scaled cell time and polarity offset of the zeros that `lock` found."""
    cell = skew = 0
    for k in range(_LOCK):
        one = intervals[order[k]] << _SCALE_BITS
        cell += one
        skew += -one if k & 1 else one
    return cell // _LOCK, skew // (2 * _LOCK)


def _bridge(bits: bytearray, n: int, half: int, late: int, cell: int) -> int:
    """Write the cells whose border is missing and return how many; `late` is past the first."""
    passed = 0
    while late * 4 > cell and passed < _BRIDGE_MAX:
        bits[n + passed] = half if passed == 0 else 0
        late -= cell
        passed += 1
    return passed


def recover(intervals: object, count: int, bits: bytearray, rule: tuple) -> tuple:
    """Fill `bits` (one a byte, in the order of the rule) and return (bits, rough places).

    `bits` has room for `count` + BRIDGE_TOTAL + 3. No bits: there are no even zeros to begin with.
    A rough place is a transition far from where it was expected, one too many or one missing; a
    read without any needs no second opinion.
    """
    back = rule[2]
    start = lock(intervals, count, back)
    if start < 0:
        return 0, 0
    if back:
        return _follow(intervals, range(count - 1 - start, -1, -1), bits, rule)
    return _follow(intervals, range(start, count), bits, rule)


def _follow(intervals: object, order: range, bits: bytearray, rule: tuple) -> tuple:
    """Run the loop over the intervals in `order`; the first few are even zeros."""
    data_phase_gain, data_cell_gain, _ = rule
    gain_phase, gain_cell = _LEAD_PHASE_GAIN, _LEAD_CELL_GAIN
    cell, skew = _first_cell(intervals, order)
    early, near = -(cell >> 2), cell * 3 >> 4
    due = -skew - cell  # time since the expected border; negative before it
    n = half = rough = spent = 0
    for i in order:
        due += intervals[i] << _SCALE_BITS
        error = due - skew
        skew = -skew  # polarity alternates, and with it the way a transition is displaced
        if error < early:  # sooner than 3/4 of the cell: the middle of a 1
            if half or error * 16 > -5 * cell or error * 16 < -11 * cell:
                rough += 1
            half = 1
            continue
        if error > near or error < -near:
            rough += 1
            if error * 2 > cell:
                passed = _bridge(bits, n, half, error, cell)
                spent += passed
                if spent > BRIDGE_TOTAL:
                    break
                n, half = n + passed, 0
                error, due = error - passed * cell, due - passed * cell
                if error < early:
                    half = 1
                    continue
                if error > cell:  # the hand paused: go on from here
                    due -= error - cell
                    error = cell
        bits[n] = half
        n += 1
        cell += error * gain_cell >> 4
        due -= cell + (error * gain_phase >> 4)
        early, near = -(cell >> 2), cell * 3 >> 4
        if half:
            half = 0
            gain_phase, gain_cell = data_phase_gain, data_cell_gain
        else:
            skew -= error >> 5
    return n, rough
