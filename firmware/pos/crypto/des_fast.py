# SPDX-License-Identifier: MIT
"""IP, the rounds of DES and FP as machine code. See `des`; the tables are those of `des_tables`.

Viper, which runs as it is on CPython too. Its words have 64 bits on a laptop, 32 with a sign on an
ESP32: what comes down from above bit 31 is masked each time. Machine code is never given back to
the heap, so this module is small and stays loaded.
"""
# ruff: noqa: F821 -- ptr8 and ptr32 are viper's own words
# ruff: noqa: PLR0915 -- one flat function: nothing of a block is ever a Python object

import micropython


@micropython.viper
def crypt(keyso, step: int, datao, outo, tables):  # noqa: ANN001, ANN201 -- viper's own types
    """Run whole blocks through all rounds, whose keys are walked by `step` (3 or -3) words."""
    keys = ptr32(keyso)
    data = ptr8(datao)
    out = ptr8(outo)
    s1 = ptr32(tables[0])
    s2 = ptr32(tables[1])
    s3 = ptr32(tables[2])
    s4 = ptr32(tables[3])
    s5 = ptr32(tables[4])
    s6 = ptr32(tables[5])
    s7 = ptr32(tables[6])
    s8 = ptr32(tables[7])
    t2 = ptr8(tables[8])
    t5 = ptr8(tables[9])
    words = int(len(keyso))
    end = int(len(datao))
    odd = 0x5555
    odd |= odd << 16
    at = 0
    while at < end:
        a = data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3]
        b = data[at + 4] << 24 | data[at + 5] << 16 | data[at + 6] << 8 | data[at + 7]
        x = (a >> 4 ^ b) & 0x0F0F0F0F
        a ^= x << 4
        b ^= x
        x = (a >> 16 ^ b) & 0xFFFF
        a ^= x << 16
        b ^= x
        x = (b >> 2 ^ a) & 0x33333333
        a ^= x
        b ^= x << 2
        x = (b >> 8 ^ a) & 0x00FF00FF
        a ^= x
        b ^= x << 8
        x = (a >> 1 ^ b) & odd
        a ^= x << 1
        b ^= x
        a = a << 1 | (a >> 31 & 1)
        b = b << 1 | (b >> 31 & 1)
        k = 0
        if step < 0:
            k = words - 3
        left = words // 3
        while left:
            x = b ^ keys[k]
            y = b ^ keys[k + 1]
            z = ((b & 3) << 4 | (b >> 28 & 15)) ^ keys[k + 2]
            k += step
            p = x >> 24 & 63
            q = y >> 12 & 63
            z = s8[x & 63] ^ s6[x >> 8 & 63] ^ s4[x >> 16 & 63] ^ s2[p] ^ s1[z]
            z ^= s7[y >> 4 & 63] ^ s5[q] ^ s3[y >> 20 & 63] ^ (t2[p] ^ t5[q]) << 30
            z ^= a
            left -= 1
            if left & 15:
                a = b
                b = z
            else:  # between two passes FP and IP cancel out, and the halves are not exchanged
                a = z
        a = ((a & 1) << 15 | (a >> 17 & 0x7FFF)) << 16 | (a >> 1 & 0xFFFF)
        b = ((b & 1) << 15 | (b >> 17 & 0x7FFF)) << 16 | (b >> 1 & 0xFFFF)
        x = (a >> 1 ^ b) & odd
        a ^= x << 1
        b ^= x
        x = (b >> 8 ^ a) & 0x00FF00FF
        a ^= x
        b ^= x << 8
        x = (b >> 2 ^ a) & 0x33333333
        a ^= x
        b ^= x << 2
        x = (a >> 16 ^ b) & 0xFFFF
        a ^= x << 16
        b ^= x
        x = (a >> 4 ^ b) & 0x0F0F0F0F
        a ^= x << 4
        b ^= x
        for _ in range(2):
            out[at] = a >> 24 & 255
            out[at + 1] = a >> 16 & 255
            out[at + 2] = a >> 8 & 255
            out[at + 3] = a & 255
            at += 4
            a = b
