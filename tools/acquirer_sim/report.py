# SPDX-License-Identifier: MIT
"""What the acquirer booked, as the shapes of DESIGN.md section 6 and as text for people."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from acquirer_sim import accounts, books, holds, reconciliation, settlement
from acquirer_sim.database import Row
from acquirer_sim.errors import AcquirerError
from acquirer_sim.store import Store

_BATCH_DIGITS = 6


@dataclass(frozen=True)
class Chosen:
    """What of the ledger is asked for; None is all."""

    terminal: "str | None" = None
    batch: "int | None" = None

    @classmethod
    def of(cls, terminal: str, batch: str) -> "Chosen":
        """Check what a person typed; AcquirerError when it can be no batch."""
        if batch and not (batch.isascii() and batch.isdecimal() and len(batch) <= _BATCH_DIGITS):
            raise AcquirerError(f"batch {batch}: must be up to {_BATCH_DIGITS} digits")
        return cls(terminal or None, int(batch) if batch else None)

    def wants(self, number: "int | str") -> bool:
        """Whether a batch is asked for."""
        return self.batch in (None, int(number))


def ledger(store: Store, chosen: "Chosen | None" = None) -> dict:
    """Return {"terminals": {number: {"batches", "transactions", "unmatched_reversals", ...}}}.

    AcquirerError when the one terminal asked for is not registered.
    """
    chosen = chosen or Chosen()
    with store.snapshot():
        rows = store.db.execute("SELECT * FROM terminals ORDER BY tid").fetchall()
        rows = [row for row in rows if chosen.terminal in (None, row["tid"])]
        if chosen.terminal and not rows:
            raise AcquirerError(f"terminal {chosen.terminal}: not registered with this acquirer")
        return {"terminals": {row["tid"]: _terminal(store, row, chosen) for row in rows}}


def _terminal(store: Store, row: Row, chosen: Chosen) -> dict:
    tid = row["tid"]
    batches = store.db.execute("SELECT * FROM batches WHERE tid=? ORDER BY number", (tid,))
    batches = [batch for batch in batches.fetchall() if chosen.wants(batch["number"])]
    entries = [_transaction(entry) for entry in _entries(store, tid)]
    entries = [entry for entry in entries if chosen.wants(entry["batch"])]
    unmatched = [entry for entry in _unmatched(store, tid) if chosen.wants(entry["batch"])]
    settled = {batch["number"] for batch in batches if batch["state"] == "settled"}
    return {
        "merchant": row["merchant"],
        "merchant_name": row["merchant_name"],
        "signed_on": bool(row["signed_on"]),
        "current_batch": f"{row['batch']:06d}",
        "counts": _counts(entries, unmatched, settled),
        "batches": {f"{batch['number']:06d}": _batch(store, batch) for batch in batches},
        "transactions": entries,
        "unmatched_reversals": unmatched,
        "holds": [_hold(held) for held in holds.live(store, tid)],
    }


def _counts(entries: "list[dict]", unmatched: "list[dict]", settled: "set[int]") -> dict:
    """Return how many transactions there are of each state, and how many count in settlements."""
    counted = [entry for entry in entries if entry["state"] in ("approved", "voided")]
    states = {name: 0 for name in ("approved", "voided", "reversed", "declined")}
    for entry in entries:
        states[entry["state"]] = states.get(entry["state"], 0) + 1
    return {
        "booked": len(counted),
        **states,
        "settled": sum(int(entry["batch"]) in settled for entry in counted),
        "unmatched": len(unmatched),
    }


def _batch(store: Store, row: Row) -> dict:
    described = books.totals(store, row["tid"], row["number"])
    for column in ("debit_count", "debit_minor", "credit_count", "credit_minor"):
        described[column] += described["foreign_" + column]
    described["result"] = "open"
    if row["state"] == "settled":
        result = settlement.digits(store, row["tid"], row["number"])
        described["result"] = "balanced" if settlement.is_balanced(result) else "unbalanced"
        described["settled"] = {
            "time": row["settled_at"],
            "rrn": row["rrn"],
            "claimed": row["claimed"],
            "booked": row["booked"],
        }
        described.update(reconciliation.describe(store, row["tid"], row["number"]))
    return described


def _entries(store: Store, tid: str) -> "list[Row]":
    return store.db.execute(
        "SELECT t.*, o.stan AS original_stan, o.batch AS original_batch FROM transactions t"
        " LEFT JOIN transactions o ON o.id=t.original_id WHERE t.tid=? ORDER BY t.id",
        (tid,),
    ).fetchall()


def _transaction(row: Row) -> dict:
    entry = {
        "batch": f"{row['batch']:06d}",
        "stan": f"{row['stan']:06d}",
        "type": row["type"],
        "amount_minor": row["amount_minor"],
        "pan": row["pan"],
        "rrn": row["rrn"],
        "state": row["state"],
        "response": row["response"],
        "auth": row["auth"],
        "function": row["function"],
        "scheme": row["scheme"],
        "time": row["at"],
    }
    if row["original_stan"] is not None:
        entry["original_stan"] = f"{row['original_stan']:06d}"
        entry["original_batch"] = f"{row['original_batch']:06d}"
    for column in ("refunded_minor", "tip_minor", "adjusted_minor", "asked_minor"):
        if row[column]:
            entry[column] = row[column]
    if row["other_pan"]:
        entry["to_pan"] = row["other_pan"]
    return entry


def _hold(row: Row) -> dict:
    """Return a preauth that still holds its amount."""
    return {
        "batch": f"{row['batch']:06d}",
        "stan": f"{row['stan']:06d}",
        "auth": row["auth"],
        "pan": row["pan"],
        "amount_minor": row["amount_minor"],
        "time": row["at"],
    }


def _unmatched(store: Store, tid: str) -> "list[dict]":
    rows = store.db.execute(
        "SELECT * FROM unmatched_reversals WHERE tid=? ORDER BY batch, stan", (tid,)
    )
    return [
        {
            "batch": f"{row['batch']:06d}",
            "stan": f"{row['stan']:06d}",
            "type": row["type"],
            "amount_minor": row["amount_minor"],
            "time": row["at"],
        }
        for row in rows
    ]


def cards(store: Store) -> "list[dict]":
    """Return the test cards whole: PAN, PIN, tracks, balance."""
    rows = store.db.execute("SELECT * FROM accounts ORDER BY id").fetchall()
    return [accounts.describe(store, row, holds.total(store, row["id"])) for row in rows]


def yuan(minor: int) -> str:
    """Minor units as text."""
    return f"{minor // 100}.{minor % 100:02d}"


def print_ledger(books_json: dict, console: Console) -> None:
    """Print the ledger for people."""
    if not books_json["terminals"]:
        console.print("no terminal is registered")
    for tid, terminal in books_json["terminals"].items():
        counts = ", ".join(f"{count} {state}" for state, count in terminal["counts"].items())
        console.print(f"terminal {tid}  merchant {terminal['merchant']}", highlight=False)
        console.print(counts, highlight=False)
        _print_batches(terminal["batches"], console)
        _print_transactions(terminal["transactions"], console)
        _print_unmatched(terminal["unmatched_reversals"], console)
        reconciliation.print_differences(terminal["batches"], yuan, console)


def _print_batches(batches: dict, console: Console) -> None:
    table = Table("batch", "debit", "", "credit", "", "result")
    for number, batch in batches.items():
        sums = [str(batch["debit_count"]), yuan(batch["debit_minor"])]
        sums += [str(batch["credit_count"]), yuan(batch["credit_minor"])]
        table.add_row(number, *sums, batch["result"])
    console.print(table)


def _print_transactions(transactions: "list[dict]", console: Console) -> None:
    table = Table("batch", "voucher", "type", "amount", "card", "reference", "state", "F39")
    for entry in transactions:
        amount = yuan(entry["amount_minor"])
        shown = [entry["batch"], entry["stan"], entry["type"], amount, entry["pan"]]
        table.add_row(*shown, entry["rrn"], entry["state"], entry["response"])
    console.print(table)


def _print_unmatched(reversals: "list[dict]", console: Console) -> None:
    for entry in reversals:
        where = f"batch {entry['batch']} voucher {entry['stan']}"
        what = f"{entry['type']} {yuan(entry['amount_minor'])} at {entry['time']}"
        console.print(f"reversal of what was never seen: {where} {what}", highlight=False)


def print_cards(listed: "list[dict]", console: Console) -> None:
    """Print the test cards for people."""
    table = Table("kind", "PAN", "PIN", "balance", "expiry", "service", "tracks", "note")
    for card in listed:
        present = "".join(number for number, text in card["tracks"].items() if text)
        balance = yuan(card["balance_minor"])
        shown = [card["kind"], card["pan"], card["pin"], balance, card["expiry"]]
        table.add_row(*shown, card["service"], present, card["note"])
    console.print(table)
