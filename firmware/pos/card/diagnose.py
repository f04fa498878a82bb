# SPDX-License-Identifier: MIT
"""Why a read failed: what was measured, for the log; what the cashier should do, for the screen.

Loaded only after a failed read. It looks at the intervals alone, not at what they say: no digit of
the card comes near it. The cell time is followed through windows of 16 intervals, each a cell or
half of one; a stripe is 3.375 in long, so a short one was not swiped whole.
"""

from micropython import const

from pos.core.errors import CardError

_WINDOW = const(16)  # intervals
_STEP = const(8)
_THIRD = const(13)  # place of the third widest: two lost transitions do not reach it
_FEW = const(3)  # halves that are more than one bit
_START_CELLS = (0, 62, 22, 62)  # zeros before the start sentinel, by track: 0.293 inches
_SLOW_IPS10 = const(27)  # tenths of an inch a second; data sheets of readers say 30 to 600
_FAST_IPS10 = const(650)
_UNEVEN = const(5)  # fastest against slowest, that a hand may do
_SHORT_IN16 = const(38)  # sixteenths of an inch: 2.4 of 3.375
_NOISE_CHARS = const(8)  # noise seldom passes for more, by parity
_NOISE_MIN = const(40)  # transitions: half an inch of track 2 at most
_NOISE_MAX = const(400)  # transitions: fewer than on half of tracks 1 and 3
_ROUGH = const(30)  # percent of jitter, from where a length is not certain
_TENTHS = const(10000000)  # us a second, times 10
# of strings.py
_WORDS = const(
    "card.again card.flip card.slow card.fast card.steady card.whole card.low card.another"
)
_AGAIN = const(0)
_FLIP = const(1)
_SLOW = const(2)
_FAST = const(3)
_STEADY = const(4)
_WHOLE = const(5)
_LOW = const(6)
_ANOTHER = const(7)


def measure(track: int, intervals: object, count: int) -> tuple:
    """Return (slowest, fastest, jitter, length): tenths of ips, percent of a cell, 1/16 inch.

    Jitter is the peak change of an interval, from three of the same kind and polarity, so that
    acceleration and asymmetry drop out. All zero when there are too few intervals.
    """
    cells = _cells(intervals, count)
    narrowest = min(cells or [0])
    if not narrowest:
        return 0, 0, 0, 0
    bpi = 75 if track == 2 else 210
    length = _length(intervals, cells) * count // (len(cells) * _STEP) // bpi
    jitter = _jitter(intervals, cells)
    return _TENTHS // (bpi * max(cells)), _TENTHS // (bpi * narrowest), jitter, length


def facing(track: int, intervals: object, count: int) -> str:
    """Return "forward", "reverse" or "unknown": at which end the zeros end where a text begins.

    A guess for tracks that were not read; only one end may lie as far from the card's edge as the
    standard puts the start sentinel.
    """
    cells = _cells(intervals, count)
    if not cells:
        return "unknown"
    start = _START_CELLS[track]
    near = start // 8 + 1
    ahead = abs(_zeros(intervals, range(count), cells) - start) <= near
    behind = abs(_zeros(intervals, range(count - 1, -1, -1), cells) - start) <= near
    if ahead == behind:
        return "unknown"
    return "forward" if ahead else "reverse"


def _cells(intervals: object, count: int) -> list:
    """Return the time of a cell in every window, windows _STEP intervals apart.

    Halves and wholes beside each other tell which is which. From a window where they do, as near
    the middle as there is one, the clock is followed to both ends.
    """
    cells = []
    for start in range(0, count - _WINDOW + 1, _STEP):
        cells.append(_look(sorted(intervals[start : start + _WINDOW])))
    at = _anchor(cells)
    if cells:
        _follow(intervals, cells, at, abs(cells[at]))
    for i in range(at + 1, len(cells)):
        _follow(intervals, cells, i, cells[i - 1])
    for i in range(at - 1, -1, -1):
        _follow(intervals, cells, i, cells[i + 1])
    return cells


def _look(window: list) -> int:
    """Return the cell of a sorted window; negative: of one kind alone, a cell or half of one."""
    low = 0
    while window[low] * 4 < window[_THIRD] * 3:
        low += 1
    half = window[low >> 1]
    whole = window[(low + _WINDOW - 1) >> 1]
    if low >= _FEW and half * 8 <= whole * 5 and whole * 2 <= half * 5:
        return whole
    return -window[_WINDOW >> 1]


def _anchor(cells: list) -> int:
    """Return the place of a window to begin from: sure, its neighbours agree, in mid card."""
    last = len(cells) - 1
    best = last >> 1
    for k in range(len(cells) + 1):
        i = (last + 1 + (k if k & 1 else -k)) >> 1
        if 0 < i < last and cells[i] > 0:
            a, b, c = abs(cells[i - 1]), cells[i], abs(cells[i + 1])
            if max(a, b, c) * 4 <= min(a, b, c) * 5:
                return i
            best = i if cells[best] < 0 else best
    return max(best, 0)


def _follow(intervals: object, cells: list, i: int, beside: int) -> None:
    """Set the cell of a window: the mean of its intervals, told apart by a cell close by."""
    total = units = long = 0
    for k in range(i * _STEP, i * _STEP + _WINDOW):
        value = intervals[k]
        if value * 5 > beside * 8:  # a transition was lost, or the hand slowed down
            long += 1
        else:
            total += value
            units += 2 if value * 4 > beside * 3 else 1
    cells[i] = abs(cells[i]) if long * 2 > _WINDOW else total * 2 // units


