# SPDX-License-Identifier: MIT
"""The beam alone: exact costs, the same from machine code and from CPython, and its bounds."""

import unittest
from array import array

from fakes.stripe import backwards, flux, stripe
from fakes.stripe_harm import add, border, lose
from pos.card import beam, beam_step, chars, clock

TEXTS = (
    None,
    b"%B4539578763621486^ZHAO/XIAO MING^30122010000000000?",
    b";6250930000000036=30122200000012300000?",
    b";996250930000000036=1561560999999996001016000000010000033120=0=0=0000000123?",
)
LEAD = 22
CLOCK = (176, 64, 160, 64, 20, 8)
PARTS = beam.buffers()
WIDTH = 24
MOST_NODES = 256
MOST_ALTS = 512
# places of the state, as in beam_step
MANY, NODES, ALTS, SEEN = 2, 8, 9, 11


def bits_of_track(track: int) -> bytearray:
    return stripe(TEXTS[track], chars.WIDTHS[track], LEAD)


def harmed(name: str, track: int) -> array:
    """Return the intervals of the text of a track with one kind of harm."""
    bits = bits_of_track(track)
    wobble = {"clean": 0, "wobble 12": 12, "wobble 20": 20}.get(name, 4)
    values = flux(bits, 600, 0, wobble)
    char = LEAD + 10 * chars.WIDTHS[track]
    if name == "lost":
        return lose(values, border(bits, char + 1))
    if name == "two lost":
        return lose(values, border(bits, char + 1), border(bits, char + 51))
    return add(values, 60, 3) if name == "spurious" else values


def find(values: array, form: tuple) -> list:
    """Run the beam from the beginning; return its readings."""
    start = clock.lock(values, len(values), False)
    order = range(start, len(values))
    cell, skew = clock.first_cell(values, order)
    many = beam.find(values, order, cell, skew, form, PARTS)
    return [beam.end(PARTS, n) for n in range(many)]


def form_of(track: int) -> tuple:
    return chars.WIDTHS[track], chars.MAX_CHARS[track], CLOCK


def text_of(node: int, offset: int) -> bytes:
    """Return the likeliest text of a reading, without its LRC."""
    out = bytearray()
    while node:
        out.append((PARTS[1][node] & 127) + offset)
        node = PARTS[1][node] >> 7 & 1023
    return bytes([out[n] for n in range(len(out) - 1, 0, -1)])


def noise(count: int, most: int) -> array:
    """Return zeros to lock on and then intervals that mean nothing."""
    out = array("H", [600] * 20)
    state = 7
    for _ in range(count):
        state = state * 1103 + 12345 & 0xFFFF
        out.append(state % most + 1)
    return out


# harm, track, cost, rival, repairs, lost, mean squared distance, nodes and alternatives in use
EXACT = (
    ("clean", 1, 64, 160, 0, 0, 0, 54, 1),
    ("clean", 2, 32, 160, 0, 0, 0, 41, 1),
    ("clean", 3, 80, 160, 0, 0, 0, 78, 1),
    ("wobble 4", 1, 495, 160, 0, 0, 15, 54, 1),
    ("wobble 4", 2, 273, 160, 0, 0, 15, 41, 1),
    ("wobble 4", 3, 506, 160, 0, 0, 15, 78, 1),
    ("lost", 1, 578, 160, 1, 1, 15, 54, 1),
    ("lost", 2, 363, 160, 1, 1, 15, 41, 1),
    ("lost", 3, 593, 160, 1, 1, 15, 78, 1),
    ("two lost", 1, 666, 160, 2, 2, 15, 54, 1),
    ("two lost", 2, 451, 160, 2, 2, 15, 41, 1),
    ("two lost", 3, 681, 160, 2, 2, 15, 78, 1),
    ("spurious", 1, 588, 160, 1, 0, 15, 55, 13),
    ("spurious", 2, 363, 160, 1, 0, 15, 45, 7),
    ("spurious", 3, 599, 160, 1, 0, 15, 78, 4),
    ("wobble 12", 1, 4869, 160, 0, 0, 134, 75, 68),
    ("wobble 12", 2, 2689, 160, 0, 0, 133, 51, 37),
    ("wobble 12", 3, 4954, 160, 0, 0, 136, 108, 86),
    ("wobble 20", 1, 12205, 160, 0, 0, 374, 96, 340),
    ("wobble 20", 2, 6754, 160, 0, 0, 370, 73, 127),
    ("wobble 20", 3, 12347, 160, 0, 0, 381, 156, 334),
)


