# SPDX-License-Identifier: MIT
"""The second stage for one track: the beam under several clocks, and whether its text is safe.

No one clock follows both a card that jitters and a finger that sticks, so five run, each from both
ends. A text wins with the least cost of all; it is taken only if every other text that came up, in
any pass, is clearly dearer. How clearly depends on how much was repaired, how noisy the swipe is
and how many clocks agree. Costs are in sixteenths of a natural logarithm, as in `beam`.
"""

from micropython import const

from pos.card import beam, chars, clock, layout, resolve
from pos.core.carddata import wipe

# gains of phase and cell, both among the leading zeros, of the cell at the middle of a 1 (256ths);
# then 128 times the cost of a squared distance: 8 stands for a deviation of 9 % of a cell
_PASSES = (
    (128, 32, 128, 48, 0, 8),
    (224, 120, 200, 96, 60, 8),
    (176, 64, 160, 64, 20, 8),
    (48, 4, 96, 16, 0, 8),
    (256, 256, 200, 96, 512, 10),  # follows anything: a finger that sticks
)
_NO_LAYOUT = const(64)  # what a text costs that is no payment track
_NO_MONTH = const(32)
_NO_LUHN = const(64)
_WIDER = const(64)  # texts so much dearer than what the beam keeps can still win by these
_MARGIN = const(90)
_MARGIN_QUIET = const(74)  # where every clock but one follows well
_MARGIN_STILL = const(66)  # where besides nothing was repaired
_MARGIN_LOST = const(4)
_MARGIN_INTACT = const(120)  # the most, where no character needed the LRC and clocks agree
_MARGIN_SPENT = const(150)  # where it was spent and three were lost: two more could hide
_REPAIR_NOISE = const(28)  # for a repair an interval, times the noise
_LOST_NOISE = const(90)  # and for one that was lost
_QUIET = const(60)  # mean squared distance, 128ths of a cell
_MARGIN_ALONE = const(24)  # only one clock reads it
_CLOSE = const(80)  # mean squared distance of a clock that follows well
_CLEAR = const(150)  # enough to ask no further clock
_CLEAR_NOISE = const(110)
_MOST_REPAIRS_ALONE = const(2)
_SPARSE = const(64)  # intervals for each lost transition, where the LRC was spent on one
_DOUBT = const(60)  # an alternative of a character so near: only the LRC decides


