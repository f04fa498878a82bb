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
    put_pin(block, 0, pin)
    bind_pan(block, pan)
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


def put_pin(block: bytearray, form: int, pin: bytearray) -> None:
    """Lay format, length and PIN over the block's fill."""
    block[0] = form << 4 | len(pin)
    for i in range(len(pin)):
        put(block, 2 + i, pin[i] & 15)


def bind_pan(block: bytearray, pan: bytes) -> None:
    """XOR the twelve digits before the PAN's check digit into the end of the block."""
    place = 2 * len(block) - _BOUND
    for i in range(len(pan) - _BOUND - 1, len(pan) - 1):
        block[place >> 1] ^= pan[i] & 15 if place & 1 else (pan[i] & 15) << 4
        place += 1


def put(block: bytearray, place: int, value: int) -> None:
    """Set nibble `place` of the block, from 0 at its left, to a value of four bits."""
    at = place >> 1
    block[at] = block[at] & 0xF0 | value if place & 1 else block[at] & 15 | value << 4
