# SPDX-License-Identifier: MIT
"""What other code takes for the same work, under CPython: name and seconds a piece."""

import timeit
from collections.abc import Callable

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from acquirer_sim import spec

_BLOCKS = 16


def _seconds(call: Callable, pieces: int = 1) -> float:
    timer = timeit.Timer(call)
    count, _ = timer.autorange()
    return min(timer.repeat(3, count)) / count / pieces


def _tdes(data: dict) -> Callable:
    key = bytes.fromhex(data["key"])
    cipher, text = Cipher(TripleDES(key + key[:8]), modes.ECB()), bytes(8 * _BLOCKS)

    def encrypt() -> None:
        context = cipher.encryptor()
        context.update(text)
        context.finalize()

    return encrypt


def measure(data: dict) -> dict[str, tuple[str, float]]:
    """Return case -> (peer, seconds a piece), for the cases that have one."""
    fields = {int(n): value for n, value in data["fields"].items()}
    body = bytes.fromhex(data["body"])
    return {
        "encode a 0200": ("pyiso8583", _seconds(lambda: spec.encode("0200", fields))),
        "decode a 0200": ("pyiso8583", _seconds(lambda: spec.decode(body))),
        "TDES block": ("cryptography (C)", _seconds(_tdes(data), _BLOCKS)),
        "GBK slip line": ("CPython codec (C)", _seconds(lambda: data["line"].encode("gbk"))),
    }
