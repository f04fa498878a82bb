# SPDX-License-Identifier: MIT
"""The PAN of a deal as the journal keeps it: one AES-128 block that only this device opens.

    batch 3, STAN 3 (big-endian), PAN 10: twenty BCD nibbles, filled up with F

One block under ECB hides what it holds because no two are alike: batch and STAN do not come again
while the journal holds them. They also tell whether a block is opened as the deal it was made for.
"""

from micropython import const

from pos.core.carddata import wipe
from pos.core.errors import KeyStoreError
from pos.crypto.aes import Aes

_KEY_BYTES = const(16)
_BLOCK_BYTES = const(16)
_PAN_AT = const(6)
_PAN_MAX = const(19)  # F2
_FILL = const(15)
_ZERO = const(0x30)


def seal(key: bytes, batch: int, stan: int, pan: bytes) -> bytes:
    """Return the 16 sealed bytes of a PAN of ASCII digits; the caller wipes `pan`."""
    if not 0 < len(pan) <= _PAN_MAX:
        raise KeyStoreError("PAN length")
    block = bytearray(_BLOCK_BYTES)
    try:
        _fill(block, batch, stan, pan)
        Aes(key[:_KEY_BYTES]).encrypt_into(block, block)
        return bytes(block)
    finally:
        wipe(block)


def open_sealed(key: bytes, batch: int, stan: int, sealed: bytes) -> bytearray:
    """Return the PAN for the caller to wipe; KeyStoreError when this is not that deal's block."""
    if len(sealed) != _BLOCK_BYTES:
        raise KeyStoreError("sealed PAN length")
    block = bytearray(_BLOCK_BYTES)
    try:
        Aes(key[:_KEY_BYTES]).decrypt_into(sealed, block)
        length = _pan_length(block)
        if block[:_PAN_AT] != _place(batch, stan) or not length:
            raise KeyStoreError("sealed PAN of another deal")
        pan = bytearray(length)
        for at in range(length):
            pan[at] = _ZERO + _nibble(block, at)
        return pan
    finally:
        wipe(block)


def _place(batch: int, stan: int) -> bytes:
    return batch.to_bytes(3, "big") + stan.to_bytes(3, "big")


def _fill(block: bytearray, batch: int, stan: int, pan: bytes) -> None:
    block[:_PAN_AT] = _place(batch, stan)
    for at in range(2 * (_BLOCK_BYTES - _PAN_AT)):
        value = pan[at] - _ZERO if at < len(pan) else _FILL
        if at < len(pan) and not 0 <= value <= 9:
            raise KeyStoreError("PAN is not digits")
        block[_PAN_AT + at // 2] |= value if at & 1 else value << 4


def _nibble(block: bytearray, at: int) -> int:
    byte = block[_PAN_AT + at // 2]
    return byte & 15 if at & 1 else byte >> 4


def _pan_length(block: bytearray) -> int:
    """Return the number of digits before the fill, 0 when it is no PAN."""
    length = 0
    while length < _PAN_MAX and _nibble(block, length) <= 9:
        length += 1
    for at in range(length, 2 * (_BLOCK_BYTES - _PAN_AT)):
        if _nibble(block, at) != _FILL:
            return 0
    return length
