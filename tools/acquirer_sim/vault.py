# SPDX-License-Identifier: MIT
"""Seals PANs, PINs, tracks and keys before they reach the database file.

The sealing key lives in the same file: this keeps card data and keys out of dumps, greps and
pages of SQLite's own files. It does not protect a bench database from whoever holds it whole.
"""

import hashlib
import hmac
import json
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_LEN_BYTES = 32
_NONCE_LEN_BYTES = 12


class Vault:
    """AES-256-GCM sealing of bytes and JSON values, and a keyed fingerprint for look-ups."""

    def __init__(self, key: bytes) -> None:
        self._index_key = hmac.digest(key, b"index", hashlib.sha256)
        self._cipher = AESGCM(hmac.digest(key, b"seal", hashlib.sha256))

    def seal(self, data: bytes) -> bytes:
        """Return nonce and ciphertext."""
        nonce = secrets.token_bytes(_NONCE_LEN_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, None)

    def open(self, sealed: bytes) -> bytes:
        """Return what was sealed; the library's InvalidTag when the file was tampered with."""
        nonce, data = sealed[:_NONCE_LEN_BYTES], sealed[_NONCE_LEN_BYTES:]
        return self._cipher.decrypt(nonce, data, None)

    def seal_json(self, value: object) -> bytes:
        """Seal a JSON value."""
        return self.seal(json.dumps(value).encode("utf-8"))

    def open_json(self, sealed: bytes) -> dict:
        """Open a JSON value."""
        return json.loads(self.open(sealed))

    def fingerprint(self, pan: str) -> bytes:
        """Return what an account is found by."""
        return hmac.digest(self._index_key, pan.encode("ascii"), hashlib.sha256)
