# SPDX-License-Identifier: MIT
"""Keys of a terminal that arrive as key blocks (X9.143), under a KBPK injected before.

A KBPK is of one version for good: a triple DES one opens blocks of version B, an AES one of
version D. It opens TMKs (usage K0) and nothing else. Not needed for trading: callers import this
module where they use it.
"""

from micropython import const

from pos.core.carddata import wipe
from pos.core.errors import KeyStoreError
from pos.crypto.errors import CryptoError
from pos.crypto.hmac import same
from pos.keystore import keyring
from pos.keystore.checks import check_des, check_value
from pos.keystore.roles import AES, KBPK, SM4, TDES, TMK

_TMK_BYTES = const(16)
_KCV_MIN_BYTES = const(3)
_VERSIONS = {TDES: "B", AES: "D"}
_KBPK_BYTES = {TDES: (16, 24), AES: (16, 32)}
_LETTERS = {"T": TDES, "4": SM4}  # keyblock.py
_USAGES = ("K0",)  # key encryption: what a TMK does
_MODES = "BDN"  # both ways, decryption, not restricted


def inject_kbpk(store: object, algorithm: int, key: bytearray, kcv: bytes) -> None:
    """Store the key block protection key, TDES or AES; the caller wipes `key`.

    The other keys stay. KeyStoreError, with nothing changed: KBPK algorithm, length, parity,
    equal parts, check value.
    """
    if algorithm not in _KBPK_BYTES:
        raise KeyStoreError("KBPK algorithm")
    if len(key) not in _KBPK_BYTES[algorithm]:
        raise KeyStoreError("KBPK length")
    if algorithm == TDES:
        check_des("KBPK", key)
    if len(kcv) < _KCV_MIN_BYTES or not same(check_value(algorithm, key)[: len(kcv)], kcv):
        raise KeyStoreError("KBPK check value")
    others = tuple([role for role in store.roles() if role != KBPK])
    store.change([(KBPK, algorithm, key)], others)


def load_block(store: object, block: bytes, algorithms: tuple = (TDES, SM4)) -> None:
    """Replace the TMK by the one in a block; working keys under the old one go, the KBPK stays.

    `algorithms` are those the terminal works with. KeyStoreError, with all keys as they were: no
    KBPK; what `keyblock.unwrap` finds wrong; TMK length, parity, equal parts.
    """
    key = _opened(store, block, "".join([x for x in _LETTERS if _LETTERS[x] in algorithms]))
    try:
        algorithm = _LETTERS[chr(block[7])]
        if len(key) != _TMK_BYTES:
            raise KeyStoreError("TMK length")
        if algorithm == TDES:
            check_des("TMK", key)
        store.change([(TMK, algorithm, key)], (KBPK,))
    finally:
        wipe(key)


def _opened(store: object, block: bytes, letters: str) -> bytearray:
    """Return the key in a block under the store's KBPK; who asks wipes it."""
    from pos.crypto.keyblock import unwrap

    ring = store.ring()
    try:
        for role, algorithm, kbpk in keyring.entries(ring):
            if role == KBPK:
                return unwrap(block, _VERSIONS[algorithm], kbpk, _USAGES, letters, _MODES)
    except CryptoError as error:
        raise KeyStoreError(error.reason)
    finally:
        wipe(ring)
    raise KeyStoreError("no KBPK")
