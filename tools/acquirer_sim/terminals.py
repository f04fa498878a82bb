# SPDX-License-Identifier: MIT
"""Registered terminals, their master key, working keys and current batch number.

A sign-on replaces the working keys at once; what they are and how they travel: keysets.py.
"""

from collections.abc import Callable
from pathlib import Path

from acquirer_sim import crypto, keylog, keysets
from acquirer_sim.database import Row, Url
from acquirer_sim.errors import AcquirerError
from acquirer_sim.keysets import USUAL, Options
from acquirer_sim.store import Store, open_store

DEFAULT_MERCHANT = "898310054110001"
LAST_BATCH = 999998  # the highest a terminal adopts
_FIRST_TERMINAL = 12345678
_TID_LEN = 8
_MERCHANT_LEN = 15
_TMK_LENS_BYTES = {"tdes": (16, 24), "sm4": (16,)}


def register_terminal(
    db_path: "str | Path | Url",
    terminal: "str | None",
    merchant: str = DEFAULT_MERCHANT,
    merchant_name: str = "",
    tmk: bytes = b"",
    algorithm: str = "tdes",
    new_device: bool = False,
    options: "Options | None" = None,
) -> str:
    """Register a terminal in a database (made when missing) and return its number.

    Without `terminal` the next free number from 12345678 is taken. Registering again replaces
    master key and merchant, the options where they are given, and ends the sign-on. `new_device`
    says that the terminal has lost its journal: it then starts in a batch nobody used, as its
    STANs begin again.
    """
    store = open_store(db_path)
    try:
        with store.transaction():
            tid = terminal or _next_free(store)
            register(store, tid, merchant, merchant_name, tmk, algorithm, new_device, options)
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
    options: "Options | None" = None,
) -> None:
    """Register inside a transaction of the caller."""
    _check(tid, merchant, tmk, algorithm)
    if options:
        options.check()
    store.db.execute(
        "INSERT INTO terminals(tid, merchant, merchant_name, algorithm, tmk, options)"
        " VALUES(?,?,?,?,?,?)"
        " ON CONFLICT(tid) DO UPDATE SET merchant=excluded.merchant,"
        " merchant_name=excluded.merchant_name, algorithm=excluded.algorithm,"
        " options=coalesce(?, terminals.options), tmk=excluded.tmk, working=NULL, signed_on=0",
        (
            *(tid, merchant, merchant_name, algorithm, store.vault.seal(tmk)),
            (options or USUAL).dump(),
            options and options.dump(),
        ),
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
    if algorithm not in crypto.ALGORITHMS:
        raise AcquirerError(f"algorithm {algorithm}: must be {' or '.join(crypto.ALGORITHMS)}")
    lengths = _TMK_LENS_BYTES[algorithm]
    if len(tmk) not in lengths:
        raise AcquirerError(f"tmk: must be {' or '.join(str(length) for length in lengths)} bytes")


def _next_free(store: Store) -> str:
    number = _FIRST_TERMINAL
    while find(store, str(number)) is not None:
        number += 1
    return str(number)


def find(store: Store, tid: str) -> "Row | None":
    """Return the terminal's row."""
    return store.db.execute("SELECT * FROM terminals WHERE tid=?", (tid,)).fetchone()


def working_keys(store: Store, terminal: Row) -> "dict[str, bytes] | None":
    """Return {"pik", "mak", "tdk"} of a terminal that is signed on, else None."""
    if not terminal["signed_on"]:
        return None
    held = store.vault.open_json(terminal["working"])
    return {role: bytes.fromhex(text) for role, text in held.items()}


def options(terminal: Row) -> Options:
    """Return what the terminal was registered with."""
    return Options.load(terminal["options"])


def sign_on(
    store: Store,
    terminal: Row,
    variant: str,
    new_key: "Callable[[int], bytes] | None",
) -> bytes:
    """Make new working keys and return the F62 that carries them."""
    chosen = options(terminal)
    keys = keysets.make(variant, chosen, new_key)
    store.db.execute(
        "UPDATE terminals SET working=?, signed_on=1 WHERE tid=?",
        (
            store.vault.seal_json({role: key.hex() for role, key in keys.items()}),
            terminal["tid"],
        ),
    )
    return keysets.wrap(store.vault.open(terminal["tmk"]), variant, keys, chosen)


def sign_off(store: Store, tid: str) -> None:
    """End the sign-on: financial messages are refused until the next one."""
    store.db.execute("UPDATE terminals SET signed_on=0, working=NULL WHERE tid=?", (tid,))


def advance_batch(store: Store, tid: str, settled: int) -> None:
    """After settlement of `settled`: the next sign-on gives the batch after it."""
    if settled >= find(store, tid)["batch"]:
        _set_batch(store, tid, unused_batch(store, tid, settled))


def follow_batch(store: Store, terminal: Row, batch: int) -> None:
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