class Search:
    """Searches one track at a time; `wipe` zeroes what is left of it."""

    def __init__(self) -> None:
        self._parts = beam.buffers()
        self._table = resolve.buffer()
        self._text = bytearray(0)

    def wipe(self) -> None:
        """Zero the buffers."""
        for part in self._parts:
            wipe(part)
        wipe(self._table)
        self._forget()

    def read(self, track: int, intervals: object, count: int) -> tuple:
        """Return (text, True when it came backward) or (None, False): nothing is beyond doubt.

        The text is a bytearray of the caller's own, with its sentinels and without the LRC.
        """
        self._forget()
        for k in range(len(_PASSES)):
            self._pass(track, intervals, count, k)
            if self._text and self._verdict(count, k == len(_PASSES) - 1):
                out, self._text = self._text, bytearray(0)
                return out, self._back
        return None, False

    def _forget(self) -> None:
        wipe(self._text)
        self._text = bytearray(0)
        self._cost = self._next = beam.FAR  # of the best text, and of the best other one
        self._mark = 0
        self._leads = []  # of each pass that read something: the mark of its cheapest text
        self._lead = (beam.FAR, 0)

    def _pass(self, track: int, intervals: object, count: int, k: int) -> None:
        """Run one clock from both ends."""
        self._track = track
        self._lead = (beam.FAR, 0)
        form = (chars.WIDTHS[track], chars.MAX_CHARS[track], _PASSES[k])
        for back in (False, True):
            start = clock.lock(intervals, count, back)
            if start < 0:
                continue
            order = range(count - 1 - start, -1, -1) if back else range(start, count)
            cell, skew = clock.first_cell(intervals, order)
            many = beam.find(intervals, order, cell, skew, form, self._parts)
            for n in range(many):
                self._end, self._way = beam.end(self._parts, n), back
                reading = resolve.Reading(self._parts, self._end[1], form[0], self._table)
                self._spent = reading.nearest() < _DOUBT
                reading.texts(beam.SPREAD + _WIDER, self._found)
                wipe(reading.codes)
        if self._lead[1]:
            self._leads.append(self._lead[1])

    def _found(self, more: int, codes: bytearray) -> None:
        """Weigh a text whose LRC is right."""
        offset = 0x20 if self._track == 1 else 0x30
        text = bytearray(len(codes) - 1)
        mark = 1
        for i in range(len(text)):
            text[i] = codes[i] + offset
            mark = (mark * 33 + text[i]) & 0xFFFFFF
        fields = layout.PARSERS[self._track](text)
        luhn = fields is not None and _has_check_digit(text, fields)
        payment = fields is not None and fields.sure
        cost = self._end[0] + more
        cost += _NO_LAYOUT if fields is None else (not luhn) * _NO_LUHN + (not payment) * _NO_MONTH
        if cost < self._lead[0]:
            self._lead = (cost, mark)
        if cost >= self._cost:
            if mark != self._mark and cost < self._next:
                self._next = cost
            wipe(text)
            return
        if mark != self._mark:
            self._next = self._cost
        wipe(self._text)
        self._text, self._cost, self._mark, self._back = text, cost, mark, self._way
        self._payment = payment
        self._lost = self._end[4]
        self._weak = not luhn
        self._used = self._spent
        self._repairs = self._end[3] + (more > _DOUBT >> 1)  # an alternative is a repair too
        self._noise = self._end[5]
        self._rival = self._end[2] - more  # what the beam did not keep may be as near as this

    def _verdict(self, count: int, last: bool) -> bool:
        """Tell whether the best text so far is safe; before the `last` pass, beyond all doubt."""
        margin, repairs, agree = min(self._rival, self._next - self._cost), self._repairs, 0
        for mark in self._leads:
            agree += mark == self._mark
        if repairs and not self._noise:
            return False  # without any noise the card was written so: there is nothing to restore
        if self._lost > 1 and (self._weak or self._used and self._lost * _SPARSE > count):
            return False  # then more may be lost than shows
        if not last:
            clear = (
                margin >= max(_CLEAR, self._needed(count, agree)) and self._noise <= _CLEAR_NOISE
            )
            return clear and self._payment and repairs <= 2 * (agree - 1)
        if not self._payment and (repairs > 1 or self._used or agree < 3):
            return False
        if agree < 3 and repairs > 1 and self._noise < _QUIET:
            return False  # what is so even, every clock but a wild one follows
        if agree < 2 and repairs:
            if repairs > _MOST_REPAIRS_ALONE or repairs > 1 and self._followed_closely():
                return False
            margin -= _MARGIN_ALONE
        return margin >= self._needed(count, agree)

    def _followed_closely(self) -> bool:
        """Tell whether the one clock that reads it may have followed something else, or lost."""
        return self._lost > 0 or self._noise < _CLOSE

    def _needed(self, count: int, agree: int) -> int:
        """Return by how much the text must lead: repairs amid noise may be something else."""
        if self._noise < _QUIET and not self._repairs:
            return _MARGIN_STILL
        need = _MARGIN_QUIET if agree > 3 and self._noise < _QUIET else _MARGIN
        need += _MARGIN_LOST * self._lost
        many = self._repairs * _REPAIR_NOISE + self._lost * _LOST_NOISE
        need += many * self._noise // count
        if self._used:
            return max(need, _MARGIN_SPENT) if self._lost > 2 else need
        return min(need, _MARGIN_INTACT) if agree > 1 else need


def _has_check_digit(text: bytearray, fields: object) -> bool:
    """Tell whether the last digit of the PAN is right (ISO/IEC 7812-1 annex B)."""
    total = 0
    pan = layout.pan_digits(text, fields)
    for k in range(len(pan)):
        digit = (pan[len(pan) - 1 - k] - 0x30) << (k & 1)
        total += digit - 9 if digit > 9 else digit
    wipe(pan)
    return total % 10 == 0
