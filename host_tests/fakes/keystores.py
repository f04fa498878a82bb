# SPDX-License-Identifier: MIT
"""Key stores over flash in memory, with the keys of vectors/crypto.json. For both runtimes."""

from fakes.flash import NorMemory
from pos.crypto.kcv import tdes_kcv
from pos.keystore.keystore import KeyStore
from pos.store.slots import AtomicSlot
from vectors_io import load

unhex = bytes.fromhex
VECTORS = {vector["name"]: vector for vector in load("crypto.json")}
SIGN_ON = VECTORS["signin_f62_003"]
MASTER = unhex(SIGN_ON["tmk"])
DEVICE = bytes(range(32))
SIZE = 16384


class Random:
    """Entropy that never gives the same bytes twice, so that a used-up or constant IV is seen."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self, length: int) -> bytes:
        self.given += 1
        return self.given.to_bytes(length, "big")


def open_keys(flash: NorMemory, device: bytes = DEVICE) -> KeyStore:
    """Return the key store as a reboot finds it."""
    return KeyStore(AtomicSlot(flash.partition(0, SIZE)), device, Random())


def with_tmk(tmk: bytes = MASTER) -> NorMemory:
    """Return flash with an injected TMK."""
    flash = NorMemory(SIZE)
    open_keys(flash).inject_tmk(bytearray(tmk), tdes_kcv(tmk))
    return flash


def signed_on(name: str = "signin_f62_003") -> NorMemory:
    """Return flash with the TMK and the working keys of a vector."""
    vector = VECTORS[name]
    flash = with_tmk(unhex(vector["tmk"]))
    open_keys(flash).install_working(unhex(vector["f62"]), name[-3:])
    return flash


def flipped(data: bytes, at: int) -> bytes:
    """Return the data with one bit of a byte changed."""
    changed = bytearray(data)
    changed[at] ^= 4  # not a parity bit, so a key changes too
    return bytes(changed)
