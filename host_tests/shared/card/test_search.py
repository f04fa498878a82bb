# SPDX-License-Identifier: MIT
"""What the second stage repairs, through the whole decoder: each kind of harm on each track."""

import unittest
from array import array

from fakes.stripe import backwards, flux, stripe
from fakes.stripe_harm import add, border, lose, middle, stall, ticks, tilt
from pos.card import search
from pos.card.flux import Decoder

TEXTS = {
    1: b"%B4539578763621486^ZHAO/XIAO MING^30122010000000000?",
    2: b";6250930000000036=30122200000012300000?",
    3: b";996250930000000036=1561560999999996001016000000010000033120=0=0=0000000123?",
}
WIDTHS = (0, 7, 5, 5)
LEAD = 22
CELL_US = 600
WOBBLE = 4
PLACES = (1, 3, 10, 11, 19, 30, 36)
DECODER = Decoder()


def stripe_of(track: int) -> bytearray:
    """Return the bits of the text of a track."""
    return stripe(TEXTS[track], WIDTHS[track], LEAD)


def swipe_of(track: int) -> array:
    """Return them as intervals with a little wobble."""
    return flux(stripe_of(track), CELL_US, 0, WOBBLE)


def bit(track: int, char: int, value: int) -> int:
    """Return the first bit of that value in a character or behind it."""
    bits = stripe_of(track)
    n = LEAD + WIDTHS[track] * char
    while bits[n] != value:
        n += 1
    return n


class Blind:
    """A search that finds nothing."""

    def read(self, track: int, intervals: object, count: int) -> tuple:
        """Find nothing."""
        return None, False

    def wipe(self) -> None:
        """There is nothing to wipe."""


class RepairTest(unittest.TestCase):
    def reads(self, track: int, intervals: array, what: object) -> None:
        """The text comes out, whichever way the card went, and not without the search."""
        for values, way in ((intervals, "forward"), (backwards(intervals), "reverse")):
            got = DECODER.decode_track(track, values, len(values))
            self.assertEqual((got.status, got.reason), ("ok", None), (what, track, way))
            self.assertEqual((bytes(got.text), got.direction), (TEXTS[track], way), (what, track))
            self.assertTrue(self.needs_search(track, values), (what, track, way))

    def needs_search(self, track: int, intervals: array) -> bool:
        """Tell whether the first stage alone leaves the text open."""
        kept, search.Search = search.Search, Blind
        try:
            got = DECODER.decode_track(track, intervals, len(intervals))
        finally:
            search.Search = kept
        return got.status == "bad"

    def test_one_border_lost(self) -> None:
        for track in (1, 2, 3):
            for char in (3, 19):
                for n in range(WIDTHS[track]):
                    k = border(stripe_of(track), LEAD + char * WIDTHS[track] + n)
                    self.reads(track, lose(swipe_of(track), k), ("border", char, n))

    def test_one_middle_lost(self) -> None:
        for track in (1, 2, 3):
            for char in PLACES:
                k = middle(stripe_of(track), bit(track, char, 1))
                self.reads(track, lose(swipe_of(track), k), ("middle", char))

    def test_two_lost_in_different_characters(self) -> None:
        for track in (1, 2, 3):
            bits = stripe_of(track)
            for char, other in ((5, 12), (10, 25), (8, 30)):
                one = border(bits, LEAD + WIDTHS[track] * char + 1)
                two = border(bits, LEAD + WIDTHS[track] * other + 2)
                self.reads(track, lose(swipe_of(track), one, two), ("borders", char, other))

    def test_one_transition_too_many(self) -> None:
        for track in (1, 2, 3):
            for char in PLACES:
                k = border(stripe_of(track), bit(track, char, 0)) - 1
                self.reads(track, add(swipe_of(track), k, 3), ("spurious", char))

    def test_a_pair_too_many(self) -> None:
        for track in (1, 2, 3):
            for char in PLACES:
                k = border(stripe_of(track), bit(track, char, 0)) - 1
                self.reads(track, add(swipe_of(track), k, 3, 4), ("pair", char))
                self.reads(track, add(swipe_of(track), k, 5, 6), ("pair", char))

    def test_intervals_25_percent_of_a_cell_off(self) -> None:
        """As the reference counts jitter: one interval, both its ends displaced."""
        for track in (1, 2, 3):
            for seed in (5, 6944, 13883):
                self.reads(track, flux(stripe_of(track), CELL_US, 0, 13, seed), ("wobble", seed))

    def test_every_second_transition_late_by_30_percent(self) -> None:
        for track in (1, 2, 3):
            for percent in (30, -30):
                self.reads(track, tilt(swipe_of(track), percent, CELL_US), ("tilt", percent))

    def test_a_hand_that_slows_down_to_a_quarter(self) -> None:
        for track in (1, 2, 3):
            intervals = swipe_of(track)
            count = len(intervals)
            for percent in (18, 33, 45, 63, 84):
                slow = stall(intervals, count * percent // 100, count // 10)
                self.reads(track, slow, ("stall", percent))

    def test_a_slow_timer(self) -> None:
        for track in (1, 2, 3):
            for step in (120, 140, 160):
                self.reads(track, ticks(swipe_of(track), step), ("ticks", step))


if __name__ == "__main__":
    unittest.main()
