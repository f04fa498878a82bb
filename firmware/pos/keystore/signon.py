# SPDX-License-Identifier: MIT
"""The working keys of a sign-on answer, F62 (unionpay.md 4.1).

Each key is ECB under the TMK and followed by the first bytes of a zero block under it: four, or
eight. A 16-byte MAK place of triple DES whose second half is all zeros holds a single DES key, and
its check value is single DES. Other layouts, such as the 104 bytes of one vendor, are refused.
"""

from pos.core.carddata import wipe
from pos.core.errors import KeyStoreError
from pos.crypto.hmac import same
from pos.keystore.roles import MAK, NAMES, PIK, SM4, TDES, TDK, cipher_of

# F60.3 of sign-on: the family, the bytes of a key's place, the keys in their order
_LAYOUTS = {
    "001": (TDES, 8, (PIK, MAK)),
    "003": (TDES, 16, (PIK, MAK)),
    "004": (TDES, 16, (PIK, MAK, TDK)),
    "005": (SM4, 16, (PIK, MAK)),
    "006": (SM4, 16, (PIK, MAK, TDK)),
}


def unwrap(tmk: object, f62: bytes, variant: str) -> list:
    """Return (role, algorithm, key) entries, all check values right; the caller wipes the keys."""
    algorithm, size, roles = _LAYOUTS.get(variant, (0, 0, ()))
    if not algorithm:
        raise KeyStoreError("F62 layout")
    if tmk.block != (8 if algorithm == TDES else 16):
        raise KeyStoreError("TMK algorithm")
    each = len(f62) // len(roles)
    if len(f62) % len(roles) or each - size not in (4, 8):
        raise KeyStoreError("F62 length %d" % len(f62))
    found = []
    good = False
    try:
        for role in roles:
            at = len(found) * each
            found.append((role, algorithm, _key(tmk, role, f62[at : at + size])))
            _check(found[-1], f62[at + size : at + each])
        good = True
    finally:
        if not good:
            wipe_keys(found)
    return found


def wipe_keys(found: list) -> None:
    """Zero the keys of a list of entries."""
    for _, _, key in found:
        wipe(key)


def _key(tmk: object, role: int, wrapped: bytes) -> bytearray:
    if role == MAK and tmk.block == 8 and len(wrapped) == 16 and not any(wrapped[8:]):
        wrapped = wrapped[:8]
    key = bytearray(len(wrapped))
    tmk.decrypt_into(wrapped, key)
    return key


def _check(entry: tuple, sent: bytes) -> None:
    role, algorithm, key = entry
    if not same(cipher_of(algorithm, key).check_value()[: len(sent)], sent):
        raise KeyStoreError(NAMES[role] + " check value")
