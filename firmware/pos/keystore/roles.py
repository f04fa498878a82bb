# SPDX-License-Identifier: MIT
"""Key roles and algorithms, as stored: a number is never used again for something else."""

from micropython import const

from pos.core.errors import KeyStoreError

TMK = const(1)  # terminal master key
PIK = const(2)  # PIN key
MAK = const(3)  # MAC key
TDK = const(4)  # track data key
KBPK = const(5)  # key block protection key: what a TMK may arrive under
NAMES = ("", "TMK", "PIK", "MAK", "TDK", "KBPK")

TDES = const(1)  # of 8 (single DES), 16 or 24 bytes
SM4 = const(2)  # of 16 bytes
AES = const(3)  # of 16, 24 or 32 bytes


def cipher_of(algorithm: int, key: bytes) -> object:
    """Return the cipher of a key, its code loaded here; whoever asks wipes it."""
    if algorithm == TDES:
        from pos.crypto.des import Tdes as Cipher
    elif algorithm == SM4:
        from pos.crypto.sm4 import Sm4 as Cipher
    elif algorithm == AES:
        from pos.crypto.aes import Aes as Cipher
    else:
        raise KeyStoreError("key algorithm")
    return Cipher(key)
