# SPDX-License-Identifier: MIT
"""Key check values: the first four bytes of a block of zeros under the key (unionpay.md 4.1)."""

from pos.crypto.des import Tdes

KCV_BYTES = 4


def tdes_kcv(key: bytes) -> bytes:
    """Return the check value of a DES (8), double (16) or triple (24) length key."""
    cipher = Tdes(key)
    try:
        return cipher.encrypt(bytes(cipher.block))[:KCV_BYTES]
    finally:
        cipher.wipe()
