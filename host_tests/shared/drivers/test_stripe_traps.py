# SPDX-License-Identifier: MIT
"""Traps of bit streams, through every driver that delivers bits: clock and data, shift-out, MSR.

Each reader gives the bits in order of time with other things missing in front; a text must come
out the same from all of them, or no text at all.
"""

import unittest

from drivers import stripe_pure
from drivers.stripe_lines import ClockReader
from drivers.stripe_msr import MsrFrames
from drivers.stripe_shift import PREAMBLE_BITS, TRACK_BITS, ShiftOut
from fakes.stripe import bits_of
from fakes.stripe_signals import FakeLines, clocked
from pos.card.reader import read_card

LEAD, TAIL = 22, 31
CELL_US = 667


def lrc_of(text: bytes) -> int:
    code = 0
    for value in text:
        code ^= value & 15
    return code


def texts() -> list:
    """A payment track for each of the sixteen LRC codes; (code, text)."""
    found = {}
    for number in range(1000):
        text = b";6250930000000036=33122200000%03d?" % number
        found.setdefault(lrc_of(text), text)
        found.setdefault(lrc_of(text + b"="), text[:-1] + b"=?")
    return sorted(found.items())


def stripe(text: bytes, reverse: bool, scratches: tuple = ()) -> bytearray:
    """Return the bits of a stripe in order of time, ones at `scratches` of its leading zeros."""
    bits = bytearray(LEAD) + bits_of(text, 5) + bytearray(TAIL)
    for place in scratches:
        bits[place] ^= 1
    return bytearray([bits[len(bits) - 1 - i] for i in range(len(bits))]) if reverse else bits


def by_clock(bits: bytes) -> tuple:
    """Card present, strobe 2, data 4; the decoder chip eats 14 reversals before it speaks."""
    events = [(1000, 1, 0)] + clocked(bits[14:], 1060, CELL_US, 2, 4, 200)
    events.append((1060 + len(bits) * CELL_US, 1, 1))
    lines = FakeLines(events, 7, 1, "falling", 9)
    reader = ClockReader(lines, stripe_pure.clock_bits, (None, (2, 4), None), 1, False)
    reader.wipe()
    lines.play()
    return reader.poll(0)


def by_shift_out(bits: bytes) -> tuple:
    """The chip keeps what it sees from the first 1 on."""
    chip = ShiftOut((2,), False)
    kept = bits[bits.find(b"\x01") :] if bits.find(b"\x01") >= 0 else b""
    for _ in range(PREAMBLE_BITS + TRACK_BITS):
        chip.bit(1)
    for n in range(2 * TRACK_BITS):
        chip.bit(1 - kept[n] if n < len(kept) else 1)
    return chip.swipe()


def by_msr(bits: bytes) -> tuple:
    """A raw answer: eight bits a byte, the first one highest."""
    packed = bytearray((len(bits) + 7) // 8)
    for i, bit in enumerate(bits):
        packed[i // 8] |= bit << (7 - i % 8)
    frames = MsrFrames((2,), True)
    answer = (
        b"\x1bs\x1b\x01\x00\x1b\x02" + bytes([len(packed)]) + packed + b"\x1b\x03\x00?\x1c\x1b0"
    )
    for byte in answer:
        done = frames.feed(byte)
    assert done
    return frames.swipe()


DRIVERS = (by_clock, by_shift_out, by_msr)


class TrapTest(unittest.TestCase):
    def each(self, bits: bytes, want: object, what: object) -> None:
        for driver in DRIVERS:
            got = read_card(driver(bits)).tracks[2]
            self.assertEqual(got.text, want, (driver, what, got.reason))

    def test_every_lrc_both_ways(self) -> None:
        """11 is the start sentinel; 10 looks like it from behind; zeros of others go missing."""
        cases = texts()
        self.assertEqual([code for code, _ in cases], list(range(16)))
        for code, text in cases:
            for reverse in (False, True):
                self.each(stripe(text, reverse), text, (code, reverse))

    def test_direction_is_told(self) -> None:
        for _, text in texts():
            for reverse, want in ((False, "forward"), (True, "reverse")):
                for driver in DRIVERS:
                    got = read_card(driver(stripe(text, reverse)))
                    self.assertEqual(got.direction, want)

    def test_scratches_in_front_of_the_start(self) -> None:
        text = texts()[3][1]
        for scratches in ((15,), (15, 16), (14, 17), (16, 18, 20)):
            for reverse in (False, True):
                self.each(stripe(text, reverse, scratches), text, scratches)

    def test_a_broken_bit_gives_no_text(self) -> None:
        text = texts()[11][1]
        length = 5 * (len(text) + 1)
        for at in range(LEAD, LEAD + length, 7):
            bits = stripe(text, False)
            bits[at] ^= 1
            self.each(bits, None, at)

    def test_bits_lost_and_doubled_give_no_text(self) -> None:
        text = texts()[5][1]
        for at in range(LEAD + 6, LEAD + 150, 11):
            bits = stripe(text, False)
            self.each(bits[:at] + bits[at + 1 :], None, at)
            self.each(bits[:at] + bits[at : at + 1] + bits[at:], None, at)

    def test_inverted_bits_give_no_text(self) -> None:
        bits = bytearray([1 - bit for bit in stripe(texts()[7][1], False)])
        self.each(bits, None, "inverted")

    def test_blank(self) -> None:
        for driver in DRIVERS:
            got = read_card(driver(bytearray(253)))
            self.assertEqual((got.reason, got.tracks[2].status), ("no_card", "absent"), driver)


if __name__ == "__main__":
    unittest.main()
