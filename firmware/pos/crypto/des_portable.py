# SPDX-License-Identifier: MIT
"""IP, the rounds of DES and FP in bytecode: the twin of `des_fast` where that cannot be loaded.

Written for a 32-bit MicroPython, where an integer of 2**30 or more is a heap object: half a block
is rotated left by one, so that the six bits which enter a box lie together, and kept as its low 30
bits (`la`, `ra`) and its top 2 (`lt`, `rt`); blocks enter and leave as four quarters of 16 bits.
What a block is at each step lives in Python's own cells, which cannot be wiped; the twin's are the
registers.
"""

from array import array


def crypt(keys: array, step: int, data: bytes, out: bytearray, tables: tuple) -> None:
    """Run whole blocks through all rounds, whose keys are walked by `step` (3 or -3) words."""
    for at in range(0, len(data), 8):
        la, lt, ra, rt = _enter(data, at)
        la, lt, ra, rt = _feistel(keys, step, tables, la, lt, ra, rt)
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


def _feistel(k: array, step: int, tables: tuple, la: int, lt: int, ra: int, rt: int) -> tuple:
    """Run all rounds, forwards or backwards, and return the halves ready for `_leave`.

    Within a pass of 16 rounds the halves are worked on in place, two rounds a turn; between the
    passes of triple DES, FP and IP cancel out and leave an exchange of the halves.
    """
    s1, s2, s3, s4, s5, s6, s7, s8, t2, t5 = tables
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
