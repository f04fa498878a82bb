# SPDX-License-Identifier: MIT
"""Clock and data lines, at signal level: strobe widths, set-up, glitches, slow and bouncing lines,
insertion readers. Every case runs on the pure loop, and on the viper one where there is viper.
"""

import sys
import unittest

from drivers import stripe_pure
from drivers.stripe_lines import CLOCK_BITS, ClockReader
from fakes.stripe import bits_of
from fakes.stripe_signals import FakeLines, clocked, spike
from pos.card.reader import read_card

LOOPS = [stripe_pure.clock_bits]
if sys.implementation.name == "micropython":
    from drivers import stripe_fast

    LOOPS.append(stripe_fast.clock_bits)

T1 = b"%B6200001234567892^TEST/CARD^30121201234567890?"
T2 = b";6200001234567892=30121201234567890?"
T3 = b";996200001234567892=15615600000000000000300000001000000000000000==0=0000000000000?"
TEXTS = {1: (T1, 7), 2: (T2, 5), 3: (T3, 5)}
PRESENT = 1
STROBES = (2, 8, 32)
DATA = (4, 16, 64)
PAIRS = ((2, 4), (8, 16), (32, 64))
IDLE = 127
BIT_US = {1: 119, 2: 333, 3: 119}  # 40 ips
LEAD = {1: 47, 2: 8, 3: 47}  # the chip eats 14 reversals


def bits(track, reverse=False):
    text, width = TEXTS[track]
    out = bytearray(LEAD[track]) + bits_of(text, width) + bytearray(20)
    return bytearray([out[len(out) - 1 - i] for i in range(len(out))]) if reverse else out


def swipe(tracks=(1, 2, 3), reverse=False, late_us=-2, share=3, low_us=0, start=1000):
    """Events of a card: card present, then each track at its own speed."""
    events, end = [(start, PRESENT, 0)], start
    for track in tracks:
        cell = BIT_US[track]
        data = bits(track, reverse)
        low = low_us or cell // share
        events += clocked(
            data, start + 60, cell, STROBES[track - 1], DATA[track - 1], low, late_us
        )
        end = max(end, start + 60 + len(data) * cell)
    return events, end


class Base(unittest.TestCase):
    def capture(self, loop, events, insertion=False, pairs=PAIRS, idle=IDLE, **lines):
        """Play the events; return what the reader gives, and keep it."""
        self.lines = FakeLines(events, idle, PRESENT, "rising" if insertion else "falling")
        for name in lines:
            setattr(self.lines, name, lines[name])
        self.reader = ClockReader(self.lines, loop, pairs, PRESENT, insertion)
        self.reader.wipe()
        self.lines.play()
        return self.reader.poll(0)

    def texts(self, swiped):
        got = read_card(swiped)
        return [got.tracks[i].text for i in (1, 2, 3)]

    def each(self, events, expected, **options):
        """The same on every loop."""
        for loop in LOOPS:
            self.assertEqual(self.texts(self.capture(loop, list(events), **options)), expected)


