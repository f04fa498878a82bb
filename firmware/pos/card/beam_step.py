# SPDX-License-Identifier: MIT
"""The inner loop of the beam search: all hypotheses over one transition. See `beam` for the idea.

Viper, about thirty times the speed of bytecode, and it runs as it is on CPython. Machine code is
never given back to the heap, so this module and `beam_merge` are small and stay loaded.
"""
# ruff: noqa: F821 -- ptr8 and ptr32 are viper's own words
# ruff: noqa: C901, PLR0915 -- one flat loop: a call costs more than a hypothesis

import micropython
from micropython import const

from pos.card.beam_merge import merge

_WIDTH = const(24)  # hypotheses
# a hypothesis is a record of _SIZE integers in the first buffer
_COST = const(0)
_DUE = const(1)  # time since the last border + _ZERO; times are 64ths of a microsecond
_CELL = const(2)
_SKEW = const(3)  # how late transitions of even polarity come + _ZERO
_KEY = const(4)  # phase | bits << 1 | character so far << 4 | stage << 11 | characters << 13
_HASH = const(5)  # of the whole text so far
_PREVIOUS = const(6)  # of all but its last character
_RIVAL = const(7)  # by how much the nearest reading that is not on record was dearer
_NODE = const(8)  # of its last character
_REPAIRS = const(9)  # their number, and from bit 5 that of the lost ones
_FLAGS = const(10)  # 1 the polarity, 2 the last transition was spurious, 4 and the one before
_NOISE = const(11)  # sum of squared distances
_CHAR = const(12)  # 1 + the code completed just now that is not a node yet, else 0
_ALT = const(13)  # and the list of its alternatives
_SIZE = const(14)
# the state before the records
_NOW = const(0)  # where this generation begins
_NEXT = const(1)
_MANY = const(2)
_FIRST = const(3)  # the cheapest
_BITS = const(4)  # of a character
_LIMIT = const(5)  # characters
_START = const(6)  # the start sentinel with its parity bit
_STIFF = const(7)  # 128 times the cost of a squared distance
_NODES = const(8)  # in use
_BEST = const(10)  # cost of the cheapest complete reading
_SEEN = const(11)  # transitions followed
_MANY_ENDS = const(12)  # complete readings
_GAINS = const(13)  # phase, cell; both among the leading zeros; cell at the middle of a 1
_END = const(20)  # complete readings: cost, node, rival, repairs, noise, hash
_MOST_ENDS = const(6)
_END_SIZE = const(6)
_MOST_NODES = const(256)
# the tables: parity by character, then
_WAYS = const(128)  # three for each place
_PRIORS = const(164)  # by code

_ZERO = const(1 << 28)  # what viper loads has no sign where words have 64 bits
_FAR = const(1 << 28)  # more than any cost
_LEAD = const(0)  # stages
_TEXT = const(1)
_LRC = const(2)
_TAIL = const(3)

_SPREAD = const(160)  # what is dearer than the best by more is dropped
_LOST = const(88)
_SPURIOUS = const(92)
_AGAIN = const(56)  # a spurious transition behind another one: one scratch makes both
_STRAY = const(40)  # a 1 behind the zeros after the LRC: the edge of the card
_MOST_REPAIRS = const(14)
_WINDOW = const(66)  # 128ths of a cell: how far a transition may be off its place, or the next
_KNEE = const(31)  # beyond, the cost grows by 1 each
_QUIET = const(8)  # zeros behind the LRC
_MIN_CHARS = const(5)
_MAX_CELL = const(1 << 20)
_MIN_CELL = const(512)
_HOPELESS = const(40)  # cost of a transition on average; no text was ever read through more
_HOPELESS_BASE = const(900)


