# SPDX-License-Identifier: MIT
"""Message authentication codes: the UnionPay ECB method (unionpay.md 4.5), ANSI X9.9 and X9.19.

`cipher` is any block cipher with `block`, `encrypt` and `encrypt_into`; `chunks` are byte strings
taken as one text, padded with zeros to whole blocks (ISO 9797-1 padding method 1). Method 2 is the
text with MARK as its last chunk. Compare codes with `hmac.same`.
"""

from pos.core.bcd import unpack
from pos.crypto.errors import CryptoError

MARK = b"\x80"  # padding method 2 puts it behind the text, before the zeros


def ecb_mac(cipher: object, chunks: tuple) -> bytes:
    """Return F64: the first eight hex digits of the UnionPay code, as ASCII."""
    size = cipher.block
    digits = unpack(_fold(chunks, size))
    mixed = bytearray(cipher.encrypt(digits[:size]))
    for i in range(size):
        mixed[i] ^= digits[size + i]
    return unpack(cipher.encrypt(mixed)[:4])


def x99(cipher: object, chunks: tuple) -> bytes:
    """Return the CBC-MAC, zero start, a block long; an empty text is padded to one block.

    With DES it is X9.9 (some send only the first four bytes), with SM4 the first eight are the
    code between hosts.
    """
    size = cipher.block
    state = bytearray(size)
    place = 0
    empty = True
    for chunk in chunks:
        for byte in chunk:
            state[place] ^= byte
            place += 1
            empty = False
            if place == size:
                cipher.encrypt_into(state, state)
                place = 0
    if place or empty:
        cipher.encrypt_into(state, state)
    return bytes(state)


def x919(key: bytes, chunks: tuple) -> bytes:
    """Return the retail MAC (X9.19, ISO 9797-1 algorithm 3) under a double length DES key."""
    from pos.crypto.des import Tdes

    if len(key) != 16:
        raise CryptoError("X9.19 key length")
    left = Tdes(memoryview(key)[:8])
    right = Tdes(memoryview(key)[8:])
    try:
        return left.encrypt(right.decrypt(x99(left, chunks)))
    finally:
        left.wipe()
        right.wipe()


def _fold(chunks: tuple, size: int) -> bytearray:
    """Return the XOR of all blocks."""
    folded = bytearray(size)
    place = 0
    for chunk in chunks:
        for byte in chunk:
            folded[place] ^= byte
            place += 1
            if place == size:
                place = 0
    return folded