class Reading(Base):
    def test_three_tracks_both_ways(self):
        for loop in LOOPS:
            for reverse in (False, True):
                events, end = swipe(reverse=reverse)
                got = read_card(self.capture(loop, events + [(end + 150000, PRESENT, 1)]))
                self.assertTrue(got.accepted, got.reason)
                self.assertEqual(got.direction, "reverse" if reverse else "forward")
                self.assertEqual([got.tracks[i].text for i in (1, 2, 3)], [T1, T2, T3])

    def test_strobe_widths(self):
        for share in (2, 3, 4):
            events, end = swipe((1,), share=share)
            self.each(events + [(end, PRESENT, 1)], [T1, None, None])

    def test_fixed_clock_of_32_us(self):
        events, end = swipe(low_us=32)
        self.each(events + [(end + 500, PRESENT, 1)], [T1, T2, T3])

    def test_fastest_card(self):
        old = dict(BIT_US)
        BIT_US.update({1: 79, 2: 222, 3: 79})
        events, end = swipe(share=4)
        BIT_US.update(old)
        self.each(events + [(end, PRESENT, 1)], [T1, T2, T3], step_us=4)

    def test_fixed_clock_of_40_us_at_60_inches_a_second(self):
        old = dict(BIT_US)
        BIT_US.update({1: 79, 2: 222, 3: 79})
        events, end = swipe(low_us=40)
        BIT_US.update(old)
        self.each(events + [(end, PRESENT, 1)], [T1, T2, T3])

    def test_slowest_card(self):
        old = dict(BIT_US)
        BIT_US.update({1: 1587, 2: 4444, 3: 1587})
        events, end = swipe(share=2)
        BIT_US.update(old)
        self.each(events + [(end + 150000, PRESENT, 1)], [T1, T2, T3], step_us=20)

    def test_strobe_width_that_tells_the_bit(self):
        """Paxton: low for half of the period with a 0, a third with a 1; 60 us a period."""
        data = bits(1)
        events = [(1000, PRESENT, 0)]
        for n, bit in enumerate(data):
            at = 1060 + n * 60
            events += clocked(data[n : n + 1], at, 60, STROBES[0], DATA[0], 20 if bit else 30)
            events.append((at + 55, DATA[0], 1))
        events.append((1060 + len(data) * 60, PRESENT, 1))
        self.each(events, [T1, None, None])

    def test_two_tracks_wired(self):
        events, end = swipe()
        pairs = (None, PAIRS[1], PAIRS[2])
        self.each(events + [(end, PRESENT, 1)], [None, T2, T3], pairs=pairs)

    def test_one_track_wired(self):
        events, end = swipe((2,))
        self.each(events + [(end, PRESENT, 1)], [None, T2, None], pairs=(None, PAIRS[1], None))


class Lines(Base):
    def test_slow_data_line(self):
        events, end = swipe((2,), late_us=25)
        self.each(events + [(end, PRESENT, 1)], [None, T2, None])

    def test_spikes_on_strobe_and_data(self):
        events, end = swipe((2,))
        for n in range(20, 120):
            at = 1060 + n * 333
            events += spike(at + 220, STROBES[1], 0, 5)
        data = bits(2)
        for n in range(10, 200, 3):
            level = data[n]  # low is a 1: the spike says the opposite for 20 of 111 us
            events += spike(1060 + n * 333 + 30, DATA[1], level, 20)
        self.each(events + [(end, PRESENT, 1)], [None, T2, None])

    def test_chattering_strobe(self):
        events, end = swipe((2,))
        for n in range(0, 200, 5):
            at = 1060 + n * 333
            events += spike(at + 50, STROBES[1], 1, 5) + spike(at + 113, STROBES[1], 0, 3)
        self.each(events + [(end, PRESENT, 1)], [None, T2, None])

    def test_bouncing_card_present(self):
        events, end = swipe((2,), start=20000)
        bounce = [(10000, PRESENT, 0), (10100, PRESENT, 1), (13000, PRESENT, 0)]
        bounce += [(13300, PRESENT, 1)]
        for at in (30000, 50000):
            bounce += spike(at, PRESENT, 1, 4000)
        for at in (2000, 5000):
            bounce += spike(end + at, PRESENT, 1, 900)
        self.each(bounce + events + [(end + 9000, PRESENT, 1)], [None, T2, None])

    def test_card_present_without_a_card(self):
        for loop in LOOPS:
            events = [(1000, PRESENT, 0), (1500, PRESENT, 1)]
            self.assertIsNone(self.capture(loop, events))
            self.assertEqual(self.lines.armed, 2)  # ready again by itself

    def test_card_present_and_no_clock(self):
        for loop in LOOPS:
            swiped = self.capture(loop, [(1000, PRESENT, 0), (900000, PRESENT, 1)])
            self.assertEqual(swiped, ("no_clock",) * 3)
            self.assertEqual(read_card(swiped).reason, "no_clock")

    def test_lines_inverted_by_a_transistor(self):
        events, end = swipe((2,))
        upside = [(at, mask, level if mask & PRESENT else 1 - level) for at, mask, level in events]
        for loop in LOOPS:
            swiped = self.capture(loop, upside + [(end, PRESENT, 1)], idle=PRESENT)
            self.assertFalse(read_card(swiped).accepted)


