# SPDX-License-Identifier: MIT
"""PIN blocks of sixteen bytes: UnionPay's for SM4 (unionpay.md 4.3) and ISO 9564-1 format 4.

Format 4 ties PIN and PAN together by enciphering twice, so it needs the cipher and has no clear
block. `random(n)` is the board's source of entropy and returns n bytes.
"""

from micropython import const

from pos.core.carddata import wipe
from pos.crypto.errors import CryptoError
from pos.crypto.pinblock import check, digits, lay
from pos.crypto.pinblock_fill import drawn, put

_BLOCK_BYTES = const(16)
_FILLED_BYTES = const(8)  # of format 4's PIN field: the other half is random
_PAN_MAX = const(19)
_PAN_SHORT = const(12)  # a shorter PAN is padded to this with zeros on its left


def wide0(pin: bytearray, pan: bytes) -> bytearray:
    """Return the clear block for SM4: format 0 in 32 digits; the caller encrypts and wipes it."""
    check(pin, pan)
    block = bytearray(b"\xff" * _BLOCK_BYTES)
    lay(block, 0, pin, pan)
    return block


def iso4(cipher: object, pin: bytearray, pan: bytes, random: object) -> bytes:
    """Return the enciphered block of a PIN of 4 to 12 and a PAN of 1 to 19 digits, under AES."""
    check(pin, None)
    if not 1 <= len(pan) <= _PAN_MAX or not digits(pan):
        raise CryptoError("PAN must be 1 to 19 digits")
    if cipher.block != _BLOCK_BYTES:
        raise CryptoError("PIN block format 4 needs a cipher of 16-byte blocks")
    block = bytearray(b"\xaa" * _BLOCK_BYTES)
    mixed = bytearray(_BLOCK_BYTES)
    try:
        block[_FILLED_BYTES:] = drawn(random, _BLOCK_BYTES - _FILLED_BYTES)
        lay(block, 4, pin, None)
        cipher.encrypt_into(block, mixed)
        _bind_whole_pan(mixed, block, pan)
        return cipher.encrypt(mixed)
    finally:
        wipe(block)
        wipe(mixed)


def _bind_whole_pan(mixed: bytearray, field: bytearray, pan: bytes) -> None:
    """XOR the PAN field (length over 12, PAN, zeros) into `mixed`; `field` is its room."""
    wipe(field)
    put(field, 0, max(len(pan) - _PAN_SHORT, 0))
    place = 1 + max(_PAN_SHORT - len(pan), 0)
    for char in pan:
        put(field, place, char & 15)
        place += 1
    for i in range(_BLOCK_BYTES):
        mixed[i] ^= field[i]
