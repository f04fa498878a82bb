# SPDX-License-Identifier: MIT
"""ISO 9564-1 format 0 PIN block (ANSI X9.8), unionpay.md 4.3; PIN and PAN are ASCII bytes.

What a sale needs, and the pieces of the other formats: pinblock_fill.py has 1 and 3,
pinblock_wide.py the 16-byte ones.
"""

from micropython import const

from pos.crypto.errors import CryptoError

_PIN_MIN = const(4)
_PIN_MAX = const(12)
_PAN_MIN = const(13)  # twelve digits and the check digit
_BOUND = const(12)  # PAN digits that enter a block


def iso0(pin: bytearray, pan: bytes) -> bytearray:
    """Return the clear block of a PIN of 4 to 12 digits; the caller encrypts it and wipes it."""
    check(pin, pan)
    block = bytearray(b"\xff\xff\xff\xff\xff\xff\xff\xff")
    lay(block, 0, pin, pan)
    return block


def check(pin: bytearray, pan: object) -> None:
    """CryptoError unless PIN and PAN fit a block; None for a format without a PAN."""
    if not _PIN_MIN <= len(pin) <= _PIN_MAX or not digits(pin):
        raise CryptoError("PIN must be 4 to 12 digits")
    if pan is not None and (len(pan) < _PAN_MIN or not digits(pan)):
        raise CryptoError("PAN must be 13 digits or more")


def digits(text: bytes) -> bool:
    """Whether all of it is ASCII digits."""
    for char in text:
        if not 0x30 <= char <= 0x39:
            return False
    return True


def lay(block: bytearray, form: int, pin: bytearray, pan: object) -> None:
    """Lay format, length and PIN over the fill; XOR twelve digits of the PAN into the end."""
    block[0] = form << 4 | len(pin)
    for i in range(len(pin)):
        at = 1 + (i >> 1)
        digit = pin[i] & 15
        block[at] = block[at] & 0xF0 | digit if i & 1 else block[at] & 15 | digit << 4
    if pan is not None:
        first = len(pan) - _BOUND - 1
        for i in range(_BOUND):
            digit = pan[first + i] & 15
            block[len(block) - 6 + (i >> 1)] ^= digit if i & 1 else digit << 4
