# SPDX-License-Identifier: MIT
"""Why a read failed: what was measured, for the log; what the cashier should do, for the screen.

Loaded only after a failed read. It looks at the intervals alone, not at what they say: no digit of
the card comes near it. Speed is taken from the widest interval but one of every 16, which is a
whole cell however the bits fall; a stripe is 3.375 in long, so a short one was not swiped whole.
"""

from micropython import const

from pos.core.errors import CardError

_WINDOW = const(16)  # intervals: no text has 8 ones in a row
_STEP = const(8)
_SLOW_IPS10 = const(30)  # tenths of an inch a second, the range of readers' data sheets
_FAST_IPS10 = const(650)
_UNEVEN = const(5)  # fastest against slowest, that a hand may do
_SHORT_IN16 = const(38)  # sixteenths of an inch: 2.4 of 3.375
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
    widest = narrowest = length = wander = weight = 0
    for start in range(0, count - _WINDOW + 1, _STEP):
        cell = _look(intervals, start)
        if cell == 0:
            continue
        widest = max(widest, cell)
        narrowest = min(narrowest or cell, cell)
        for i in range(start, start + _STEP):
            a, b, c = intervals[i], intervals[i + 2], intervals[i + 4]
            length += min(a << 4, cell << 6) // cell
            if max(a, b, c) * 3 < min(a, b, c) * 5:
                wander += abs(2 * b - a - c)
                weight += cell
    if not widest:
        return 0, 0, 0, 0
    bpi = 75 if track == 2 else 210
    length = length * count // (count - count % _STEP - _STEP) // bpi
    jitter = wander // (weight // 125 + 1)
    return _TENTHS // (bpi * widest), _TENTHS // (bpi * narrowest), jitter, length


def _look(intervals: object, start: int) -> int:
    """Return the widest interval but one of a window."""
    first = second = 0
    for i in range(start, start + _WINDOW):
        value = intervals[i]
        if value > first:
            first, second = value, first
        elif value > second:
            second = value
    return second


def report(swipe: object, fluxes: object) -> CardError:
    """Return the error of a refused swipe: what was seen, and `word`, the text for the screen.

    `fluxes` as for reader.read_card; only (intervals, count) can be measured.
    """
    seen = "swipe refused: %s" % swipe.reason
    silent = True
    figures = []
    for number in (1, 2, 3):
        one = fluxes.get(number) if isinstance(fluxes, dict) else fluxes[number - 1]
        read = swipe.tracks[number]
        if one is None or (read.status == "absent" and read.reason is None):
            continue
        silent = False
        what = (read.reason or read.status).replace("_", " ")
        if read.status == "bad":
            what += " at character %d" % read.position
        seen += "; track %d: %s, %s" % (number, what, read.direction)
        if isinstance(one, tuple) and not isinstance(one[0], bytearray):
            found = measure(number, one[0], one[1])
            seen += ", %d transitions, %d.%d-%d.%d ips, jitter %d%%" % (
                one[1] + 1,
                found[0] // 10,
                found[0] % 10,
                found[1] // 10,
                found[1] % 10,
                found[2],
            )
            if found[0]:
                figures.append(found)
    error = CardError(seen)
    error.word = _WORDS.split()[_FLIP if silent else _choice(swipe, figures)]
    return error


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
