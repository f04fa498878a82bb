# SPDX-License-Identifier: MIT
"""Odd parity of DES keys (FIPS 46-3): the lowest bit of each byte makes its number of ones odd.

The cipher does not look at it, and hosts send keys with and without: who must insist, asks here.
"""

from pos.crypto.errors import CryptoError


def parity_ok(key: bytes) -> bool:
    """Whether every byte is odd; all bytes are looked at, whichever is wrong."""
    wrong = 0
    for byte in key:
        wrong |= _even(byte)
    return not wrong


def check_parity(key: bytes) -> None:
    """CryptoError unless every byte is odd."""
    if not parity_ok(key):
        raise CryptoError("DES key parity")


def set_parity(key: bytearray) -> None:
    """Make every byte odd, in place, by its lowest bit."""
    for i in range(len(key)):
        key[i] ^= _even(key[i])


def _even(byte: int) -> int:
    """Return 1 for an even number of ones, else 0."""
    byte ^= byte >> 4
    byte ^= byte >> 2
    return (byte ^ byte >> 1 ^ 1) & 1
