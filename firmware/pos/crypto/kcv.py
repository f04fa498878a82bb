# SPDX-License-Identifier: MIT
"""Key check values: what may be shown and sent of a key; compare them with `hmac.same`."""

KCV_BYTES = 4  # of DES


def tdes_kcv(key: bytes) -> bytes:
    """Return the check value of a DES (8), double (16) or triple (24) length key."""
    from pos.crypto.des import Tdes

    return Tdes(key).check_value()[:KCV_BYTES]


def sm4_kcv(key: bytes) -> bytes:
    """Return the check value of an SM4 key whole: sixteen bytes.

    Four bytes are sent in some places and eight in others (unionpay.md 4.1): compare as many.
    """
    from pos.crypto.sm4 import Sm4

    return Sm4(key).check_value()


def aes_kcv(key: bytes) -> bytes:
    """Return the check value of an AES key: five bytes of the CMAC of a zero block (X9.24-3)."""
    from pos.crypto.aes import Aes

    return Aes(key).check_value()
