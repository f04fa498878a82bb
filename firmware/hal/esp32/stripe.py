# SPDX-License-Identifier: MIT
"""Stripe reader of an ESP32 board by its pin table: pins, input register, wake-up and UART."""

from micropython import const

import time

from machine import UART, Pin

from pos.core.errors import ProfileError

_INPUTS_LOW = const(0x3FF4403C)  # GPIO_IN_REG: GPIO 0 to 31
_INPUTS_HIGH = const(0x3FF44040)  # GPIO_IN1_REG: GPIO 32 to 39
_UART_RXBUF_BYTES = const(512)  # a whole swipe of texts


class GpioLines:
    """Lines for stripe_lines.py, all of one bank: register, clock and wake-up pins."""

    def __init__(self, pins: tuple, wake: tuple, rising: bool, falling: bool) -> None:
        high = min(pins) >= 32
        if not high and max(pins) >= 32:
            raise ProfileError("stripe pins must all be below GPIO 32, or none")
        for number in pins:
            _input(number)
        self.register = _INPUTS_HIGH if high else _INPUTS_LOW
        self.ticks = time.ticks_us
        self.feed = _nothing
        self._wake = [Pin(number) for number in wake]
        self._trigger = (Pin.IRQ_RISING if rising else 0) | (Pin.IRQ_FALLING if falling else 0)

    def arm(self, handler: object) -> None:
        """Have the handler called once a wake-up pin moves."""
        for pin in self._wake:
            pin.irq(handler=handler, trigger=self._trigger)

    def disarm(self) -> None:
        """No more wake-ups."""
        for pin in self._wake:
            pin.irq(handler=None)


def _input(number: int) -> Pin:
    """Return an input that idles high; GPIO 34 to 39 need a resistor for that."""
    return Pin(number, Pin.IN) if number >= 34 else Pin(number, Pin.IN, Pin.PULL_UP)


def _nothing() -> None:
    """No watchdog runs; a board that has one sets `feed`."""


def mask(number: int) -> int:
    """Return the bit of a GPIO in its bank's register; 0 for a line that is not there (-1)."""
    return 0 if number < 0 else 1 << (number & 31)


def open_stripe(pins: object) -> object:
    """Return the reader that `pins.STRIPE` names."""
    kind = pins.STRIPE
    if kind in ("clock", "insertion"):
        return _clock(pins, kind == "insertion")
    if kind == "flux":
        return _flux(pins)
    if kind == "shift":
        from drivers.stripe_shift import ShiftReader

        data = _input(pins.STRIPE_DATA)
        strobe = Pin(pins.STRIPE_STROBE, Pin.OUT, value=1)
        return ShiftReader(data, strobe, time.sleep_us, pins.STRIPE_TRACKS, pins.STRIPE_AUX)
    if kind in ("text", "uic-lrc", "msr605"):
        return _serial(pins, kind)
    raise ProfileError("no stripe reader is named " + kind)


def _clock(pins: object, insertion: bool) -> object:
    from drivers import stripe_fast
    from drivers.stripe_lines import ClockReader

    present = pins.STRIPE_PRESENT
    numbers = [present]
    pairs = []
    for i in range(3):
        strobe, data = pins.STRIPE_CLOCKS[i]
        wired = strobe >= 0 and i + 1 in pins.STRIPE_TRACKS
        pairs.append((mask(strobe), mask(data)) if wired else None)
        numbers += [strobe, data] if wired else []
    lines = GpioLines(tuple(numbers), (present,), insertion, not insertion)
    return ClockReader(lines, stripe_fast.clock_bits, tuple(pairs), mask(present), insertion)


def _flux(pins: object) -> object:
    from drivers import stripe_fast
    from drivers.stripe_lines import FluxReader

    numbers = [pins.STRIPE_FLUX[i] if i + 1 in pins.STRIPE_TRACKS else -1 for i in range(3)]
    wired = tuple([number for number in numbers if number >= 0])
    masks = tuple([mask(number) for number in numbers])
    return FluxReader(GpioLines(wired, wired, True, True), stripe_fast.flux_edges, masks)


def _serial(pins: object, kind: str) -> object:
    from drivers.stripe_serial import SerialReader, TextFrames

    if kind == "msr605":
        from drivers.stripe_msr import MsrFrames

        frames = MsrFrames(pins.STRIPE_TRACKS, True)
    else:
        frames = TextFrames(pins.STRIPE_TRACKS, kind == "uic-lrc")
    uart = UART(
        pins.STRIPE_UART,
        baudrate=pins.STRIPE_BAUD,
        tx=pins.STRIPE_TX,
        rx=pins.STRIPE_RX,
        rxbuf=_UART_RXBUF_BYTES,
        timeout=0,
    )
    return SerialReader(uart, frames)
