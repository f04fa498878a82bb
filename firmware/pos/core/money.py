# SPDX-License-Identifier: MIT
"""Amounts: integers in minor units (fen), never floats. F4 holds twelve digits."""


def format_minor(amount_minor: int, thousands: bool = False) -> str:
    """Return the amount in major units, two decimals: 12850 -> 128.50, with commas on request."""
    sign = "-" if amount_minor < 0 else ""
    major, minor = divmod(abs(amount_minor), 100)
    digits = str(major)
    if thousands:
        groups = []
        while len(digits) > 3:
            groups.insert(0, digits[-3:])
            digits = digits[:-3]
        digits = ",".join([digits] + groups)
    return "%s%s.%02d" % (sign, digits, minor)
