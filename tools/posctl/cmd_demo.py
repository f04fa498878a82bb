# SPDX-License-Identifier: MIT
"""`posctl demo`: a merchant's day on the bench, and whether everybody agrees about the money."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.rule import Rule

from posctl.bench.signals import terminated_as_interrupt
from posctl.bench.sinks import JsonLines, View
from posctl.demo.run import run_demo
from posctl.demo.show import as_json, print_report

app = typer.Typer()

_DISAGREES = 1


@app.callback(invoke_without_command=True)
def demo(
    out: Annotated[Path, typer.Option(help="Folder for slips, ledgers and logs.")] = Path(
        "demo-out"
    ),
    json_lines: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:
    """Play a business day end to end and reconcile terminal, acquirer and paper."""
    started = time.monotonic()
    console = Console(highlight=False)
    emit = JsonLines(sys.stdout)

    def tell(text: str) -> None:
        seconds = round(time.monotonic() - started, 1)
        if json_lines:
            emit({"ev": "step", "seconds": seconds, "text": text})
        else:
            console.print(Rule(f"{seconds:5.1f} s  {text}", align="left", style="bold"))

    with terminated_as_interrupt():
        report = run_demo(out, emit if json_lines else View(console), tell)
    if json_lines:
        emit({"ev": "reconciliation", **as_json(report)})
    else:
        print_report(report, console)
        count = len(report.rows)
        verdict = "agree" if report.agrees else "DO NOT AGREE"
        console.print(f"terminal, acquirer and paper {verdict}: {count} transactions")
        console.print(f"slips (.txt, .png) are in {out / 'slips'}", soft_wrap=True)
    raise typer.Exit(0 if report.agrees else _DISAGREES)
