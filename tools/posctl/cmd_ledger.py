# SPDX-License-Identifier: MIT
"""`posctl ledger`: what a terminal's flash says about money."""

import json
from pathlib import Path
from typing import Annotated

import typer

from posctl import flash_view, statedir

app = typer.Typer()

_TOTALS = ("debit_count", "debit_minor", "credit_count", "credit_minor")
_WIDTH = 120  # of output that is no terminal
_RESULTS = {"1": "balanced", "2": "unbalanced", "3": "error"}


@app.callback()
def ledger() -> None:
    """Read a terminal's flash."""


@app.command("show")
def show(
    state: Annotated[Path, typer.Option(help="State directory of the terminal.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Decode batches, transactions, pending and unresolved; exit 1 when the chain is broken."""
    terminal = statedir.open_state(state)
    view = flash_view.read(terminal)
    shown = _shape(terminal.profile["terminal"], view)
    if as_json:
        print(json.dumps(shown, ensure_ascii=False))
    else:
        _print(shown)
    if view.error:
        typer.echo(f"posctl: error: {terminal.flash}: {view.error}", err=True)
    return 1 if view.error else 0


def _shape(terminal: str, view: flash_view.FlashView) -> dict:
    shown = {
        "terminal": terminal,
        "batches": [_batch(batch) for batch in view.batches],
        "pending": [_waiting(deal) for deal in view.pending],
        "unresolved": [_waiting(deal) for deal in view.unresolved],
        "chain": "broken" if view.error else "ok",
    }
    if view.error:
        shown["error"] = view.error
    return shown


def _batch(view: flash_view.BatchView) -> dict:
    totals = view.book.totals
    shown = {"batch": f"{view.book.batch:06d}", "state": view.state}
    for name in _TOTALS:
        shown[name] = getattr(totals, name) + getattr(totals, "foreign_" + name)
    for name in _TOTALS:
        shown["foreign_" + name] = getattr(totals, "foreign_" + name)
    flags = view.book.settle_flags
    shown["result"] = [_RESULTS.get(flag, flag) for flag in flags] if flags else None
    shown["transactions"] = [_deal(deal) for deal in view.deals if deal.state != _pending()]
    return shown


def _pending() -> int:
    from pos.core.deal import PENDING

    return PENDING


def _deal(deal: object) -> dict:
    from pos.ledger.names import KIND_NAMES, STATE_NAMES

    return {
        "batch": f"{deal.batch:06d}",
        "stan": f"{deal.stan:06d}",
        "type": KIND_NAMES[deal.kind],
        "amount_minor": deal.amount_minor,
        "pan": deal.pan_masked,
        "rrn": deal.rrn,
        "auth": deal.auth,
        "state": STATE_NAMES[deal.state],
        "response": deal.response,
        "time": deal.time,
        "original_stan": f"{deal.original_stan:06d}" if deal.original_stan else None,
        "printed": deal.printed,
    }


def _waiting(deal: object) -> dict:
    shown = _deal(deal)
    shown["reason"] = deal.f39
    shown["tries"] = deal.tries
    return shown


def _print(shown: dict) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    for batch in shown["batches"]:
        result = "domestic {}, foreign {}".format(*batch["result"] or ["not settled"] * 2)
        title = f"{shown['terminal']} batch {batch['batch']}: {batch['state']}, {result}"
        table = Table(title=title, title_justify="left", caption=_totals(batch))
        for name in ("voucher", "type", "card", "amount", "state", "code", "RRN", "printed"):
            right = "right" if name == "amount" else "left"
            table.add_column(name, justify=right, no_wrap=True)
        for deal in batch["transactions"]:
            table.add_row(*_row(deal))
        console.print(table)
    for name in ("pending", "unresolved"):
        for deal in shown[name]:
            console.print(f"{name}: {deal['batch']}/{deal['stan']} {_major(deal)}")
    console.print(f"chain {shown['chain']}")


def _totals(batch: dict) -> str:
    from pos.core.money import format_minor

    debit, credit = format_minor(batch["debit_minor"]), format_minor(batch["credit_minor"])
    return f"debit {batch['debit_count']} = {debit}, credit {batch['credit_count']} = {credit}"


def _major(deal: dict) -> str:
    from pos.core.money import format_minor

    return format_minor(deal["amount_minor"])


def _row(deal: dict) -> tuple:
    return (
        deal["stan"],
        deal["type"],
        deal["pan"],
        _major(deal),
        deal["state"],
        deal["response"],
        deal["rrn"],
        deal["printed"],
    )
