# SPDX-License-Identifier: MIT
"""HMAC-SHA256 (RFC 2104, RFC 4231) over `hashlib`, and a comparison that takes constant time."""

from hashlib import sha256

from pos.core.carddata import wipe

_BLOCK_BYTES = 64  # of SHA-256
_INNER = b"6" * _BLOCK_BYTES  # ipad: 0x36 repeated
_OUTER = b"\\" * _BLOCK_BYTES  # opad: 0x5C repeated


def hmac_sha256(key: bytes, *chunks: bytes) -> bytes:
    """Return the 32-byte code of the chunks taken as one text."""
    if len(key) > _BLOCK_BYTES:
        key = sha256(key).digest()
    inner = bytearray(_INNER)
    outer = bytearray(_OUTER)
    try:
        for i in range(len(key)):
            inner[i] ^= key[i]
            outer[i] ^= key[i]
        digest = sha256(inner)
        for chunk in chunks:
            digest.update(chunk)
        result = sha256(outer)
        result.update(digest.digest())
        return result.digest()
    finally:
        wipe(inner)
        wipe(outer)


def same(a: bytes, b: bytes) -> bool:
    """Compare two byte strings in a time that depends on their length only."""
    if len(a) != len(b):
        return False
    difference = 0
    for i in range(len(a)):
        difference |= a[i] ^ b[i]
    return difference == 0
