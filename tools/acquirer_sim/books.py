# SPDX-License-Identifier: MIT
"""The books: transactions, batches, totals. Every function works inside the caller's transaction.

States of a transaction: approved, declined, reversed, voided. A sale that was voided stays in the
debit total and its void counts in credit (unionpay 5.5); reversed ones count nowhere.
"""

import sqlite3

from acquirer_sim import accounts
from acquirer_sim.store import Store

_RRN_SPAN = 10**8
_DEBIT_TYPES = ("sale",)
_DOMESTIC = "CUP"


def next_rrn(store: Store, now: str) -> str:
    """Return a fresh F37: MMDD of `now` (ISO text) and a number that never repeats."""
    store.db.execute("UPDATE counter SET rrn=rrn+1")
    count = store.db.execute("SELECT rrn FROM counter").fetchone()["rrn"]
    return f"{now[5:7]}{now[8:10]}{count % _RRN_SPAN:08d}"


def auth_code(rrn: str) -> str:
    """Return the F38 that goes with an RRN: six digits, spread so that neighbours differ."""
    return f"{(int(rrn[4:]) * 699967 + 104729) % 10**6:06d}"


def find(store: Store, tid: str, batch: int, stan: int) -> "sqlite3.Row | None":
    """Return the transaction with this STAN."""
    found = store.db.execute(
        "SELECT * FROM transactions WHERE tid=? AND batch=? AND stan=?", (tid, batch, stan)
    )
    return found.fetchone()


def batch_row(store: Store, tid: str, number: int) -> "sqlite3.Row | None":
    """Return a batch, None when it was never used."""
    found = store.db.execute("SELECT * FROM batches WHERE tid=? AND number=?", (tid, number))
    return found.fetchone()


def is_settled(store: Store, tid: str, number: int) -> bool:
    """Whether the batch was settled."""
    row = batch_row(store, tid, number)
    return row is not None and row["state"] == "settled"


def open_batch(store: Store, tid: str, number: int) -> None:
    """Make the batch exist."""
    store.db.execute("INSERT OR IGNORE INTO batches(tid, number) VALUES(?,?)", (tid, number))


def record(store: Store, entry: dict) -> int:
    """Add a transaction and return its id; the keys are columns of the table."""
    open_batch(store, entry["tid"], entry["batch"])
    names = ", ".join(entry)
    marks = ", ".join("?" * len(entry))
    cursor = store.db.execute(
        f"INSERT INTO transactions({names}) VALUES({marks})",
        tuple(entry.values()),
    )
    return cursor.lastrowid


def set_state(store: Store, transaction_id: int, state: str) -> None:
    """Move a transaction to another state."""
    store.db.execute("UPDATE transactions SET state=? WHERE id=?", (state, transaction_id))


def reverse(store: Store, entry: sqlite3.Row) -> None:
    """Undo an approved transaction; a reversed void brings its sale back."""
    set_state(store, entry["id"], "reversed")
    back = entry["amount_minor"] if entry["type"] == "sale" else -entry["amount_minor"]
    accounts.move(store, entry["account_id"], back)
    if entry["type"] == "void":
        set_state(store, entry["original_id"], "approved")


def remember_reversal(store: Store, entry: tuple) -> None:
    """Keep a reversal that found nothing: (tid, batch, stan, type, amount, time)."""
    store.db.execute("INSERT OR IGNORE INTO unmatched_reversals VALUES(?,?,?,?,?,?)", entry)


def was_reversed_early(store: Store, tid: str, batch: int, stan: int) -> bool:
    """Whether a reversal for this STAN came before its original."""
    found = store.db.execute(
        "SELECT 1 FROM unmatched_reversals WHERE tid=? AND batch=? AND stan=?", (tid, batch, stan)
    )
    return found.fetchone() is not None


def totals(store: Store, tid: str, batch: int) -> "dict[str, int]":
    """Return the eight totals of F48: [foreign_]debit|credit_count|minor."""
    sums = {
        f"{side}{column}_{unit}": 0
        for side in ("", "foreign_")
        for column in ("debit", "credit")
        for unit in ("count", "minor")
    }
    counted = store.db.execute(
        "SELECT type, scheme, count(*) AS n, sum(amount_minor) AS minor FROM transactions"
        " WHERE tid=? AND batch=? AND state IN ('approved', 'voided') GROUP BY type, scheme",
        (tid, batch),
    )
    for row in counted:
        side = "" if row["scheme"] == _DOMESTIC else "foreign_"
        column = side + ("debit" if row["type"] in _DEBIT_TYPES else "credit")
        sums[column + "_count"] += row["n"]
        sums[column + "_minor"] += row["minor"]
    return sums


def settle(store: Store, tid: str, batch: int, kept: tuple) -> None:
    """Close a batch: `kept` is (claimed F48, answered F48, RRN, time)."""
    open_batch(store, tid, batch)
    store.db.execute(
        "UPDATE batches SET state='settled', claimed=?, booked=?, rrn=?, settled_at=?"
        " WHERE tid=? AND number=?",
        (*kept, tid, batch),
    )
