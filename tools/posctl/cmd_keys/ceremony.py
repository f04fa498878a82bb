# SPDX-License-Identifier: MIT
"""`posctl keys ceremony`: custodians type their components in turn, and a key comes of them."""

import json
from pathlib import Path
from typing import Annotated

import typer

from posctl import keys, statedir
from posctl.cmd_keys import entry
from posctl.cmd_keys.options import (
    Algorithm,
    Json,
    Kcv,
    Length,
    MaybeState,
    MaybeTerminal,
    Role,
)
from posctl.errors import ToolError
from posctl.keys import acquirer, kinds, parts
from posctl.options import MaybeDb

app = typer.Typer()
_GIVEN_UP = 1


@app.command("ceremony")
def ceremony(
    role: Annotated[Role, typer.Option(help="What the key will be.")] = Role.TMK,
    algorithm: Annotated[Algorithm, typer.Option(help="AES is for a KBPK only.")] = (
        Algorithm.TDES
    ),
    length: Length = None,
    custodians: Annotated[int, typer.Option(min=2, max=3, help="One component each.")] = 2,
    state: MaybeState = None,
    db: MaybeDb = None,
    terminal: MaybeTerminal = None,
    kcv: Kcv = None,
    as_json: Json = False,
) -> None:
    """Make a TMK or KBPK of components, for a terminal, its acquirer, or both.

    Each custodian types a component unseen, and compares the check value shown with the one on
    their letter; the check value of what has been typed so far is shown too. Nothing is stored
    before the last question was answered with yes. From a pipe (one component a line) nothing is
    asked. The terminal's number is the state directory's unless --terminal says it.
    """
    kind = (role.value, algorithm.value)
    size = kinds.length_of(*kind, length)
    tid = _check_targets(kind, state, db, terminal)
    typed: list[bytearray] = []
    key = bytearray()
    try:
        told, running = _gather(typed, custodians, algorithm.value, size)
        key = parts.combine(typed, algorithm.value)
        value = parts.kcv(key, algorithm.value)
        if kcv is not None:
            parts.check_kcv(kcv, value)
        entry.tell(f"{role.name} of {custodians} components: check value {value}")
        if not entry.is_piped() and not entry.sure(f"Store it for terminal {tid}?"):
            entry.tell("given up: nothing was stored")
            raise typer.Exit(_GIVEN_UP)
        _store(kind, key, state, db, tid)
    finally:
        parts.wipe(key, *typed)
    if as_json:
        found = {"role": role.name, "algorithm": algorithm.value, "bytes": size, "terminal": tid}
        places = {"state": state and str(state), "db": db and str(db)}
        print(
            json.dumps({**found, "components": told, "running": running, "kcv": value, **places})
        )
        return
    for place in filter(None, (state, db)):
        print(f"{place}: terminal {tid}, {role.name} stored, check value {value}")


def _check_targets(
    kind: tuple[str, str], state: Path | None, db: Path | None, terminal: str | None
) -> str:
    """Find out before anyone types whether the key has a place; return the terminal's number."""
    if state is None and db is None:
        raise ToolError("needs --state, --db or both: where the key goes")
    tid = terminal
    if state is not None:
        opened = statedir.open_state(state)
        if kind[0] == "tmk":
            keys.check_family(opened, kind[1])
        tid = opened.profile["terminal"]
        if terminal not in (None, tid):
            raise ToolError(f"{state}: is terminal {tid}, not {terminal}")
    if tid is None:
        raise ToolError("--db without --state needs --terminal")
    if db is not None:
        family = acquirer.check_terminal(db, tid)
        if kind[0] == "tmk" and kind[1] != family:
            raise ToolError(f"{db}: terminal {tid} works with {family}, not {kind[1]}")
    return tid


def _gather(
    typed: list[bytearray], custodians: int, algorithm: str, size: int
) -> tuple[list[str], list[str]]:
    """Fill `typed`; return the check values of the components and of what they gave so far."""
    told: list[str] = []
    running: list[str] = []
    if entry.is_piped():
        entry.take_pipe(typed, size, "no components on stdin")
        if len(typed) != custodians:
            raise ToolError(f"{len(typed)} components on stdin, --custodians is {custodians}")
    for number in range(1, custodians + 1):
        if len(typed) < number:
            _ask_until_right(typed, number, algorithm, size)
        else:
            entry.tell(_line(number, typed[number - 1], algorithm))
        told.append(parts.kcv(typed[number - 1], algorithm))
        running.append(_running(typed[:number], algorithm))
        if number > 1:
            entry.tell(f"components 1 to {number}: check value {running[-1]}")
    return told, running


def _ask_until_right(typed: list[bytearray], number: int, algorithm: str, size: int) -> None:
    """Have a custodian type until the check value is the one on the letter."""
    entry.tell(f"Custodian {number} alone at the keyboard, please.")
    while True:
        try:
            part = parts.parse(entry.ask(number), f"component {number}", size)
        except ToolError as error:
            entry.tell(str(error))
            continue
        entry.tell(_line(number, part, algorithm))
        if entry.sure("Is that the check value on your letter?"):
            typed.append(part)
            return
        parts.wipe(part)


def _line(number: int, part: bytearray, algorithm: str) -> str:
    return f"component {number}: check value {parts.kcv(part, algorithm)}"


def _running(typed: list[bytearray], algorithm: str) -> str:
    mixed = parts.mixed(typed)
    try:
        return parts.kcv(mixed, algorithm)
    finally:
        parts.wipe(mixed)


def _store(
    kind: tuple[str, str], key: bytearray, state: Path | None, db: Path | None, tid: str
) -> None:
    role, algorithm = kind
    if state is not None:
        put = keys.inject_kbpk if role == "kbpk" else keys.inject
        put(state, key, algorithm)
    if db is not None:
        acquirer.register(db, tid, role, algorithm, bytes(key))
