# SPDX-License-Identifier: MIT
"""A beam of hypotheses over flux intervals: the search for what one clock cannot follow.

A hypothesis explains every transition so far as a cell border, the middle of a 1, one that does
not belong there, or the first behind borders and middles that were lost. It has a clock of its
own, a polarity offset and a place in the text, and a cost: how unlikely its explanations are, in
sixteenths of a natural logarithm. Parity, sentinels, length and the zeros behind the LRC prune;
the LRC itself is left to `resolve`. Of two hypotheses at the same place in the same character the
cheaper goes on; what the other one had read stays on record as an alternative of that character.

Everything lives in arrays of integers below 2**30, made once by `buffers`: state and hypotheses,
nodes (the characters of each history), alternatives. Bounded: 24 hypotheses, seven ways on for
each, an interval. The places of it all are those of `beam_step`, which does the work.
"""

from micropython import const

from array import array

from pos.card import beam_step
from pos.card.chars import ODD, START
from pos.core import modules

_WIDTH = const(24)
_COST = const(0)
_DUE = const(1)
_CELL = const(2)
_SKEW = const(3)
_KEY = const(4)
_RIVAL = const(7)
_NODE = const(8)
_FLAGS = const(10)
_SIZE = const(14)
_NOW = const(0)
_NEXT = const(1)
_MANY = const(2)
_BITS = const(4)
_LIMIT = const(5)
_START = const(6)
_STIFF = const(7)
_NODES = const(8)
_ALTS = const(9)
_BEST = const(10)
_SEEN = const(11)
_MANY_ENDS = const(12)
_GAINS = const(13)
_END = const(20)
_END_SIZE = const(6)
_RECORDS = const(56)
_MOST_NODES = const(256)
_MOST_ALTS = const(512)
_ZERO = const(1 << 28)
_LRC = const(2)
_TAIL = const(3)
_MAX_CELL = const(1 << 20)  # 16 ms: slower than any swipe that reads
_MIN_CELL = const(512)
_SCALE_BITS = const(6)
_LONGEST = const(65535)
_EDGE = const(24)  # intervals at the edge of the card that may be anything

FAR = const(1 << 28)  # more than any cost
SPREAD = const(160)  # what is dearer than the best by more was dropped

# Ways on, three for each place: phase * 6 + half cells since the last border - 1. Each is
# bits | their number << 3 | next phase << 5 | lost transitions << 6.
_WAYS = (
    b"\x20\xff\xff\x08\x49\xff\x68\xa9\xff\x50\x92\x91\xb0\xff\xff\x98\xff\xff"
    b"\xff\xff\xff\x09\xff\xff\x69\xff\xff\x51\x93\xff\xb1\xff\xff\x99\xff\xff"
)
# how unusual a character is, by its code
_PRIORS_5 = bytes(10) + b"\x30\x40\x30\x10\x30\x10"
_PRIORS_7 = (
    b"\0\x30\x30\x30\x30\x40\x30\x30\x30\x30\x30\x30\x30\x10\x10\x10"
    b"\0\0\0\0\0\0\0\0\0\0\x30\x30\x30\x30\x30\x10\x30" + bytes(26) + b"\x30\x30\x30\x10\x30"
)


def buffers() -> tuple:
    """Return the buffers of a search: state and hypotheses, nodes, alternatives."""
    modules.hold("pos.card.beam_step", "pos.card.beam_merge")
    return (
        array("i", bytes(4 * (_RECORDS + 2 * _WIDTH * _SIZE))),
        array("i", bytes(4 * _MOST_NODES)),
        array("i", bytes(4 * _MOST_ALTS)),
    )


def find(intervals: object, order: range, cell: int, skew: int, form: tuple, parts: tuple) -> int:
    """Follow `intervals` (us) in `order` and return how many complete readings there are.

    `cell` and `skew` are those of the leading zeros, in 64ths of a microsecond; `form` is (bits a
    character, most characters, clock), the clock five gains in 256ths (phase and cell, both among
    the leading zeros, cell at the middle of a 1) and 128 times the cost of a squared distance in
    128ths of a cell; `parts` are the buffers.
    """
    b = parts[0]
    if not _MIN_CELL <= cell <= _MAX_CELL:
        return 0
    for k in range(_RECORDS + _SIZE):
        b[k] = 0
    b[_NOW], b[_NEXT], b[_MANY] = _RECORDS, _RECORDS + _WIDTH * _SIZE, 1
    b[_BITS], b[_LIMIT], b[_START] = form[0], form[1], START[form[0]]
    for k in range(5):
        b[_GAINS + k] = form[2][k]
    b[_STIFF], b[_NODES], b[_ALTS], b[_BEST] = form[2][5], 1, 1, FAR
    b[_RECORDS + _DUE], b[_RECORDS + _SKEW] = _ZERO - skew, _ZERO + skew
    b[_RECORDS + _CELL], b[_RECORDS + _RIVAL], b[_RECORDS + _FLAGS] = cell, SPREAD, 1
    tables = ODD + _WAYS + (_PRIORS_7 if form[0] == 7 else _PRIORS_5)
    step = beam_step.step
    left = len(order)
    for i in order:
        left -= 1
        if not step(b, parts[1], parts[2], tables, min(intervals[i], _LONGEST) << _SCALE_BITS):
            return b[_MANY_ENDS] if left < _EDGE else 0
    _close(b, parts[1])
    return b[_MANY_ENDS]


def end(parts: tuple, k: int) -> tuple:
    """Return (cost, last node, rival, repairs, lost, mean squared distance) of reading `k`."""
    b = parts[0]
    at = _END + k * _END_SIZE
    repairs = b[at + 3]
    return b[at], b[at + 1], b[at + 2], repairs & 31, repairs >> 5, b[at + 4] // b[_SEEN]


def _close(b: array, p: array) -> None:
    """The record ends: bits that were not recorded are zeros."""
    now = b[_NOW]
    for r in range(now, now + b[_MANY] * _SIZE, _SIZE):
        stage, acc, node = b[r + _KEY] >> 11 & 3, b[r + _KEY] >> 4 & 127, b[_NODES]
        if stage == _LRC and ODD[acc] and node < _MOST_NODES:
            b[_NODES] = node + 1
            p[node] = acc & ((1 << (b[_BITS] - 1)) - 1) | b[r + _NODE] << 7
            b[r + _NODE] = node
            beam_step.finish(b, r)
        elif stage == _TAIL:
            beam_step.finish(b, r)
