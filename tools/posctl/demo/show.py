# SPDX-License-Identifier: MIT
"""The reconciliation as a table of three columns, and as JSON."""

from rich import box
from rich.console import Console
from rich.table import Table

from posctl.demo.reconcile import Report, Row

_NOTHING = "-"


def _amount(minor: int) -> str:
    return f"{minor // 100:,}.{minor % 100:02d}"


def _deal(deal: dict | None) -> str:
    return f"{deal['state']} {_amount(deal['amount_minor']):>8}" if deal else _NOTHING


def _slips(slips: list) -> str:
    return f"{len(slips)} x {_amount(slips[0].amount_minor):>8}" if slips else _NOTHING


def _totals(totals: dict | None, side: str) -> str:
    if totals is None:
        return _NOTHING
    return f"{totals[side + '_count']} = {_amount(totals[side + '_minor']):>8}"


def print_report(report: Report, console: Console) -> None:
    """Print the columns, the totals, and every disagreement."""
    for batch in sorted({row.batch for row in report.rows}):
        console.print(_table(batch, report))
    for problem in report.problems:
        console.print(f"  {problem}", style="bold red")


def _table(batch: str, report: Report) -> Table:
    table = Table(
        title=f"batch {batch}", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for title in ("voucher", "type", "terminal", "acquirer", "paper", "agree"):
        right = title in ("terminal", "acquirer", "paper")
        table.add_column(title, justify="right" if right else "left", no_wrap=True)
    for row in report.rows:
        if row.batch == batch:
            table.add_row(row.stan, *_row_cells(row), _mark(row))
    table.add_section()
    for row in report.totals:
        if row.batch == batch:
            for side in ("debit", "credit"):
                cells = [_totals(view, side) for view in (row.terminal, row.acquirer, row.paper)]
                table.add_row("total", side, *cells, _mark(row), style="bold")
    return table


def _row_cells(row: Row) -> tuple:
    known = row.terminal or row.acquirer
    type_ = known["type"] if known else row.paper[0].type
    return type_, _deal(row.terminal), _deal(row.acquirer), _slips(row.paper)


def _mark(row: Row) -> str:
    return "NO" if row.problems else "yes"


def as_json(report: Report) -> dict:
    """The reconciliation for programs."""
    return {
        "agrees": report.agrees,
        "transactions": [_row_json(row) for row in report.rows],
        "totals": [_row_json(row) for row in report.totals],
        "problems": report.problems,
    }


def _row_json(row: Row) -> dict:
    paper = row.paper
    if isinstance(paper, list):
        paper = [{"copy": slip.copy, "amount_minor": slip.amount_minor} for slip in paper]
    return {
        "batch": row.batch,
        "stan": row.stan,
        "terminal": row.terminal,
        "acquirer": row.acquirer,
        "paper": paper,
        "problems": row.problems,
    }
