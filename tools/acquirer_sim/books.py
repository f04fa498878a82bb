# SPDX-License-Identifier: MIT
"""The books: transactions, batches, totals. Every function works inside the caller's transaction.

States of a transaction: approved, declined, reversed, voided. A sale that was voided stays in the
debit total and its void counts in credit (unionpay 5.5); reversed ones count nowhere. An adjusted
one counts with its new amount, the adjustment itself does not count.
"""

from acquirer_sim.database import Row
from acquirer_sim.store import Store

_RRN_SPAN = 10**8
_COLUMNS = {
    "sale": "debit",
    "completion": "debit",
    "offline": "debit",
    "void": "credit",
    "refund": "credit",
    "completion_void": "credit",
}
_DOMESTIC = "CUP"


def next_rrn(store: Store, now: str) -> str:
    """Return a fresh F37: MMDD of `now` (ISO text) and a number that never repeats."""
    store.db.execute("UPDATE counter SET rrn=rrn+1")
    count = store.db.execute("SELECT rrn FROM counter").fetchone()["rrn"]
    return f"{now[5:7]}{now[8:10]}{count % _RRN_SPAN:08d}"


def auth_code(rrn: str) -> str:
    """Return the F38 that goes with an RRN: six digits, spread so that neighbours differ."""
    return f"{(int(rrn[4:]) * 699967 + 104729) % 10**6:06d}"


def find(store: Store, tid: str, batch: int, stan: int) -> "Row | None":
    """Return the transaction with this STAN."""
    found = store.db.execute(
        "SELECT * FROM transactions WHERE tid=? AND batch=? AND stan=?", (tid, batch, stan)
    )
    return found.fetchone()


def by_id(store: Store, transaction_id: int) -> "Row | None":
    """Return a transaction by its id in the books."""
    found = store.db.execute("SELECT * FROM transactions WHERE id=?", (transaction_id,))
    return found.fetchone()


def batch_row(store: Store, tid: str, number: int) -> "Row | None":
    """Return a batch, None when it was never used."""
    found = store.db.execute("SELECT * FROM batches WHERE tid=? AND number=?", (tid, number))
    return found.fetchone()


def is_settled(store: Store, tid: str, number: int) -> bool:
    """Whether the batch was settled."""
    row = batch_row(store, tid, number)
    return row is not None and row["state"] == "settled"


def open_batch(store: Store, tid: str, number: int) -> None:
    """Make the batch exist."""
    store.db.execute(
        "INSERT INTO batches(tid, number) VALUES(?,?) ON CONFLICT DO NOTHING", (tid, number)
    )


def record(store: Store, entry: dict) -> int:
    """Add a transaction and return its id; the keys are columns of the table."""
    open_batch(store, entry["tid"], entry["batch"])
    names = ", ".join(entry)
    marks = ", ".join("?" * len(entry))
    made = store.db.execute(
        f"INSERT INTO transactions({names}) VALUES({marks}) RETURNING id",
        tuple(entry.values()),
    )
    return made.fetchone()["id"]


def set_state(store: Store, transaction_id: int, state: str) -> None:
    """Move a transaction to another state."""
    store.db.execute("UPDATE transactions SET state=? WHERE id=?", (state, transaction_id))


def change(store: Store, transaction_id: int, column: str, value_minor: int) -> None:
    """Set `refunded_minor` or `adjusted_minor` of a transaction."""
    store.db.execute(
        f"UPDATE transactions SET {column}=? WHERE id=?", (value_minor, transaction_id)
    )


def effective_minor(entry: Row) -> int:
    """Return what a transaction is worth, after its adjustment if there was one."""
    adjusted = entry["adjusted_minor"]
    return entry["amount_minor"] if adjusted is None else adjusted


def by_rrn(store: Store, tid: str, rrn: str) -> "Row | None":
    """Return the transaction of a reference number, of any terminal of the same merchant."""
    found = store.db.execute(
        "SELECT t.* FROM transactions t JOIN terminals b ON b.tid=t.tid"
        " JOIN terminals a ON a.merchant=b.merchant WHERE t.rrn=? AND a.tid=?",
        (rrn, tid),
    )
    return found.fetchone()


def remember_reversal(store: Store, entry: tuple) -> None:
    """Keep a reversal that found nothing: (tid, batch, stan, type, amount, time)."""
    store.db.execute(
        "INSERT INTO unmatched_reversals VALUES(?,?,?,?,?,?) ON CONFLICT DO NOTHING", entry
    )


def was_reversed_early(store: Store, tid: str, batch: int, stan: int) -> bool:
    """Whether a reversal for this STAN came before its original."""
    found = store.db.execute(
        "SELECT 1 FROM unmatched_reversals WHERE tid=? AND batch=? AND stan=?", (tid, batch, stan)
    )
    return found.fetchone() is not None


def is_domestic(scheme: str) -> bool:
    """Whether a deal under this F63.1 counts as domestic."""
    return scheme == _DOMESTIC


def totals(store: Store, tid: str, batch: int) -> "dict[str, int]":
    """Return the eight totals of F48: [foreign_]debit|credit_count|minor."""
    sums = {
        f"{side}{column}_{unit}": 0
        for side in ("", "foreign_")
        for column in ("debit", "credit")
        for unit in ("count", "minor")
    }
    counted = store.db.execute(
        "SELECT type, scheme, count(*) AS n, CAST(sum(coalesce(adjusted_minor, amount_minor))"
        " AS BIGINT) AS minor FROM transactions"
        " WHERE tid=? AND batch=? AND state IN ('approved', 'voided') GROUP BY type, scheme",
        (tid, batch),
    )
    for row in counted:
        if row["type"] not in _COLUMNS:  # pre-authorisations, inquiries, transfers
            continue
        side = "" if is_domestic(row["scheme"]) else "foreign_"
        column = side + _COLUMNS[row["type"]]
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
