# SPDX-License-Identifier: MIT
"""What a terminal asks of a service code of three digits (ISO/IEC 7813); "" says nothing."""


def has_chip(code: str) -> bool:
    """Tell whether the card has a chip that a chip terminal must use."""
    return code[:1] in ("2", "6")


def wants_pin(code: str) -> bool:
    """Tell whether the third digit requires a PIN."""
    return code[2:3] in ("0", "3", "5")
