# SPDX-License-Identifier: MIT
"""Shift-out chip, at signal level: handshake, pulse widths, both directions, flags, re-arming."""

import unittest

from drivers.stripe_shift import PAD, TRACK_BITS, ShiftOut, ShiftReader
from fakes.stripe import bits_of
from fakes.stripe_signals import FakeDelta
from pos.card.reader import read_card

T1 = b"%B6200001234567892^TEST/CARD^30121201234567890?"
T2 = b";6200001234567892=30121201234567890?"
T3 = b";996200001234567892=15615600000000000000300000001000000000000000==0=0000000000000?"
_TEXTS = (None, T1, T2, T3)
_POLL_MS = 5


def stored(text, width, reverse=False, scratch=b""):
    """What the chip keeps of a stripe: from the first 1 on."""
    bits = bytearray(scratch) + bytearray(40) + bits_of(text, width) + bytearray(40)
    if reverse:
        bits = bytearray([bits[len(bits) - 1 - i] for i in range(len(bits))])
    return bits[bits.find(b"\x01") :][:TRACK_BITS]


def card(reverse=False):
    return stored(T1, 7, reverse), stored(T2, 5, reverse), stored(T3, 5, reverse)


class Base(unittest.TestCase):
    def make(self, tracks=(1, 2, 3), aux=False, call_ns=1000):
        self.chip = FakeDelta(call_ns)
        self.reader = ShiftReader(
            self.chip.data, self.chip.strobe, self.chip.sleep_us, tracks, aux
        )
        self.reader.wipe()

    def poll(self, times):
        """Poll every 5 ms; return the first swipe."""
        for _ in range(times):
            swipe = self.reader.poll(self.chip.ms)
            if swipe is not None:
                return swipe
            self.chip.pass_ms(_POLL_MS)
        return None

    def texts(self, swipe):
        got = read_card(swipe)
        return [got.tracks[i].text for i in (1, 2, 3)]


class Reading(Base):
    def test_three_tracks_both_ways(self):
        for reverse in (False, True):
            self.make()
            self.assertIsNone(self.poll(4))
            self.chip.swiped(card(reverse))
            got = read_card(self.poll(10))
            self.assertTrue(got.accepted, got.reason)
            self.assertEqual(got.direction, "reverse" if reverse else "forward")
            for i in (1, 2, 3):
                self.assertEqual(got.tracks[i].text, _TEXTS[i])

    def test_every_revision_of_the_chip(self):
        for revision in ((0, 0), (0, 1), (1, 0), (1, 1)):
            self.make()
            self.chip.swiped(card(), revision)
            self.assertEqual(self.texts(self.poll(4))[1], T2)

    def test_preamble(self):
        """Its last two bits are the revision; a 1 before them is no preamble."""
        for places in ((), (14,), (15,), (14, 15), (0,), (1,), (0, 15), (13,), range(16)):
            chip = ShiftOut((1, 2, 3), False)
            bits = stored(T2, 5)
            for i in range(16 + 3 * TRACK_BITS):
                n = i - 16 - TRACK_BITS
                one = i in places if i < 16 else 0 <= n < len(bits) and bits[n]
                chip.bit(0 if one else 1)
            good = not places or min(places) >= 14
            self.assertEqual(self.texts(chip.swipe())[1], T2 if good else None, list(places))

    def test_fast_pins_keep_to_the_pulse_widths(self):
        self.make(call_ns=500)
        self.chip.swiped(card())
        self.assertEqual(self.texts(self.poll(4))[1], T2)

    def test_pins_that_are_too_fast_are_noticed(self):
        self.make(call_ns=200)
        self.chip.swiped(card())
        self.assertRaises(AssertionError, self.poll, 4)

    def test_reversed_lrc_that_begins_with_zeros(self):
        for last in b"0123456789":
            text = b";6200001234567892=3012120%c?" % last
            bits = stored(text, 5, True)
            self.make()
            self.chip.swiped((b"", bits, b""))
            self.assertEqual(self.texts(self.poll(4)), [None, text, None])

    def test_scratch_in_the_leading_zeros(self):
        self.make()
        self.chip.swiped((b"", stored(T2, 5, scratch=b"\x01\x00\x00\x01"), b""))
        self.assertEqual(self.texts(self.poll(4))[1], T2)

    def test_two_tracks_only(self):
        for tracks in ((1, 2), (2, 3)):
            self.make(tracks)
            self.chip.swiped(card())
            swipe = self.poll(4)
            for i in (1, 2, 3):
                self.assertEqual(swipe[i - 1] is not None, i in tracks)

    def test_blank_card(self):
        self.make()
        self.chip.swiped((b"", b"", b""))
        self.assertEqual(self.poll(4), (None, None, None))

    def test_a_full_buffer(self):
        self.make()
        self.chip.swiped((b"\x01" * 704, stored(T2, 5), b"\x01" * 704))
        got = read_card(self.poll(4))
        self.assertEqual((got.tracks[1].status, got.tracks[2].text), ("bad", T2))


