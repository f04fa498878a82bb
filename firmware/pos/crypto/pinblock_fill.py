# SPDX-License-Identifier: MIT
"""ISO 9564-1 PIN blocks of formats 1 and 3: eight bytes with random fill, for TDES.

`random(n)` is the board's source of entropy and returns n bytes.
"""

from micropython import const

from pos.crypto.errors import CryptoError
from pos.crypto.pinblock import check, lay

_BLOCK_BYTES = const(8)
_NIBBLES = const(16)
_UNBIASED = const(12)  # the largest multiple of 6 in a nibble
_DRAWS = const(16)  # a fair source fails to give ten digits in so many draws once in 2**300


def iso1(pin: bytearray, random: object) -> bytearray:
    """Return the clear block where no PAN is known; the caller encrypts it and wipes it."""
    check(pin, None)
    block = bytearray(drawn(random, _BLOCK_BYTES))
    lay(block, 1, pin, None)
    return block


def iso3(pin: bytearray, pan: bytes, random: object) -> bytearray:
    """Return the clear block filled with A to F, each as likely; encrypted and wiped as above."""
    check(pin, pan)
    block = bytearray(_BLOCK_BYTES)
    _fill(block, 2 + len(pin), random)
    lay(block, 3, pin, pan)
    return block


def drawn(random: object, length: int) -> bytes:
    """Return so many random bytes; CryptoError when the source gives fewer or more."""
    given = random(length)
    if len(given) != length:
        raise CryptoError("random source")
    return given


def put(block: bytearray, place: int, value: int) -> None:
    """Set nibble `place` of the block, from 0 at its left, to a value of four bits."""
    at = place >> 1
    block[at] = block[at] & 0xF0 | value if place & 1 else block[at] & 15 | value << 4


def _fill(block: bytearray, place: int, random: object) -> None:
    """Set the nibbles from `place` on to A to F; 12 to 15 are drawn again, or A to D won."""
    for _ in range(_DRAWS):
        for byte in drawn(random, _BLOCK_BYTES):
            for value in (byte >> 4, byte & 15):
                if value < _UNBIASED and place < _NIBBLES:
                    put(block, place, 10 + value % 6)
                    place += 1
        if place == _NIBBLES:
            return
    raise CryptoError("random source")
