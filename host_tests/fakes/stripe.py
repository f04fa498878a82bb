# SPDX-License-Identifier: MIT
"""A stripe for the shared tests: text -> bits -> flux intervals, on both runtimes.

Deliberately plain: one cell time that may change evenly along the card, and a repeatable wobble.
`posctl swipe make` has the realistic generator.
"""

from array import array


def bits_of(text: bytes, width: int, lrc_error: int = 0) -> bytearray:
    """Return the bits (one a byte) of a text and its LRC, odd parity last; no leading zeros."""
    offset = 0x20 if width == 7 else 0x30
    lrc = lrc_error
    codes = []
    for value in text:
        codes.append(value - offset)
        lrc ^= value - offset
    codes.append(lrc)
    bits = bytearray()
    for code in codes:
        parity = 1
        for n in range(width - 1):
            bits.append(code >> n & 1)
            parity ^= code >> n & 1
        bits.append(parity)
    return bits


def stripe(text: bytes, width: int, lead: int = 22, tail: int = 40) -> bytearray:
    """Return the bits with the zeros around them."""
    return bytearray(lead) + bits_of(text, width) + bytearray(tail)


def flux(
    bits: bytes, cell_us: int = 600, end_us: int = 0, wobble: int = 0, seed: int = 12345
) -> array:
    """Return the intervals of a head that passes the bits, from `cell_us` to `end_us` a cell.

    Every transition is displaced by up to `wobble` percent of the cell, repeatably.
    """
    end_us = end_us or cell_us
    times = []
    now = 0
    noise = seed
    for n, bit in enumerate(bits):
        cell = cell_us + (end_us - cell_us) * n // len(bits)
        for part in (2, 0) if bit else (0,):
            noise = noise * 1103 + 12345 & 0xFFFF
            shift = cell * wobble * (noise - 0x8000) // (0x8000 * 100)
            times.append(now + (cell // part if part else cell) + shift)
        now += cell
    out = array("H")
    for n in range(1, len(times)):
        out.append(times[n] - times[n - 1])
    return out


def backwards(values: object) -> array:
    """Return the intervals of the same swipe in the other direction."""
    out = array("H")
    for n in range(len(values) - 1, -1, -1):
        out.append(values[n])
    return out
