# SPDX-License-Identifier: MIT
"""What the second stage refuses: never a wrong text, and nothing of a text stays behind."""

import unittest
from array import array

from fakes.stripe import backwards, bits_of, flux, stripe
from fakes.stripe_harm import border, lose, middle
from pos.card import search
from pos.card.flux import Decoder

TEXT_1 = b"%B4539578763621486^ZHAO/XIAO MING^30122010000000000?"
TEXT_2 = b";6250930000000036=30122200000012300000?"
TEXT_3 = b";996250930000000036=1561560999999996001016000000010000033120=0=0=0000000123?"
PLAIN = b";123456789012345678901234567890?"
TRACKS = ((1, 7, TEXT_1), (2, 5, TEXT_2), (3, 5, TEXT_3))
LEAD = 22
DECODER = Decoder()


def swipe_of(bits: bytes) -> array:
    return flux(bits, 600, 0, 4)


def decode(track: int, intervals: array) -> object:
    return DECODER.decode_track(track, intervals, len(intervals))


def open_text() -> array:
    """Return intervals of `TEXT_2` that the first stage reads, but not beyond doubt."""
    return flux(stripe(TEXT_2, 5), 600, 0, 10, 6944)


def swaps(text: bytes, first: int, last: int) -> list:
    """Return pairs of bits, 1s of two digits, that lost read as well as two other digits.

    Each digit has the other's bit clear and stays a digit with it: parity and LRC are the same.
    """
    out = []
    for i in range(first, last):
        for j in range(i + 1, last):
            a, b = text[i] - 0x30, text[j] - 0x30
            for x in range(4):
                for y in range(4):
                    mask = 1 << x | 1 << y
                    apart = a & mask == 1 << x and b & mask == 1 << y and x != y
                    if apart and a ^ mask < 10 and b ^ mask < 10:
                        out.append((LEAD + 5 * i + x, LEAD + 5 * j + y))
    return out


class TwoTextsTest(unittest.TestCase):
    def refused(self, track: int, intervals: array, what: object) -> None:
        for values in (intervals, backwards(intervals)):
            got = decode(track, values)
            self.assertEqual((got.status, got.text), ("bad", None), what)
            self.assertEqual(search.Search().read(track, values, len(values)), (None, False), what)

    def test_two_digits_of_the_account_with_columns_swapped(self) -> None:
        """Only the check digit tells them apart, or not even that."""
        bits = stripe(TEXT_2, 5)
        pairs = swaps(TEXT_2, 1, 17)
        self.assertGreater(len(pairs), 5)
        for one, two in pairs:
            self.refused(2, lose(swipe_of(bits), middle(bits, one), middle(bits, two)), (one, two))

    def test_two_digits_behind_the_service_code(self) -> None:
        """Nothing tells them apart."""
        text = b";6250930000000036=30122200101502300000?"
        bits = stripe(text, 5)
        pairs = swaps(text, 26, len(text) - 1)
        self.assertGreater(len(pairs), 3)
        for one, two in pairs:
            self.refused(2, lose(swipe_of(bits), middle(bits, one), middle(bits, two)), (one, two))

    def test_either_of_them_alone_reads(self) -> None:
        bits = stripe(TEXT_2, 5)
        for pair in swaps(TEXT_2, 1, 17):
            for one in pair:
                self.assertEqual(decode(2, lose(swipe_of(bits), middle(bits, one))).text, TEXT_2)

    def test_damaged_month(self) -> None:
        """12 or 21: that there is no month 21 is too little to go by."""
        bits = stripe(TEXT_2, 5)
        char = TEXT_2.index(b"=") + 3
        self.assertEqual(TEXT_2[char : char + 2], b"12")
        one, two = LEAD + 5 * char, LEAD + 5 * char + 6
        self.refused(2, lose(swipe_of(bits), middle(bits, one), middle(bits, two)), "month")

    def test_lrc_of_another_text(self) -> None:
        for track, width, text in TRACKS:
            for wrong in range(1, 1 << (width - 1), (0, 17, 1, 4)[track]):
                bits = bytearray(LEAD) + bits_of(text, width, wrong) + bytearray(40)
                got = decode(track, swipe_of(bits))
                self.assertEqual((got.status, got.reason, got.text), ("bad", "lrc", None), wrong)

    def test_two_lost_where_there_is_no_payment_layout(self) -> None:
        bits = stripe(PLAIN, 5)
        for char, other in ((5, 12), (10, 25), (8, 22)):
            one, two = border(bits, LEAD + 5 * char + 1), border(bits, LEAD + 5 * other + 2)
            self.assertEqual(decode(2, lose(swipe_of(bits), one)).text, PLAIN)
            self.refused(2, lose(swipe_of(bits), one, two), (char, other))

    def test_without_any_noise_the_card_was_written_so(self) -> None:
        for track, width, text in TRACKS:
            bits = stripe(text, width)
            bits[LEAD + 50] ^= 1
            got = decode(track, flux(bits))
            self.assertEqual((got.status, got.reason, got.text), ("bad", "parity", None), track)
            self.assertEqual(decode(track, swipe_of(bits)).text, text, track)
            bits = stripe(text, width)
            for n in range(LEAD + 50, LEAD + 52):
                self.refused(track, lose(flux(bits), border(bits, n)), (track, n))


