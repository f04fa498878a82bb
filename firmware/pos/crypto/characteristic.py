# SPDX-License-Identifier: MIT
"""The transaction characteristic code, painted across a written signature (unionpay.md 3.2)."""

from pos.core.bcd import pack, unpack
from pos.crypto.errors import CryptoError

_NO_DATE = b"0000"


def characteristic_code(settle_date: bytes, rrn: bytes) -> bytes:
    """Return eight hex digits: F15 (or b"") and F37, packed, the first half XOR the second."""
    digits = (settle_date or _NO_DATE) + rrn
    if len(digits) != 16 or not digits.isdigit():
        raise CryptoError("characteristic code: F15 and F37 must be 4 and 12 digits")
    packed = pack(digits)
    return unpack(bytes([packed[i] ^ packed[4 + i] for i in range(4)]))
