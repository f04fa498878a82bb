# SPDX-License-Identifier: MIT
"""hal/esp32/stripe.py on a strict fake of `machine`: banks, masks, wake-ups, UART, every kind.

MicroPython only: the loops are viper, and `time` has `ticks_us` and `sleep_us` there alone.
"""

import sys
import unittest

if sys.implementation.name != "micropython":
    raise unittest.SkipTest("needs viper")


class FakePin:
    """Pin: remembers how it was made; no number twice with another direction."""

    IN, OUT, PULL_UP, IRQ_RISING, IRQ_FALLING = 1, 2, 3, 4, 8
    made = {}

    def __init__(self, number, mode=None, pull=None, value=None):
        if number not in range(40) or (mode == 2 and number >= 34):
            raise AssertionError("GPIO %d cannot do that" % number)
        if pull is not None and number >= 34:
            raise AssertionError("GPIO %d has no pull-up" % number)
        if mode is not None:
            FakePin.made[number] = (mode, pull)
        self.number = number
        self.level = 1 if value is None else value
        self.handler = self.trigger = None

    def __call__(self, level=None):
        if level is not None:
            self.level = level
        return self.level

    def irq(self, handler=None, trigger=0):
        self.handler, self.trigger = handler, trigger


class FakeUart:
    def __init__(self, number, **options):
        self.number, self.options = number, options

    def read(self, length):
        return None

    def write(self, data):
        return len(data)


class FakeMachine:
    Pin = FakePin
    UART = FakeUart


sys.modules["machine"] = FakeMachine

from drivers.stripe_lines import ClockReader, FluxReader  # noqa: E402
from drivers.stripe_serial import SerialReader  # noqa: E402
from drivers.stripe_shift import ShiftReader  # noqa: E402
from hal.esp32.stripe import GpioLines, mask, open_stripe  # noqa: E402
from pos.core.errors import ProfileError  # noqa: E402


class Pins:
    """The names of boards/esp32_devkit/pins.py."""

    STRIPE_TRACKS = (1, 2, 3)
    STRIPE_AUX = False
    STRIPE_DATA, STRIPE_STROBE, STRIPE_PRESENT = 34, 33, 27
    STRIPE_CLOCKS = ((18, 19), (21, 22), (23, 25))
    STRIPE_FLUX = (34, 35, 32)
    STRIPE_UART, STRIPE_BAUD, STRIPE_TX, STRIPE_RX = 1, 9600, 26, 35


class Board(unittest.TestCase):
    def open(self, kind, **changes):
        FakePin.made.clear()
        pins = Pins()
        pins.STRIPE = kind
        for name in changes:
            setattr(pins, name, changes[name])
        return open_stripe(pins)

    def test_clock(self):
        for kind, rising in (("clock", False), ("insertion", True)):
            reader = self.open(kind)
            self.assertIsInstance(reader, ClockReader)
            self.assertEqual(sorted(FakePin.made), [18, 19, 21, 22, 23, 25, 27])
            lines = reader._lines
            self.assertEqual(lines.register, 0x3FF4403C)
            reader.wipe()
            pin = lines._wake[0]
            self.assertEqual((pin.number, pin.trigger), (27, 4 if rising else 8))
            lines.disarm()
            self.assertIsNone(pin.handler)
            masks = [reader._plan[i] for i in (8, 9, 10, 14, 15, 16)]
            self.assertEqual(masks, [1 << n for n in (18, 21, 23, 19, 22, 25)])

    def test_variant_decides_what_is_wired(self):
        reader = self.open("clock", STRIPE_TRACKS=(2, 3))
        self.assertEqual(sorted(FakePin.made), [21, 22, 23, 25, 27])
        self.assertEqual(reader._plan[8], 0)
        reader = self.open("flux", STRIPE_TRACKS=(1, 2))
        self.assertEqual(sorted(FakePin.made), [34, 35])
        self.assertEqual(len(reader._buffers[2]), 1)

    def test_flux(self):
        reader = self.open("flux")
        self.assertIsInstance(reader, FluxReader)
        self.assertEqual(reader._lines.register, 0x3FF44040)
        self.assertEqual([reader._plan[i] for i in (8, 9, 10)], [4, 8, 1])
        reader.wipe()
        self.assertEqual([pin.trigger for pin in reader._lines._wake], [12, 12, 12])

    def test_two_banks_are_refused(self):
        self.assertRaises(ProfileError, self.open, "flux", STRIPE_FLUX=(4, 34, 35))
        self.assertRaises(ProfileError, GpioLines, (31, 32), (31,), True, False)
        self.assertEqual((mask(-1), mask(5), mask(34)), (0, 32, 4))

    def test_shift(self):
        self.assertIsInstance(self.open("shift"), ShiftReader)
        self.assertEqual(FakePin.made, {34: (1, None), 33: (2, None)})

    def test_serial(self):
        for kind in ("text", "uic-lrc", "msr605"):
            reader = self.open(kind)
            self.assertIsInstance(reader, SerialReader)
            options = reader._uart.options
            self.assertEqual((options["tx"], options["rx"], options["baudrate"]), (26, 35, 9600))
            self.assertTrue(options["rxbuf"] >= 300)
            reader.wipe()

    def test_unknown_kind(self):
        self.assertRaises(ProfileError, self.open, "bluetooth")


if __name__ == "__main__":
    unittest.main()
