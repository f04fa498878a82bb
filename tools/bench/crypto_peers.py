# SPDX-License-Identifier: MIT
"""Pure Python ciphers from PyPI at the same work, under CPython: pyDes (MIT), gmssl (BSD).

The UnionPay MAC is written out here over their block ciphers: neither has it.
"""

import timeit
from collections.abc import Callable

import pyDes
from gmssl import sm4

TDES = "pyDes"
SM4 = "gmssl"
_BULK_BLOCKS = 64
_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
_TEXT = bytes(i * 31 & 255 for i in range(200))


def _sm4(key: bytes, mode: int = sm4.SM4_ENCRYPT) -> sm4.CryptSM4:
    cipher = sm4.CryptSM4(padding_mode=-1)  # whole blocks, no padding
    cipher.set_key(key, mode)
    return cipher


def tdes_block(key: bytes, data: bytes) -> bytes:
    """Return whole blocks encrypted under a double or triple length key."""
    return pyDes.triple_des(key, pyDes.ECB).encrypt(data)


def sm4_block(key: bytes, data: bytes) -> bytes:
    """Return whole blocks encrypted."""
    return bytes(_sm4(key).crypt_ecb(data))


def mac(encrypt: Callable[[bytes], bytes], text: bytes, size: int) -> bytes:
    """Return the UnionPay code of the text (unionpay.md 4.5): eight hex digits."""
    folded = 0
    for at in range(0, len(text), size):
        folded ^= int.from_bytes(text[at : at + size].ljust(size, b"\0"), "big")
    digits = folded.to_bytes(size, "big").hex().upper().encode()
    first = encrypt(digits[:size])
    mixed = bytes(a ^ b for a, b in zip(first, digits[size:], strict=True))
    return encrypt(mixed)[:4].hex().upper().encode()


def _tdes_mac() -> bytes:
    return mac(pyDes.triple_des(_KEY, pyDes.ECB).encrypt, _TEXT, 8)


def _sm4_mac() -> bytes:
    cipher = _sm4(_KEY)
    return mac(lambda data: bytes(cipher.crypt_ecb(data)), _TEXT, 16)


def _tdes_sign_on() -> None:
    tmk = pyDes.triple_des(_KEY, pyDes.ECB)
    for at in (0, 20, 40):
        key = tmk.decrypt(_TEXT[at : at + 16])
        pyDes.triple_des(key, pyDes.ECB).encrypt(bytes(8))


def _sm4_sign_on() -> None:
    tmk = _sm4(_KEY, sm4.SM4_DECRYPT)
    for at in (0, 20, 40):
        _sm4(bytes(tmk.crypt_ecb(_TEXT[at : at + 16]))).crypt_ecb(bytes(16))


def _cases() -> dict[str, tuple[str, Callable, int]]:
    two, three = (pyDes.triple_des(key, pyDes.ECB) for key in (_KEY, _KEY + _TEXT[:8]))
    one = _sm4(_KEY)
    data8, data16 = bytes(8 * _BULK_BLOCKS), bytes(16 * _BULK_BLOCKS)
    return {
        "TDES block, two keys": (TDES, lambda: two.encrypt(data8), _BULK_BLOCKS),
        "TDES block, three keys": (TDES, lambda: three.encrypt(data8), _BULK_BLOCKS),
        "SM4 block": (SM4, lambda: one.crypt_ecb(data16), _BULK_BLOCKS),
        "TDES PIN block": (TDES, lambda: tdes_block(_KEY, bytes(8)), 1),
        "TDES MAC of 200 bytes": (TDES, _tdes_mac, 1),
        "TDES sign-on, 60-byte F62": (TDES, _tdes_sign_on, 1),
        "SM4 PIN block": (SM4, lambda: sm4_block(_KEY, _KEY), 1),
        "SM4 MAC of 200 bytes": (SM4, _sm4_mac, 1),
        "SM4 sign-on, 60-byte F62": (SM4, _sm4_sign_on, 1),
    }


def measure(round_ms: int) -> dict[str, tuple[str, float]]:
    """Return case -> (peer, seconds a piece), best of several rounds."""
    return {
        case: (name, _seconds(call, round_ms) / pieces)
        for case, (name, call, pieces) in _cases().items()
    }


def _seconds(call: Callable, round_ms: int) -> float:
    timer = timeit.Timer(call)
    count = 1
    while timer.timeit(count) * 1000 < round_ms:
        count *= 2
    return min(timer.repeat(4, count)) / count
