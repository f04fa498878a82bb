# SPDX-License-Identifier: MIT
"""Encryption of tracks (unionpay.md 4.4): one block, in place; length and PAN stay readable.

The block ends one byte before the end of the packed track. Sources show it for triple DES (16
nibbles); the same with the 32 nibbles of an SM4 block is our reading of a rule without a source.
"""

from pos.core.carddata import wipe
from pos.crypto.errors import CryptoError

_DIGITS = b"0123456789ABCDEF"
_FILL = 0x3F  # "?": its low nibble is F


def seal(cipher: object, track: bytearray) -> bytearray:
    """Encrypt a track of ASCII characters (0 to ?) and return it.

    It is changed in place. One that has no room for a block is filled up with F on the left: then
    the result is another buffer, and the given one is wiped. The fill lies within the block.
    """
    nibbles = 2 * cipher.block
    if len(track) <= nibbles:
        track = _filled(track, nibbles + 1)
    start = len(track) - nibbles - (1 if len(track) & 1 else 2)
    block = bytearray(cipher.block)
    try:
        for i in range(nibbles):
            char = track[start + i]
            if not 0x30 <= char <= 0x3F:
                raise CryptoError("track character")
            block[i >> 1] |= char & 15 if i & 1 else (char & 15) << 4
        cipher.encrypt_into(block, block)
        for i in range(nibbles):
            byte = block[i >> 1]
            track[start + i] = _DIGITS[byte & 15 if i & 1 else byte >> 4]
    finally:
        wipe(block)
    return track


def _filled(track: bytearray, length: int) -> bytearray:
    longer = bytearray(length)
    first = length - len(track)
    for i in range(length):
        longer[i] = _FILL if i < first else track[i - first]
    wipe(track)
    return longer
