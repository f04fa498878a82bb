# SPDX-License-Identifier: MIT
"""The clock: bits come out of flux at any speed, and trouble is noticed."""

import unittest
from array import array

from fakes.stripe import backwards, flux, stripe
from pos.card import clock

TEXT = b";6250930000000036=33122200000012300000?"
BITS = stripe(TEXT, 5)


def recovered(intervals: array, back: bool = False) -> tuple:
    bits = bytearray(len(intervals))
    count, rough = clock.recover(intervals, len(intervals), bits, back)
    return bytes(bits[:count]), rough


class RecoverTest(unittest.TestCase):
    def check(self, intervals: array, back: bool = False) -> int:
        """The bits are those of the stripe, but for some of the zeros at its ends."""
        bits, rough = recovered(intervals, back)
        self.assertIn(bytes(BITS).strip(b"\0"), bits)
        self.assertEqual(sum(bits), sum(BITS))
        return rough

    def test_constant_speeds(self) -> None:
        for cell_us in (40, 79, 222, 667, 2667, 10000):
            self.assertEqual(self.check(flux(BITS, cell_us)), 0)

    def test_from_the_end(self) -> None:
        self.assertEqual(self.check(backwards(flux(BITS)), True), 0)

    def test_acceleration(self) -> None:
        for start, end in ((1200, 300), (300, 1200), (2000, 200)):
            self.check(flux(BITS, start, end))

    def test_wobble(self) -> None:
        self.check(flux(BITS, 600, 600, 7))

    def test_wobble_is_noticed(self) -> None:
        self.assertGreater(recovered(flux(BITS, 600, 600, 12))[1], 0)

    def test_one_lost_border_is_noticed(self) -> None:
        intervals = flux(BITS)
        merged = intervals[:60]
        merged.append(intervals[60] + intervals[61])
        for value in intervals[62:]:
            merged.append(value)
        self.assertGreater(recovered(merged)[1], 0)

    def test_polarity_offset(self) -> None:
        intervals = flux(BITS)
        for n in range(len(intervals)):
            intervals[n] += 60 if n & 1 else -60
        self.check(intervals)

    def test_no_even_zeros(self) -> None:
        ramp = array("H", [10])
        while len(ramp) < 40 and ramp[-1] < 40000:
            ramp.append(ramp[-1] * 3 // 2)
        self.assertEqual(recovered(ramp), (b"", 0))

    def test_pauses_and_zeros_do_no_harm(self) -> None:
        for values in (
            [0] * 50,
            [65535] * 50,
            [1, 65535] * 25,
            [600] * 20 + [65535] * 20 + [1] * 20,
        ):
            for back in (False, True):
                bits, _ = recovered(array("H", values), back)
                self.assertLessEqual(len(bits), len(values))


if __name__ == "__main__":
    unittest.main()
