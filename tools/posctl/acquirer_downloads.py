# SPDX-License-Identifier: MIT
"""`posctl acquirer parameters`, `hotlist` and `status`: what terminals download and report.

A change takes effect at once, also while the acquirer serves: the next answer to a terminal asks
it to download.
"""

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posctl.errors import ToolError
from posctl.options import Db

if TYPE_CHECKING:
    from acquirer_sim.store import Store

_Json = Annotated[bool, typer.Option("--json", help="print JSON")]
_Terminal = Annotated[str, typer.Option("--terminal", help="eight letters or digits")]
_Pan = Annotated[str, typer.Option("--pan", help="a whole card number, 13 to 19 digits")]
_Bin = Annotated[str, typer.Option("--bin", help="how card numbers begin, 6 to 12 digits")]
_PAN_MIN_DIGITS = 13

hotlist_app = typer.Typer(no_args_is_help=True, help="The hotlist of refused cards.")


def register(app: typer.Typer) -> None:
    """Add these commands to `posctl acquirer`."""
    app.command()(parameters)
    app.command()(status)
    app.add_typer(hotlist_app, name="hotlist")


def _changing(db: Path) -> AbstractContextManager["Store"]:
    from posctl.keys.acquirer import opened

    return opened(db)


def parameters(
    db: Db,
    terminal: _Terminal,
    settings: Annotated[
        list[str], typer.Option("--set", metavar="NAME=VALUE", help="a parameter to download")
    ] = (),
    as_json: _Json = False,
) -> None:
    """Set what a terminal is to download, or print what is set."""
    from acquirer_sim import downloads

    with _changing(db) as store:
        told = downloads.set_parameters(store, terminal, list(settings))
    names = ("terminal", "parameters", "parameters_version", "parameters_had")
    _print({name: told[name] for name in names}, as_json)


def status(
    db: Db,
    terminal: _Terminal,
    ask: Annotated[bool, typer.Option(help="ask the terminal for its status")] = False,
    as_json: _Json = False,
) -> None:
    """Print what a terminal was offered, has downloaded and has reported."""
    from acquirer_sim import downloads

    with _changing(db) as store:
        if ask:
            downloads.ask_status(store, terminal)
        told = downloads.described(store, terminal)
    _print(told, as_json)


@hotlist_app.command()
def add(db: Db, pan: _Pan = "", bin_: _Bin = "", as_json: _Json = False) -> None:
    """Put a card, or all cards that begin so, on the hotlist."""
    from acquirer_sim import downloads

    entry = _entry(pan, bin_)
    with _changing(db) as store:
        downloads.add_entry(store, entry)
        told = downloads.listed(store)
    _print_list(told, as_json)


@hotlist_app.command()
def remove(db: Db, pan: _Pan = "", bin_: _Bin = "", as_json: _Json = False) -> None:
    """Take an entry off the hotlist."""
    from acquirer_sim import downloads

    entry = _entry(pan, bin_)
    with _changing(db) as store:
        downloads.remove_entry(store, entry)
        told = downloads.listed(store)
    _print_list(told, as_json)


@hotlist_app.command("list")
def list_(db: Db, as_json: _Json = False) -> None:
    """Print the hotlist; card numbers are masked."""
    from acquirer_sim import downloads

    with _changing(db) as store:
        told = downloads.listed(store)
    _print_list(told, as_json)


def _entry(pan: str, bin_: str) -> str:
    if bool(pan) == bool(bin_):
        raise ToolError("give either --pan or --bin")
    if pan and len(pan) < _PAN_MIN_DIGITS:
        raise ToolError("--pan: must be 13 to 19 digits (--bin for how card numbers begin)")
    if len(bin_) >= _PAN_MIN_DIGITS:
        raise ToolError("--bin: must be 6 to 12 digits (--pan for a whole card number)")
    return pan or bin_


def _print_list(told: dict, as_json: bool) -> None:
    if as_json:
        _print(told, True)
        return
    print(f"hotlist version {told['version']}, check {told['check']}")
    for entry in told["entries"]:
        print(f"  {entry['kind']}  {entry['digits']}")


def _print(told: dict, as_json: bool) -> None:
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    for name, value in told.items():
        if isinstance(value, dict):
            print(f"{name}:")
            for inner, text in value.items():
                print(f"  {inner} = {text}")
        else:
            print(f"{name}: {value}")
