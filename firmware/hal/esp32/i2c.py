# SPDX-License-Identifier: MIT
"""I2C bus as drivers want it: writeto(address, buffer), OSError when nobody answers."""

from micropython import const

from machine import I2C, Pin

_TIMEOUT_US = const(20000)  # a bus that hangs must not hold the terminal up


def open_i2c(pins: object) -> I2C:
    """Return the display's bus of a pin table."""
    return I2C(
        pins.OLED_I2C,
        scl=Pin(pins.OLED_SCL),
        sda=Pin(pins.OLED_SDA),
        freq=pins.OLED_HZ,
        timeout=_TIMEOUT_US,
    )
