# SPDX-License-Identifier: MIT
"""Sealing at rest: AES-256-CBC, then HMAC-SHA256 over everything (encrypt then MAC).

Sealed version 1: byte 0x01, IV 16, ciphertext, tag 32. The two storage keys are derived from the
device key, which on a board never leaves it. They live as long as the vault: `hashlib` hands out
immutable bytes and `cryptolib` keeps its key schedule, so wiping them would be a show.
"""

from micropython import const

import cryptolib

from pos.core.errors import KeyStoreError
from pos.crypto.hmac import hmac_sha256, same
from pos.keystore.derived import STORAGE, STORAGE_MAC

_VERSION = b"\x01"
_MODE_CBC = const(2)
_IV_BYTES = const(16)
_TAG_BYTES = const(32)
_HEAD_BYTES = const(17)  # version and IV


class Vault:
    """Seals and opens the key store's content. `random(n)` is the board's source of entropy."""

    def __init__(self, device_key: bytes, random: object) -> None:
        self._cipher_key = hmac_sha256(device_key, STORAGE)
        self._tag_key = hmac_sha256(device_key, STORAGE_MAC)
        self._random = random

    def seal(self, clear: bytearray) -> bytes:
        """Return the sealed form of whole 16-byte blocks."""
        iv = self._random(_IV_BYTES)
        if len(iv) != _IV_BYTES:
            raise KeyStoreError("random source")
        head = _VERSION + iv
        body = cryptolib.aes(self._cipher_key, _MODE_CBC, iv).encrypt(clear)
        return head + body + hmac_sha256(self._tag_key, head, body)

    def open(self, sealed: bytes) -> bytearray:
        """Return the clear content for the caller to wipe; KeyStoreError when the tag is wrong."""
        length = len(sealed) - _HEAD_BYTES - _TAG_BYTES
        if length <= 0 or length % 16:
            raise KeyStoreError("key store damaged")
        view = memoryview(sealed)
        if not same(hmac_sha256(self._tag_key, view[:-_TAG_BYTES]), view[-_TAG_BYTES:]):
            raise KeyStoreError("key store damaged")
        if sealed[:1] != _VERSION:  # ours, but of another firmware
            raise KeyStoreError("key store version")
        clear = bytearray(length)
        cipher = cryptolib.aes(self._cipher_key, _MODE_CBC, sealed[1:_HEAD_BYTES])
        cipher.decrypt(view[_HEAD_BYTES:-_TAG_BYTES], clear)
        return clear
