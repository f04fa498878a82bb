# SPDX-License-Identifier: MIT
"""MicroPython's `cryptolib.aes` on CPython, over the `cryptography` package."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_ECB = 1
_CBC = 2


class aes:  # noqa: N801 - MicroPython's own name
    """AES in ECB (mode 1) or CBC (mode 2); the state runs on from call to call as there."""

    def __init__(self, key: bytes, mode: int, iv: bytes = b"") -> None:
        if mode not in (_ECB, _CBC):
            raise ValueError("mode")
        chaining = modes.ECB() if mode == _ECB else modes.CBC(bytes(iv))
        self._cipher = Cipher(algorithms.AES(bytes(key)), chaining)
        self._context = None

    def encrypt(self, data: bytes, out: object = None) -> object:
        """Encrypt whole blocks, into `out` when it is given."""
        self._context = self._context or self._cipher.encryptor()
        return _given(self._context.update(bytes(data)), out)

    def decrypt(self, data: bytes, out: object = None) -> object:
        """Decrypt whole blocks, into `out` when it is given."""
        self._context = self._context or self._cipher.decryptor()
        return _given(self._context.update(bytes(data)), out)


def _given(result: bytes, out: object) -> object:
    if out is None:
        return result
    if len(out) < len(result):
        raise ValueError("buffer too small")
    out[: len(result)] = result
    return out