def _length(intervals: object, cells: list) -> int:
    """Return sixteenths of a cell that the head passed; a pause counts as four cells."""
    total = 0
    for i, cell in enumerate(cells):
        passed = 0
        for k in range(i * _STEP, (i + 1) * _STEP):
            passed += min(intervals[k], cell << 2)
        total += (passed << 4) // (cell or 1)
    return total


def _jitter(intervals: object, cells: list) -> int:
    """Return percent of a cell."""
    wander = weight = 0
    for i, cell in enumerate(cells):
        for k in range(i * _STEP, (i + 1) * _STEP):
            a, b, c = intervals[k], intervals[k + 2], intervals[k + 4]
            if max(a, b, c) * 3 < min(a, b, c) * 5:
                wander += abs(2 * b - a - c)
                weight += cell
    return wander // (weight // 125 + 1)


def _zeros(intervals: object, order: range, cells: list) -> int:
    """Return how many whole cells there are before the first 1, in this order."""
    found = narrow = 0
    for i in order:
        cell = cells[min(i // _STEP, len(cells) - 1)]
        if intervals[i] * 4 >= cell * 3:
            narrow = 0
        elif narrow:  # a 1 is two of them
            return found - 1
        else:
            narrow = 1
        found += (intervals[i] * 2 + cell) // (cell * 2 or 1)  # a lost border is a wider zero
    return found


def report(swipe: object, fluxes: object) -> CardError:
    """Return the error of a refused swipe: what was seen, and `word`, the text for the screen.

    `fluxes` as for reader.read_card; only (intervals, count) can be measured. A direction with a
    question mark is a guess.
    """
    seen = "swipe refused: %s" % swipe.reason
    silent, short = True, False
    figures = []
    for number in (1, 2, 3):
        one = fluxes.get(number) if isinstance(fluxes, dict) else fluxes[number - 1]
        read = swipe.tracks[number]
        if one is None or (read.status == "absent" and read.reason is None):
            continue
        seen += "; track %d: %s, " % (number, _told(read))
        if not isinstance(one, tuple) or isinstance(one[0], bytearray):
            seen += read.direction
            silent = False
            short = short or _is_short(read, one)
            continue
        found = measure(number, one[0], one[1])
        seen += _measured(number, read, one, found)
        if not _is_noise(read, one[0], one[1]):
            silent = False
            if found[0]:
                figures.append(found)
    error = CardError(seen)
    word = _FLIP if silent else _WHOLE if short else _choice(swipe, figures)
    error.word = _WORDS.split()[word]
    return error


def _is_short(read: object, form: object) -> bool:
    """Tell a text that breaks off in bits too few for a card (at the density of track 2)."""
    broken = isinstance(form, tuple) and read.reason == "no_end_sentinel"
    return broken and form[1] << 4 < _SHORT_IN16 * 75


def _told(read: object) -> str:
    """Return what became of a track, and how far it came."""
    what = (read.reason or read.status).replace("_", " ")
    if read.status != "bad":
        return what
    return what + " at character %d" % read.position if read.position else "card seen, " + what


def _measured(number: int, read: object, one: tuple, found: tuple) -> str:
    """Return direction and figures of a track."""
    way = read.direction
    if way == "unknown":
        guess = facing(number, one[0], one[1])
        way = way if guess == way else guess + "?"
    return "%s, %d transitions, %d.%d-%d.%d ips, jitter %d%%" % (
        way,
        one[1] + 1,
        found[0] // 10,
        found[0] % 10,
        found[1] // 10,
        found[1] % 10,
        found[2],
    )


def _is_noise(read: object, intervals: object, count: int) -> bool:
    """Tell what a head hears where no stripe passes: transitions without a clock in them."""
    if read.position > _NOISE_CHARS or count > _NOISE_MAX:
        return False
    if count < _NOISE_MIN:
        return True
    cells = _cells(intervals, count)
    clocked = 0
    for i in range(count):
        cell = cells[min(i // _STEP, len(cells) - 1)]
        value = intervals[i] << 1 if intervals[i] * 4 < cell * 3 else intervals[i]
        clocked += cell * 3 < value * 4 < cell * 5
    return clocked * 100 < count * (80 - (count >> 4))  # chance gives less the more there are


def _choice(swipe: object, figures: list) -> int:
    """Return which of _WORDS tells the cashier what to do, from what was measured."""
    if swipe.reason in ("tracks_disagree", "layout"):  # it read well
        return _ANOTHER
    if figures:
        if min([one[0] for one in figures]) < _SLOW_IPS10:
            return _SLOW
        if max([one[1] for one in figures]) > _FAST_IPS10:
            return _FAST
        if max([one[1] // one[0] for one in figures]) >= _UNEVEN:
            return _STEADY
        if max([one[3] for one in figures if one[2] < _ROUGH] or [_SHORT_IN16]) < _SHORT_IN16:
            return _WHOLE
        if swipe.tracks[2].reason == "blank" or swipe.reason == "no_track2":
            return _ANOTHER
    return _LOW if "format" in swipe.reason else _AGAIN