class Bounds(Base):
    def test_overflow(self):
        events = [(1000, PRESENT, 0)]
        events += clocked(b"\x01" * (CLOCK_BITS + 50), 1060, 100, STROBES[1], DATA[1], 30)
        for loop in LOOPS:
            swiped = self.capture(loop, events + [(90000, PRESENT, 1)])
            self.assertEqual(swiped[1][1], CLOCK_BITS + 1)
            self.assertEqual(read_card(swiped).tracks[2].reason, "too_long")

    def test_card_that_stays_and_line_that_stays_low(self):
        for loop in LOOPS:
            events, end = swipe((2,))
            self.assertEqual(self.texts(self.capture(loop, events)), [None, T2, None])
            self.assertTrue(self.lines.now < end + 320000)

    def test_endless_clock_ends(self):
        events = [(1000, PRESENT, 0)]
        events += clocked(b"\x01\x00" * 1200, 1060, 1500, STROBES[0], DATA[0], 500)
        for loop in LOOPS:
            swiped = self.capture(loop, events, step_us=20)
            self.assertEqual(swiped[0][1], CLOCK_BITS + 1)
            self.assertTrue(self.lines.now > 3000000)

    def test_watchdog_is_fed(self):
        events, end = swipe()
        for loop in LOOPS:
            swiped = self.capture(loop, events + [(end + 150000, PRESENT, 1)], feed_us=12)
            self.assertEqual(self.texts(swiped), [T1, T2, T3])
            fed = self.lines.fed
            self.assertTrue(len(fed) >= 3)
            for n in range(1, len(fed)):
                self.assertTrue(fed[n] - fed[n - 1] < 50100)

    def test_loop_held_up(self):
        """Wake-up late, and interrupts that take 20 us now and then."""
        events, end = swipe()
        events.append((end, PRESENT, 1))
        self.each(events, [T1, T2, T3], latency_us=900, feed_us=20)

    def test_wipe_zeroes_and_arms(self):
        events, end = swipe((2,))
        for loop in LOOPS:
            swiped = self.capture(loop, events + [(end, PRESENT, 1)])
            self.assertIsNone(self.reader.poll(1))
            self.assertEqual(self.lines.armed, 1)
            self.reader.wipe()
            self.assertEqual((self.lines.armed, sum(swiped[1][0])), (2, 0))


class Insertion(Base):
    def test_read_on_withdrawal(self):
        """Fully in (low) for two seconds, then pulled out: reversed bits, the line is high."""
        events, _ = swipe(reverse=True, start=2000000)
        events[0] = (500, PRESENT, 0)
        events.append((1999900, PRESENT, 1))
        for loop in LOOPS:
            swiped = self.capture(loop, list(events), insertion=True)
            self.assertEqual(read_card(swiped).direction, "reverse")
            swiped = self.capture(loop, list(events), insertion=True)
            self.assertEqual(self.texts(swiped), [T1, T2, T3])

    def test_wired_as_a_swipe_reader_it_is_told(self):
        events, _ = swipe(reverse=True, start=2000000)
        events[0] = (500, PRESENT, 0)
        events.append((1999900, PRESENT, 1))
        for loop in LOOPS:
            self.assertEqual(self.capture(loop, list(events)), ("no_clock",) * 3)


if __name__ == "__main__":
    unittest.main()
