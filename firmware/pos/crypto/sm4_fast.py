# SPDX-License-Identifier: MIT
"""The rounds of SM4 as machine code. See `sm4`; without tables: only the S-box is looked up.

Viper, which runs as it is on CPython too. Its words have 64 bits on a laptop, 32 with a sign on an
ESP32: what comes down from above bit 31 is masked each time. Machine code is never given back to
the heap, so this module is small and stays loaded.
"""
# ruff: noqa: F821 -- ptr8 and ptr16 are viper's own words

import micropython


@micropython.viper
def crypt(keyso, step: int, datao, outo, boxo):  # noqa: ANN001, ANN201 -- viper's own types
    """Run whole blocks through the rounds, whose keys are walked by `step` (1 or -1) words."""
    keys = ptr16(keyso)
    data = ptr8(datao)
    out = ptr8(outo)
    s = ptr8(boxo)
    at = 0
    end = int(len(datao))
    while at < end:
        a = data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3]
        b = data[at + 4] << 24 | data[at + 5] << 16 | data[at + 6] << 8 | data[at + 7]
        c = data[at + 8] << 24 | data[at + 9] << 16 | data[at + 10] << 8 | data[at + 11]
        d = data[at + 12] << 24 | data[at + 13] << 16 | data[at + 14] << 8 | data[at + 15]
        k = 0
        if step < 0:
            k = 62
        n = 0
        while n < 32:
            x = b ^ c ^ d ^ (keys[k] << 16 | keys[k + 1])
            k += step + step
            x = s[x >> 24 & 255] << 24 | s[x >> 16 & 255] << 16 | s[x >> 8 & 255] << 8 | s[x & 255]
            a ^= x ^ x << 2 ^ x << 10 ^ x << 18 ^ x << 24
            a ^= (x >> 30 & 3) ^ (x >> 22 & 0x3FF) ^ (x >> 14 & 0x3FFFF) ^ (x >> 8 & 0xFFFFFF)
            x = a
            a = b
            b = c
            c = d
            d = x
            n += 1
        x = d
        for _ in range(4):
            out[at] = x >> 24 & 255
            out[at + 1] = x >> 16 & 255
            out[at + 2] = x >> 8 & 255
            out[at + 3] = x & 255
            at += 4
            x = c
            c = b
            b = a
