# SPDX-License-Identifier: MIT
"""Flux of clean constant-speed swipes, for shared tests. For both runtimes.

Published test PANs: 6200001234567892 (vectors/8583_computed.json), 6250930000000002 (Worldline).
"""

from array import array

CARD_A = ";6200001234567892=30121201234567890?"
CARD_B = ";6250930000000002=30121200000000000?"
_HALF_CELL_US = 333


def flux(track2: str) -> tuple:
    """Return what the head delivers for a card with only a track 2."""
    bits = [0] * 22
    lrc = 0
    for char in track2:
        lrc ^= ord(char) - 48
        bits += _coded(ord(char) - 48)
    bits += _coded(lrc) + [0] * 22
    times = array("H")
    for bit in bits:
        if bit:
            times.append(_HALF_CELL_US)
            times.append(_HALF_CELL_US)
        else:
            times.append(2 * _HALF_CELL_US)
    return (None, (times, len(times)), None)


def _coded(value: int) -> list:
    bits = [value >> i & 1 for i in range(4)]
    return bits + [1 - sum(bits) % 2]