@micropython.viper
def step(bo, po, ao, co, time: int) -> int:  # noqa: ANN001 -- viper's own types
    """Explain a transition `time` later in every way not too dear; return how many go on.

    The first three are the buffers of `beam`, the fourth its tables.
    """
    b = ptr32(bo)
    p = ptr32(po)
    tables = ptr8(co)
    b[_SEEN] += 1
    width = b[_BITS]
    stiff = b[_STIFF]
    start = b[_NEXT]
    free = start
    floor = int(_FAR)
    now = b[_NOW]
    top = now + b[_MANY] * _SIZE
    r = now + b[_FIRST] * _SIZE
    for _ in range(b[_MANY]):
        if r >= top:
            r = now
        base = b[r]
        cell = b[r + _CELL]
        key = b[r + _KEY]
        flags = b[r + _FLAGS]
        skew = b[r + _SKEW] - _ZERO
        due = b[r + _DUE] - _ZERO + time
        late = skew
        if flags & 1:
            late = 0 - skew
        x = 0
        half = 0
        near = 0
        turn = 0
        if due >= 7 * cell and (key >> 11 & 3) == _TAIL and (key >> 4 & 127) >= _QUIET:
            finish(bo, r)  # the hand stopped behind the text, or this is the end of the card
            due = cell - late
            base += _STRAY
        if due < 7 * cell:
            x = ((due + late) << 7) // cell
            half = (x + 32) >> 6
            off = x - (half << 6)
            near = half + 1
            if off < 0:
                near = half - 1
            turn = (late << 8) // cell  # how far the other polarity moves the transition
        for c in range(7):
            way = 0
            lost = 0
            off = 0
            place = half
            exact = due + late
            if c == 6:
                cost = base + _SPURIOUS
                if (flags & 6) == 2:
                    cost = base + _AGAIN
                repairs = b[r + _REPAIRS] + 1
            else:
                n = c
                if c > 2:
                    place = near
                    n = c - 3
                if place < 1 or place > 6:
                    continue
                way = tables[_WAYS - 3 + ((key & 1) * 6 + place) * 3 + n]
                if way == 255:
                    continue
                lost = way >> 6
                off = x - (place << 6)
                if lost & 1:
                    off -= turn
                    exact = due - late
                cost = off * off * stiff >> 7
                if off < 0:
                    off = 0 - off
                if off > _KNEE:
                    if off > _WINDOW:
                        continue
                    cost = (_KNEE * _KNEE * stiff >> 7) + off - _KNEE
                cost += base + lost * _LOST
                repairs = b[r + _REPAIRS] + lost * 33
            if cost > floor + _SPREAD or (repairs & 31) > _MOST_REPAIRS:
                continue

            # the text: the bits of this way
            k = key >> 1 & 7
            acc = key >> 4 & 127
            stage = key >> 11 & 3
            n = key >> 13
            phase = key & 1
            char = 0
            if c != 6:
                phase = way >> 5 & 1
                bits = way & 7
                todo = way >> 3 & 3
                while todo:
                    todo -= 1
                    bit = bits & 1
                    bits >>= 1
                    if stage == _LEAD:
                        if bit:
                            stage = int(_TEXT)
                            k = 1
                            acc = 1
                        else:
                            k = (k + 1) & 7
                    elif stage == _TAIL:
                        if bit:
                            cost += _STRAY
                            repairs += 1
                            if acc < _QUIET:
                                cost = int(_FAR)
                        acc += 1
                        if acc > 15:
                            acc = int(_QUIET)
                    else:
                        acc |= bit << k
                        k += 1
                        if k == width:
                            if not tables[acc]:
                                cost = int(_FAR)
                            if n == 0 and acc != b[_START]:
                                cost = int(_FAR)
                            acc &= (1 << (k - 1)) - 1
                            char = acc + 1
                            n += 1
                            if stage == _LRC:
                                stage = int(_TAIL)
                            else:
                                if n > 1:
                                    cost += tables[_PRIORS + acc]
                                if n >= b[_LIMIT]:
                                    cost = int(_FAR)
                                if acc == 0x1F or (acc == 0x0F and width == 5):
                                    if n < _MIN_CHARS:
                                        cost = int(_FAR)
                                    stage = int(_LRC)
                            k = 0
                            acc = 0
                if cost > floor + _SPREAD:
                    continue

            # the place: another hypothesis may stand there
            new = phase | k << 1 | acc << 4 | stage << 11 | n << 13
            previous = b[r + _PREVIOUS]
            mark = b[r + _HASH]
            if char:
                previous = mark
                mark = (previous * 33 + char) & 0xFFFFFF
            at = 0
            j = start
            while j < free:
                if b[j + _KEY] == new:
                    at = j
                    break
                j += _SIZE
            rival = b[r + _RIVAL]
            alternatives = 0
            if at:
                if b[at + _HASH] != mark:
                    rival = int(merge(bo, po, ao, r, at, cost, char, previous))
                    if rival < 0:
                        continue
                    alternatives = b[at + _ALT]
                elif b[at] <= cost:
                    continue
                elif char:
                    alternatives = b[at + _ALT]
            elif free < start + _WIDTH * _SIZE:
                at = free
                free += _SIZE
            else:
                at = start
                j = start
                while j < free:
                    if b[j] > b[at]:
                        at = j
                    j += _SIZE
                if b[at] <= cost:
                    continue
            if cost < floor:
                floor = cost
            b[at] = cost
            b[at + _KEY] = new
            b[at + _HASH] = mark
            b[at + _PREVIOUS] = previous
            b[at + _RIVAL] = rival
            b[at + _NODE] = b[r + _NODE]
            b[at + _REPAIRS] = repairs
            b[at + _CHAR] = char
            b[at + _ALT] = alternatives
            b[at + _NOISE] = b[r + _NOISE] + off * off

            # the clock
            if c == 6:
                b[at + _DUE] = due + _ZERO
                b[at + _CELL] = cell
                b[at + _SKEW] = skew + _ZERO
                if flags & 2:
                    b[at + _FLAGS] = (flags & 1 ^ 1) | 4
                else:
                    b[at + _FLAGS] = (flags & 1 ^ 1) | 2
                continue
            b[at + _FLAGS] = (flags & 1) ^ (lost & 1) ^ 1
            gains = int(_GAINS)
            slow = 6
            if stage == _LEAD:
                gains += 2
                slow = 4
            error = exact - (place * cell >> 1)
            tilt = 0
            if not lost:
                tilt = error >> slow
                if not flags & 1:
                    tilt = 0 - tilt
            b[at + _SKEW] = skew + tilt + _ZERO
            if phase:
                grow = error * b[_GAINS + 4] >> 8
                b[at + _CELL] = cell + grow
                b[at + _DUE] = _ZERO + (cell >> 1) + error - (error * b[gains] >> 9)
            else:
                b[at + _CELL] = cell + (error * b[gains + 1] >> 8)
                b[at + _DUE] = _ZERO + error - (error * b[gains] >> 8)
        r += _SIZE

    # the next generation, without what has become too dear
    if floor < b[_BEST]:
        limit = floor + _SPREAD
    else:
        limit = b[_BEST] + _SPREAD
    if floor > _HOPELESS * b[_SEEN] + _HOPELESS_BASE:
        limit = 0 - 1
    to = start
    b[_FIRST] = 0
    r = start
    while r < free:
        cell = b[r + _CELL]
        if b[r] <= limit and cell >= _MIN_CELL and cell <= _MAX_CELL and b[_NODES] < _MOST_NODES:
            if b[r + _CHAR]:
                n = b[_NODES]
                b[_NODES] = n + 1
                p[n] = b[r + _CHAR] - 1 | b[r + _NODE] << 7 | b[r + _ALT] << 17
                b[r + _NODE] = n
                b[r + _CHAR] = 0
                b[r + _ALT] = 0
            if b[r] == floor:
                b[_FIRST] = (to - start) // _SIZE
            if to != r:
                for k in range(_SIZE):
                    b[to + k] = b[r + k]
            to += _SIZE
        r += _SIZE
    b[_MANY] = (to - start) // _SIZE
    b[_NEXT] = now
    b[_NOW] = start
    return b[_MANY]


@micropython.viper
def finish(bo, r: int):  # noqa: ANN001, ANN201 -- viper's own types
    """Keep the complete reading of the hypothesis at `r`: the cheapest ones, each text once."""
    b = ptr32(bo)
    cost = b[r]
    top = _END + b[_MANY_ENDS] * _END_SIZE
    at = top
    worst = int(_END)
    j = int(_END)
    while j < top:
        if b[j + 5] == b[r + _HASH]:
            at = j
            break
        if b[j] > b[worst]:
            worst = j
        j += _END_SIZE
    if at == _END + _MOST_ENDS * _END_SIZE:
        at = worst
    elif at == top:
        b[_MANY_ENDS] += 1
        b[at] = int(_FAR)
    if b[at] > cost:
        b[at] = cost
        b[at + 1] = b[r + _NODE]
        b[at + 2] = b[r + _RIVAL]
        b[at + 3] = b[r + _REPAIRS]
        b[at + 4] = b[r + _NOISE]
        b[at + 5] = b[r + _HASH]
        if cost < b[_BEST]:
            b[_BEST] = cost
