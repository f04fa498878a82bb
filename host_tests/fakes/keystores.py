# SPDX-License-Identifier: MIT
"""Key stores over flash in memory, with the keys of vectors/crypto.json. For both runtimes."""

from fakes.flash import NorMemory
from pos.crypto.kcv import sm4_kcv, tdes_kcv
from pos.crypto.sm4 import Sm4
from pos.keystore.keystore import KeyStore
from pos.keystore.roles import SM4
from pos.store.slots import AtomicSlot
from vectors_io import load

unhex = bytes.fromhex
VECTORS = {vector["name"]: vector for vector in load("crypto.json")}
SIGN_ON = VECTORS["signin_f62_003"]
MASTER = unhex(SIGN_ON["tmk"])
SM4_MASTER = unhex(VECTORS["sm4_workkey_kcv"]["tmk"])
DEVICE = bytes(range(32))
SIZE = 16384


class Random:
    """Entropy that never gives the same bytes twice, so that a used-up or constant IV is seen."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self, length: int) -> bytes:
        self.given += 1
        return self.given.to_bytes(length, "big")


def open_keys(flash: NorMemory, device: bytes = DEVICE, mac_method: str = "ecb") -> KeyStore:
    """Return the key store as a reboot finds it."""
    return KeyStore(AtomicSlot(flash.partition(0, SIZE)), device, Random(), mac_method)


def with_tmk(tmk: bytes = MASTER) -> NorMemory:
    """Return flash with an injected TMK."""
    flash = NorMemory(SIZE)
    open_keys(flash).inject_tmk(bytearray(tmk), tdes_kcv(tmk))
    return flash


def with_sm4_tmk(tmk: bytes = SM4_MASTER) -> NorMemory:
    """Return flash with an injected TMK of SM4."""
    flash = NorMemory(SIZE)
    open_keys(flash).inject_tmk(bytearray(tmk), sm4_kcv(tmk)[:4], SM4)
    return flash


def sm4_f62(keys: tuple, kcv_bytes: int = 4, tmk: bytes = SM4_MASTER) -> bytes:
    """Return F62 of 005 or 006 with these keys."""
    f62 = b""
    for key in keys:
        f62 += Sm4(tmk).encrypt(key) + sm4_kcv(key)[:kcv_bytes]
    return f62


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
