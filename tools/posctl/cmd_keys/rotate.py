# SPDX-License-Identifier: MIT
"""`posctl keys rotate`: a new TMK for a terminal of the acquirer simulator.

The acquirer first writes down the new TMK beside the present one, then the terminal gets it, then
the acquirer lets go of the old one. Run again after an interruption, it goes on from there.
"""

import json
from pathlib import Path

import typer

from posctl import keys, statedir
from posctl.cmd_keys.blocks import print_block
from posctl.cmd_keys.options import Json, Kcv, MaybeState, Terminal
from posctl.errors import ToolError
from posctl.keys import acquirer, parts
from posctl.options import Db

app = typer.Typer()
_KCV_MIN_DIGITS = 6


@app.command("rotate")
def rotate(
    db: Db, terminal: Terminal, state: MaybeState = None, kcv: Kcv = None, as_json: Json = False
) -> None:
    """Give a terminal a new TMK; the old one works until the terminal has the new one.

    With --state the terminal gets it here and now. Without, its key block is printed, for
    import-block; the acquirer finds out by itself which TMK the terminal has (one sign-on may be
    refused on the way), or is told with --kcv and the check value that import-block showed.
    The terminal has to sign on afterwards.
    """
    if state is not None:
        if kcv is not None:
            raise ToolError("--kcv is for a terminal elsewhere: not with --state")
        found = _at_hand(db, terminal, state)
    elif kcv is not None:
        if len(kcv) < _KCV_MIN_DIGITS or not parts.is_hex(kcv):
            raise ToolError(f"--kcv: must be {_KCV_MIN_DIGITS} hex digits or more")
        found = acquirer.finish_change(db, terminal, kcv)
    else:
        block, value = acquirer.begin_block(db, terminal, None)
        print_block(terminal, block, value, as_json)
        return
    if as_json:
        print(json.dumps({"terminal": terminal, "role": "TMK", "kcv": found}))
    else:
        print(f"terminal {terminal}: new TMK in use, check value {found}")


def _at_hand(db: Path, terminal: str, state: Path) -> str:
    opened = statedir.open_state(state)
    if opened.profile["terminal"] != terminal:
        raise ToolError(f"{state}: is terminal {opened.profile['terminal']}, not {terminal}")
    algorithm = acquirer.check_terminal(db, terminal)
    keys.check_family(opened, algorithm)
    held = dict(keys.check_values(opened)).get("TMK", "none")
    acquirer.check_tmk(db, terminal, held)
    _, change = acquirer.begin_change(db, terminal)
    new = bytearray(change.new)
    try:
        if held != parts.kcv(new, algorithm):
            keys.inject(state, new, algorithm)
    finally:
        parts.wipe(new)
    return acquirer.finish_change(db, terminal)
