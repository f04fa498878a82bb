# SPDX-License-Identifier: MIT
"""The tables of FIPS 46-3 as printed there, and what `des` looks up, made from them at import.

Only the standard's numbers are in the image; made from them at import: 3 KB of arrays, in which no
value is 2**30 or more (on a 32-bit MicroPython such a value is a heap object at each look-up).
"""

from array import array

from pos.core.bcd import nibble

# S1 to S8, each four rows of sixteen hex digits.
_S = (
    b"E4D12FB83A6C59070F74E2D1A6CB953841E8D62BFC973A50FC8249175B3EA06D"
    b"F18E6B34972DC05A3D47F28EC01A69B50E7BA4D158C6932FD8A13F42B67C05E9"
    b"A09E63F51DC7B428D709346A285ECBF1D6498F30B12C5AE71AD069874FE3B52C"
    b"7DE3069A1285BC4FD8B56F03472C1AE9A690CB7DF13E52843F06A1D8945BC72E"
    b"2C417AB6853FD0E9EB2C47D150FA3986421BAD78F9C5630EB8C71E2D6F09A453"
    b"C1AF92680D34E75BAF427C9561DE0B389EF528C3704A1DB6432C95FABE17608D"
    b"4B2EF08D3C975A61D0B7491AE35C2F8614BDC37EAF6805926BD814A7950FE23C"
    b"D2846FB1A93E50C71FD8A374C56B0E927B419CE206ADF35821E74A8DFC90356B"
)
# P and PC-2, in hex: 16 7 20 21 29 ... and 14 17 11 24 1 ...
_P = (
    b"\x10\x07\x14\x15\x1d\x0c\x1c\x11\x01\x0f\x17\x1a\x05\x12\x1f\x0a"
    b"\x02\x08\x18\x0e\x20\x1b\x03\x09\x13\x0d\x1e\x06\x16\x0b\x04\x19"
)
_PC2 = (
    b"\x0e\x11\x0b\x18\x01\x05\x03\x1c\x0f\x06\x15\x0a\x17\x13\x0c\x04\x1a\x08\x10\x07\x1b\x14\x0d\x02"
    b"\x29\x34\x1f\x25\x2f\x37\x1e\x28\x33\x2d\x21\x30\x2c\x31\x27\x38\x22\x35\x2e\x2a\x32\x24\x1d\x20"
)
# Where the keys of a half's first, second, third and fourth box go in an entry of CHOICE.
_FIELDS = b"\x16\x08\x0e\x00"


def _box(number: int, tops: object) -> array:
    """Return one S-box followed by P: low 30 bits of the rotated half; `tops` takes the rest."""
    places = bytearray(4)
    for place in range(32):
        bit = _P[place] - 1 - 4 * number
        if 0 <= bit < 4:
            places[bit] = (32 - place) & 31
    words = array("I", bytes(64))
    highest = bytearray(16)
    for value in range(16):
        for bit in range(4):
            if value & 8 >> bit:
                if places[bit] < 30:
                    words[value] |= 1 << places[bit]
                else:
                    highest[value] |= 1 << places[bit] - 30
    table = array("I", bytes(256))
    for index in range(64):
        value = nibble(_S[64 * number + (index >> 1 & 15) + 16 * (index >> 4 & 2 | index & 1)])
        table[index] = words[value]
        if tops:
            tops[index] = highest[value]
    return table


def _choice(half: int) -> array:
    """Return PC-2 of 28 key bits: seven nibbles, low one first, sixteen entries each."""
    table = array("I", bytes(448))
    for place in range(24):
        source = 28 * half + 28 - _PC2[24 * half + place]  # bit of the half, 0 = lowest
        target = 1 << _FIELDS[place // 6] + 5 - place % 6
        for value in range(16):
            if value >> (source & 3) & 1:
                table[source >> 2 << 4 | value] |= target
    return table


_TOP2 = bytearray(64)  # bit 31 of the rotated half, from S2, as 2
_TOP5 = bytearray(64)  # bit 30, from S5, as 1
_TOPS = (None, _TOP2, None, None, _TOP5, None, None, None)
# S1 to S8, each with P, as `_box` returns them, then the two highest bits of S2 and S5
TABLES = tuple([_box(number, _TOPS[number]) for number in range(8)] + [_TOP2, _TOP5])
CHOICE = (_choice(0), _choice(1))
