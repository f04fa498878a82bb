# SPDX-License-Identifier: MIT
"""Key matrix of an ESP32 board by its pin table: open-drain rows, pulled-up columns, a timer."""

from micropython import const

import time

from machine import Pin, Timer

from drivers.keypad import LAYOUT_4X4, LAYOUT_5X4, Keypad, Matrix
from pos.core.errors import ProfileError

_PERIOD_MS = const(10)


def open_keypad(pins: object, clock: object, scroll: object) -> Keypad:
    """Return the keypad that `pins.KEYPAD` names, scanned by a timer; None where it is ""."""
    if not pins.KEYPAD:
        return None
    if pins.KEYPAD not in ("4x4", "5x4"):
        raise ProfileError("no keypad is named " + pins.KEYPAD)
    layout = LAYOUT_4X4 if pins.KEYPAD == "4x4" else LAYOUT_5X4
    rows = pins.KEYPAD_ROWS[: int(pins.KEYPAD[0])]
    matrix = Matrix(
        tuple([Pin(number, Pin.OPEN_DRAIN, value=1) for number in rows]),
        tuple([_column(number) for number in pins.KEYPAD_COLUMNS]),
        time.sleep_us,
    )
    keypad = Keypad(matrix, layout, clock, scroll)
    timer = Timer(pins.KEYPAD_TIMER)
    timer.init(period=_PERIOD_MS, mode=Timer.PERIODIC, callback=keypad.tick)
    keypad.timed = True
    keypad.timer = timer  # a timer nobody refers to is collected
    return keypad


def _column(number: int) -> Pin:
    """Return an input that idles high; GPIO 34 to 39 need a resistor for that."""
    return Pin(number, Pin.IN) if number >= 34 else Pin(number, Pin.IN, Pin.PULL_UP)
