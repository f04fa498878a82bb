# SPDX-License-Identifier: MIT
"""ISO 9564-1 format 0 PIN block (ANSI X9.8), unionpay.md 4.3; PIN and PAN are ASCII bytes.

UnionPay's form for SM4 is the same with sixteen bytes: more fill, more zeros before the PAN.
"""

from micropython import const

from pos.crypto.errors import CryptoError

_PIN_MIN = const(4)
_PIN_MAX = const(12)
_PAN_MIN = const(13)  # twelve digits and the check digit


def iso0(pin: bytearray, pan: bytes, size: int = 8) -> bytearray:
    """Return the clear block of a PIN of 4 to 12 digits; the caller encrypts it and wipes it.

    `size` is that of the cipher's block: 8, or 16 for SM4.
    """
    if not _PIN_MIN <= len(pin) <= _PIN_MAX or not _digits(pin):
        raise CryptoError("PIN must be 4 to 12 digits")
    if len(pan) < _PAN_MIN or not _digits(pan):
        raise CryptoError("PAN must be 13 digits or more")
    block = bytearray(b"\xff" * size)
    block[0] = len(pin)
    for i in range(len(pin)):
        _put(block, 2 + i, 0x0F ^ pin[i] & 15)
    first = len(pan) - 13
    for i in range(12):
        _put(block, 2 * size - 12 + i, pan[first + i] & 15)
    return block


def _digits(text: bytes) -> bool:
    for char in text:
        if not 0x30 <= char <= 0x39:
            return False
    return True


def _put(block: bytearray, place: int, value: int) -> None:
    """XOR a value of four bits into nibble `place` of the block."""
    block[place >> 1] ^= value if place & 1 else value << 4
