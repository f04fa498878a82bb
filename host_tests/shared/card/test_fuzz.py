# SPDX-License-Identifier: MIT
"""The card decoder holds its promises on damaged swipes and noise, on both runtimes."""

import unittest

from fakes import hostile
from fakes.stripe import flux, stripe
from pos.card.flux import Decoder

DECODER = Decoder()
ROUNDS = 60
BYTES = 160


def random_bytes(seed: int) -> bytes:
    """Return bytes that are the same on every runtime."""
    out = bytearray()
    state = seed * 2 + 1
    for _ in range(BYTES):
        state = (state * 8121 + 28411) % 134456
        out.append(state >> 8 & 0xFF)
    return bytes(out)


class FuzzTest(unittest.TestCase):
    def test_random_cases(self) -> None:
        for seed in range(ROUNDS):
            try:
                hostile.target(random_bytes(seed), DECODER)
            except Exception as error:
                self.fail("seed %d: %r" % (seed, error))

    def test_cases_of_few_bytes(self) -> None:
        for length in range(12):
            hostile.target(bytes(length), DECODER)
            hostile.target(b"\xff" * length, DECODER)

    def test_cases_cover_all_verdicts(self) -> None:
        seen = set()
        for seed in range(ROUNDS):
            source = hostile.Source(random_bytes(seed))
            track = 1 + source.number(3)
            values, count = hostile.form(source, track)
            seen.add(DECODER.decode_track(track, values, count).status)
        self.assertEqual(sorted(seen), ["absent", "bad", "ok"])

    def test_every_broken_promise_is_found(self) -> None:
        values = flux(stripe(b";6222020000000123=30122200000012300000?", 5))
        good = DECODER.decode_track(2, values, len(values))
        hostile.holds(good)
        for name, value in (
            ("status", "maybe"),
            ("reason", 3),
            ("position", -1),
            ("text", bytearray(b";12")),
            ("text", b";12?"),
            ("text", bytearray(b";1?2?")),
            ("direction", "unknown"),
            ("status", "bad"),
        ):
            kept = getattr(good, name)
            setattr(good, name, value)
            with self.assertRaises(AssertionError):
                hostile.holds(good)
            setattr(good, name, kept)


if __name__ == "__main__":
    unittest.main()
