# SPDX-License-Identifier: MIT
"""DES and triple DES (FIPS 46-3, NIST SP 800-67), ECB over whole blocks.

The rounds run as machine code (`des_fast`) where that can be loaded, else in bytecode
(`des_portable`); both look up the same tables. Look-ups do not take constant time: whoever can
watch a cache, or measure the current or the field of the board, learns of the key. Nothing here
hides that; there is one key holder on the device, and no other program beside it.
"""

from micropython import const

from array import array

from pos.core import modules
from pos.crypto.block import Block
from pos.crypto.des_tables import CHOICE, TABLES
from pos.crypto.errors import CryptoError

try:
    from pos.crypto.des_fast import crypt

    modules.hold("pos.crypto.des_fast")
except (ImportError, MemoryError, SyntaxError, ValueError):  # none, no room, other machine's
    from pos.crypto.des_portable import crypt

_DOUBLE_SHIFTS = const(0x7EFC)  # bit n: the key halves move two places before round n


class Tdes(Block):
    """A key of 8 (single DES), 16 or 24 bytes; its parity bits are not used."""

    block = 8
    name = "DES"

    def __init__(self, key: bytes) -> None:
        if len(key) not in (8, 16, 24):
            raise CryptoError("DES key length")
        # Three words a round; EDE is one list of 48 rounds, and decryption walks it backwards.
        self._rounds = array("I", bytes(24 * (8 if len(key) == 8 else 24)))
        _schedule(key, 0, self._rounds, 0, 3)
        if len(key) > 8:
            _schedule(key, 8, self._rounds, 93, -3)
        if len(key) == 24:
            _schedule(key, 16, self._rounds, 96, 3)
        elif len(key) == 16:
            for i in range(48):
                self._rounds[96 + i] = self._rounds[i]

    def encrypt_into(self, data: bytes, out: bytearray) -> None:
        """Encrypt whole blocks into a buffer, which may be `data` itself."""
        self.check(data, out)
        crypt(self._rounds, 3, data, out, TABLES)

    def decrypt_into(self, data: bytes, out: bytearray) -> None:
        """Decrypt whole blocks into a buffer that can be wiped: for keys."""
        self.check(data, out)
        crypt(self._rounds, -3, data, out, TABLES)

    def wipe(self) -> None:
        """Zero the round keys; the object is of no use afterwards."""
        for i in range(len(self._rounds)):
            self._rounds[i] = 0


def _schedule(key: bytes, at: int, rounds: array, place: int, step: int) -> None:
    """Write the 16 round keys of key[at : at + 8] to rounds[place], rounds[place + step], ..."""
    c = d = 0
    for i in range(8):  # PC-1
        byte = key[at + i]
        c |= (byte >> 7) << 20 + i | (byte >> 6 & 1) << 12 + i | (byte >> 5 & 1) << 4 + i
        d |= (byte >> 1 & 1) << 20 + i | (byte >> 2 & 1) << 12 + i | (byte >> 3 & 1) << 4 + i
        if i < 4:
            d |= (byte >> 4 & 1) << i
        else:
            c |= (byte >> 4 & 1) << i - 4
    for n in range(16):
        shift = 1 + (_DOUBLE_SHIFTS >> n & 1)
        c = (c << shift & 0xFFFFFFF) | c >> 28 - shift
        d = (d << shift & 0xFFFFFFF) | d >> 28 - shift
        left = _choose(CHOICE[0], c)
        right = _choose(CHOICE[1], d)
        rounds[place] = (left & 0x3FFF) << 16 | right & 0x3FFF  # S2 S4 S6 S8
        rounds[place + 1] = (left >> 14 & 63) << 20 | right >> 14 << 4  # S3 S5 S7
        rounds[place + 2] = left >> 22  # S1
        place += step


def _choose(table: array, half: int) -> int:
    word = 0
    for base in range(0, 112, 16):
        word |= table[base | half & 15]
        half >>= 4
    return word
