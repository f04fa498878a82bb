# SPDX-License-Identifier: MIT
"""The texts of a reading whose LRC is right, against all combinations of made-up alternatives."""

import unittest
from array import array

from pos.card import beam, resolve, search

LIMIT = beam.SPREAD + 64  # as the search asks
PARTS = 7
MOST_TEXTS = 24
MOST_TAKEN = 5
POOLS = 200
GUARD = b"\xee" * 64


class Noise:
    """Numbers that are the same on every runtime."""

    def __init__(self, seed: int) -> None:
        self._state = seed * 2 + 1

    def below(self, limit: int) -> int:
        """Return the next number from 0 up to, but not including, a limit."""
        self._state = (self._state * 8121 + 28411) % 134456
        return (self._state >> 5) % limit


def pool(noise: Noise, width: int, count: int, most: int) -> list:
    """Return for each character [(code, 0), (another code, how much dearer), ...]."""
    out = []
    for _ in range(count):
        codes = []
        for _ in range(1 + noise.below(most + 1)):
            code = noise.below(1 << (width - 1))
            if code not in codes:
                codes.append(code)
        out.append([(code, noise.below(161) if k else 0) for k, code in enumerate(codes)])
    return out


def reading(chars: list, width: int, table: object = None) -> resolve.Reading:
    """Write a pool as the beam does, with a foreign node between two characters."""
    nodes, others = array("i", bytes(4 * 256)), array("i", bytes(4 * 512))
    last, free, entry = 0, 1, 1
    for choices in chars:
        head = 0
        for code, more in choices[1:]:
            others[entry] = code | more << 7 | head << 17
            head, entry = entry, entry + 1
        nodes[free] = choices[0][0] | last << 7 | head << 17
        last = free
        nodes[free + 1] = 5 | 1 << 7
        free += 2
    return resolve.Reading((None, nodes, others), last, width, table or resolve.buffer())


def all_texts(chars: list) -> dict:
    """Return the cost of every text with a right LRC, by its codes; at most five are taken."""
    found = [(b"", 0, 0, 0)]
    for choices in chars:
        found = [
            (codes + bytes([code]), cost + more, total ^ code, taken + (code != choices[0][0]))
            for codes, cost, total, taken in found
            for code, more in choices
        ]
    return {
        codes: cost for codes, cost, total, taken in found if not total and taken <= MOST_TAKEN
    }


def texts(one: resolve.Reading, limit: int = LIMIT) -> list:
    """Return (cost, codes) of each text that is found."""
    out = []
    one.texts(limit, lambda cost, codes: out.append((cost, bytes(codes))))
    return out


class AllCombinationsTest(unittest.TestCase):
    def test_made_up_pools(self) -> None:
        exact = {0: 0, 1: 0, 2: 0}
        for seed in range(POOLS):
            width = 5 if seed & 1 else 7
            noise = Noise(seed)
            chars = pool(noise, width, 4 + noise.below(3), 2)
            if self.check(chars, width, seed):
                exact[self.right] += 1
        self.assertGreater(min(exact.values()), POOLS // 10, exact)
        self.assertGreater(sum(exact.values()), POOLS * 9 // 10, exact)

    def test_too_many_texts_at_one_limit(self) -> None:
        """More than 24 texts within a part of the limit: that many are told, whichever."""
        for seed in range(20):
            noise = Noise(seed)
            chars = [[(3, 0), (6, noise.below(7)), (9, noise.below(7))] for _ in range(6)]
            self.assertFalse(self.check(chars, 5, seed), seed)

    def check(self, chars: list, width: int, seed: int) -> bool:
        """Compare; tell whether so few texts were near that the cheapest had to be among them."""
        one = reading(chars, width)
        before = bytes(one.codes)
        self.assertEqual(before, bytes([choices[0][0] for choices in chars]))
        got = texts(one)
        self.assertEqual(bytes(one.codes), before, "the codes are as they were")
        right = all_texts(chars)
        for cost, codes in got:
            self.assertEqual(right.get(codes), cost, (seed, codes))
            self.assertTrue(cost <= LIMIT, seed)
        order = sorted(cost for cost in right.values() if cost <= LIMIT)
        self.right = min(len(order), 2)
        window = LIMIT
        for part in range(PARTS, 0, -1):
            if len([cost for cost in order if cost <= LIMIT * part // PARTS]) > 1:
                window = LIMIT * part // PARTS
        if len([cost for cost in order if cost <= window]) > MOST_TEXTS:
            self.assertTrue(len(got) >= MOST_TEXTS, seed)
            return False
        self.assertEqual(sorted(cost for cost, _ in set(got))[:2], order[:2], seed)
        return True


class LimitTest(unittest.TestCase):
    def test_the_search_asks_for_this_limit(self) -> None:
        if hasattr(search, "_WIDER"):  # constants have no names under MicroPython
            self.assertEqual(beam.SPREAD + search._WIDER, LIMIT)

    def test_no_more_than_the_limit(self) -> None:
        for more in (3, 4, 5, 31, 32, 33, 223, 224):
            chars = [[(11, 0)], [(9, 0), (4, more)], [(15, 0)]]
            self.assertEqual(texts(reading(chars, 5), more), [(more, b"\x0b\x04\x0f")])
            self.assertEqual(texts(reading(chars, 5), more - 1), [])

    def test_right_as_it_is(self) -> None:
        chars = [[(11, 0)], [(4, 0)], [(15, 0)]]
        self.assertEqual(set(texts(reading(chars, 5))), {(0, b"\x0b\x04\x0f")})

    def test_a_sum_that_cannot_be_made(self) -> None:
        for chars in (
            [[(11, 0)], [(5, 0)], [(15, 0)]],
            [[(11, 0), (9, 3)], [(5, 0), (7, 3), (13, 8)], [(15, 0)]],  # none changes bit 0
        ):
            one = reading(chars, 5)
            self.assertEqual(texts(one), [])
            self.assertEqual(bytes(one.codes), bytes([choices[0][0] for choices in chars]))

    def test_at_most_five_are_taken(self) -> None:
        for fixed, cost in ((31, 5), (63, None)):
            chars = [[(0, 0), (1 << n, 1)] for n in range(6)] + [[(fixed, 0)]]
            got = texts(reading(chars, 7))
            self.assertEqual([cost for cost, _ in set(got)], [] if cost is None else [cost])

    def test_longest_tracks_stay_within_the_table(self) -> None:
        for width, count in ((7, 79), (5, 107)):
            top = 1 << (width - 2)
            chars = [[(1, 0), (3, 40)] for _ in range(count - 1)] + [
                [(count - 1 & 1, 0), (top, 9)]
            ]
            table = resolve.buffer() + GUARD
            chars[count // 2].append((1 ^ top ^ (count - 1 & 1), 7))
            got = texts(reading(chars, width, table))
            self.assertEqual(table[-len(GUARD) :], GUARD)
            self.assertEqual(sorted(cost for cost, _ in set(got))[:2], [0, 16], width)


class NearestTest(unittest.TestCase):
    def test_cheapest_alternative_of_all(self) -> None:
        for seed in range(40):
            chars = pool(Noise(seed + 300), 5, 6, 3)
            costs = [more for choices in chars for _, more in choices[1:]]
            self.assertEqual(reading(chars, 5).nearest(), min(costs + [1023]), seed)

    def test_none(self) -> None:
        self.assertEqual(reading([[(3, 0)], [(3, 0)]], 5).nearest(), 1023)


if __name__ == "__main__":
    unittest.main()
