# SPDX-License-Identifier: MIT
"""Registered terminals, their master key, working keys and current batch number.

A sign-on replaces the working keys at once. Layouts of F62: unionpay.md 4.1.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from acquirer_sim import crypto, keylog
from acquirer_sim.errors import AcquirerError
from acquirer_sim.store import Store, open_store

DEFAULT_MERCHANT = "898310054110001"
LAST_BATCH = 999998  # the highest a terminal adopts
_FIRST_TERMINAL = 12345678
_TID_LEN = 8
_MERCHANT_LEN = 15
_ALGORITHMS = ("tdes",)
_TMK_LENS_BYTES = (16, 24)
_KEY_SIZES = {"001": (8, 8, 0), "003": (16, 8, 0), "004": (16, 8, 16)}  # PIK, MAK, TDK bytes


def register_terminal(
    db_path: "str | Path",
    terminal: "str | None",
    merchant: str = DEFAULT_MERCHANT,
    merchant_name: str = "",
    tmk: bytes = b"",
    algorithm: str = "tdes",
    new_device: bool = False,
) -> str:
    """Register a terminal in a database file (made when missing) and return its number.

    Without `terminal` the next free number from 12345678 is taken. Registering again replaces
    master key and merchant and ends the sign-on. `new_device` says that the terminal has lost its
    journal: it then starts in a batch nobody used, as its STANs begin again.
    """
    store = open_store(db_path)
    try:
        with store.transaction():
            tid = terminal or _next_free(store)
            register(store, tid, merchant, merchant_name, tmk, algorithm, new_device)
    finally:
        store.close()
    return tid


def register(
    store: Store,
    tid: str,
    merchant: str,
    merchant_name: str,
    tmk: bytes,
    algorithm: str = "tdes",
    new_device: bool = False,
) -> None:
    """Register inside a transaction of the caller."""
    _check(tid, merchant, tmk, algorithm)
    store.db.execute(
        "INSERT INTO terminals(tid, merchant, merchant_name, algorithm, tmk) VALUES(?,?,?,?,?)"
        " ON CONFLICT(tid) DO UPDATE SET merchant=excluded.merchant,"
        " merchant_name=excluded.merchant_name, algorithm=excluded.algorithm,"
        " tmk=excluded.tmk, working=NULL, signed_on=0",
        (tid, merchant, merchant_name, algorithm, store.vault.seal(tmk)),
    )
    store.db.execute("DELETE FROM rotations WHERE tid=?", (tid,))
    keylog.note(store, tid, "TMK registered", keylog.check_value(algorithm, tmk))
    if new_device:
        _set_batch(store, tid, unused_batch(store, tid, find(store, tid)["batch"]))


def _check(tid: str, merchant: str, tmk: bytes, algorithm: str) -> None:
    if len(tid) != _TID_LEN or not tid.isascii() or not tid.isalnum():
        raise AcquirerError("terminal: must be 8 letters or digits")
    if len(merchant) != _MERCHANT_LEN or not merchant.isascii() or not merchant.isalnum():
        raise AcquirerError("merchant: must be 15 letters or digits")
    if algorithm not in _ALGORITHMS:
        raise AcquirerError(f"algorithm {algorithm}: this acquirer has tdes only")
    if len(tmk) not in _TMK_LENS_BYTES:
        raise AcquirerError("tmk: must be 16 or 24 bytes")


def _next_free(store: Store) -> str:
    number = _FIRST_TERMINAL
    while find(store, str(number)) is not None:
        number += 1
    return str(number)


def find(store: Store, tid: str) -> "sqlite3.Row | None":
    """Return the terminal's row."""
    return store.db.execute("SELECT * FROM terminals WHERE tid=?", (tid,)).fetchone()


def working_keys(store: Store, terminal: sqlite3.Row) -> "dict[str, bytes] | None":
    """Return {"pik", "mak", "tdk"} of a terminal that is signed on, else None."""
    if not terminal["signed_on"]:
        return None
    held = store.vault.open_json(terminal["working"])
    return {role: bytes.fromhex(text) for role, text in held.items()}


def sign_on(
    store: Store, terminal: sqlite3.Row, variant: str, new_key: Callable[[int], bytes]
) -> bytes:
    """Make new working keys and return the F62 that carries them."""
    sizes = zip(("pik", "mak", "tdk"), _KEY_SIZES[variant], strict=True)
    keys = {role: new_key(size) for role, size in sizes if size}
    store.db.execute(
        "UPDATE terminals SET working=?, signed_on=1 WHERE tid=?",
        (
            store.vault.seal_json({role: key.hex() for role, key in keys.items()}),
            terminal["tid"],
        ),
    )
    return _wrap(store.vault.open(terminal["tmk"]), variant, keys)


def knows_variant(variant: str) -> bool:
    """Whether F60.3 asks for a key set this acquirer can make."""
    return variant in _KEY_SIZES


def _wrap(tmk: bytes, variant: str, keys: "dict[str, bytes]") -> bytes:
    parts = []
    for role, key in keys.items():
        filler = bytes(8) if role == "mak" and variant != "001" else b""
        parts += [crypto.encrypt(tmk, key), filler, crypto.check_value(key)]
    return b"".join(parts)


def sign_off(store: Store, tid: str) -> None:
    """End the sign-on: financial messages are refused until the next one."""
    store.db.execute("UPDATE terminals SET signed_on=0, working=NULL WHERE tid=?", (tid,))


def advance_batch(store: Store, tid: str, settled: int) -> None:
    """After settlement of `settled`: the next sign-on gives the batch after it."""
    if settled >= find(store, tid)["batch"]:
        _set_batch(store, tid, unused_batch(store, tid, settled))


def follow_batch(store: Store, terminal: sqlite3.Row, batch: int) -> None:
    """Keep up with a terminal that trades in a later batch than the host gave it."""
    if batch > terminal["batch"]:
        _set_batch(store, terminal["tid"], batch)


def unused_batch(store: Store, tid: str, number: int) -> int:
    """Return the first batch from `number` on which the terminal never used; 999998 wraps to 1."""
    query = "SELECT 1 FROM batches WHERE tid=? AND number=?"
    while store.db.execute(query, (tid, number)).fetchone():
        number = number % LAST_BATCH + 1
    return number


def _set_batch(store: Store, tid: str, number: int) -> None:
    store.db.execute("UPDATE terminals SET batch=? WHERE tid=?", (number, tid))
