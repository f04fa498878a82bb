# SPDX-License-Identifier: MIT
"""Keys and swipes in one inputs port: nothing lost, nothing kept, nothing stale."""

import asyncio
import unittest

from drivers.stripe_inputs import StripeInputs
from pos.core import aio

SWIPE = (None, bytearray(b";62=0?"), None)


class Keys:
    """Inputs port: (delay in ms, event), None lets the time pass; `stubborn` ignores its end."""

    def __init__(self, script):
        self._script = list(script)
        self.cancelled = 0
        self.stubborn = False

    async def get(self, timeout_ms):
        delay, event = self._script.pop(0)
        try:
            await aio.sleep_ms(delay)
        except asyncio.CancelledError:
            self.cancelled += 1
            if self.stubborn:
                return event
            raise
        return event


class Reader:
    """Reader port: a swipe at the nth look."""

    def __init__(self, at):
        self.at = at
        self.looks = 0
        self.wiped = 0

    def poll(self, now_ms):
        self.looks += 1
        return SWIPE if self.looks == self.at else None

    def wipe(self):
        self.wiped += 1


class Clock:
    def __init__(self):
        self.now = 0x3FFFFF00

    def ticks_ms(self):
        return self.now & 0x3FFFFFFF

    def ticks_diff(self, end, start):
        return (end - start) & 0x3FFFFFFF


class StripeInputsTest(unittest.TestCase):
    def play(self, script, at, pauses, stubborn=False):
        """Call get once for every pause (ms before it); return the events."""
        self.keys, self.reader, self.clock = Keys(script), Reader(at), Clock()
        self.keys.stubborn = stubborn
        inputs = StripeInputs(self.keys, self.reader, self.clock)

        async def run():
            events = []
            for pause in pauses:
                self.clock.now += pause
                events.append(await inputs.get(50))
            return events

        return aio.run(run())

    def test_key(self):
        self.assertEqual(self.play([(1, ("key", "1"))], 0, (0,)), [("key", "1")])
        self.assertEqual(self.keys.cancelled, 0)

    def test_time_is_up(self):
        self.assertEqual(self.play([(20, None)], 0, (0,)), [None])
        self.assertTrue(self.reader.looks > 1)

    def test_swipe_ends_the_wait_for_keys(self):
        self.assertEqual(self.play([(5000, None)], 3, (0,)), [("swipe", SWIPE)])
        self.assertEqual(self.keys.cancelled, 1)

    def test_wiped_before_the_next_wait(self):
        script = [(5000, None), (1, ("key", "1")), (1, ("key", "2"))]
        events = self.play(script, 2, (0, 10, 10))
        self.assertEqual(events[1:], [("key", "1"), ("key", "2")])
        self.assertEqual(self.reader.wiped, 2)  # at first, and after the swipe

    def test_a_swipe_between_two_screens_is_kept_but_no_old_one(self):
        self.play([(1, None), (1, None)], 0, (0, 900))
        self.assertEqual(self.reader.wiped, 1)
        self.play([(1, None), (1, None)], 0, (0, 1100))
        self.assertEqual(self.reader.wiped, 2)

    def test_key_at_the_same_moment_is_for_the_next_call(self):
        events = self.play([(5000, ("key", "7")), (1, ("key", "8"))], 2, (0, 1, 1), True)
        self.assertEqual(events, [("swipe", SWIPE), ("key", "7"), ("key", "8")])


if __name__ == "__main__":
    unittest.main()
