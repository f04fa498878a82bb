# SPDX-License-Identifier: MIT
"""Check values of keys of any algorithm, and what a DES key has to look like."""

from pos.core.errors import KeyStoreError
from pos.keystore.roles import AES, SM4, TDES


def check_value(algorithm: int, key: bytes) -> bytes:
    """Return what may be shown of a key: four bytes, of an AES key five (another method)."""
    from pos.crypto import kcv

    if algorithm == TDES:
        return kcv.tdes_kcv(key)
    if algorithm == SM4:
        return kcv.sm4_kcv(key)[: kcv.KCV_BYTES]
    if algorithm == AES:
        return kcv.aes_kcv(key)
    raise KeyStoreError("key algorithm")


def check_des(name: str, key: bytes) -> None:
    """Refuse a DES key of even parity, or of two equal parts, which is a weaker cipher."""
    from pos.crypto.parity import parity_ok

    if not parity_ok(key):
        raise KeyStoreError(name + " parity")
    for at in range(8, len(key), 8):
        if key[at : at + 8] == key[at - 8 : at]:
            raise KeyStoreError(name + " has equal parts")


def inventory(store: object) -> list:
    """Return (role, algorithm, length in bytes, check value) of each key a KeyStore holds."""
    from pos.core.carddata import wipe
    from pos.keystore import keyring

    ring = store.ring()
    try:
        return [
            (role, algorithm, len(key), check_value(algorithm, key))
            for role, algorithm, key in keyring.entries(ring)
        ]
    finally:
        wipe(ring)
