# SPDX-License-Identifier: MIT
"""The terminal's keys: the only code that sees them clear.

At rest they are one sealed blob in an AtomicSlot; in memory only that blob is kept. A key is
unwrapped for each use into a buffer that is zeroed before the call returns. Keys change all
together or not at all: check values first, then one atomic save, then the new blob is in use.

Cipher code is imported where it is used: between uses it can leave the heap (core/modules.py).
What is derived from the device key (card hash, journal) survives a change of TMK.
"""

from micropython import const

from pos.core.carddata import wipe
from pos.core.errors import KeyStoreError, StoreError
from pos.crypto.hmac import hmac_sha256, same
from pos.keystore import keyring
from pos.keystore.derived import AUDIT, CARD_HASH, PAN
from pos.keystore.roles import KBPK, MAK, NAMES, PIK, TDES, TDK, TMK, cipher_of
from pos.keystore.vault import Vault

_DEVICE_KEY_BYTES = const(32)
_TMK_BYTES = const(16)
_KCV_MIN_BYTES = const(3)  # six hex digits: the usual short form on a component letter
_KCV_BYTES = const(4)
_CARD_HASH_BYTES = const(8)
_MAC_BYTES = const(8)


class KeyStore:
    """`slot` is an AtomicSlot; `device_key` is 32 bytes; `random(n)` the board's entropy.

    `mac_method` is the profile's: "ecb", UnionPay's own, or "cbc". A key's family is stored with
    it: TDES and SM4 terminals differ in their TMK and in what a sign-on brings, in nothing here.
    """

    def __init__(
        self, slot: object, device_key: bytes, random: object, mac_method: str = "ecb"
    ) -> None:
        if len(device_key) != _DEVICE_KEY_BYTES:
            raise KeyStoreError("device key length")
        self._slot = slot
        self._vault = Vault(device_key, random)
        self._mac_method = mac_method
        self._card_key = hmac_sha256(device_key, CARD_HASH)
        self._journal_key = hmac_sha256(device_key, AUDIT)
        self._pan_key = hmac_sha256(device_key, PAN)
        self._sealed = None
        self._roles = None  # None = not loaded yet

    def load(self) -> None:
        """Read the slot; an erased one is an empty store, a broken one KeyStoreError."""
        try:
            sealed = self._slot.load()
        except StoreError:
            sealed = b""  # opens as damaged
        self._use(sealed)

    def roles(self) -> tuple:
        """Return the roles that have a key, in the order they are kept."""
        if self._roles is None:
            self.load()
        return self._roles

    def has_tmk(self) -> bool:
        """Whether a terminal master key was injected."""
        return TMK in self.roles()

    def has_working(self) -> bool:
        """Whether a sign-on brought PIN and MAC keys under the present TMK."""
        return PIK in self.roles() and MAK in self.roles()

    def inject_tmk(self, key: bytearray, kcv: bytes, algorithm: int = TDES) -> None:
        """Replace the TMK; working keys under the old one go. The caller wipes `key`."""
        if len(key) != _TMK_BYTES:
            raise KeyStoreError("TMK length")
        if not _KCV_MIN_BYTES <= len(kcv) <= _KCV_BYTES:
            raise KeyStoreError("TMK check value length")
        if not same(cipher_of(algorithm, key).check_value()[: len(kcv)], kcv):
            raise KeyStoreError("TMK check value")
        self.change([(TMK, algorithm, key)], (KBPK,))

    def install_working(self, f62: bytes, variant: str) -> None:
        """Replace the working keys by those of a sign-on answer; on any error all stay as are."""
        from pos.keystore.signon import unwrap, wipe_keys

        tmk = self._cipher(TMK)
        try:
            found = unwrap(tmk, f62, variant)
        finally:
            tmk.wipe()
        try:
            self.change(found, (TMK, KBPK))
        finally:
            wipe_keys(found)

    def mac(self, chunks: tuple) -> bytes:
        """Return F64 for the message made of `chunks`, under the MAK."""
        from pos.crypto.mac import ecb_mac, x99

        cipher = self._cipher(MAK)
        try:
            if self._mac_method == "cbc":
                return x99(cipher, chunks)[:_MAC_BYTES]
            return ecb_mac(cipher, chunks)
        finally:
            cipher.wipe()

    def mac_ok(self, chunks: tuple, f64: bytes) -> bool:
        """Whether `f64` is the code of the message; None (no F64) is not."""
        return f64 is not None and same(self.mac(chunks), f64)

    def pin_block(self, pin: bytearray, pan: bytes) -> bytearray:
        """Return the ISO-0 block, 8 or (SM4) 16 bytes, under the PIK. The caller wipes both."""
        cipher = self._cipher(PIK)
        try:
            block = _clear_block(cipher.block, pin, pan)
            try:
                sealed = bytearray(cipher.block)
                cipher.encrypt_into(block, sealed)
                return sealed
            finally:
                wipe(block)
        finally:
            cipher.wipe()

    def seal_tracks(self, card: object) -> None:
        """Encrypt tracks 2 and 3 of a card under the TDK; the clear ones are gone then."""
        from pos.crypto.tracks import seal

        cipher = self._cipher(TDK)
        try:
            card.track2 = seal(cipher, card.track2)
            if card.track3:
                card.track3 = seal(cipher, card.track3)
        finally:
            cipher.wipe()

    def card_hash(self, pan: bytes) -> bytes:
        """Return eight bytes that are the same for the same card, on this device only."""
        return hmac_sha256(self._card_key, pan)[:_CARD_HASH_BYTES]

    def seal_pan(self, batch: int, stan: int, pan: bytes) -> bytes:
        """Return the PAN of a deal as the journal keeps it, 16 bytes; the caller wipes `pan`."""
        from pos.keystore.sealed_pan import seal

        return seal(self._pan_key, batch, stan, pan)

    def open_pan(self, batch: int, stan: int, sealed: bytes) -> bytearray:
        """Return that PAN for the caller to wipe; KeyStoreError when it is not of this deal."""
        from pos.keystore.sealed_pan import open_sealed

        return open_sealed(self._pan_key, batch, stan, sealed)

    def journal_key(self) -> bytes:
        """Return the 32-byte key of the journal's chain."""
        return self._journal_key

    def kcv(self, role: int) -> str:
        """Return a key's check value as eight hex digits."""
        return self._cipher(role).check_value()[:_KCV_BYTES].hex().upper()

    def ring(self) -> bytearray:
        """Return the clear content (keyring.py), for this package only; who asks wipes it."""
        self.roles()
        return keyring.pack([]) if self._sealed is None else self._vault.open(self._sealed)

    def change(self, found: list, kept: tuple) -> None:
        """Replace everything by the entries `found` and, of what is there, the roles `kept`."""
        ring = self.ring()
        try:
            self._save([entry for entry in keyring.entries(ring) if entry[0] in kept] + found)
        finally:
            wipe(ring)

    def _cipher(self, role: int) -> object:
        """Return the cipher of a role; whoever asks wipes it."""
        if role not in self.roles():
            raise KeyStoreError("no " + NAMES[role])
        ring = self.ring()
        try:
            for found, algorithm, key in keyring.entries(ring):
                if found == role:
                    return cipher_of(algorithm, key)
        finally:
            wipe(ring)

    def _save(self, found: list) -> None:
        ring = keyring.pack(found)
        try:
            sealed = self._vault.seal(ring)
        finally:
            wipe(ring)
        self._slot.save(sealed)
        self._use(sealed)

    def _use(self, sealed: object) -> None:
        """Take a blob into use once it has proved whole."""
        roles = ()
        if sealed is not None:
            ring = self._vault.open(sealed)
            try:
                roles = tuple([entry[0] for entry in keyring.entries(ring)])
            finally:
                wipe(ring)
        self._sealed = sealed
        self._roles = roles


def _clear_block(size: int, pin: bytearray, pan: bytes) -> bytearray:
    if size == 8:
        from pos.crypto.pinblock import iso0

        return iso0(pin, pan)
    from pos.crypto.pinblock_wide import wide0

    return wide0(pin, pan)
