# SPDX-License-Identifier: MIT
"""`posctl keys audit`: what a terminal or an acquirer holds, for whoever has to sign for it."""

import json
from pathlib import Path

import typer

from posctl import keys, statedir
from posctl.cmd_keys.options import Json, MaybeState, MaybeTerminal
from posctl.errors import ToolError
from posctl.keys import acquirer
from posctl.options import MaybeDb

app = typer.Typer()


@app.command("audit")
def audit(
    state: MaybeState = None,
    db: MaybeDb = None,
    terminal: MaybeTerminal = None,
    as_json: Json = False,
) -> None:
    """Print every key by role, algorithm, length and check value, and what the host did when.

    Of a state directory, of an acquirer's database (all terminals, or one with --terminal), or of
    both, side by side. Never a key. A terminal has no record of when its keys came.
    """
    if state is None and db is None:
        raise ToolError("needs --state, --db or both: what to look at")
    told: dict = {}
    if state is not None:
        opened = statedir.open_state(state)
        terminal = terminal or opened.profile["terminal"]
        told["state"] = {
            "path": str(state),
            "terminal": opened.profile["terminal"],
            "keys": keys.inventory(opened),
        }
    if db is not None:
        told["db"] = {"path": str(db), "terminals": acquirer.audit(db, terminal)}
    if as_json:
        print(json.dumps(told))
        return
    if state is not None:
        _print(state, told["state"])
    for one in told.get("db", {}).get("terminals", ()):
        _print(db, one)


def _print(place: Path, one: dict) -> None:
    signed = {True: ", signed on", False: ", not signed on"}.get(one.get("signed_on"), "")
    print(f"{place}: terminal {one['terminal']}{signed}")
    for key in one["keys"]:
        bits = f"{key['algorithm']} {8 * key['bytes']} bits"
        print(f"  {key['role']:<9} {bits:<14} check value {key['kcv']}")
    if not one["keys"]:
        print("  no keys")
    for event in one.get("events", ()):
        print(f"  {event['at']}  {event['what']}, check value {event['kcv']}")
