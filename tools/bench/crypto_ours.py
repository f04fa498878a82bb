# SPDX-License-Identifier: MIT
"""The firmware's ciphers and key store, timed; runs unchanged under CPython and MicroPython.

Arguments: `best` or `portable` (bytecode rounds only), milliseconds a round of measuring. Prints
one JSON object, case -> seconds a piece, best of several rounds.
"""

import gc
import json
import sys
import time

_ROUNDS = 5
_BULK_BYTES = 8192
_BULK_BLOCKS_MOST = 64  # in bytecode a whole buffer is too much for one piece of a round
_CRYPTO = "pos.crypto."

TEXT = bytes([i * 31 & 255 for i in range(200)])
PIN = b"123456"
PAN = b"6200001234567892"
TMK = bytes.fromhex("11223344556677889900AABBCCDDEEFF")
PIK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
MAK = bytes.fromhex("1A2B3C4D5E6F70810123456789ABCDEF")
# PIK, MAK and TDK under the TMK, each with its check value (unionpay.md 4.1)
F62 = bytes.fromhex(
    "2187BD38351A17C6F4DACCA3D036750108D7B4FB33E50E28DB87CD920000000000000000"
    "A2AFCD72A8A7E7BC83C249DCED0E98BDBC8AB493EB7A8DF9"
)

try:
    _ticks = time.perf_counter_ns
except AttributeError:  # MicroPython
    _ticks = time.time_ns


def seconds(call: object, pieces: int, round_ms: int) -> float:
    """Return the best time of a piece of work; `call` does `pieces` of them."""
    count, spent = 1, _spent_ns(call, 1)
    while spent < round_ms * 1e6:
        count *= 2
        spent = _spent_ns(call, count)
    for _ in range(_ROUNDS - 1):
        spent = min(spent, _spent_ns(call, count))
    return spent / 1e9 / count / pieces


def _spent_ns(call: object, count: int) -> int:
    gc.collect()
    start = _ticks()
    for _ in range(count):
        call()
    return _ticks() - start


def _choose(engine: str) -> None:
    """Run the rounds in bytecode from now on, if so asked."""
    from pos.crypto import des, des_fast, sm4, sm4_fast

    if engine == "portable":
        from pos.crypto import des_portable, sm4_portable

        des.crypt = des_portable.crypt
        sm4.crypt, sm4.TABLES = sm4_portable.crypt, sm4_portable.TABLES
    elif (des.crypt, sm4.crypt) != (des_fast.crypt, sm4_fast.crypt):
        raise RuntimeError("the machine code was not taken")


def _bulk(cipher: object, engine: str) -> tuple:
    buffer = bytearray(_BULK_BYTES if engine == "best" else _BULK_BLOCKS_MOST * cipher.block)
    return lambda: cipher.encrypt_into(buffer, buffer), len(buffer) // cipher.block


def _unwrap(kind: object, kcv: object) -> object:
    """Return a call that takes the three keys of a sign-on out, each with its check value."""

    def call() -> None:
        tmk = kind(TMK)
        key = bytearray(16)
        for at in (0, 20, 40):
            tmk.decrypt_into(memoryview(F62)[at : at + 16], key)
            kcv(key)
        tmk.wipe()

    return call


def _once(kind: object, key: bytes, work: object) -> object:
    """Return a call that makes a cipher, works with it and wipes it, as the key store does."""

    def call() -> None:
        cipher = kind(key)
        work(cipher)
        cipher.wipe()

    return call


class _Slot:
    """Where a key store keeps its blob, in memory."""

    def __init__(self) -> None:
        self._blob = None

    def load(self) -> object:
        """Return what was saved last."""
        return self._blob

    def save(self, blob: bytes) -> None:
        """Keep it."""
        self._blob = blob


def _store_cases() -> dict:
    """Return the cases of a whole key store, keys sealed at rest, of a triple DES terminal."""
    from pos.crypto.kcv import tdes_kcv
    from pos.keystore.keystore import KeyStore

    store = KeyStore(_Slot(), bytes(32), lambda count: bytes(count))
    store.inject_tmk(bytearray(TMK), tdes_kcv(TMK))
    store.install_working(F62, "004")
    return {
        "key store: sign-on, 3 keys": (lambda: store.install_working(F62, "004"), 1),
        "key store: PIN block": (lambda: store.pin_block(bytearray(PIN), PAN), 1),
        "key store: MAC of 200 bytes": (lambda: store.mac((TEXT,)), 1),
    }


def _load_again() -> None:
    """Import the cipher anew, as a sale does after `modules.trim`; machine code stays loaded."""
    for name in ("des", "des_tables"):
        del sys.modules[_CRYPTO + name]
    __import__(_CRYPTO + "des")


def cases(engine: str) -> dict:
    """Return case -> (call, pieces a call)."""
    from pos.crypto.des import Tdes
    from pos.crypto.kcv import sm4_kcv, tdes_kcv
    from pos.crypto.mac import ecb_mac
    from pos.crypto.pinblock import iso0
    from pos.crypto.sm4 import Sm4

    def pin_tdes(cipher: object) -> None:
        cipher.encrypt(iso0(bytearray(PIN), PAN))

    def mac(cipher: object) -> None:
        ecb_mac(cipher, (TEXT,))

    found = {
        "TDES block, two keys": _bulk(Tdes(PIK), engine),
        "TDES block, three keys": _bulk(Tdes(PIK + TMK[:8]), engine),
        "SM4 block": _bulk(Sm4(PIK), engine),
        "TDES PIN block": (_once(Tdes, PIK, pin_tdes), 1),
        "TDES MAC of 200 bytes": (_once(Tdes, MAK, mac), 1),
        "TDES sign-on, 60-byte F62": (_unwrap(Tdes, tdes_kcv), 1),
        "SM4 PIN block": (_once(Sm4, PIK, lambda cipher: cipher.encrypt(PIK)), 1),
        "SM4 MAC of 200 bytes": (_once(Sm4, MAK, mac), 1),
        "SM4 sign-on, 60-byte F62": (_unwrap(Sm4, sm4_kcv), 1),
    }
    found.update(_store_cases())
    if sys.implementation.name == "micropython":
        found["load the triple DES code"] = (_load_again, 1)
    return found


def main() -> None:
    """Measure every case; what loads code anew comes last."""
    engine, round_ms = sys.argv[-2], int(sys.argv[-1])
    _choose(engine)
    found = cases(engine)
    names = sorted(found, key=lambda name: name.startswith("load"))
    print(json.dumps({name: seconds(*found[name], round_ms) for name in names}))


main()
