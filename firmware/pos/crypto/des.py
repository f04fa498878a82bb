# SPDX-License-Identifier: MIT
"""DES and triple DES (FIPS 46-3, NIST SP 800-67), ECB over whole blocks.

Written for a 32-bit MicroPython, where an integer of 2**30 or more is a heap object: half a block
is rotated left by one, so that the six bits which enter a box lie together, and kept as its low 30
bits (`la`, `ra`) and its top 2 (`lt`, `rt`); blocks enter and leave as four quarters of 16 bits.
"""

from micropython import const

from array import array

from pos.crypto.des_tables import BOXES, CHOICE, TOP2, TOP5
from pos.crypto.errors import CryptoError

_DOUBLE_SHIFTS = const(0x7EFC)  # bit n: the key halves move two places before round n


class Tdes:
    """A key of 8 (single DES), 16 or 24 bytes; its parity bits are not used."""

    block = 8

    def __init__(self, key: bytes) -> None:
        if len(key) not in (8, 16, 24):
            raise CryptoError("DES key length")
        # Three words a round; EDE is one list of 48 rounds, and decryption walks it backwards.
        self._rounds = array("I", bytes(24 * (8 if len(key) == 8 else 24)))
        _schedule(key, 0, self._rounds, 0, 3)
        if len(key) > 8:
            _schedule(key, 8, self._rounds, 93, -3)
            _schedule(key, 0 if len(key) == 16 else 16, self._rounds, 96, 3)

    def encrypt(self, data: bytes) -> bytes:
        """Encrypt whole blocks."""
        out = bytearray(len(data))
        self.encrypt_into(data, out)
        return bytes(out)

    def encrypt_into(self, data: bytes, out: bytearray) -> None:
        """Encrypt whole blocks into a buffer, which may be `data` itself."""
        _crypt(self._rounds, 3, data, out)

    def decrypt(self, data: bytes) -> bytes:
        """Decrypt whole blocks."""
        out = bytearray(len(data))
        self.decrypt_into(data, out)
        return bytes(out)

    def decrypt_into(self, data: bytes, out: bytearray) -> None:
        """Decrypt whole blocks into a buffer that can be wiped: for keys."""
        _crypt(self._rounds, -3, data, out)

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


def _crypt(rounds: array, step: int, data: bytes, out: bytearray) -> None:
    if len(data) % 8 or len(out) < len(data):
        raise CryptoError("DES data length")
    for at in range(0, len(data), 8):
        la, lt, ra, rt = _enter(data, at)
        la, lt, ra, rt = _feistel(rounds, step, la, lt, ra, rt)
        _leave(la, lt, ra, rt, out, at)


def _enter(data: bytes, at: int) -> tuple:
    """Return the two halves of the block at `at` after IP, each rotated and cut in 30 and 2 bits.

    IP is five exchanges of bits between the halves a-b and c-d; the second only renames quarters.
    """
    a = data[at] << 8 | data[at + 1]
    b = data[at + 2] << 8 | data[at + 3]
    c = data[at + 4] << 8 | data[at + 5]
    d = data[at + 6] << 8 | data[at + 7]
    x = (a >> 4 ^ c) & 0x0F0F
    y = (b >> 4 ^ d) & 0x0F0F
    c ^= x
    b ^= y << 4
    a, d = d ^ y, a ^ x << 4
    x = (c >> 2 ^ a) & 0x3333
    y = (d >> 2 ^ b) & 0x3333
    a ^= x
    b ^= y
    c ^= x << 2
    d ^= y << 2
    x = (c >> 8 ^ a) & 0x00FF
    y = (d >> 8 ^ b) & 0x00FF
    a ^= x
    b ^= y
    c ^= x << 8
    d ^= y << 8
    x = (a >> 1 ^ c) & 0x5555
    y = (b >> 1 ^ d) & 0x5555
    a ^= x << 1
    b ^= y << 1
    c ^= x
    d ^= y
    low_left = (a & 0x1FFF) << 17 | b << 1 | a >> 15
    low_right = (c & 0x1FFF) << 17 | d << 1 | c >> 15
    return low_left, a >> 13 & 3, low_right, c >> 13 & 3


def _leave(la: int, lt: int, ra: int, rt: int, out: bytearray, at: int) -> None:
    """Write the block made of two halves to out[at : at + 8]: the steps of `_enter` backwards."""
    a = (la & 1) << 15 | lt << 13 | la >> 17
    b = la >> 1 & 0xFFFF
    c = (ra & 1) << 15 | rt << 13 | ra >> 17
    d = ra >> 1 & 0xFFFF
    x = (a >> 1 ^ c) & 0x5555
    y = (b >> 1 ^ d) & 0x5555
    a ^= x << 1
    b ^= y << 1
    c ^= x
    d ^= y
    x = (c >> 8 ^ a) & 0x00FF
    y = (d >> 8 ^ b) & 0x00FF
    a ^= x
    b ^= y
    c ^= x << 8
    d ^= y << 8
    x = (c >> 2 ^ a) & 0x3333
    y = (d >> 2 ^ b) & 0x3333
    b ^= y
    c ^= x << 2
    a, d = d ^ y << 2, a ^ x
    x = (a >> 4 ^ c) & 0x0F0F
    y = (b >> 4 ^ d) & 0x0F0F
    for quarter in (a ^ x << 4, b ^ y << 4, c ^ x, d ^ y):
        out[at] = quarter >> 8
        out[at + 1] = quarter & 255
        at += 2


def _feistel(k: array, step: int, la: int, lt: int, ra: int, rt: int) -> tuple:
    """Run all rounds, forwards or backwards, and return the halves ready for `_leave`.

    Within a pass of 16 rounds the halves are worked on in place, two rounds a turn; between the
    passes of triple DES, FP and IP cancel out and leave an exchange of the halves.
    """
    s1, s2, s3, s4, s5, s6, s7, s8 = BOXES
    t2 = TOP2
    t5 = TOP5
    i = 0 if step > 0 else len(k) - 3
    for _ in range(len(k) // 48):
        for _ in range(8):
            x = ra ^ k[i]
            y = ra ^ k[i + 1]
            z = ((ra & 3) << 4 | rt << 2 | ra >> 28) ^ k[i + 2]
            i += step
            p = x >> 24
            q = y >> 12 & 63
            la ^= s8[x & 63] ^ s6[x >> 8 & 63] ^ s4[x >> 16 & 63] ^ s2[p]
            la ^= s7[y >> 4 & 63] ^ s5[q] ^ s3[y >> 20 & 63] ^ s1[z]
            lt ^= t2[p] ^ t5[q]
            x = la ^ k[i]
            y = la ^ k[i + 1]
            z = ((la & 3) << 4 | lt << 2 | la >> 28) ^ k[i + 2]
            i += step
            p = x >> 24
            q = y >> 12 & 63
            ra ^= s8[x & 63] ^ s6[x >> 8 & 63] ^ s4[x >> 16 & 63] ^ s2[p]
            ra ^= s7[y >> 4 & 63] ^ s5[q] ^ s3[y >> 20 & 63] ^ s1[z]
            rt ^= t2[p] ^ t5[q]
        la, ra = ra, la
        lt, rt = rt, lt
    return la, lt, ra, rt