class Told:
    """A search that returns what it was told to."""

    answer = None

    def read(self, track: int, intervals: object, count: int) -> tuple:
        """Return a text of the caller's own, and that it came forward."""
        self.answer = bytearray(Told.answer) if Told.answer else None
        Told.last = self
        return self.answer, False

    def wipe(self) -> None:
        """There is nothing to wipe."""


class Watched(search.Search):
    """The real one, kept with what it returned."""

    seen = []

    def read(self, track: int, intervals: object, count: int) -> tuple:
        """Search, and keep the buffer that is returned."""
        out = super().read(track, intervals, count)
        self.given = out[0]
        self.used = sum([max(part) for part in self._parts])
        Watched.seen.append(self)
        return out


class StageTest(unittest.TestCase):
    """How the verdicts of the two stages go together."""

    def setUp(self) -> None:
        self.real = search.Search
        search.Search = Told

    def tearDown(self) -> None:
        search.Search = self.real

    def told(self, answer: object) -> object:
        Told.answer = answer
        return decode(2, open_text())

    def test_another_text_is_a_conflict(self) -> None:
        for other in (TEXT_2[:-2] + b"1?", TEXT_2[:-2] + b"?"):
            got = self.told(other)
            self.assertEqual((got.status, got.reason, got.text), ("bad", "ambiguous", None))
            self.assertEqual(sum(Told.last.answer), 0)

    def test_none_leaves_it_open(self) -> None:
        got = self.told(None)
        self.assertEqual((got.status, got.reason, got.text), ("bad", "unsure", None))

    def test_the_same_text_settles_it(self) -> None:
        got = self.told(TEXT_2)
        self.assertEqual((got.status, bytes(got.text)), ("ok", TEXT_2))
        self.assertEqual(sum(Told.last.answer), 0)


class WipeTest(unittest.TestCase):
    """Of a read that the search has made, only the text that the caller gets is left."""

    def setUp(self) -> None:
        self.real = search.Search
        search.Search = Watched
        Watched.seen.clear()

    def tearDown(self) -> None:
        search.Search = self.real

    def zeroed(self, one: search.Search) -> None:
        self.assertGreater(one.used, 0)
        for part in one._parts:
            self.assertEqual((min(part), max(part)), (0, 0))
        self.assertEqual((len(one._text), one._mark), (0, 0))
        if one.given is not None:
            self.assertEqual(sum(one.given), 0)

    def test_read(self) -> None:
        for track, width, text in TRACKS:
            bits = stripe(text, width)
            got = decode(track, lose(swipe_of(bits), border(bits, LEAD + 50)))
            self.assertEqual(bytes(got.text), text)
        self.assertEqual(len(Watched.seen), 3)
        for one in Watched.seen:
            self.assertEqual(len(one.given), len(TRACKS[Watched.seen.index(one)][2]))
            self.zeroed(one)

    def test_refused(self) -> None:
        bits = stripe(TEXT_2, 5)
        one, two = [middle(bits, n) for n in swaps(TEXT_2, 1, 17)[0]]
        self.assertIsNone(decode(2, lose(swipe_of(bits), one, two)).text)
        self.assertEqual(len(Watched.seen), 1)
        self.assertIsNone(Watched.seen[0].given)
        self.zeroed(Watched.seen[0])

    def test_next_read_does_not_know_the_last(self) -> None:
        real = self.real()
        bits = stripe(TEXT_2, 5)
        good = lose(swipe_of(bits), border(bits, LEAD + 50))
        self.assertEqual(real.read(2, good, len(good)), (bytearray(TEXT_2), False))
        blank = flux(bytearray(300), 600, 0, 4)
        self.assertEqual(real.read(2, blank, len(blank)), (None, False))
        self.assertEqual(real.read(2, good, len(good)), (bytearray(TEXT_2), False))


if __name__ == "__main__":
    unittest.main()
