# SPDX-License-Identifier: MIT
"""Packed digits: two a byte, high nibble first. On ASCII bytes: card data never is a str."""

_DIGITS = b"0123456789ABCDEF"


def nibble(char: int) -> int:
    """Return the value of one ASCII hex digit; ValueError for anything else."""
    if 0x30 <= char <= 0x39:
        return char - 0x30
    if 0x41 <= char <= 0x46:
        return char - 0x37
    if 0x61 <= char <= 0x66:
        return char - 0x57
    raise ValueError("not a hex digit")


def pack(digits: bytes) -> bytes:
    """Pack an even number of ASCII hex digits."""
    if len(digits) % 2:
        raise ValueError("odd number of digits")
    out = bytearray(len(digits) // 2)
    for i in range(len(out)):
        out[i] = nibble(digits[2 * i]) << 4 | nibble(digits[2 * i + 1])
    return bytes(out)


def unpack(packed: bytes) -> bytes:
    """Return the upper-case ASCII hex digits of packed bytes."""
    out = bytearray(2 * len(packed))
    for i in range(len(packed)):
        out[2 * i] = _DIGITS[packed[i] >> 4]
        out[2 * i + 1] = _DIGITS[packed[i] & 15]
    return bytes(out)
