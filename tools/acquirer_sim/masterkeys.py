# SPDX-License-Identifier: MIT
"""Keys above the working keys: KBPKs, and the change of a terminal's master key.

During a change the host keeps both TMKs, since only the terminal knows which one it has, and a
sign-on request does not say. It answers a sign-on under one of them. A terminal with the other
one finds a wrong check value and asks again: a second sign-on within two minutes, with no message
of a good MAC between, is answered under the other TMK. A good MAC under working keys that went
out under the new TMK ends the change; the old TMK is gone then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from acquirer_sim import keylog, terminals
from acquirer_sim.database import Row
from acquirer_sim.errors import AcquirerError
from acquirer_sim.store import Store

_RETRY_S = 120
_KBPK_LENS_BYTES = {"tdes": (16, 24), "aes": (16, 32)}


@dataclass(frozen=True)
class Change:
    """A change of TMK that has begun and not ended: both keys, clear."""

    old: bytes
    new: bytes


def known(store: Store, tid: str) -> Row:
    """Return the terminal's row; AcquirerError when it is not registered."""
    row = terminals.find(store, tid)
    if row is None:
        raise AcquirerError(f"terminal {tid}: not registered with this acquirer")
    return row


def set_kbpk(store: Store, tid: str, algorithm: str, key: bytes) -> None:
    """Register the key that protects key blocks for a terminal; replaces the one before."""
    known(store, tid)
    if len(key) not in _KBPK_LENS_BYTES.get(algorithm, ()):
        raise AcquirerError(f"KBPK: {algorithm} of {len(key)} bytes is none")
    store.db.execute(
        "INSERT INTO kbpks(tid, algorithm, key) VALUES(?,?,?)"
        " ON CONFLICT(tid) DO UPDATE SET algorithm=excluded.algorithm, key=excluded.key",
        (tid, algorithm, store.vault.seal(key)),
    )
    keylog.note(store, tid, "KBPK registered", keylog.check_value(algorithm, key))


def kbpk(store: Store, tid: str) -> "tuple[str, bytes] | None":
    """Return (algorithm, key) of a terminal's KBPK."""
    row = store.db.execute("SELECT algorithm, key FROM kbpks WHERE tid=?", (tid,)).fetchone()
    return row and (row["algorithm"], store.vault.open(row["key"]))


def replace_tmk(store: Store, tid: str, algorithm: str, key: bytes) -> None:
    """Give a registered terminal another TMK at once; a change under way ends."""
    row = known(store, tid)
    terminals.register(store, tid, row["merchant"], row["merchant_name"], key, algorithm)


def pending(store: Store, tid: str) -> "Change | None":
    """Return the change of TMK that is under way."""
    row = _row(store, tid)
    if row is None:
        return None
    used = store.vault.open(known(store, tid)["tmk"])
    other = store.vault.open(row["other"])
    return Change(other, used) if row["using_new"] else Change(used, other)


def begin(store: Store, tid: str, new_key: Callable[[], bytes]) -> Change:
    """Begin a change of TMK, or return the one under way: the old TMK works until it ends."""
    terminal = known(store, tid)
    if _row(store, tid) is None:
        key = new_key()
        store.db.execute(
            "INSERT INTO rotations(tid, other, using_new) VALUES(?,?,0)",
            (tid, store.vault.seal(key)),
        )
        kcv = keylog.check_value(terminal["algorithm"], key)
        keylog.note(store, tid, "change of TMK begun", kcv)
    return pending(store, tid)


def finish(store: Store, tid: str) -> None:
    """End a change: the terminal is known to have the new TMK, and to have no working keys."""
    change = pending(store, tid)
    if change is None:
        raise AcquirerError(f"terminal {tid}: no change of TMK is under way")
    store.db.execute(
        "UPDATE terminals SET tmk=?, working=NULL, signed_on=0 WHERE tid=?",
        (store.vault.seal(change.new), tid),
    )
    _end(store, tid)


def choose(store: Store, terminal: Row, now: datetime) -> Row:
    """Return the terminal's row with the TMK that its sign-on is answered under."""
    tid = terminal["tid"]
    row = _row(store, tid)
    if row is None:
        return terminal
    if row["doubted_at"] and _recent(row["doubted_at"], now):
        store.db.execute("UPDATE terminals SET tmk=? WHERE tid=?", (row["other"], tid))
        store.db.execute(
            "UPDATE rotations SET other=?, using_new=1-using_new WHERE tid=?",
            (terminal["tmk"], tid),
        )
    store.db.execute("UPDATE rotations SET doubted_at=? WHERE tid=?", (now.isoformat(), tid))
    return terminals.find(store, tid)


def proved(store: Store, tid: str) -> None:
    """A message had a good MAC: the terminal has the TMK of the last sign-on."""
    row = _row(store, tid)
    if row is not None and row["using_new"]:
        _end(store, tid)
    elif row is not None and row["doubted_at"]:
        store.db.execute("UPDATE rotations SET doubted_at=NULL WHERE tid=?", (tid,))


def _row(store: Store, tid: str) -> "Row | None":
    return store.db.execute("SELECT * FROM rotations WHERE tid=?", (tid,)).fetchone()


def _recent(text: str, now: datetime) -> bool:
    return 0 <= (now - datetime.fromisoformat(text)).total_seconds() <= _RETRY_S


def _end(store: Store, tid: str) -> None:
    store.db.execute("DELETE FROM rotations WHERE tid=?", (tid,))
    row = known(store, tid)
    kcv = keylog.check_value(row["algorithm"], store.vault.open(row["tmk"]))
    keylog.note(store, tid, "change of TMK done", kcv)
