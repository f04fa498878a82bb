# SPDX-License-Identifier: MIT
"""The keypad as inputs port: order, what is stale, what is wiped, with and without a timer."""

import unittest

from drivers.keypad import Matrix
from fakes.keypad import STEP_MS, Bench
from pos.core import aio


class InputsTest(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.keypad = self.bench.keypad
        self.keypad.timed = True

    def tick(self, duration_ms, *names):
        """Let the timer run with keys down."""
        bench = self.bench
        bench.wires.down = bench.places(names)
        for _ in range(duration_ms // STEP_MS):
            bench.clock.now += STEP_MS
            self.keypad.tick()

    def type(self, *names):
        for name in names:
            self.tick(40, name)
            self.tick(40)

    def get(self, timeout_ms=0):
        return aio.run(self.keypad.get(timeout_ms))

    def test_in_the_order_they_came(self):
        self.type("1", "00", "ENTER")
        found = [self.get() for _ in range(4)]
        self.assertEqual(found, [("key", "1"), ("key", "00"), ("key", "ENTER"), None])

    def test_what_is_stale_is_dropped(self):
        self.type("ENTER")
        self.tick(600)
        self.type("1")
        self.assertEqual([self.get(), self.get()], [("key", "1"), None])

    def test_the_ring_goes_round(self):
        for i in range(3):  # the ring is used round and round
            self.type("1", "2", "3", "4", "5")
            self.assertEqual([self.get()[1] for _ in range(5)], ["1", "2", "3", "4", "5"], i)

    def test_a_full_ring_takes_no_more(self):
        for i in range(12):
            self.tick(30, str(i % 10))
            self.tick(30)
        found = []
        while True:
            event = self.get()
            if event is None:
                break
            found.append(event[1])
        self.assertTrue(len(found) <= 7)
        self.assertEqual(found, [name for name in "0123456" if name in found])

    def test_the_ring_keeps_no_pin(self):
        self.type("1", "2", "3", "4")
        for _ in range(4):
            self.get()
        self.assertEqual(set(self.keypad._ring[:4]), {0xFF})

    def test_get_looks_by_itself_without_a_timer(self):
        self.keypad.timed = False
        bench = self.bench
        looks = []

        def sleep_us(duration_us):
            looks.append(duration_us)
            if len(looks) % 4 == 1:
                bench.clock.now += STEP_MS
            bench.wires.down = bench.places(["8"] if len(looks) > 20 else [])
            type(bench.wires).sleep_us(bench.wires, duration_us)

        self.keypad._matrix = Matrix(bench.wires.rows, bench.wires.columns, sleep_us)
        self.assertEqual(self.get(10000), ("key", "8"))

    def test_time_is_up(self):
        self.keypad.timed = False
        clock = self.bench.clock
        real = clock.ticks_ms

        def ticks_ms():
            clock.now += 3
            return real()

        clock.ticks_ms = ticks_ms
        before = clock.now
        self.assertIsNone(self.get(100))
        self.assertTrue(100 <= clock.now - before < 130)

    def test_scroll_takes_its_keys(self):
        taken = []

        def scroll(name):
            taken.append(name)
            return len(taken) < 2

        self.keypad._scroll = scroll
        self.type("DOWN", "1", "DOWN")
        self.assertEqual(
            [self.get(), self.get(), self.get()], [("key", "1"), ("key", "DOWN"), None]
        )
        self.assertEqual(taken, ["DOWN", "DOWN"])


if __name__ == "__main__":
    unittest.main()
