# SPDX-License-Identifier: MIT
"""CMAC (NIST SP 800-38B) over any cipher with `block` (8 or 16 bytes) and `encrypt`."""

from pos.core.carddata import wipe

_REDUCE = {8: 0x1B, 16: 0x87}


def cmac(cipher: object, chunks: tuple) -> bytes:
    """Return the code, one block long, of the chunks taken as one text."""
    code = bytearray(cipher.block)
    cmac_into(cipher, chunks, code)
    return bytes(code)


def cmac_into(cipher: object, chunks: tuple, out: bytearray) -> None:
    """Write the code to a buffer of one block that can be wiped: for derived keys."""
    size = cipher.block
    state = bytearray(size)
    place = 0
    for chunk in chunks:
        for byte in chunk:
            if place == size:
                state[:] = cipher.encrypt(state)
                place = 0
            state[place] ^= byte
            place += 1
    mask = _subkey(cipher, place == size)
    if place < size:
        state[place] ^= 0x80
    for i in range(size):
        state[i] ^= mask[i]
    wipe(mask)
    cipher.encrypt_into(state, out)
    wipe(state)


def _subkey(cipher: object, whole: bool) -> bytearray:
    """Return K1 for a last block that is whole, else K2."""
    size = cipher.block
    mask = bytearray(size)
    cipher.encrypt_into(mask, mask)
    for _ in range(1 if whole else 2):
        carry = mask[0] >> 7
        for i in range(size - 1):
            mask[i] = mask[i] << 1 & 255 | mask[i + 1] >> 7
        mask[size - 1] = mask[size - 1] << 1 & 255 ^ carry * _REDUCE[size]
    return mask
