# SPDX-License-Identifier: MIT
"""Bits to characters: sentinels, parity, LRC, both directions, what may surround a text."""

import unittest

from fakes.stripe import bits_of, stripe
from pos.card import chars

TEXT = b";6250930000000036=33122200000012300000?"


def read(bits: bytearray, back: bool = False, track: int = 2) -> tuple:
    text = bytearray(107)
    width = chars.WIDTHS[track]
    reason, n = chars.read(bits, len(bits), back, width, chars.MAX_CHARS[track], text)
    return (reason, n) if reason else (None, bytes(text[:n]))


def mirrored(bits: bytearray) -> bytearray:
    out = bytearray(len(bits))
    for n, bit in enumerate(bits):
        out[len(bits) - 1 - n] = bit
    return out


class ReadTest(unittest.TestCase):
    def test_forward(self) -> None:
        self.assertEqual(read(stripe(TEXT, 5)), (None, TEXT))

    def test_against_the_order_of_time(self) -> None:
        self.assertEqual(read(mirrored(stripe(TEXT, 5)), True), (None, TEXT))

    def test_wrong_direction_does_not_read(self) -> None:
        self.assertIsNotNone(read(stripe(TEXT, 5), True)[0])

    def test_seven_bits(self) -> None:
        text = b"%B4242424242424242^EXAMPLE/JAMIE^29121010000000000?"
        self.assertEqual(read(stripe(text, 7, 61), track=1), (None, text))

    def test_lrc_that_looks_like_the_start_sentinel(self) -> None:
        # MagTek's direction trap: read backwards, the LRC is the first thing after the zeros
        for tail in range(10):
            text = b";6250930000000036=3312220000%d?" % (1000 + tail)
            lrc = 0
            for value in text:
                lrc ^= value & 15
            bits = mirrored(stripe(text, 5))
            self.assertEqual(read(bits, True), (None, text), lrc)
            self.assertIsNotNone(read(bits)[0])

    def test_no_zeros_around_it(self) -> None:
        self.assertEqual(read(bits_of(TEXT, 5)), (None, TEXT))

    def test_scratch_in_the_leading_zeros(self) -> None:
        bits = stripe(TEXT, 5)
        bits[9] = 1
        self.assertEqual(read(bits), (None, TEXT))

    def test_scratch_at_the_far_edge(self) -> None:
        bits = stripe(TEXT, 5)
        bits[len(bits) - 3] = 1
        self.assertEqual(read(bits), (None, TEXT))


class RefuseTest(unittest.TestCase):
    def test_parity_with_its_place(self) -> None:
        bits = stripe(TEXT, 5)
        bits[22 + 6 * 5] ^= 1
        self.assertEqual(read(bits), ("parity", 6))

    def test_lrc(self) -> None:
        bits = bytearray(22) + bits_of(TEXT, 5, 4) + bytearray(40)
        self.assertEqual(read(bits), ("lrc", len(TEXT)))

    def test_lrc_parity(self) -> None:
        bits = stripe(TEXT, 5)
        bits[22 + len(TEXT) * 5 + 4] ^= 1
        self.assertEqual(read(bits), ("lrc", len(TEXT)))

    def test_no_end(self) -> None:
        self.assertEqual(read(bytearray(22) + bits_of(TEXT[:20], 5)[:100])[0], "no_end_sentinel")

    def test_too_long_for_the_track(self) -> None:
        text = b";" + b"1" * 38 + b"?"
        self.assertEqual(read(stripe(text, 5))[0], "no_end_sentinel")
        self.assertEqual(read(stripe(text, 5), track=3), (None, text))

    def test_longest_text(self) -> None:
        for track, width, text in (
            (2, 5, b";" + b"1" * 37 + b"?"),
            (1, 7, b"%B" + b"A" * 75 + b"?"),
        ):
            self.assertEqual(read(stripe(text, width), track=track), (None, text))

    def test_data_after_the_lrc(self) -> None:
        bits = stripe(TEXT, 5)
        bits[22 + len(TEXT) * 5 + 5 + 3] = 1
        self.assertEqual(read(bits)[0], "data_after_lrc")

    def test_too_short_to_be_a_text(self) -> None:
        self.assertEqual(read(stripe(b";1?", 5))[0], "layout")

    def test_blank(self) -> None:
        self.assertEqual(read(bytearray(200)), ("blank", 0))
        self.assertEqual(read(bytearray(0)), ("blank", 0))

    def test_noise_has_no_start(self) -> None:
        self.assertEqual(read(bytearray(b"\1" * 200))[0], "no_start_sentinel")


if __name__ == "__main__":
    unittest.main()
