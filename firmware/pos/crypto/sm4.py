# SPDX-License-Identifier: MIT
"""SM4 (GB/T 32907-2016), ECB over whole blocks.

The rounds run as machine code (`sm4_fast`) where that can be loaded, else in bytecode
(`sm4_portable`). The S-box is looked up, which does not take constant time: whoever can watch a
cache, or measure the current or the field of the board, learns of the key. Nothing here hides
that; the machine code at least looks up 256 bytes only, and no wider tables.
"""

from array import array

from pos.core import modules
from pos.crypto.block import Block
from pos.crypto.errors import CryptoError
from pos.crypto.sm4_tables import SBOX

try:
    from pos.crypto.sm4_fast import crypt

    TABLES = SBOX
    modules.hold("pos.crypto.sm4_fast")
except (ImportError, MemoryError, SyntaxError, ValueError):  # none, no room, other machine's
    from pos.crypto.sm4_portable import TABLES, crypt

# FK (7.3), eight halves
_FAMILY = (0xA3B1, 0xBAC6, 0x56AA, 0x3350, 0x677D, 0x9197, 0xB270, 0x22DC)


class Sm4(Block):
    """A key of 16 bytes."""

    block = 16
    name = "SM4"

    def __init__(self, key: bytes) -> None:
        if len(key) != 16:
            raise CryptoError("SM4 key length")
        self._keys = array("H", bytes(128))
        _schedule(key, self._keys)

    def encrypt_into(self, data: bytes, out: bytearray) -> None:
        """Encrypt whole blocks into a buffer, which may be `data` itself."""
        self.check(data, out)
        crypt(self._keys, 1, data, out, TABLES)

    def decrypt_into(self, data: bytes, out: bytearray) -> None:
        """Decrypt whole blocks into a buffer that can be wiped: for keys."""
        self.check(data, out)
        crypt(self._keys, -1, data, out, TABLES)

    def wipe(self) -> None:
        """Zero the round keys; the object is of no use afterwards."""
        for i in range(len(self._keys)):
            self._keys[i] = 0


def _schedule(key: bytes, keys: array) -> None:
    """Write the 32 round keys (7.3), upper half first."""
    words = [(key[2 * i] << 8 | key[2 * i + 1]) ^ _FAMILY[i] for i in range(8)]
    for n in range(32):
        base = 28 * n  # CK: the bytes of word n are 7 * (4n + j), j = 0 to 3
        a, b, c, d = [2 * (n + k & 3) for k in range(4)]  # the four last words, oldest first
        x = words[b] ^ words[c] ^ words[d] ^ ((base & 255) << 8 | base + 7 & 255)
        y = words[b + 1] ^ words[c + 1] ^ words[d + 1] ^ ((base + 14 & 255) << 8 | base + 21 & 255)
        x = SBOX[x >> 8] << 8 | SBOX[x & 255]
        y = SBOX[y >> 8] << 8 | SBOX[y & 255]
        # L': the word, itself turned left by 13 and by 23
        words[a] ^= x ^ (x << 13 & 0xE000 | y >> 3) ^ (y << 7 & 0xFF80 | x >> 9)
        words[a + 1] ^= y ^ (y << 13 & 0xE000 | x >> 3) ^ (x << 7 & 0xFF80 | y >> 9)
        keys[2 * n] = words[a]
        keys[2 * n + 1] = words[a + 1]
    for i in range(8):
        words[i] = 0
