# SPDX-License-Identifier: MIT
"""Cipher block chaining (NIST SP 800-38A 6.2) over any cipher with `block` and `..._into`.

Whole blocks only: padding is the caller's. Results go into the caller's buffer, which may be the
data itself, so that what is secret can be wiped; nothing of a block stays behind in here.
"""

from pos.core.carddata import wipe
from pos.crypto.errors import CryptoError


def cbc_encrypt(cipher: object, iv: bytes, data: bytes, out: bytearray) -> None:
    """Encrypt whole blocks into `out`; CryptoError for a wrong length of IV, data or `out`."""
    size = _check(cipher, iv, data, out)
    state = bytearray(iv)
    try:
        for at in range(0, len(data), size):
            for i in range(size):
                state[i] ^= data[at + i]
            cipher.encrypt_into(state, state)
            out[at : at + size] = state
    finally:
        wipe(state)


def cbc_decrypt(cipher: object, iv: bytes, data: bytes, out: bytearray) -> None:
    """Decrypt whole blocks into `out`; CryptoError for a wrong length of IV, data or `out`."""
    size = _check(cipher, iv, data, out)
    state = bytearray(size)
    previous = bytearray(iv)
    present = bytearray(size)
    try:
        for at in range(0, len(data), size):
            present[:] = data[at : at + size]
            cipher.decrypt_into(present, state)
            for i in range(size):
                out[at + i] = state[i] ^ previous[i]
            previous, present = present, previous
    finally:
        wipe(state)


def _check(cipher: object, iv: bytes, data: bytes, out: bytearray) -> int:
    size = cipher.block
    if len(iv) != size:
        raise CryptoError("CBC IV length")
    if len(data) % size:
        raise CryptoError("CBC data length")
    if len(out) < len(data):
        raise CryptoError("CBC output length")
    return size
