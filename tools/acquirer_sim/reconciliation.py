# SPDX-License-Identifier: MIT
"""What a terminal uploaded, held against the books: the difference is named, not mended.

Compared are the sides that the settlement's result asked for. The result of the batch stays what
it was; what differs is known and listed, one line a voucher:

    only at terminal    uploaded, and not in the books as approved
    only at host        in the books as approved, and not uploaded
    amount differs      card differs      scheme differs
"""

import sqlite3

from rich.console import Console
from rich.table import Table

from acquirer_sim import books
from acquirer_sim.store import Store

# what an upload tells of: pre-authorisations, balances and transfers move no total
_UPLOADED = ("sale", "void", "refund", "completion", "completion_void", "offline", "adjust")
_LIVE = ("approved", "voided")


def find(store: Store, tid: str, batch: int, stan: int) -> "sqlite3.Row | None":
    """Return an uploaded record."""
    found = store.db.execute(
        "SELECT * FROM uploads WHERE tid=? AND batch=? AND stan=?", (tid, batch, stan)
    )
    return found.fetchone()


def keep(store: Store, tid: str, batch: int, record: object, at: str) -> None:
    """Keep a record (batch_upload.Record) that is new."""
    values = (record.stan, record.type, record.amount_minor, record.pan, int(record.domestic), at)
    store.db.execute("INSERT INTO uploads VALUES(?,?,?,?,?,?,?,?)", (tid, batch, *values))


def uploaded(store: Store, tid: str, batch: int) -> int:
    """Return how many records of a batch came."""
    found = store.db.execute(
        "SELECT count(*) AS n FROM uploads WHERE tid=? AND batch=?", (tid, batch)
    )
    return found.fetchone()["n"]


def ended(store: Store, tid: str, batch: int) -> "sqlite3.Row | None":
    """Return the end of a batch's upload, None when it has not come."""
    found = store.db.execute("SELECT * FROM batch_ends WHERE tid=? AND batch=?", (tid, batch))
    return found.fetchone()


def compare(store: Store, tid: str, batch: int, sides: "set[bool]", code: str, at: str) -> None:
    """Write the end of an upload and what differs on these sides (True: domestic)."""
    store.db.execute("INSERT INTO batch_ends VALUES(?,?,?,?)", (tid, batch, code, at))
    theirs = {row["stan"]: row for row in _uploads(store, tid, batch)}
    ours = {row["stan"]: row for row in _live(store, tid, batch)}
    for stan in sorted(set(theirs) | set(ours)):
        his, mine = theirs.get(stan), ours.get(stan)
        what = _difference(his, mine, sides)
        if what:
            minors = [row and row["amount_minor"] for row in (his, mine)]
            entry = (tid, batch, stan, what, *minors)
            store.db.execute("INSERT INTO differences VALUES(?,?,?,?,?,?)", entry)


def _uploads(store: Store, tid: str, batch: int) -> "list[sqlite3.Row]":
    query = "SELECT * FROM uploads WHERE tid=? AND batch=?"
    return store.db.execute(query, (tid, batch)).fetchall()


def _live(store: Store, tid: str, batch: int) -> "list[sqlite3.Row]":
    query = "SELECT * FROM transactions WHERE tid=? AND batch=?"
    rows = store.db.execute(query, (tid, batch)).fetchall()
    return [row for row in rows if row["state"] in _LIVE and row["type"] in _UPLOADED]


def _difference(his: "sqlite3.Row | None", mine: "sqlite3.Row | None", sides: "set[bool]") -> str:
    """Return the words for one voucher, "" when both agree or nobody asked."""
    if mine is None:
        return "only at terminal"
    domestic = books.is_domestic(mine["scheme"])
    if his is None:
        return "only at host" if domestic in sides else ""
    facts = (
        (his["amount_minor"] != mine["amount_minor"], "amount differs"),
        (his["pan"] != mine["pan"], "card differs"),
        (bool(his["domestic"]) != domestic, "scheme differs"),
    )
    return next((words for differs, words in facts if differs), "")


def describe(store: Store, tid: str, batch: int) -> dict:
    """Return {"upload": ..., "reconciliation": [...]} of a batch; {} before an upload."""
    closing, records = ended(store, tid, batch), uploaded(store, tid, batch)
    if closing is None and not records:
        return {}
    upload = {"records": records, "end": closing and closing["code"]}
    upload["time"] = closing and closing["at"]
    if closing is None:
        return {"upload": upload}
    query = "SELECT * FROM differences WHERE tid=? AND batch=? ORDER BY stan"
    rows = store.db.execute(query, (tid, batch)).fetchall()
    return {"upload": upload, "reconciliation": [_described(row) for row in rows]}


def _described(row: sqlite3.Row) -> dict:
    return {
        "stan": f"{row['stan']:06d}",
        "what": row["what"],
        "terminal_minor": row["terminal_minor"],
        "host_minor": row["host_minor"],
    }


def print_differences(batches: dict, yuan: object, console: Console) -> None:
    """Print what differs, for people; nothing where all agree."""
    table = Table("batch", "voucher", "difference", "terminal", "host")
    for number, batch in batches.items():
        for entry in batch.get("reconciliation", ()):
            minors = (entry["terminal_minor"], entry["host_minor"])
            amounts = ["-" if minor is None else yuan(minor) for minor in minors]
            table.add_row(number, entry["stan"], entry["what"], *amounts)
    if table.row_count:
        console.print(table)
