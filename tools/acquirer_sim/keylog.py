# SPDX-License-Identifier: MIT
"""Check values of the host's keys, and what happened to them and when: never a key."""

from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from acquirer_sim import crypto
from acquirer_sim.store import Store

_AES_KCV_LEN_BYTES = 5  # X9.24-1


def check_value(algorithm: str, key: bytes) -> str:
    """Return a check value in hex: four bytes, of an AES key five of the CMAC of a zero block."""
    if algorithm == "aes":
        code = CMAC(algorithms.AES(key))
        code.update(bytes(16))
        return code.finalize()[:_AES_KCV_LEN_BYTES].hex().upper()
    if algorithm == "sm4":
        work = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
        return work.update(bytes(16))[: crypto.KCV_LEN_BYTES].hex().upper()
    return crypto.check_value(key).hex().upper()


def note(store: Store, tid: str, what: str, kcv: str) -> None:
    """Remember what happened to a key, inside a transaction of the caller."""
    at = datetime.now().isoformat(timespec="seconds")
    store.db.execute(
        "INSERT INTO key_events(tid, at, what, kcv) VALUES(?,?,?,?)", (tid, at, what, kcv)
    )


def events(store: Store, tid: str) -> "list[dict]":
    """Return what happened to a terminal's keys, oldest first."""
    query = "SELECT at, what, kcv FROM key_events WHERE tid=? ORDER BY id"
    return [dict(row) for row in store.db.execute(query, (tid,))]
