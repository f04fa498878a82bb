# SPDX-License-Identifier: MIT
"""F2F comparator lines, at signal level: three tracks in one loop, spikes, bounds, watchdog."""

import sys
import unittest

from drivers import stripe_pure
from drivers.stripe_lines import FLUX_EDGES, FluxReader
from fakes.stripe import backwards, flux, stripe
from fakes.stripe_signals import FakeLines, spike, toggles
from pos.card.reader import read_card

LOOPS = [stripe_pure.flux_edges]
if sys.implementation.name == "micropython":
    from drivers import stripe_fast

    LOOPS.append(stripe_fast.flux_edges)

T1 = b"%B6200001234567892^TEST/CARD^30121201234567890?"
T2 = b";6200001234567892=30121201234567890?"
T3 = b";996200001234567892=15615600000000000000300000001000000000000000==0=0000000000000?"
MASKS = (1, 2, 4)
IDLE = 2  # comparators rest at any level


def intervals(cell_us=238, reverse=False, end_us=0):
    """Three tracks of one card; track 2 has the long cells."""
    wide = cell_us * 14 // 5
    out = [
        flux(stripe(T1, 7, 61, 60), cell_us, end_us),
        flux(stripe(T2, 5, 22, 30), wide, end_us * 14 // 5),
        flux(stripe(T3, 5, 61, 60), cell_us, end_us),
    ]
    return [backwards(one) for one in out] if reverse else out


def lines(three):
    events = []
    for i in range(3):
        events += toggles(three[i], 1000 + 37 * i, MASKS[i], IDLE)
    return events


class Base(unittest.TestCase):
    def capture(self, loop, events, masks=MASKS, **options):
        self.lines = FakeLines(events, IDLE, 7, "both")
        for name in options:
            setattr(self.lines, name, options[name])
        self.reader = FluxReader(self.lines, loop, masks)
        self.reader.wipe()
        self.lines.play()
        return self.reader.poll(0)

    def each(self, events, expected, **options):
        for loop in LOOPS:
            swiped = self.capture(loop, list(events), **options)
            got = read_card(swiped)
            self.assertEqual([got.tracks[i].text for i in (1, 2, 3)], expected)


class Reading(Base):
    def test_intervals_are_those_of_the_card(self):
        three = intervals()
        for loop in LOOPS:
            swiped = self.capture(loop, lines(three), step_us=1, latency_us=0)
            for i in range(3):
                values, count = swiped[i]
                lost = len(three[i]) - count
                self.assertTrue(0 <= lost <= 1)
                for n in range(1, count):
                    self.assertTrue(abs(values[n] - three[i][n + lost]) <= 2)

    def test_three_tracks_both_ways(self):
        for reverse in (False, True):
            self.each(lines(intervals(reverse=reverse)), [T1, T2, T3])

    def test_60_inches_a_second(self):
        self.each(lines(intervals(79)), [T1, T2, T3], step_us=3)

    def test_3_inches_a_second_and_speeding_up(self):
        self.each(lines(intervals(1587)), [T1, T2, T3])
        self.each(lines(intervals(900, end_us=200)), [T1, T2, T3])

    def test_late_wake_up_costs_leading_zeros_only(self):
        self.each(lines(intervals(119)), [T1, T2, T3], latency_us=2000)

    def test_two_lines(self):
        self.each(lines(intervals()), [None, T2, T3], masks=(0, 2, 4))


class Disturbed(Base):
    def test_spikes(self):
        three = intervals()
        events = lines(three)
        level, at = 1, 1037
        for n, gap in enumerate(three[1]):
            level = 1 - level
            if n % 4 == 2:
                events += spike(at + gap // 2, MASKS[1], 1 - level, 6)
            at += gap
        self.each(events, [T1, T2, T3])

    def test_bouncing_edges(self):
        three = intervals()
        events = lines(three)
        level, at = 1, 1037
        for n, gap in enumerate(three[1]):
            level = 1 - level
            if n % 3 == 1:
                events += spike(at + 4, MASKS[1], 1 - level, 3)
            at += gap
        self.each(events, [T1, T2, T3])

    def test_a_comparator_that_rises_late(self):
        """A slow output: every other edge comes 15 us late, an eighth of a cell at 40 ips."""
        events = []
        for at, line, level in lines(intervals(119)):
            events.append((at + (15 if level else 0), line, level))
        self.each(sorted(events), [T1, T2, T3])

    def test_a_pause_too_long_ends_the_swipe(self):
        three = intervals()
        for one in three:
            one[200] = 60000
        events = []
        for at, line, level in lines(three):
            events.append((at + (200000 if at > 100000 else 0), line, level))
        for loop in LOOPS:
            got = read_card(self.capture(loop, list(events)))
            self.assertEqual([got.tracks[i].text for i in (1, 2, 3)], [None, None, None])

    def test_a_spark_is_no_card(self):
        for loop in LOOPS:
            self.assertIsNone(self.capture(loop, toggles([40] * 9, 1000, 2, IDLE)))
            self.assertEqual(self.lines.armed, 2)

    def test_an_oscillating_line_leaves_the_others(self):
        three = intervals(238)
        events = lines([[60] * 3000, three[1], three[2]])
        for loop in LOOPS:
            got = read_card(self.capture(loop, list(events)))
            self.assertEqual((got.tracks[1].reason, got.tracks[2].text), ("too_long", T2))

    def test_an_endless_line_ends(self):
        events = toggles([700] * 6000, 1000, 2, IDLE)
        for loop in LOOPS:
            swiped = self.capture(loop, events)
            self.assertEqual(swiped[1][1], FLUX_EDGES + 1)
            self.assertTrue(3000000 < self.lines.now)

    def test_long_pauses_are_clamped(self):
        gaps = [500] * 20 + [90000] + [500] * 20
        for loop in LOOPS:
            values, count = self.capture(loop, toggles(gaps, 1000, 2, IDLE), latency_us=0)[1]
            self.assertEqual(max(values[:count]), 65535)

    def test_watchdog_is_fed(self):
        for loop in LOOPS:
            self.capture(loop, lines(intervals(900)), feed_us=8)
            fed = self.lines.fed
            self.assertTrue(len(fed) > 5)
            for n in range(1, len(fed)):
                self.assertTrue(fed[n] - fed[n - 1] < 50100)

    def test_wipe(self):
        for loop in LOOPS:
            swiped = self.capture(loop, lines(intervals()))
            self.reader.wipe()
            self.assertEqual(max(swiped[1][0]), 0)
            self.assertIsNone(self.reader.poll(0))


if __name__ == "__main__":
    unittest.main()
