# SPDX-License-Identifier: MIT
"""`posctl keys component`, `inject`, `show`, `decommission`: the keys of one terminal."""

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

from posctl import keys, statedir
from posctl.cmd_keys import entry
from posctl.cmd_keys.options import Algorithm, Json, Kcv, Length, State
from posctl.keys import derived, kinds, parts, wiping

app = typer.Typer()


@app.command("component")
def component(
    custodians: Annotated[int, typer.Option(min=1, max=3, help="One component each.")] = 2,
    algorithm: Annotated[Algorithm, typer.Option(help="Of the key they combine to.")] = (
        Algorithm.TDES
    ),
    length: Length = None,
    as_json: Json = False,
) -> None:
    """Make random 16-byte components with their check values.

    Each custodian keeps one, on paper of their own. With --custodians 1 a custodian makes just
    their own part, unseen by the others.
    """
    name = algorithm.value
    size = kinds.component_length(name, length)
    made = [parts.make(name, size) for _ in range(custodians)]
    told = [{"component": part.hex().upper(), "kcv": parts.kcv(part, name)} for part in made]
    combined = _combined_kcv(made, name) if custodians > 1 else None
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
    state: State,
    component: Annotated[
        Optional[list[str]],
        typer.Option(help="32 hex digits, two or three times; asked for, unseen, when absent."),
    ] = None,
    kcv: Kcv = None,
    as_json: Json = False,
) -> None:
    """Combine components by XOR and store the result as the terminal's TMK.

    Components may have any parity; the key is set to odd parity, which changes no check value.
    Working keys under the old TMK are dropped: the terminal has to sign on again.
    Components given as options stay in the shell's history; typed ones and those read from a pipe
    (one a line) do not.
    """
    name = statedir.open_state(state).profile["algorithm"]  # before anyone types a component
    typed: list[bytearray] = []
    try:
        entry.take(component, typed, parts.KEY_BYTES)
        told = [parts.kcv(part, name) for part in typed]
        for number, value in enumerate(told, 1):
            entry.tell(f"component {number}: check value {value}")
        found = _store(state, typed, name, kcv)
    finally:
        parts.wipe(*typed)
    if as_json:
        print(json.dumps({"state": str(state), "role": "TMK", "components": told, "kcv": found}))
        return
    print(f"{state}: TMK stored, check value {found}")


@app.command("show")
def show(state: State, as_json: Json = False) -> None:
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
    state: State,
    abandon: Annotated[bool, typer.Option(help="Also when transactions are not settled.")] = False,
    as_json: Json = False,
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


def _store(state: Path, typed: list[bytearray], algorithm: str, kcv: str | None) -> str:
    key = parts.combine(typed, algorithm)
    try:
        if kcv is not None:
            parts.check_kcv(kcv, parts.kcv(key, algorithm))
        return keys.inject(state, key, algorithm)
    finally:
        parts.wipe(key)


def _combined_kcv(made: list[bytearray], algorithm: str) -> str:
    key = parts.combine(made, algorithm)
    try:
        return parts.kcv(key, algorithm)
    finally:
        parts.wipe(key)


def _grouped(digits: str) -> str:
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
