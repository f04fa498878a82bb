# SPDX-License-Identifier: MIT
"""`posctl keys export-block`, `import-block`: a TMK in a key block (X9.143, TR-31), out and in."""

import json
from typing import Annotated, Optional

import typer

from posctl import keys, statedir
from posctl.cmd_keys import entry
from posctl.cmd_keys.options import Algorithm, Json, Length, State, Terminal
from posctl.errors import ToolError
from posctl.keys import acquirer, kinds, parts
from posctl.options import Db

app = typer.Typer()
_BLOCK_MAX_CHARS = 1024  # firmware: keyblock_header.py


@app.command("export-block")
def export_block(
    db: Db,
    terminal: Terminal,
    type_kbpk: Annotated[
        bool,
        typer.Option("--type-kbpk", help="Components of the KBPK are typed, or on stdin."),
    ] = False,
    algorithm: Annotated[Algorithm, typer.Option(help="Of a typed KBPK.")] = Algorithm.AES,
    length: Length = None,
    as_json: Json = False,
) -> None:
    """Make a new TMK for a terminal of the acquirer and print it as a key block.

    The block is under the terminal's KBPK, registered by a ceremony, or under a typed one. The
    acquirer keeps the present TMK until it has seen the terminal use the new one; until then the
    same new TMK is exported again. Without --type-kbpk it does what rotate does without --state.
    """
    acquirer.check_terminal(db, terminal)  # before anyone types a component
    typed: list[bytearray] = []
    kbpk = bytearray()
    try:
        given = None
        if type_kbpk:
            size = kinds.length_of("kbpk", algorithm.value, length)
            entry.take(None, typed, size)
            kbpk = parts.combine(typed, algorithm.value)
            entry.tell(f"KBPK: check value {parts.kcv(kbpk, algorithm.value)}")
            given = (algorithm.value, bytes(kbpk))
        block, kcv = acquirer.begin_block(db, terminal, given)
    finally:
        parts.wipe(kbpk, *typed)
    print_block(terminal, block, kcv, as_json)


@app.command("import-block")
def import_block(
    state: State,
    block: Annotated[
        Optional[str], typer.Argument(help="The key block; read from stdin when absent.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Put the TMK of a key block into a terminal, under its KBPK.

    Working keys under the old TMK are dropped: the terminal has to sign on again. A block that is
    refused changes nothing.
    """
    opened = statedir.open_state(state)
    if block is None:
        found = entry.lines()
        if len(found) != 1:
            raise ToolError(f"stdin: must be one key block, has {len(found)} lines")
        block = found[0]
    text = block.strip()
    if not text.isascii() or len(text) > _BLOCK_MAX_CHARS:
        raise ToolError(f"key block: must be ASCII, {_BLOCK_MAX_CHARS} characters at most")
    kcv = keys.load_block(state, text.encode("ascii"))
    if as_json:
        told = {"state": str(state), "terminal": opened.profile["terminal"], "role": "TMK"}
        print(json.dumps({**told, "kcv": kcv}))
        return
    print(f"{state}: TMK stored, check value {kcv}")


def print_block(terminal: str, block: str, kcv: str, as_json: bool) -> None:
    """Print a key block: alone on stdout, so that it can go through a pipe."""
    if as_json:
        print(json.dumps({"terminal": terminal, "role": "TMK", "kcv": kcv, "block": block}))
        return
    entry.tell(f"terminal {terminal}: next TMK, check value {kcv}")
    print(block)
