# SPDX-License-Identifier: MIT
"""Entropy that is known beforehand, and a cipher that is watched. For both runtimes."""

from pos.crypto.errors import CryptoError


class Fixed:
    """Gives these byte strings one after the other, whatever length is asked for."""

    def __init__(self, *given: bytes) -> None:
        self._given = list(given)
        self.calls = 0

    def __call__(self, length: int) -> bytes:
        self.calls += 1
        return self._given.pop(0) if len(self._given) > 1 else self._given[0]


class Spy:
    """A cipher that keeps copies of what it was asked to encrypt, and the buffers themselves."""

    def __init__(self, cipher: object) -> None:
        self.block = cipher.block
        self.asked = []
        self.buffers = []
        self.broken = False
        self._cipher = cipher

    def encrypt(self, data: bytes) -> bytes:
        """As the cipher."""
        self.asked.append(bytes(data))
        return self._cipher.encrypt(data)

    def encrypt_into(self, data: bytearray, out: bytearray) -> None:
        """As the cipher; when `broken`, after leaving something in the buffer."""
        self.asked.append(bytes(data))
        self.buffers += [data, out]
        self._cipher.encrypt_into(data, out)
        if self.broken:
            raise CryptoError("broken")
