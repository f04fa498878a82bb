# SPDX-License-Identifier: MIT
"""`posctl acquirer load`: many simulated terminals on one acquirer, and whether they agree."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from posctl.errors import ToolError
from posctl.options import MaybeDb

_DISAGREES = 1
_SHOWN_DETAILS = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("load")(load)


def load(
    terminals: Annotated[int, typer.Option(min=1, help="how many at once")] = 20,
    seconds: Annotated[float, typer.Option(min=0.1, help="how long they trade")] = 10.0,
    rate: Annotated[
        float, typer.Option(min=0, help="transactions a second of all; 0: as fast as answers come")
    ] = 0.0,
    faults: Annotated[Path, typer.Option(help="faults file for the command's own server")] = None,
    db: MaybeDb = None,
    acquirer: Annotated[
        str, typer.Option(help="HOST:PORT of a server that runs on --db; default: its own")
    ] = "",
    timeout: Annotated[
        float, typer.Option(min=0.1, help="seconds a terminal waits for an answer")
    ] = 10.0,
    seed: Annotated[int, typer.Option(help="of what the terminals do")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Let terminals trade, reverse and settle, then compare their ledgers with the acquirer's.

    Prints throughput and latencies. Exit code 1 when anything is lost, duplicated, different or
    unresolved, or the server logged an error.
    """
    from acquirer_sim import AcquirerError
    from acquirer_sim.load.run import MAX_TERMINALS, Plan, run

    if terminals > MAX_TERMINALS:
        raise ToolError(f"--terminals {terminals}: at most {MAX_TERMINALS}")
    if acquirer and (db is None or faults):
        raise ToolError("--acquirer needs the --db that server has, and its own --faults")
    place = _place(acquirer) if acquirer else None
    plan = Plan(terminals, seconds, db, place, rate, faults, timeout, seed)
    try:
        result = run(plan)
    except AcquirerError as error:
        raise ToolError(str(error)) from error
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        _print(result)
    raise typer.Exit(0 if result["agrees"] else _DISAGREES)


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise ToolError(f"--acquirer {text}: must be HOST:PORT")
    return host, int(port)


def _print(result: dict) -> None:
    from acquirer_sim.load.figures import table

    console = Console(highlight=False)
    console.print(table(result["messages"]))
    states = ", ".join(f"{count} {state}" for state, count in result["transactions"].items())
    console.print(f"{result['terminals']} terminals, {result['per_second']} answers a second")
    console.print(f"transactions: {states}; settlements: {result['settlements']}")
    for line in (result["details"] + result["server_errors"])[:_SHOWN_DETAILS]:
        console.print("  " + line, markup=False, soft_wrap=True)
    counts = ", ".join(f"{result[name]} {name}" for name in ("lost", "duplicated", "different"))
    verdict = "ledgers agree" if result["agrees"] else "LEDGERS DO NOT AGREE"
    console.print(f"{verdict}: {counts}, {result['unresolved']} unresolved")
