# SPDX-License-Identifier: MIT
"""TDES DUKPT (ANSI X9.24-1:2009 annex A): how a key leads to the next, and its working keys.

A KSN is ten bytes, its last 21 bits the counter, of which at most ten are ones. Key parity is not
adjusted. The state of a device is kept by dukpt.py.
"""

from micropython import const

from pos.core.carddata import wipe
from pos.crypto.des import Tdes
from pos.crypto.dukpt import TDES2
from pos.crypto.errors import CryptoError

_KSN_BYTES = const(10)
_KEY_BYTES = const(16)
_DATA = const(0x3000)  # uses from here on go through a one-way step (A.4.1)
# use: byte of each half that is inverted (table A-1); both ways is as request
_VARIANTS = {0x1000: 7, 0x2000: 6, 0x2001: 4, 0x2002: 6, 0x3000: 5, 0x3001: 3, 0x3002: 5}


class TdesDukpt:
    """`ksn` is the initial one: ten bytes, counter zero."""

    bits = 21
    ones = 10
    key_bytes = _KEY_BYTES
    retail_mac = True  # A.4 authenticates with X9.19

    def __init__(self, ksn: bytes) -> None:
        if len(ksn) != _KSN_BYTES:
            raise CryptoError("DUKPT KSN length")
        if ksn[7] & 0x1F or ksn[8] or ksn[9]:
            raise CryptoError("DUKPT KSN counter is not zero")
        self._ksn = bytes(ksn)

    def ksn(self, counter: int) -> bytes:
        """Return the KSN of a transaction."""
        ksn = bytearray(self._ksn)
        ksn[7] |= counter >> 16
        ksn[8] = counter >> 8 & 255
        ksn[9] = counter & 255
        return bytes(ksn)

    def derive(self, key: bytearray, counter: int, out: bytearray) -> None:
        """Write to `out` the key that follows from `key`, for a counter with one bit more."""
        text = self.ksn(counter)[2:]
        masked = bytearray(_KEY_BYTES)
        try:
            for i in range(_KEY_BYTES):
                masked[i] = key[i]
            _half(masked, text, out, 8)
            for i in (0, 1, 2, 3, 8, 9, 10, 11):
                masked[i] ^= 0xC0
            _half(masked, text, out, 0)
        finally:
            wipe(masked)

    def working(self, key: bytearray, counter: int, use: int, algorithm: int) -> bytearray:
        """Return the double length key for a use of dukpt.py; the caller wipes it."""
        if algorithm != TDES2:
            raise CryptoError("DUKPT key algorithm")
        if use not in _VARIANTS:
            raise CryptoError("DUKPT key use")
        found = bytearray(_KEY_BYTES)
        for i in range(_KEY_BYTES):
            found[i] = key[i] ^ (0xFF if i & 7 == _VARIANTS[use] else 0)
        if use >= _DATA:
            cipher = Tdes(found)
            cipher.encrypt_into(found, found)
            cipher.wipe()
        return found


def _half(key: bytearray, text: bytes, out: bytearray, at: int) -> None:
    """Write right XOR DES under left of (right XOR text), the halves of `key`, to out[at:]."""
    block = bytearray(8)
    cipher = Tdes(memoryview(key)[:8])
    try:
        for i in range(8):
            block[i] = key[8 + i] ^ text[i]
        cipher.encrypt_into(block, block)
        for i in range(8):
            out[at + i] = block[i] ^ key[8 + i]
    finally:
        cipher.wipe()
        wipe(block)
