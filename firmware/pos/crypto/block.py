# SPDX-License-Identifier: MIT
"""What block ciphers have in common."""

from pos.crypto.errors import CryptoError


class Block:
    """A cipher has `block` (bytes), `name`, `encrypt_into`, `decrypt_into` and `wipe`."""

    def encrypt(self, data: bytes) -> bytes:
        """Encrypt whole blocks."""
        out = bytearray(len(data))
        self.encrypt_into(data, out)
        return bytes(out)

    def decrypt(self, data: bytes) -> bytes:
        """Decrypt whole blocks."""
        out = bytearray(len(data))
        self.decrypt_into(data, out)
        return bytes(out)

    def check_value(self) -> bytes:
        """Return a block of zeros encrypted, whose first bytes are shown, and wipe the key."""
        try:
            return self.encrypt(bytes(self.block))
        finally:
            self.wipe()

    def check(self, data: bytes, out: bytes) -> None:
        """CryptoError unless `data` are whole blocks and fit `out`."""
        if len(data) % self.block:
            raise CryptoError(self.name + " data length")
        if len(out) < len(data):
            raise CryptoError(self.name + " output length")
