# SPDX-License-Identifier: MIT
"""`posctl keys load`: custodians at a laptop, the terminal at the other end of a line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Optional

import typer

from posctl import firmware
from posctl.cmd_keys import entry
from posctl.cmd_keys.options import Algorithm, Json, Kcv, MaybeState, Role
from posctl.errors import ToolError
from posctl.keys import parts
from posctl.keys.channel import BAUD, BenchChannel, SerialChannel
from posctl.keys.load import Loader

_TRIES = 3  # to type one component
_BLOCK_MAX = 400  # the terminal takes lines of 512 bytes

app = typer.Typer()


@app.command("load")
def load(
    port: Annotated[
        Optional[str], typer.Option("--serial", help="The serial port of a board.")
    ] = None,
    baud: Annotated[int, typer.Option(min=1200, help="Its speed.")] = BAUD,
    state: MaybeState = None,
    open_here: Annotated[
        bool, typer.Option("--open", help="Open the loading mode from here: a bare board.")
    ] = False,
    wait: Annotated[
        int, typer.Option(min=0, help="Seconds for the operator to open the loading mode.")
    ] = 120,
    role: Annotated[Role, typer.Option(help="The TMK, or what its key blocks are under.")] = (
        Role.TMK
    ),
    algorithm: Annotated[
        Algorithm, typer.Option(help="Of a KBPK, tdes or aes; a TMK is of the terminal's family.")
    ] = Algorithm.TDES,
    components: Annotated[int, typer.Option(min=2, max=3)] = 2,
    kcv: Kcv = None,
    block: Annotated[
        Optional[Path], typer.Option(help="A file with a TR-31 key block, instead of components.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Load a key into a running terminal: components, each check value compared, or a key block.

    The operator opens the loading mode at the terminal: MENU, LOAD KEYS, supervisor's password.
    With --open it is opened from here, and the password is asked for first; so it is with --state,
    which boots a bench terminal for this. Components are typed unseen, or read from a pipe, one a
    line (behind the password). Nothing is stored here.
    """
    if (port is None) == (state is None):
        raise ToolError("one of --serial and --state")
    if block and role is not Role.TMK:
        raise ToolError("--block: brings a TMK, --role has to be tmk")
    if kcv is not None:
        parts.check_kcv(kcv, kcv.upper())
    text = _read_block(block) if block else None
    channel = SerialChannel(port, baud) if port else BenchChannel(state)
    if port and not open_here:
        entry.tell("at the terminal: MENU, LOAD KEYS, supervisor's password")
    with channel:
        loader = Loader(channel)
        try:
            if open_here or state:
                loader.open_mode(_typed("Supervisor's password"), _menu_number())
                wait = 0
            if text:
                told = {"components": [], "kcv": loader.block(text, wait)}
            else:
                loader.begin(role.value.upper(), algorithm.value, components, wait)
                told = _ceremony(loader, components, kcv)
        except BaseException:
            loader.leave()
            raise
    name = role.value.upper()
    if as_json:
        print(json.dumps({"terminal": channel.name, "role": name, **told}))
    else:
        after = "; the terminal signs on again" if role is Role.TMK else ""
        print(f"{channel.name}: {name} stored, check value {told['kcv']}{after}")


def _ceremony(loader: Loader, components: int, kcv: str | None) -> dict:
    """Ask each custodian for a component; all of them are compared before the key is stored."""
    typed: list[bytearray] = []
    told: list[str] = []
    try:
        for number in range(1, components + 1):
            typed.append(_component(number))
            told.append(loader.component(number, typed[-1]))
            entry.tell(f"component {number}: check value {told[-1]}, the terminal has the same")
        combined = loader.combined(typed)
    finally:
        parts.wipe(*typed)
    entry.tell(f"combined key: check value {combined}")
    if kcv is not None:
        parts.check_kcv(kcv, combined)
    elif not entry.is_piped() and not entry.sure("As on the key letter?"):
        raise ToolError("nothing was stored")
    return {"components": told, "kcv": loader.store(combined)}


def _component(number: int) -> bytearray:
    """Return a component; a person may correct a typing mistake, a pipe gets one try."""
    name = f"component {number}"
    return _tried(lambda: parts.parse(_typed(f"Component {number}"), name))


def _tried(ask: Callable[[], bytearray]) -> bytearray:
    for _ in range(0 if entry.is_piped() else _TRIES - 1):
        try:
            return ask()
        except ToolError as error:
            entry.tell(str(error))
    return ask()


def _typed(text: str) -> str:
    """Have something typed unseen, or take the next line of a pipe."""
    if not entry.is_piped():
        return typer.prompt(text + " (not shown)", hide_input=True, err=True)
    line = entry.next_line()
    if not line:
        raise ToolError(f"{text[0].lower()}{text[1:]}: nothing on stdin")
    return line


def _read_block(path: Path) -> str:
    text = path.read_text("ascii", "replace").strip()
    if not 16 <= len(text) <= _BLOCK_MAX or not text.isalnum() or not text.isascii():
        raise ToolError(f"{path}: is not a key block")
    return text


def _menu_number() -> int:
    firmware.enable()
    from pos.ui.menu import ITEMS

    return [name for name, _ in ITEMS].index("loadkeys") + 1
