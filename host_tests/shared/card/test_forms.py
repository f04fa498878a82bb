# SPDX-License-Identifier: MIT
"""Tracks that come as bits, texts or reasons: checked as strictly as flux, and zeroed."""

import unittest

from fakes.stripe import bits_of
from pos.card import forms
from pos.card.flux import Decoder
from pos.card.reader import read_card

T1 = b"%B6200001234567892^TEST/CARD^30121201234567890?"
T2 = b";6200001234567892=30121201234567890?"
LICENCE = b"%0112345      A         M508150BROBLU?"


class Forms(unittest.TestCase):
    def setUp(self):
        self.decoder = Decoder()

    def text(self, track, text):
        form = bytearray(text)
        got = forms.read(self.decoder, track, form)
        self.assertEqual(sum(form), 0)
        return got

    def test_texts(self):
        for track, text in ((1, T1), (2, T2), (3, T2), (3, LICENCE)):
            got = self.text(track, text)
            self.assertEqual((got.status, got.text, got.direction), ("ok", text, "unknown"))

    def test_texts_that_are_none(self):
        for track, text, reason in (
            (2, b"", "no_start_sentinel"),
            (2, b";?", "no_start_sentinel"),
            (2, T1, "no_start_sentinel"),
            (1, T2, "no_start_sentinel"),
            (2, T2[1:], "no_start_sentinel"),
            (2, T2[:-1], "no_end_sentinel"),
            (2, b";" + b"1" * 38 + b"?", "too_long"),
            (1, b"%" + b"B" * 77 + b"?", "too_long"),
            (3, b";" + b"1" * 105 + b"?", "too_long"),
            (2, b";620000?234567892?", "layout"),
            (2, b";620000A234567892?", "layout"),
            (1, b"%B62000012345678a2^X?", "layout"),
            (2, b";62000\x00234567892?", "layout"),
        ):
            got = self.text(track, text)
            self.assertEqual((got.status, got.reason, got.text), ("bad", reason, None))

    def test_bits(self):
        bits = bytearray(10) + bits_of(T2, 5) + bytearray(10)
        got = forms.read(self.decoder, 2, (bits, len(bits)))
        self.assertEqual((got.status, got.text, sum(bits)), ("ok", T2, 0))

    def test_more_bits_than_were_stored(self):
        bits = bytearray(10) + bits_of(T2, 5)
        got = forms.read(self.decoder, 2, (bits, len(bits) + 1))
        self.assertEqual((got.reason, sum(bits)), ("too_long", 0))

    def test_reason(self):
        got = forms.read(self.decoder, 2, "reader_error")
        self.assertEqual((got.status, got.reason), ("bad", "reader_error"))

    def test_a_swipe_of_all_kinds(self):
        bits = bits_of(T2, 5) + bytearray(10)
        got = read_card((bytearray(T1), (bits, len(bits)), "reader_error"))
        self.assertTrue(got.accepted)
        self.assertEqual(got.card().track1, T1[1:-1])
        got = read_card((None, "no_clock", None))
        self.assertEqual((got.accepted, got.reason), (False, "no_clock"))
        self.assertEqual(read_card((None, None, None)).reason, "no_card")

    def test_reading_twice_gives_nothing(self):
        swipe = (None, bytearray(T2), None)
        self.assertTrue(read_card(swipe).accepted)
        self.assertFalse(read_card(swipe).accepted)


if __name__ == "__main__":
    unittest.main()
