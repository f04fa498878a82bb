# SPDX-License-Identifier: MIT
"""The working keys of a sign-on answer, F62 (unionpay.md 4.1).

Each key is TDES-ECB under the TMK and followed by the first four bytes of a zero block under it. A
16-byte MAK place whose second half is all zeros holds a single DES key, and its check value is
single DES.
"""

from pos.core.carddata import wipe
from pos.core.errors import KeyStoreError
from pos.crypto.hmac import same
from pos.crypto.kcv import KCV_BYTES, tdes_kcv
from pos.keystore.roles import MAK, NAMES, PIK, TDES, TDK

# F60.3 of sign-on: the keys in their order, (role, bytes)
_LAYOUTS = {
    "001": ((PIK, 8), (MAK, 8)),
    "003": ((PIK, 16), (MAK, 16)),
    "004": ((PIK, 16), (MAK, 16), (TDK, 16)),
}


def unwrap(tmk: object, f62: bytes, variant: str) -> list:
    """Return (role, algorithm, key) entries, all check values right; the caller wipes the keys."""
    layout = _LAYOUTS.get(variant)
    if layout is None:
        raise KeyStoreError("F62 layout")
    if len(f62) != sum([length + KCV_BYTES for _, length in layout]):
        raise KeyStoreError("F62 length")
    found = []
    good = False
    try:
        at = 0
        for role, length in layout:
            end = at + length
            found.append((role, TDES, _key(tmk, role, f62[at:end])))
            _check(role, found[-1][2], f62[end : end + KCV_BYTES])
            at = end + KCV_BYTES
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
    if role == MAK and len(wrapped) == 16 and not any(wrapped[8:]):
        wrapped = wrapped[:8]
    key = bytearray(len(wrapped))
    tmk.decrypt_into(wrapped, key)
    return key


def _check(role: int, key: bytearray, sent: bytes) -> None:
    if not same(tdes_kcv(key), sent):
        raise KeyStoreError(NAMES[role] + " check value")
