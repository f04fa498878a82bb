# SPDX-License-Identifier: MIT
"""Texts for the card bench: every seed another one, of payment cards and of store cards."""

import random

_SURNAMES = "WANG LI ZHANG LIU CHEN YANG ZHAO HUANG ZHOU WU SMITH GARCIA MUELLER O NEILL".split()
_GIVEN = "WEI FANG NA MIN JING LEI J ANNA.MS MARIA A B.MR TEST XIAO MING ALEXANDER.PROF DR".split()
_SCHEMES = (  # prefixes, PAN lengths, weight
    (("62", "622202", "625093", "621700", "6200"), (16, 17, 18, 19, 19, 19), 8),
    (("4", "411111", "4761"), (13, 16, 16, 16), 4),
    (("51", "55", "2223"), (16,), 3),
    (("34", "37"), (15,), 2),
    (("35",), (16,), 1),
    (("9", "60"), (16, 18, 19), 2),
)
_LUHN_SHARE = 0.95


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _check_digit(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _pan(rng: random.Random) -> str:
    prefixes, lengths, _ = rng.choices(_SCHEMES, [scheme[2] for scheme in _SCHEMES])[0]
    prefix, length = rng.choice(prefixes), rng.choice(lengths)
    middle = length - 1 - len(prefix)
    zeros = rng.randint(0, middle) if rng.random() < 0.3 else 0  # test cards, new ranges
    body = prefix + "0" * zeros + _digits(rng, middle - zeros)
    return body + (_check_digit(body) if rng.random() < _LUHN_SHARE else _digits(rng, 1))


def _dates(rng: random.Random) -> str:
    expiry = "4912" if rng.random() < 0.1 else f"{rng.randint(20, 39)}{rng.randint(1, 12):02d}"
    return expiry + rng.choice("1256") + rng.choice("024") + rng.choice("01256")


def _discretionary(rng: random.Random, room: int) -> str:
    count = room if rng.random() < 0.4 else rng.randint(0, room)
    kind = rng.random()
    if kind < 0.3:
        return "0" * count
    if kind < 0.5:
        zeros = rng.randint(0, count)
        return "0" * zeros + _digits(rng, count - zeros)
    return _digits(rng, count)


def _track1(rng: random.Random, pan: str) -> str:
    name = f"{rng.choice(_SURNAMES)}/{rng.choice(_GIVEN)}"
    if rng.random() < 0.3:
        name = f"{name} {rng.choice(_GIVEN)} {rng.choice(_GIVEN)}"[:26]
    if rng.random() < 0.2:
        name = name.ljust(26)
    head = f"%B{pan}^{name}^{_dates(rng)}"
    return head + _discretionary(rng, 77 - len(head)) + "?"


def _track3(rng: random.Random, pan: str) -> str:
    day = f"{rng.randrange(10)}{rng.randint(1, 366):03d}"
    amounts = rng.choice(("99999999", _digits(rng, 8)))
    accounts = rng.choice(("0=0=", f"{_digits(rng, rng.randint(4, 19))}==", "=="))
    head = (
        f";99{pan}=1561560{amounts}{day}016{rng.choice(('000000', '='))}0100000{_dates(rng)[:4]}"
        f"{rng.randrange(10)}={accounts}0{rng.choice(('000000', '='))}"
    )
    return head + _discretionary(rng, min(105 - len(head), 16)) + "?"


def _store_card(rng: random.Random, track: int) -> str:
    number = rng.choice(("6006", "0", "", "1000")) + "0" * rng.randint(0, 8)
    number += _digits(rng, rng.randint(5, 12))
    if track == 1:
        return f"%{rng.choice('AGX')}{number}^{rng.choice(_SURNAMES)}?"
    return f";{number}{rng.choice(('', '=', '=0000', '=' + _digits(rng, 6)))}?"


def text(track: int, seed: int | str, kind: str = "payment") -> str:
    """Return a track with its sentinels; `kind` is "payment" or "generic" (no layout)."""
    rng = random.Random(f"{kind} {track} {seed}")
    if kind == "generic":
        return _store_card(rng, track)
    pan = _pan(rng)
    if track == 1:
        return _track1(rng, pan)
    if track == 3:
        return _track3(rng, pan)
    head = f";{pan}={_dates(rng)}"
    return head + _discretionary(rng, 38 - len(head)) + "?"
