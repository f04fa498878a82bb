# SPDX-License-Identifier: MIT
"""The rounds of SM4 in bytecode: the twin of `sm4_fast` where no machine code can be loaded.

Written for a 32-bit MicroPython, where an integer of 2**30 or more is a heap object: a word is two
halves of 16 bits. S-box and linear transform are one look-up for each byte of a word; a word
turned by 16 bits only swaps its halves, so the tables are those of the two upper bytes.
"""

from array import array

from pos.crypto.sm4_tables import SBOX


def _tables() -> tuple:
    """Return upper and lower halves of L(S(byte) << 24), then of L(S(byte) << 16): 2 KB in all."""
    found = tuple([array("H", bytes(512)) for _ in range(4)])
    for i in range(256):
        s = SBOX[i]
        both = s << 10 & 0xFC00 ^ s >> 6
        upper = both ^ s << 8 ^ s
        lower = both ^ s << 2
        found[0][i] = upper
        found[1][i] = lower
        found[2][i] = (lower & 255) << 8 | upper >> 8
        found[3][i] = (upper & 255) << 8 | lower >> 8
    return found


TABLES = _tables()


def crypt(keys: array, step: int, data: bytes, out: bytearray, tables: tuple) -> None:
    """Run whole blocks through the rounds, whose keys are walked by `step` (1 or -1) words."""
    words = [0] * 8
    for at in range(0, len(data), 16):
        for place in range(8):
            words[place] = data[at + 2 * place] << 8 | data[at + 2 * place + 1]
        _rounds(keys, step, words, tables)
        for place in (6, 7, 4, 5, 2, 3, 0, 1):
            out[at] = words[place] >> 8
            out[at + 1] = words[place] & 255
            at += 2
    for place in range(8):
        words[place] = 0  # may be of a key


def _rounds(keys: array, step: int, words: list, tables: tuple) -> None:
    """Work on the eight halves of a block; they come out in the order they went in."""
    a, b, c, d, e, f, g, h = words
    t, u, v, w = tables
    i = 0 if step > 0 else 62
    step += step
    for _ in range(32):
        x = c ^ e ^ g ^ keys[i]
        y = d ^ f ^ h ^ keys[i + 1]
        i += step
        p = x >> 8
        q = x & 255
        r = y >> 8
        s = y & 255
        x = a ^ t[p] ^ v[q] ^ u[r] ^ w[s]
        y = b ^ u[p] ^ w[q] ^ t[r] ^ v[s]
        a = c
        b = d
        c = e
        d = f
        e = g
        f = h
        g = x
        h = y
    words[0], words[1], words[2], words[3] = a, b, c, d
    words[4], words[5], words[6], words[7] = e, f, g, h
