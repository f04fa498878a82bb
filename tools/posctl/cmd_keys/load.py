# SPDX-License-Identifier: MIT
"""`posctl keys load`: custodians at a laptop, the terminal at the other end of a line."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Optional

import typer

from posctl import firmware
from posctl.errors import ToolError
from posctl.keys import parts
from posctl.keys.channel import BAUD, BenchChannel, SerialChannel
from posctl.keys.load import Loader

_TRIES = 3  # to type one component
_BLOCK_MAX = 1024


app = typer.Typer()


@app.command("load")
def load(
    port: Annotated[
        Optional[str], typer.Option("--serial", help="The serial port of a board.")
    ] = None,
    baud: Annotated[int, typer.Option(min=1200, help="Its speed.")] = BAUD,
    state: Annotated[
        Optional[Path], typer.Option(help="A bench terminal, booted for this; implies --open.")
    ] = None,
    open_here: Annotated[
        bool, typer.Option("--open", help="Open the loading mode from here: a bare board.")
    ] = False,
    wait: Annotated[
        int, typer.Option(min=0, help="Seconds for the operator to open the loading mode.")
    ] = 120,
    components: Annotated[int, typer.Option(min=2, max=3)] = 2,
    kcv: Annotated[
        Optional[str], typer.Option(help="The key's check value, 6 or 8 hex digits: must match.")
    ] = None,
    block: Annotated[
        Optional[Path], typer.Option(help="A file with a TR-31 key block, instead of components.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Load a terminal's TMK over a line: components, each check value compared, or a key block.

    The operator opens the loading mode at the terminal: MENU, LOAD KEYS, supervisor's password.
    With --open it is opened from here, and the password is asked for first. Components are typed
    unseen, or read from a pipe, one a line (behind the password). Nothing is stored here.
    """
    if (port is None) == (state is None):
        raise ToolError("one of --serial and --state")
    if kcv is not None:
        parts.check_kcv(kcv, kcv.upper())
    text = _read_block(block) if block else None
    channel = SerialChannel(port, baud) if port else BenchChannel(state)
    if port and not open_here:
        _say("at the terminal: MENU, LOAD KEYS, supervisor's password")
    with channel:
        loader = Loader(channel)
        try:
            if open_here or state:
                loader.open_mode(_ask("Supervisor's password"), _menu_number())
                wait = 0
            told = _by_block(loader, text, wait) if text else _typed(loader, components, kcv, wait)
        except BaseException:
            loader.leave()
            raise
    if as_json:
        print(json.dumps({"terminal": channel.name, "role": "TMK", **told}))
    else:
        print(
            f"{channel.name}: TMK stored, check value {told['kcv']}; the terminal signs on again"
        )


def _by_block(loader: Loader, text: str, wait_s: int) -> dict:
    return {"components": [], "kcv": loader.block(text, wait_s)}


def _typed(loader: Loader, components: int, kcv: str | None, wait_s: int) -> dict:
    """Ask each custodian for a component; all of them are compared before the key is stored."""
    loader.begin("TMK", components, wait_s)
    typed: list[bytearray] = []
    told: list[str] = []
    try:
        for number in range(1, components + 1):
            typed.append(_component(number))
            told.append(loader.component(number, typed[-1]))
            _say(f"component {number}: check value {told[-1]}, the terminal has the same")
        combined = loader.combined(typed)
    finally:
        parts.wipe(*typed)
    _say(f"combined key: check value {combined}")
    if kcv is not None:
        parts.check_kcv(kcv, combined)
    elif sys.stdin.isatty():
        typer.confirm("As on the key letter?", abort=True, err=True)
    return {"components": told, "kcv": loader.store(combined)}


def _component(number: int) -> bytearray:
    name = f"component {number}"
    return _tried(lambda: parts.parse(_ask(f"Component {number} (not shown)"), name))


def _tried(ask: Callable[[], bytearray]) -> bytearray:
    """Let a person correct a typing mistake; a pipe gets one try."""
    for _ in range(_TRIES - 1 if sys.stdin.isatty() else 0):
        try:
            return ask()
        except ToolError as error:
            _say(str(error))
    return ask()


def _ask(text: str) -> str:
    if sys.stdin.isatty():
        return typer.prompt(text, hide_input=True, err=True)
    line = sys.stdin.readline(_BLOCK_MAX)
    if not line:
        raise ToolError(f"{text.partition(' (')[0].lower()}: nothing on stdin")
    return line.strip()


def _read_block(path: Path) -> str:
    text = path.read_text("ascii", "replace").strip()
    if not 16 <= len(text) <= _BLOCK_MAX or not text.isalnum() or not text.isascii():
        raise ToolError(f"{path}: is not a key block")
    return text


def _menu_number() -> int:
    firmware.enable()
    from pos.ui.menu import ITEMS

    return [name for name, _ in ITEMS].index("loadkeys") + 1


def _say(text: str) -> None:
    typer.echo(text, err=True)
