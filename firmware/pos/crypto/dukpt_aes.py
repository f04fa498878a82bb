# SPDX-License-Identifier: MIT
"""AES DUKPT (ANSI X9.24-3:2017 clause 6.3): how a key leads to the next, and its working keys.

A KSN is twelve bytes: the initial key id of eight and the counter of four, with at most 16 ones.
Keys are derived with AES of their own length; working keys are TDES or AES keys that are not
stronger. The state of a device is kept by dukpt.py.

The key schedules are the platform's (aes.py): they are let go of, not zeroed.
"""

from micropython import const

from pos.core.carddata import wipe
from pos.crypto.aes import Aes
from pos.crypto.dukpt import AES256, TDES2
from pos.crypto.errors import CryptoError

_KSN_BYTES = const(12)
_ID_BYTES = const(8)
_BLOCK_BYTES = const(16)
_DERIVATION = const(0x8000)  # use: intermediate key
_LENGTHS = (16, 24, 16, 24, 32)  # bytes of a key, by algorithm code
# Uses: key encryption, PIN, MAC and data (generate or encrypt, verify or decrypt, both)
_USES = (0x0002, 0x1000, 0x2000, 0x2001, 0x2002, 0x3000, 0x3001, 0x3002)


class AesDukpt:
    """`ksn` is the initial one: twelve bytes, counter zero; keys of 16, 24 or 32 bytes."""

    bits = 32
    ones = 16
    retail_mac = False  # CMAC, under TDES working keys as well

    def __init__(self, ksn: bytes, key_bytes: int) -> None:
        if len(ksn) != _KSN_BYTES:
            raise CryptoError("DUKPT KSN length")
        if any(ksn[_ID_BYTES:]):
            raise CryptoError("DUKPT KSN counter is not zero")
        if key_bytes not in (16, 24, 32):
            raise CryptoError("DUKPT key length")
        self.key_bytes = key_bytes
        self._algorithm = key_bytes // 8
        self._id = bytes(ksn[:_ID_BYTES])

    def ksn(self, counter: int) -> bytes:
        """Return the KSN of a transaction."""
        return self._id + counter.to_bytes(4, "big")

    def derive(self, key: bytearray, counter: int, out: bytearray) -> None:
        """Write to `out` the key that follows from `key`, for a counter with one bit more."""
        self._fill(key, counter, _DERIVATION, self._algorithm, out)

    def working(self, key: bytearray, counter: int, use: int, algorithm: int) -> bytearray:
        """Return the key for a use and an algorithm of dukpt.py; the caller wipes it."""
        if use not in _USES:
            raise CryptoError("DUKPT key use")
        if not TDES2 <= algorithm <= AES256:
            raise CryptoError("DUKPT key algorithm")
        if algorithm > self._algorithm:
            raise CryptoError("DUKPT working key stronger than its parent")
        found = bytearray(_LENGTHS[algorithm])
        self._fill(key, counter, use, algorithm, found)
        return found

    def _fill(
        self, key: bytearray, counter: int, use: int, algorithm: int, out: bytearray
    ) -> None:
        """Fill `out` with derived key material, a block after the other (6.3.2, 6.3.3)."""
        text = bytearray(b"\1\0\0\0\0\0\0\0") + self._id[4:] + counter.to_bytes(4, "big")
        text[2] = use >> 8
        text[3] = use & 255
        text[5] = algorithm
        text[6] = len(out) >> 5  # the length is in bits
        text[7] = len(out) << 3 & 255
        room = bytearray(_BLOCK_BYTES)
        cipher = Aes(key)
        try:
            for at in range(0, len(out), _BLOCK_BYTES):
                text[1] += 1
                cipher.encrypt_into(text, room)
                for i in range(min(_BLOCK_BYTES, len(out) - at)):
                    out[at + i] = room[i]
        finally:
            cipher.wipe()
            wipe(room)
