# SPDX-License-Identifier: MIT
"""The chip's RTC: no battery, 2000-01-01 at power on, right for as long as it is powered."""

from machine import RTC


def set_rtc(fields: tuple) -> None:
    """Set it to (year, month, day, hour, minute, second)."""
    year, month, day, hour, minute, second = fields
    RTC().datetime((year, month, day, 0, hour, minute, second, 0))