class ExactTest(unittest.TestCase):
    """The numbers are those of this decoder; another one may have others, but on both runtimes."""

    def test_costs(self) -> None:
        for name, track, *expect in EXACT:
            found = find(harmed(name, track), form_of(track))
            self.assertEqual(len(found), 1, name)
            cost, node, rival, repairs, lost, square = found[0]
            got = [cost, rival, repairs, lost, square, PARTS[0][NODES], PARTS[0][ALTS]]
            self.assertEqual(got, expect, (name, track))
            text = text_of(node, 0x20 if track == 1 else 0x30)
            self.assertEqual(text, TEXTS[track], name)

    def test_clean_stripe_costs_only_its_rare_characters(self) -> None:
        """The end sentinel is a logarithm less usual than a digit, which costs nothing."""
        values = flux(stripe(b";" + b"1234567890" * 3 + b"?", 5))
        found = find(values, form_of(2))
        self.assertEqual(found[0][:1] + found[0][2:], (16, 160, 0, 0, 0))
        self.assertEqual(len(found), 1)

    def test_backward_is_as_good(self) -> None:
        values = backwards(flux(stripe(b";" + b"1234567890" * 3 + b"?", 5)))
        order = range(len(values) - 2, -1, -1)
        many = beam.find(values, order, 600 << 6, 0, form_of(2), PARTS)
        self.assertEqual((many, beam.end(PARTS, 0)[0]), (1, 16))

    def test_runs_do_not_know_each_other(self) -> None:
        first = find(harmed("two lost", 2), form_of(2))
        find(noise(500, 900), form_of(3))
        self.assertEqual(find(harmed("two lost", 2), form_of(2)), first)


class BoundsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.real = beam_step.step
        self.most = self.steps = self.longest = 0
        beam_step.step = self.watched

    def tearDown(self) -> None:
        beam_step.step = self.real

    def watched(self, b: array, p: array, a: array, tables: bytes, time: int) -> int:
        many = self.real(b, p, a, tables, time)
        self.assertTrue(many == b[MANY] <= WIDTH)
        self.assertTrue(b[NODES] <= MOST_NODES and b[ALTS] <= MOST_ALTS)
        self.most = max(self.most, many)
        self.longest = max(self.longest, time)
        self.steps += 1
        return many

    def test_cell_outside_the_limits(self) -> None:
        values = array("H", [600] * 100)
        for cell, goes in ((511, False), ((1 << 20) + 1, False), (512, True), (1 << 20, True)):
            self.steps = 0
            self.assertEqual(beam.find(values, range(100), cell, 0, form_of(2), PARTS), 0)
            self.assertEqual(self.steps > 0, goes, cell)

    def test_intervals_at_the_ends_of_their_range(self) -> None:
        for one, cell in ((65535, 600), (65535, 16384), (0, 600), (0, 8), (1, 8)):
            values = array("H", [one] * 400)
            found = beam.find(values, range(400), cell << 6, 0, form_of(2), PARTS)
            self.assertEqual(found, 0, (one, cell))
            self.assertLess(PARTS[0][SEEN], 40, (one, cell))
        longer = [1000000] * 400  # a list may hold more than a driver's array
        self.assertEqual(beam.find(longer, range(400), 600 << 6, 0, form_of(2), PARTS), 0)
        self.assertEqual(self.longest, 65535 << 6)

    def test_never_more_than_24_hypotheses(self) -> None:
        find(harmed("wobble 20", 1), form_of(1))
        self.assertEqual(self.most, WIDTH)

    def test_all_nodes_and_alternatives_used_up(self) -> None:
        """A text longer than any track, so that the pools are too small for it."""
        values = flux(stripe(b";" + b"4950687213" * 30 + b"?", 5), 150, 0, 18)
        self.assertEqual(find(values, (5, 400, CLOCK)), [])
        self.assertEqual((PARTS[0][NODES], PARTS[0][MANY]), (MOST_NODES, 0))
        values = flux(stripe(b"%" + b"4950687213" * 7 + b"?", 7), 300, 0, 22)
        find(values, (7, 79, CLOCK))
        self.assertEqual(PARTS[0][ALTS], MOST_ALTS)

    def test_noise_is_given_up_early(self) -> None:
        for most in (300, 900, 2000):
            values = noise(1400, most)
            self.assertEqual(find(values, form_of(3)), [], most)
            self.assertLess(PARTS[0][SEEN], 200, most)
            self.assertGreater(PARTS[0][SEEN], 15, most)

    def test_what_fits_badly_all_along_is_given_up(self) -> None:
        """Without a repair, but so stiff a clock finds every transition dear."""
        values = flux(bits_of_track(1), 600, 0, 10)
        self.assertEqual(find(values, (7, 79, CLOCK[:5] + (60,))), [])
        self.assertEqual(PARTS[0][SEEN], 442)
        self.assertEqual(len(find(values, (7, 79, CLOCK[:5] + (40,)))), 1)

    def test_what_comes_behind_the_quiet_zone_is_the_edge_or_no_card(self) -> None:
        """24 intervals may be anything; two swipes in one record are refused."""
        bits = stripe(TEXTS[2], 5, 22, 12)
        one = flux(bits, 600, 0, 4)
        for more, expect in ((20, 1), (60, 0)):
            odd = array("H", [130, 900, 777, 111] * (more // 4))
            self.assertEqual(len(find(one + odd, form_of(2))), expect, more)
        self.assertEqual(find(one + one, form_of(2)), [])
        self.assertEqual(find(flux(bits + bits, 600, 0, 4), form_of(2)), [])

    def test_empty(self) -> None:
        self.assertEqual(beam.find(array("H"), range(0), 600 << 6, 0, form_of(2), PARTS), 0)


if __name__ == "__main__":
    unittest.main()
