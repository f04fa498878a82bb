# SPDX-License-Identifier: MIT
"""AES (FIPS 197) through the platform's `cryptolib`, ECB over whole blocks.

The platform keeps the key schedule where Python cannot reach it: `wipe` lets go of the object, and
what the collector then frees is not zeroed. Keys that must leave no trace are DES or SM4 keys.
"""

from micropython import const

import cryptolib

from pos.crypto.block import Block
from pos.crypto.errors import CryptoError

_MODE_ECB = const(1)
_CHECK_BYTES = const(5)


class Aes(Block):
    """A key of 16, 24 or 32 bytes; the ESP32 port of `cryptolib` has no 24."""

    block = 16
    name = "AES"

    def __init__(self, key: bytes) -> None:
        if len(key) not in (16, 24, 32):
            raise CryptoError("AES key length")
        try:
            self._cipher = cryptolib.aes(key, _MODE_ECB)
            self._back = cryptolib.aes(key, _MODE_ECB)  # an object runs in one direction only
        except ValueError:
            raise CryptoError("AES key length")

    def encrypt_into(self, data: bytes, out: bytearray) -> None:
        """Encrypt whole blocks into a buffer, which may be `data` itself."""
        self.check(data, out)
        self._cipher.encrypt(data, out)

    def decrypt_into(self, data: bytes, out: bytearray) -> None:
        """Decrypt whole blocks into a buffer that can be wiped: for keys."""
        self.check(data, out)
        self._back.decrypt(data, out)

    def check_value(self) -> bytes:
        """Return five bytes of the CMAC of a zero block (X9.24-3), and wipe the key."""
        from pos.crypto.cmac import cmac

        try:
            return cmac(self, (bytes(self.block),))[:_CHECK_BYTES]
        finally:
            self.wipe()

    def wipe(self) -> None:
        """Let go of the key schedule; the object is of no use afterwards."""
        self._cipher = self._back = None
