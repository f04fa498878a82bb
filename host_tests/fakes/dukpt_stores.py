# SPDX-License-Identifier: MIT
"""DUKPT key stores over flash in memory, with the published initial keys. For both runtimes."""

from fakes.dukpts import AES_KEY, AES_KSN, TDES_KEY, TDES_KSN
from fakes.flash import SECTOR_BYTES, NorMemory
from fakes.keystores import DEVICE, Random
from pos.core.errors import StoreError
from pos.crypto import dukpt
from pos.crypto.hmac import hmac_sha256
from pos.crypto.kcv import aes_kcv, tdes_kcv
from pos.keystore.dukpt import Dukpt
from pos.keystore.vault import Vault
from pos.store.forgetting import ForgettingSlot
from pos.store.slots import AtomicSlot

SIZE = 4 * SECTOR_BYTES


def blank() -> NorMemory:
    """Return erased flash."""
    return NorMemory(SIZE)


def open_dukpt(flash: NorMemory, device: bytes = DEVICE, random: object = None) -> Dukpt:
    """Return the store as a reboot finds it."""
    return Dukpt(ForgettingSlot(flash.partition(0, flash.size)), device, random or Random())


def tdes_flash() -> NorMemory:
    """Return flash with the initial key of the annex."""
    flash = blank()
    open_dukpt(flash).inject_tdes(bytearray(TDES_KEY), TDES_KSN, tdes_kcv(TDES_KEY))
    return flash


def aes_flash(working: int = dukpt.AES128, key: bytes = AES_KEY) -> NorMemory:
    """Return flash with an initial key of the supplement."""
    flash = blank()
    open_dukpt(flash).inject_aes(bytearray(key), AES_KSN, aes_kcv(key), working)
    return flash


def own_vault() -> Vault:
    """Return the vault of DUKPT states of this device."""
    return Vault(hmac_sha256(DEVICE, b"espos dukpt 1"), Random())


class NoSave:
    """A slot that reads and does not write."""

    def __init__(self, flash: NorMemory) -> None:
        self._slot = AtomicSlot(flash.partition(0, flash.size))

    def load(self) -> object:
        """As the slot."""
        return self._slot.load()

    def save(self, blob: bytes) -> None:
        """Refuse."""
        raise StoreError("flash")
