# SPDX-License-Identifier: MIT
"""`posctl keys`: make key components, inject the TMK they combine to, show check values, wipe.

A clear key is never shown or stored outside the terminal's key store; components are shown only
where they are made. This is a bench tool: a key that will guard money belongs in an HSM ceremony.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from posctl import keys, statedir
from posctl.errors import ToolError
from posctl.keys import derived, parts, wiping

app = typer.Typer()

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_State = Annotated[Path, typer.Option(help="The terminal's state directory.")]


@app.command("component")
def component(
    custodians: Annotated[int, typer.Option(min=1, max=3, help="One component each.")] = 2,
    as_json: _Json = False,
) -> None:
    """Make random 16-byte components with their check values.

    Each custodian keeps one, on paper of their own. With --custodians 1 a custodian makes just
    their own part, unseen by the others.
    """
    made = [parts.make() for _ in range(custodians)]
    told = [{"component": part.hex().upper(), "kcv": parts.kcv(part)} for part in made]
    combined = _combined_kcv(made) if custodians > 1 else None
    parts.wipe(*made)
    if as_json:
        print(json.dumps({"components": told, "kcv": combined}))
        return
    for number, line in enumerate(told, 1):
        print(f"component {number}  {_grouped(line['component'])}  check value {line['kcv']}")
    if combined:
        print(f"combined key: check value {combined}")


@app.command("inject")
def inject(
    state: _State,
    component: Annotated[
        Optional[list[str]],
        typer.Option(help="32 hex digits, two or three times; asked for, unseen, when absent."),
    ] = None,
    kcv: Annotated[
        Optional[str], typer.Option(help="The key's check value, 6 or 8 hex digits: must match.")
    ] = None,
    as_json: _Json = False,
) -> None:
    """Combine components by XOR and store the result as the terminal's TMK.

    Components may have any parity; the key is set to odd parity, which changes no check value.
    Working keys under the old TMK are dropped: the terminal has to sign on again.
    Components given as options stay in the shell's history; typed ones and those read from a pipe
    (one a line) do not.
    """
    statedir.open_state(state)  # before anyone types a component
    typed: list[bytearray] = []
    try:
        _take(component, typed)
        told = [parts.kcv(part) for part in typed]
        for number, value in enumerate(told, 1):
            typer.echo(f"component {number}: check value {value}", err=True)
        found = _store(state, typed, kcv)
    finally:
        parts.wipe(*typed)
    if as_json:
        print(json.dumps({"state": str(state), "role": "TMK", "components": told, "kcv": found}))
        return
    print(f"{state}: TMK stored, check value {found}")


@app.command("show")
def show(state: _State, as_json: _Json = False) -> None:
    """Show which keys a terminal has, by role and check value; those of its own device key too."""
    opened = statedir.open_state(state)
    held, own = keys.check_values(opened), derived.check_values(opened)
    if as_json:
        told = [{"role": role, "kcv": value} for role, value in held]
        told_own = [{"role": role, "kcv": value} for role, value in own]
        shown = {"terminal": opened.profile["terminal"], "keys": told, "derived": told_own}
        print(json.dumps(shown))
        return
    for role, value in held:
        print(f"{role}  check value {value}")
    if not held:
        print(f"{state}: no keys")
    for role, value in own:
        print(f"{role} key, from the device key  check value {value}")


@app.command("decommission")
def decommission(
    state: _State,
    abandon: Annotated[bool, typer.Option(help="Also when transactions are not settled.")] = False,
    as_json: _Json = False,
) -> None:
    """Erase keys, counter and journal for good, and prove it by a scan of the flash.

    The device key stays, as an eFuse would; without the erased flash it opens nothing.
    """
    proofs = wiping.decommission(statedir.open_state(state), abandon)
    if as_json:
        told = {proof.partition: proof.left_bytes for proof in proofs}
        print(json.dumps({"state": str(state), "not_blank_bytes": told}))
        return
    for proof in proofs:
        print(f"{proof.partition:8} {proof.size_bytes:7} bytes, {proof.left_bytes} not 0xFF")
    print(f"{state}: decommissioned")


def _store(state: Path, typed: list[bytearray], kcv: str | None) -> str:
    key = parts.combine(typed)
    try:
        if kcv is not None:
            parts.check_kcv(kcv, parts.kcv(key))
        return keys.inject(state, key)
    finally:
        parts.wipe(key)


def _combined_kcv(made: list[bytearray]) -> str:
    key = parts.combine(made)
    try:
        return parts.kcv(key)
    finally:
        parts.wipe(key)


def _take(given: list[str] | None, typed: list[bytearray]) -> None:
    """Append the components to `typed`: from the options, from a person or from a pipe."""
    if given:
        for number, text in enumerate(given, 1):
            typed.append(parts.parse(text, f"--component {number}"))
    elif sys.stdin.isatty():
        _ask(typed)
    else:
        lines = [line for line in sys.stdin.read(4096).splitlines() if line.strip()]
        for number, text in enumerate(lines, 1):
            typed.append(parts.parse(text, f"component {number}"))
        if not lines:
            raise ToolError("no --component, and none on stdin")


def _ask(typed: list[bytearray]) -> None:
    for number in (1, 2, 3):
        hint = ", ENTER when there are two" if number == 3 else ""
        text = typer.prompt(
            f"Component {number} (not shown{hint})",
            default="" if number == 3 else None,
            hide_input=True,
            show_default=False,
            err=True,
        )
        if text:
            typed.append(parts.parse(text, f"component {number}"))


def _grouped(digits: str) -> str:
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
