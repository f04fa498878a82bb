# SPDX-License-Identifier: MIT
"""Key scanning on a strict matrix without diodes: bounce, ghosts, overlap, no heap."""

import sys
import unittest

from drivers import link
from drivers.keypad import LAYOUT_4X4, LAYOUT_5X4, Keypad, Matrix
from fakes.keypad import STEP_MS, Bench, FakeClock
from pos.core.errors import ProfileError

_MICROPYTHON = sys.implementation.name == "micropython"


class ScanTest(unittest.TestCase):
    def test_every_key_of_both_layouts(self):
        for layout, rows in ((LAYOUT_4X4, 4), (LAYOUT_5X4, 5)):
            bench = Bench(layout, rows)
            self.assertEqual(bench.press(*bench.names), bench.names)

    def test_layouts_have_what_the_screens_need(self):
        needed = [str(i) for i in range(10)] + ["00", "ENTER", "CLEAR", "CANCEL", "MENU", "DOWN"]
        for layout in (LAYOUT_4X4, LAYOUT_5X4):
            names = layout.split()
            self.assertEqual(len(set(names)), len(names))
            self.assertEqual([name for name in needed if name not in names], [])
            self.assertEqual([name for name in names if not link.is_key(name)], [])

    def test_layout_of_another_size(self):
        self.assertRaises(ProfileError, Bench, LAYOUT_4X4 + " F1", 4)

    def test_when_it_counts(self):
        bench = Bench()
        bench.hold(20, "5")
        self.assertEqual(bench.pressed, [])
        bench.hold(10, "5")  # seen three times, 20 ms from first to last
        self.assertEqual(bench.pressed, ["5"])

    def test_nothing_repeats(self):
        bench = Bench()
        bench.hold(60000, "5")
        self.assertEqual(bench.pressed, ["5"])
        bench.hold(60)
        self.assertEqual(bench.press("5"), ["5", "5"])

    def bounce(self, bench, pattern):
        """Play eight looks of a bouncing 7: one bit a look."""
        for bit in range(8):
            bench.hold(10, *(("7",) if pattern >> bit & 1 else ()))

    def test_bounce(self):
        """Every way to bounce: once it has been down for 20 ms it counts, once."""
        for pattern in range(256):
            bits = "".join([str(pattern >> bit & 1) for bit in range(8)])
            if "000" in "111" + bits + "111":
                continue  # up for 20 ms is let go
            bench = Bench()
            self.bounce(bench, pattern)
            bench.hold(60, "7")
            self.assertEqual(bench.pressed, ["7"], bits)
            self.bounce(bench, pattern)
            bench.hold(60)
            self.assertEqual(bench.pressed, ["7"], bits)

    def test_a_spark_is_no_key(self):
        bench = Bench()
        for _ in range(50):
            bench.hold(10, "7")
            bench.hold(10)
        self.assertEqual(bench.pressed, [])

    def test_fast_typing_overlaps(self):
        bench = Bench()
        bench.hold(60, "1")
        bench.hold(30, "1", "2")
        bench.hold(60, "2")
        bench.hold(30, "2", "3")
        bench.hold(60, "3")
        bench.hold(60)
        self.assertEqual(bench.pressed, ["1", "2", "3"])

    def test_a_second_key_that_only_touches(self):
        bench = Bench()
        bench.hold(60, "1")
        bench.hold(60, "1", "2")
        bench.hold(60, "1")
        bench.hold(60)
        self.assertEqual(bench.pressed, ["1"])

    def test_two_at_once_are_none(self):
        for other in ("2", "4", "5", "0"):
            bench = Bench()
            bench.hold(60, "1", other)
            bench.hold(60, other)
            bench.hold(60, "1")
            self.assertEqual(bench.pressed, [])
            bench.hold(60)
            self.assertEqual(bench.press("9"), ["9"])

    def test_two_within_the_debounce_are_none(self):
        bench = Bench()
        bench.hold(10, "1")
        bench.hold(60, "1", "2")
        bench.hold(60, "2")
        self.assertEqual(bench.pressed, [])

    def test_ghosts(self):
        bench = Bench()
        bench.hold(60, "1")
        bench.hold(60, "1", "2")
        bench.hold(60, "1", "2", "4")  # 5 seems to be down as well
        bench.hold(60, "2", "4")  # the ghost is gone, and the keys are not trusted
        bench.hold(60, "4")
        self.assertEqual(bench.pressed, ["1"])
        bench.hold(60)
        self.assertEqual(bench.press("4"), ["1", "4"])

    def test_every_three_keys_of_a_square(self):
        corners = ("1", "2", "4", "5")
        for missing in corners:
            bench = Bench()
            bench.hold(200, *[name for name in corners if name != missing])
            self.assertEqual(bench.pressed, [])
            bench.hold(60)
            self.assertEqual(bench.press(missing), [missing])

    def test_three_keys_without_a_ghost(self):
        bench = Bench()
        bench.hold(60, "1")
        bench.hold(60, "1", "5", "9")
        bench.hold(60, "9")
        self.assertEqual(bench.pressed, ["1"])

    def test_down_before_anybody_looked(self):
        bench = Bench()
        bench.clock.now += 5000
        bench.hold(200, "ENTER")
        self.assertEqual(bench.pressed, [])
        bench.hold(60)
        self.assertEqual(bench.press("ENTER"), ["ENTER"])

    def test_down_at_power_on(self):
        bench = Bench()
        keypad = Keypad(bench.matrix, LAYOUT_4X4, bench.clock)
        bench.wires.down = bench.places(["3"])
        seen = []
        for _ in range(20):
            bench.clock.now += STEP_MS
            seen.append(keypad.scan(bench.clock.ticks_ms()))
        self.assertEqual(set(seen), {-1})

    def test_held_over_a_gap_does_not_count_twice(self):
        bench = Bench()
        bench.hold(60, "ENTER")
        bench.clock.now += 5000
        bench.hold(200, "ENTER")
        self.assertEqual(bench.pressed, ["ENTER"])

    def test_held_key(self):
        bench = Bench(LAYOUT_4X4.replace("CANCEL", "F1").replace("CLEAR", "CLEAR/CANCEL"))
        bench.hold(900, "CLEAR")
        self.assertEqual(bench.pressed, ["CLEAR"])
        bench.hold(60000, "CLEAR")
        self.assertEqual(bench.pressed, ["CLEAR", "CANCEL"])
        bench.hold(60)
        bench.press("CLEAR", "1")
        self.assertEqual(bench.pressed[2:], ["CLEAR", "1"])

    def test_no_held_keys_where_there_is_a_cancel(self):
        bench = Bench()
        bench.hold(5000, "CLEAR")
        self.assertEqual(bench.pressed, ["CLEAR"])

    def test_an_idle_look_makes_no_objects(self):
        if not _MICROPYTHON:
            self.skipTest("needs heap_lock")
        import micropython

        clock = FakeClock()
        matrix = Matrix((_nothing,) * 5, (_up,) * 4, _nothing)
        keypad = Keypad(matrix, LAYOUT_5X4, clock)
        micropython.heap_lock()
        try:
            for _ in range(100):
                clock.now += 1
                keypad.tick()
        finally:
            micropython.heap_unlock()

    def test_a_press_makes_no_objects_either(self):
        if not _MICROPYTHON:
            self.skipTest("needs heap_lock")
        import micropython

        clock = FakeClock()
        pad = Keypad(Matrix((_nothing,), (_late,), _nothing), "1", clock)
        _looks[0] = 0
        micropython.heap_lock()
        try:
            for _ in range(40):
                clock.now += 10
                pad.tick()
        finally:
            micropython.heap_unlock()
        self.assertEqual(pad._next, 1)


_looks = [0]


def _nothing(_value):
    pass


def _up():
    return 1


def _late():
    """Return a column that goes low after ten looks."""
    _looks[0] += 1
    return 1 if _looks[0] < 10 else 0


if __name__ == "__main__":
    unittest.main()
