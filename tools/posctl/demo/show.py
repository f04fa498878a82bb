# SPDX-License-Identifier: MIT
"""The reconciliation as a table of three columns, and as JSON."""

from rich.console import Console
from rich.table import Table

from posctl.demo.reconcile import Report, Row

_NOTHING = "-"


def _amount(minor: int) -> str:
    return f"{minor // 100:,}.{minor % 100:02d}"


def _deal(deal: dict | None) -> str:
    if deal is None:
        return _NOTHING
    return f"{deal['state']:<9}{_amount(deal['amount_minor']):>10}"


def _slips(slips: list) -> str:
    if not slips:
        return _NOTHING
    return f"{len(slips)} x {_amount(slips[0].amount_minor):>9}"


def _totals(totals: dict | None) -> str:
    if totals is None:
        return _NOTHING
    debit = f"{totals['debit_count']} / {_amount(totals['debit_minor'])}"
    return f"{debit}  -  {totals['credit_count']} / {_amount(totals['credit_minor'])}"


def print_report(report: Report, console: Console) -> None:
    """Print the columns, the totals, and every disagreement."""
    table = Table("batch", "voucher", "type", "terminal", "acquirer", "paper", "agree")
    for row in report.rows:
        known = row.terminal or row.acquirer or {"type": row.paper and row.paper[0].type}
        cells = (known["type"], _deal(row.terminal), _deal(row.acquirer), _slips(row.paper))
        table.add_row(row.batch, row.stan, *cells, _mark(row))
    for row in report.totals:
        cells = [_totals(view) for view in (row.terminal, row.acquirer, row.paper)]
        table.add_row(row.batch, "totals", "", *cells, _mark(row), style="bold")
    console.print(table)
    for problem in report.problems:
        console.print(f"  {problem}", style="bold red", highlight=False)


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
