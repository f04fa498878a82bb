# SPDX-License-Identifier: MIT
"""Texts for the card bench: many payment tracks, seeded, most with a Luhn digit."""

import random

_SURNAMES = "WANG LI ZHANG LIU CHEN YANG ZHAO HUANG ZHOU WU SMITH GARCIA MUELLER O'NEILL".split()
_GIVEN = "WEI FANG NA MIN JING LEI J ANNA MARIA A B.MR TEST XIAO MING".split()
_PREFIXES = ("62", "622202", "625093", "4", "51", "55", "35", "37", "9", "60")


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _pan(rng: random.Random) -> str:
    prefix = rng.choice(_PREFIXES)
    length = rng.choice((13, 15, 16, 16, 16, 16, 17, 18, 19, 19))
    body = prefix + _digits(rng, length - 1 - len(prefix))
    return body + (_luhn(body) if rng.random() < 0.85 else _digits(rng, 1))


def _dates(rng: random.Random) -> str:
    expiry = "4912" if rng.random() < 0.1 else f"{rng.randrange(100):02d}{rng.randint(1, 12):02d}"
    return expiry + rng.choice("1256") + rng.choice("024") + rng.choice("01256")


def _discretionary(rng: random.Random, room: int) -> str:
    count = rng.randint(0, room)
    kind = rng.random()
    if kind < 0.3:
        return "0" * count
    if kind < 0.5:
        zeros = rng.randint(0, count)
        return "0" * zeros + _digits(rng, count - zeros)
    return _digits(rng, count)


def text(track: int, seed: int) -> str:
    """Return a payment track with its sentinels, the same for the same seed."""
    rng = random.Random(seed * 4 + track)
    pan = _pan(rng)
    if track == 1:
        name = f"{rng.choice(_SURNAMES)}/{rng.choice(_GIVEN)}".replace("'", " ")
        if rng.random() < 0.2:
            name = name.ljust(26)
        head = f"%B{pan}^{name}^{_dates(rng)}"
        return head + _discretionary(rng, 77 - len(head)) + "?"
    if track == 2:
        head = f";{pan}={_dates(rng)}"
        return head + _discretionary(rng, 38 - len(head)) + "?"
    ddd = f"{rng.randint(1, 366):03d}"
    amounts = rng.choice(("99999999", _digits(rng, 8)))
    sans = rng.choice(("0=0=", f"{_digits(rng, rng.randint(4, 19))}==", "=="))
    return (
        f";99{pan}=1561560{amounts}{rng.randrange(10)}{ddd}016{rng.choice(('000000', '='))}0100000"
        f"{_dates(rng)[:4]}{rng.randrange(10)}={sans}0{rng.choice(('000000', '='))}"
        f"{_discretionary(rng, 16)}?"
    )
