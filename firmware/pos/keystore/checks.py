# SPDX-License-Identifier: MIT
"""Check values of keys of any algorithm, and what a DES key has to look like."""

from pos.core.errors import KeyStoreError
from pos.keystore.roles import AES, cipher_of


def check_value(algorithm: int, key: bytes) -> bytes:
    """Return what may be shown of a key: four bytes, of an AES key five (another method)."""
    return cipher_of(algorithm, key).check_value()[: 5 if algorithm == AES else 4]


def check_des(name: str, key: bytes) -> None:
    """Refuse a DES key of even parity, or of two equal parts, which is a weaker cipher."""
    from pos.crypto.hmac import same
    from pos.crypto.parity import parity_ok

    if not parity_ok(key):
        raise KeyStoreError(name + " parity")
    view = memoryview(key)  # a slice of the key itself would leave a copy behind
    for at in range(8, len(key), 8):
        if same(view[at : at + 8], view[at - 8 : at]):
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
