# SPDX-License-Identifier: MIT
"""hal/esp32/keypad_pins.py and i2c.py on a strict fake of `machine`: which pin becomes what.

MicroPython only: `time.sleep_us` is there alone.
"""

import sys
import unittest

if sys.implementation.name != "micropython":
    raise unittest.SkipTest("needs time.sleep_us")


class FakePin:
    """Pin: remembers how it was made; refuses what the chip cannot do."""

    IN, OPEN_DRAIN, PULL_UP = 1, 7, 2
    made = {}

    def __init__(self, number, mode=-1, pull=None, value=None):
        if number not in range(40) or number in range(6, 12) or number in FakePin.made:
            raise AssertionError("GPIO %d" % number)
        if number >= 34 and (mode == FakePin.OPEN_DRAIN or pull is not None):
            raise AssertionError("GPIO %d cannot do that" % number)
        FakePin.made[number] = (mode, pull, value)

    def __call__(self, level=None):
        return 1


class FakeTimer:
    PERIODIC = 1

    def __init__(self, number):
        self.number = number
        self.options = None

    def init(self, **options):
        self.options = options


class FakeI2C:
    def __init__(self, number, **options):
        self.number, self.options = number, options


class FakeMachine:
    Pin, Timer, I2C = FakePin, FakeTimer, FakeI2C


sys.modules["machine"] = FakeMachine

from fakes.keypad import FakeClock  # noqa: E402
from hal.esp32.i2c import open_i2c  # noqa: E402
from hal.esp32.keypad_pins import open_keypad  # noqa: E402
from pos.core.errors import ProfileError  # noqa: E402


class Pins:
    """The names proposed in boards/esp32_devkit/KEYPAD_OLED.md."""

    KEYPAD = "4x4"
    KEYPAD_ROWS = (4, 13, 14, 27, 5)
    KEYPAD_COLUMNS = (18, 19, 23, 25)
    KEYPAD_TIMER = 0
    OLED_I2C, OLED_SDA, OLED_SCL, OLED_HZ, OLED_ADDRESS = 0, 21, 22, 400000, 0x3C


class KeypadBoardTest(unittest.TestCase):
    def open(self, kind, columns=Pins.KEYPAD_COLUMNS):
        FakePin.made.clear()
        pins = Pins()
        pins.KEYPAD, pins.KEYPAD_COLUMNS = kind, columns
        return open_keypad(pins, FakeClock(), None)

    def test_rows_are_open_drain_and_columns_pulled_up(self):
        for kind, rows in (("4x4", 4), ("5x4", 5)):
            self.open(kind)
            wanted = {number: (FakePin.OPEN_DRAIN, None, 1) for number in Pins.KEYPAD_ROWS[:rows]}
            for number in Pins.KEYPAD_COLUMNS:
                wanted[number] = (FakePin.IN, FakePin.PULL_UP, None)
            self.assertEqual(FakePin.made, wanted)

    def test_inputs_without_pull_ups(self):
        self.open("4x4", (34, 35, 36, 39))
        self.assertEqual(FakePin.made[39], (FakePin.IN, None, None))

    def test_a_timer_scans(self):
        keypad = self.open("4x4")
        self.assertTrue(keypad.timed)
        options = keypad.timer.options
        self.assertEqual((options["period"], options["mode"]), (10, FakeTimer.PERIODIC))
        options["callback"](keypad.timer)

    def test_none_and_unknown(self):
        self.assertIsNone(self.open(""))
        self.assertRaises(ProfileError, self.open, "3x3")

    def test_bus(self):
        FakePin.made.clear()
        bus = open_i2c(Pins)
        self.assertEqual((bus.number, bus.options["freq"]), (0, 400000))
        self.assertTrue(bus.options["timeout"] >= 1000)
        self.assertEqual(sorted(FakePin.made), [21, 22])


if __name__ == "__main__":
    unittest.main()
