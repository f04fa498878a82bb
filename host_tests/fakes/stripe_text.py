# SPDX-License-Identifier: MIT
"""Texts of payment tracks and the bits of the stripe they are written as. CPython only."""

import random

BPI = {1: 210, 2: 75, 3: 210}
_CELLS = {1: 708, 2: 253, 3: 708}
_LEAD = {1: 62, 2: 22, 3: 62}
_NAMES = ("WANG/WEI", "LI/FANG", "SMITH/J", "GARCIA/ANNA.MS", "ZHAO/XIAO MING", "TEST/CARD")


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _pan(rng: random.Random) -> str:
    body = rng.choice(("62", "622202", "4", "51", "37", "9")) + _digits(rng, rng.randint(10, 11))
    total = 0
    for n, digit in enumerate(reversed(body)):
        value = int(digit) * (1 if n % 2 else 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def some_text(track: int, rng: random.Random) -> str:
    """Return a payment track with its sentinels."""
    dates = "%02d%02d%s01" % (rng.randint(25, 49), rng.randint(1, 12), rng.choice("126"))
    if track == 1:
        more = _digits(rng, rng.randint(0, 20))
        return "%%B%s^%s^%s%s?" % (_pan(rng), rng.choice(_NAMES), dates, more)
    if track == 2:
        return ";%s=%s%s?" % (_pan(rng), dates, _digits(rng, rng.randint(0, 12)))
    return ";99%s=1561560999999996001016000000010000033120=0=0=0000000%s?" % (
        _pan(rng),
        _digits(rng, 3),
    )


def bits_of(text: str, track: int) -> list:
    """Return every bit of the stripe: zeros, the characters, LRC, zeros to the edge."""
    width, offset = (6, 0x20) if track == 1 else (4, 0x30)
    codes = [ord(char) - offset for char in text]
    lrc = 0
    for code in codes:
        lrc ^= code
    bits = [0] * _LEAD[track]
    for code in codes + [lrc]:
        char = [code >> n & 1 for n in range(width)]
        bits += char + [1 - sum(char) % 2]
    return bits + [0] * (_CELLS[track] - len(bits))