class Flags(Base):
    def test_a_spike_on_data_is_no_card(self):
        self.make()
        self.chip.stuck = 0
        self.assertIsNone(self.reader.poll(0))
        self.chip.stuck = None
        self.assertIsNone(self.poll(20))

    def test_auxiliary_flag(self):
        self.make(aux=True)
        self.chip.swiped(card(), aux_after_ms=1400)
        self.assertIsNone(self.poll(270))
        self.assertEqual(self.texts(self.poll(40)), [T1, T2, T3])

    def test_auxiliary_flag_first(self):
        self.make(aux=True)
        self.chip.swiped(card(), aux_after_ms=1)
        self.assertEqual(self.texts(self.poll(10))[1], T2)

    def test_auxiliary_flag_that_never_comes(self):
        self.make(aux=True)
        self.chip.swiped(card())
        self.assertIsNone(self.poll(630))
        self.assertEqual(self.texts(self.poll(40))[1], T2)

    def test_no_buffer_ready(self):
        self.make()
        self.chip.silent = True
        self.chip.swiped(card())
        self.assertEqual(self.poll(4), ("reader_silent",) * 3)

    def test_data_stuck_low(self):
        self.make(tracks=(2, 3))
        self.assertIsNone(self.poll(4))
        self.chip.stuck = 0
        swipe = self.poll(4)
        self.assertEqual(swipe, (None, "reader_preamble", "reader_preamble"))
        self.assertEqual(read_card(swipe).reason, "reader_preamble")


class Again(Base):
    def test_next_card_after_the_reset(self):
        self.make()
        for _ in range(3):
            self.chip.swiped(card())
            swipe = self.poll(8)
            self.assertEqual(self.texts(swipe)[1], T2)
            self.reader.wipe()
            self.assertIsNone(self.poll(200))  # DATA is low while the chip resets: no card

    def test_wipe_zeroes(self):
        self.make()
        self.chip.swiped(card())
        swipe = self.poll(8)
        self.assertEqual(swipe[1][1], PAD + TRACK_BITS)
        self.reader.wipe()
        for bits, _ in swipe:
            self.assertEqual(sum(bits), 0)

    def test_a_card_that_nobody_asked_for(self):
        self.make()
        self.chip.swiped(card())
        self.chip.pass_ms(2000)
        self.reader.wipe()
        self.assertIsNone(self.poll(200))
        self.chip.swiped(card(True))
        self.assertEqual(self.texts(self.poll(8))[1], T2)


class Protocol(unittest.TestCase):
    def test_bits_that_are_missing(self):
        chip = ShiftOut((1, 2, 3), False)
        for _ in range(100):
            chip.bit(1)
        self.assertEqual(chip.swipe(), ("reader_preamble",) * 3)

    def test_padding(self):
        self.assertEqual(PAD, 6)  # all but the last bit of a 7-bit LRC may be a zero
        chip = ShiftOut((1, 2, 3), False)
        for i in range(16 + 3 * TRACK_BITS):
            chip.bit(0 if i == 16 else 1)
        bits, count = chip.swipe()[0]
        self.assertEqual((count, list(bits[: PAD + 2])), (PAD + TRACK_BITS, [0] * PAD + [1, 0]))


if __name__ == "__main__":
    unittest.main()
