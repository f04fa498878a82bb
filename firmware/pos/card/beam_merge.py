# SPDX-License-Identifier: MIT
"""Where two hypotheses of the beam meet: one goes on, the other's last character stays on record.

A node is code | node before << 7 | first alternative << 17. The alternatives of a character are a
list in the third buffer of `beam.buffers`; each entry is code | how much dearer << 7 | next << 17.
The places in a record are those of `beam_step`.
"""
# ruff: noqa: F821 -- ptr8 and ptr32 are viper's own words

import micropython
from micropython import const

_HASH = const(5)
_PREVIOUS = const(6)
_RIVAL = const(7)
_NODE = const(8)
_CHAR = const(12)
_ALT = const(13)
_ALTS = const(9)
_MOST_ALTS = const(512)
_SPREAD = const(160)


@micropython.viper
def merge(bo, po, ao, r: int, at: int, cost: int, char: int, previous: int) -> int:  # noqa: ANN001
    """Settle a newcomer from `r` with what stands at `at` and another text: return its rival.

    Negative: the newcomer is the dearer one, and is on record. Else it has won, what stood there
    is among the alternatives of the record `at`, and the rest is for the caller to write.
    """
    b = ptr32(bo)
    p = ptr32(po)
    more = b[at] - cost
    rival = b[r + _RIVAL]
    if b[at + _PREVIOUS] != previous:  # they differ in more than a character
        if more <= 0:
            if 0 - more < b[at + _RIVAL]:
                b[at + _RIVAL] = 0 - more
            return -1
        b[at + _ALT] = 0
        if more < rival:
            return more
        return rival
    mine = char - 1
    rest = 0
    if not char:
        mine = p[b[r + _NODE]] & 127
        rest = p[b[r + _NODE]] >> 17
    if more <= 0:
        add(bo, po, ao, at, mine, 0 - more, rest)
        return -1
    old = b[at + _CHAR] - 1
    rest = b[at + _ALT]
    if not b[at + _CHAR]:
        old = p[b[at + _NODE]] & 127
        rest = p[b[at + _NODE]] >> 17
    b[at + _CHAR] = char
    b[at + _ALT] = 0
    b[at + _NODE] = b[r + _NODE]
    b[at + _RIVAL] = rival
    add(bo, po, ao, at, old, more, rest)
    return b[at + _RIVAL]


@micropython.viper
def add(bo, po, ao, at: int, char: int, more: int, rest: int):  # noqa: ANN001, ANN201
    """Put a character on record at `at`, and those of `rest`, all dearer by `more`, each once."""
    b = ptr32(bo)
    p = ptr32(po)
    a = ptr32(ao)
    base = more
    while True:
        if more <= _SPREAD:
            own = b[at + _CHAR] - 1
            head = b[at + _ALT]
            if not b[at + _CHAR]:
                own = p[b[at + _NODE]] & 127
                head = p[b[at + _NODE]] >> 17
            k = head
            while k and (a[k] & 127) != char:
                k = a[k] >> 17
            if own == char:
                pass
            elif k:
                if (a[k] >> 7 & 1023) > more:
                    a[k] = (a[k] >> 17 << 17) | more << 7 | char
            elif b[_ALTS] < _MOST_ALTS:
                k = b[_ALTS]
                b[_ALTS] = k + 1
                a[k] = char | more << 7 | head << 17
                if b[at + _CHAR]:
                    b[at + _ALT] = k
                else:
                    n = b[at + _NODE]
                    p[n] = (p[n] & 0x1FFFF) | k << 17
            elif more < b[at + _RIVAL]:
                b[at + _RIVAL] = more
        if not rest:
            return
        char = a[rest] & 127
        more = base + (a[rest] >> 7 & 1023)
        rest = a[rest] >> 17


@micropython.viper
def relax(table_o, row: int, sums: int, change: int, more: int):  # noqa: ANN001, ANN201
    """Lower each sum of a row to what another one costs with an alternative, if that is less."""
    table = ptr8(table_o)
    total = 0
    while total < sums:
        cost = table[row + (total ^ change)] + more
        if cost < table[row + total]:
            table[row + total] = cost
        total += 1
