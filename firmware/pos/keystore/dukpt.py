# SPDX-License-Identifier: MIT
"""DUKPT keys of the terminal: a key for each transaction, its KSN, and the state between them.

The state (future keys and counter, pos/crypto/dukpt.py) is one sealed blob. A transaction's key is
taken from it, what follows is derived, and the state without the key is durable and the one before
it overwritten before the key is used. So a power cut may skip a KSN but never gives one twice, and
what is on flash leads to no past transaction. What a copy of the flash written back would do, only
a secure element prevents.

Sealed content, zeros to a multiple of 16: "D", version 1, algorithm of the derivation keys (0 is
TDES DUKPT, else that of AES DUKPT), algorithm of the working keys, initial KSN 12 (ten for TDES,
then zeros), state.
"""

from micropython import const

from pos.core.carddata import wipe
from pos.core.errors import KeyStoreError
from pos.crypto.hmac import hmac_sha256, same
from pos.keystore.dukpt_use import Transaction
from pos.keystore.vault import Vault

_DEVICE_KEY_BYTES = const(32)
_KCV_MIN_BYTES = const(3)
_TAG = const(0x44)
_VERSION = const(1)
_KIND = const(2)  # offsets in the content
_WORKING = const(3)
_KSN = const(4)
_STATE = const(16)
_KSN_BYTES = const(12)
_TDES_KSN_BYTES = const(10)
_TDES = const(0)  # as kind: TDES DUKPT


class Dukpt:
    """`slot` is a ForgettingSlot, `device_key` 32 bytes, `random(n)` the board's entropy."""

    def __init__(self, slot: object, device_key: bytes, random: object) -> None:
        if len(device_key) != _DEVICE_KEY_BYTES:
            raise KeyStoreError("device key length")
        self._slot = slot
        # Keys of its own, so that no other sealed blob of this device opens here.
        self._vault = Vault(hmac_sha256(device_key, b"espos dukpt 1"), random)
        self._random = random

    def inject_tdes(self, key: bytearray, ksn: bytes, kcv: bytes) -> None:
        """Start anew from a TDES initial key (16 bytes, check value TDES); the caller wipes it."""
        from pos.crypto.kcv import tdes_kcv

        self._inject(_TDES, 0, key, ksn, kcv, tdes_kcv)

    def inject_aes(self, key: bytearray, ksn: bytes, kcv: bytes, working: int) -> None:
        """Start anew from an AES initial key, check value CMAC, `working` a code of dukpt.py."""
        from pos.crypto.kcv import aes_kcv

        if len(key) not in (16, 24, 32):
            raise KeyStoreError("DUKPT key length")
        self._inject(len(key) // 8, working, key, ksn, kcv, aes_kcv)

    def next_ksn(self) -> object:
        """Return the KSN that the next transaction will have, None when there is none left."""
        from pos.crypto.dukpt import counter

        content = self._open()
        try:
            now = counter(memoryview(content)[_STATE:])
            return _scheme(content).ksn(now) if now else None
        finally:
            wipe(content)

    def next(self) -> Transaction:
        """Return the next transaction's keys, for the caller to wipe; KeyStoreError at the end."""
        from pos.crypto.dukpt import USED_UP, counter, take

        content = self._open()
        state = memoryview(content)[_STATE:]
        key = bytearray(0)
        transaction = None
        try:
            if not counter(state):
                raise KeyStoreError(USED_UP)
            scheme = _scheme(content)
            key = bytearray(scheme.key_bytes)
            now = take(scheme, state, key)
            self._slot.save(self._vault.seal(content))
            transaction = Transaction(scheme, key, now, content[_WORKING], self._random)
            return transaction
        finally:
            wipe(content)
            if transaction is None:
                wipe(key)

    def next_pin(self, pin: bytearray, pan: bytes) -> tuple:
        """Return (KSN, PIN block under that transaction's PIN key). The caller wipes `pin`."""
        transaction = self.next()
        try:
            return transaction.ksn, transaction.pin_block(pin, pan)
        finally:
            transaction.wipe()

    def _inject(
        self, kind: int, working: int, key: bytearray, ksn: bytes, kcv: bytes, check: object
    ) -> None:
        from pos.crypto.dukpt import start, state_bytes
        from pos.crypto.errors import CryptoError

        try:
            scheme = _new(kind, ksn)
            content = bytearray(_STATE + (state_bytes(scheme) + 15) // 16 * 16)
            try:
                _put_head(content, kind, working, ksn)
                self._unlike_the_last(content)
                start(scheme, key, memoryview(content)[_STATE:])
                if len(kcv) < _KCV_MIN_BYTES or not same(check(key)[: len(kcv)], kcv):
                    raise KeyStoreError("DUKPT key check value")
                # Refuses a working key too strong, or one the platform has no cipher for.
                Transaction(scheme, key, 1, working, None).mac(())
                self._slot.save(self._vault.seal(content))
            finally:
                wipe(content)
        except CryptoError as error:
            raise KeyStoreError(error.reason)

    def _unlike_the_last(self, content: bytearray) -> None:
        """A KSN that is or was in use would begin again from its first counter."""
        sealed = self._slot.load()
        if sealed is None:
            return
        kept = self._vault.open(sealed)
        try:
            if kept[_KSN:_STATE] == content[_KSN:_STATE]:
                raise KeyStoreError("DUKPT KSN was loaded before")
        finally:
            wipe(kept)

    def _open(self) -> bytearray:
        """Return the content for the caller to wipe."""
        sealed = self._slot.load()
        if sealed is None:
            raise KeyStoreError("no DUKPT keys")
        content = self._vault.open(sealed)
        if content[0] != _TAG or content[1] != _VERSION:
            wipe(content)
            raise KeyStoreError("DUKPT version")
        return content


def _put_head(content: bytearray, kind: int, working: int, ksn: bytes) -> None:
    content[0] = _TAG
    content[1] = _VERSION
    content[_KIND] = kind
    content[_WORKING] = working
    content[_KSN : _KSN + len(ksn)] = ksn


def _scheme(content: bytearray) -> object:
    kind = content[_KIND]
    size = _KSN_BYTES if kind else _TDES_KSN_BYTES
    return _new(kind, bytes(content[_KSN : _KSN + size]))


def _new(kind: int, ksn: bytes) -> object:
    """Return the scheme of a kind; CryptoError when it cannot be."""
    if kind == _TDES:
        from pos.crypto.dukpt_tdes import TdesDukpt

        return TdesDukpt(ksn)
    from pos.crypto.dukpt_aes import AesDukpt

    return AesDukpt(ksn, 8 * kind)
