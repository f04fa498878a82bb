# SPDX-License-Identifier: MIT
"""The firmware's hot paths, timed; runs unchanged under CPython and MicroPython.

Usage: ours.py DATA (JSON made by bench/__main__.py); prints one JSON object, case -> seconds a
piece, best of several rounds.
"""

import json
import sys
import time
from array import array

_ROUNDS = 5
_ROUND_S = 0.05
_BLOCKS = 16

try:
    _ticks = time.perf_counter_ns
except AttributeError:  # MicroPython
    _ticks = time.time_ns


def seconds(call: object, pieces: int) -> float:
    """Return the best time of a piece of work; `call` does `pieces` of them."""
    count, spent = 1, 0
    while spent < _ROUND_S * 1e9:
        count *= 2
        spent = _spent_ns(call, count)
    best = spent
    for _ in range(_ROUNDS - 1):
        best = min(best, _spent_ns(call, count))
    return best / 1e9 / count / pieces


def _spent_ns(call: object, count: int) -> int:
    start = _ticks()
    for _ in range(count):
        call()
    return _ticks() - start


def _fields(data: dict) -> dict:
    return {int(n): data["fields"][n].encode() for n in data["fields"]}


def encode_message(data: dict) -> tuple:
    """One 0200 into a buffer that is there already."""
    from pos.iso8583.codec import encode

    fields, out = _fields(data), bytearray(1024)
    return lambda: encode("0200", fields, out), 1


def decode_message(data: dict) -> tuple:
    """The same message, every field taken out."""
    from pos.iso8583.codec import Message

    body, numbers = bytes.fromhex(data["body"]), list(_fields(data))

    def decode() -> None:
        message = Message(body)
        for n in numbers:
            message.get(n)

    return decode, 1


def tdes_block(data: dict) -> tuple:
    """A double-length key, whole blocks."""
    from pos.crypto.des import Tdes

    cipher, text = Tdes(bytes.fromhex(data["key"])), bytes(8 * _BLOCKS)
    return lambda: cipher.encrypt(text), _BLOCKS


def gbk_line(data: dict) -> tuple:
    """A line of a slip in Chinese."""
    from pos.receipt.gbk import encode

    return lambda: encode(data["line"]), 1


def read_swipe(data: dict) -> tuple:
    """Flux times of a card with two tracks to a card that is accepted."""
    from pos.card.reader import read_card

    fluxes = []
    for number in "123":
        times = array("H", data["flux"][number])
        fluxes.append((times, len(times)) if len(times) else None)
    fluxes = tuple(fluxes)
    if not read_card(fluxes).accepted:
        raise ValueError("the swipe of the bench is not accepted")
    return lambda: read_card(fluxes), 1


CASES = {
    "encode a 0200": encode_message,
    "decode a 0200": decode_message,
    "TDES block": tdes_block,
    "GBK slip line": gbk_line,
    "read a swipe": read_swipe,
}


def main() -> None:
    """Time every case with the data given."""
    with open(sys.argv[-1]) as file:
        data = json.load(file)
    out = {}
    for name in CASES:
        call, pieces = CASES[name](data)
        out[name] = seconds(call, pieces)
    print(json.dumps(out))


main()
