# SPDX-License-Identifier: MIT
"""Measured speed, jitter, length and direction over speeds, tracks, texts, wobble, lost edges."""

import unittest
from array import array

from fakes.stripe import backwards, flux, stripe
from pos.card import diagnose

BPI = (0, 210, 75, 210)
CELLS = (0, 708, 253, 708)  # of the whole stripe
LEAD = (0, 62, 22, 62)
SPEEDS = (3, 5, 10, 20, 33, 40, 50, 60)
# Runs of ones and of zeros as long as texts have them, and everyday cards.
TEXTS = {
    1: (
        b"%B6250930000000036^TEST/CARD^33122200000012300000?",
        b"%B4242424242424242^OOOOOOOOOOOOOOOOOOOOOOOOOO^2912101_OOO_OOO?",
        b"%B4242424242424242^   /                      ^2912101?",
    ),
    2: (
        b";6250930000000036=33122200000012300000?",
        b";7777777777777777=77777777777777777777?",
        b";3333333333333333333=3333333?",
        b";0000000000000000=00000000000000000?",
    ),
    3: (
        b";996250930000000036=1561560999999996001016000000010000033120=0=0=0000000123?",
        b";9" + b"7" * 100 + b"?",
        b";01" + b">9<3" * 20 + b"?",
    ),
}


def whole(track: int, text: bytes) -> bytearray:
    """Return the bits of a stripe from edge to edge."""
    width = 7 if track == 1 else 5
    return stripe(text, width, LEAD[track], CELLS[track] - LEAD[track] - width * (len(text) + 1))


def cell_us(track: int, ips: int) -> int:
    return 1000000 // (BPI[track] * ips)


def worn(intervals: array, every: int) -> array:
    """Return the intervals with every so manieth transition lost."""
    out = array("H")
    for n in range(len(intervals)):
        if n % every == every // 3:
            out[len(out) - 1] += intervals[n]
        else:
            out.append(intervals[n])
    return out


def measured(track: int, intervals: array) -> tuple:
    return diagnose.measure(track, intervals, len(intervals))


class SpeedTest(unittest.TestCase):
    def check(self, track: int, intervals: array, slow: int, fast: int, what: object) -> tuple:
        got = measured(track, intervals)
        self.assertTrue(8 * slow <= got[0] <= 12 * slow, (what, got))
        self.assertTrue(8 * fast <= got[1] <= 12 * fast, (what, got))
        self.assertTrue(50 <= got[3] <= 56, (what, got))
        return got

    def table(self, track: int) -> None:
        for text in TEXTS[track]:
            bits = whole(track, text)
            for ips in SPEEDS:
                for wobble in (0, 5, 10):  # an interval changes by up to twice that
                    one = flux(bits, cell_us(track, ips), 0, wobble)
                    what = (text, ips, wobble)
                    self.check(track, one, ips, ips, what)
                    self.check(track, backwards(one), ips, ips, what)
                    self.check(track, worn(one, 90), ips, ips, what)

    def test_track_1(self) -> None:
        self.table(1)

    def test_track_2(self) -> None:
        self.table(2)

    def test_track_3(self) -> None:
        self.table(3)

    def test_changing_speed(self) -> None:
        for track in TEXTS:
            for text in TEXTS[track]:
                bits = whole(track, text)
                for first, last in ((10, 40), (40, 10), (8, 30), (60, 25)):
                    one = flux(bits, cell_us(track, first), cell_us(track, last), 4)
                    what = (text, first, last)
                    self.check(track, one, min(first, last), max(first, last), what)

    def test_part_of_a_card(self) -> None:
        """Ones alone at either end tell nothing; the middle does."""
        bits = whole(2, TEXTS[2][1])
        one = flux(bits, cell_us(2, 40))
        for start, end in ((0, 200), (60, 260), (100, 300), (200, len(one))):
            got = measured(2, one[start:end])
            self.assertTrue(380 <= got[0] and got[1] <= 420, got)

    def test_a_hand_that_stalls(self) -> None:
        bits = whole(2, TEXTS[2][0])
        one = flux(bits, cell_us(2, 20))
        for n in range(130, 170):
            one[n] *= 5
        got = measured(2, one)
        self.assertTrue(32 <= got[0] <= 48 and 190 <= got[1] <= 210, got)


class JitterTest(unittest.TestCase):
    def test_grows_with_the_wobble(self) -> None:
        for track in TEXTS:
            for text in TEXTS[track][:2]:
                before = -1
                for wobble in (0, 2, 5, 10):
                    one = flux(whole(track, text), cell_us(track, 20), 0, wobble)
                    jitter = measured(track, one)[2]
                    self.assertTrue(before < jitter, (text, wobble, jitter))
                    self.assertTrue(abs(jitter - 2 * wobble) <= 2 + wobble, (wobble, jitter))
                    before = jitter

    def test_speed_alone_is_none(self) -> None:
        for first, last in ((10, 40), (40, 10)):
            one = flux(whole(2, TEXTS[2][0]), cell_us(2, first), cell_us(2, last))
            self.assertTrue(measured(2, one)[2] <= 4)


class FacingTest(unittest.TestCase):
    def facing(self, track: int, text: bytes, wobble: int, back: bool, every: int) -> str:
        one = flux(whole(track, text), cell_us(track, 20), 0, wobble)
        one = worn(backwards(one) if back else one, every)
        return diagnose.facing(track, one, len(one))

    def test_zeros_tell_the_way(self) -> None:
        for track in TEXTS:
            text = TEXTS[track][0]
            for wobble in (0, 5, 10):
                for every in (9999, 90):
                    for back in (False, True):
                        want = "reverse" if back else "forward"
                        got = self.facing(track, text, wobble, back, every)
                        self.assertEqual(got, want, (track, wobble, every))

    def test_no_guess_where_both_ends_or_none_may_be_the_start(self) -> None:
        full = b";" + b"1" * 37 + b"?"  # 31 zeros behind it
        bits = stripe(full, 5, 22, 22)
        for bits in (stripe(full, 5, 22, 22), stripe(full, 5, 60, 60), bytearray(253)):
            one = flux(bits, 667)
            self.assertEqual(diagnose.facing(2, one, len(one)), "unknown")
        self.assertEqual(diagnose.facing(2, array("H", [500] * 5), 5), "unknown")


if __name__ == "__main__":
    unittest.main()
