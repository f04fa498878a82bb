# SPDX-License-Identifier: MIT
"""`posctl deploy`: the firmware onto a board."""

import json
import sys
from typing import Annotated

import typer

from posctl import deploy as library

app = typer.Typer()


@app.callback(invoke_without_command=True)
def deploy(
    board: Annotated[str, typer.Option(help="A folder of boards/.")] = "esp32_devkit",
    port: Annotated[str, typer.Option(help="Serial port; auto: the first USB one.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Put the firmware on the board at PORT: as ROMFS where it has one, as files otherwise."""
    target = library.deploy(board, port, lambda step: print(step, file=sys.stderr))
    if as_json:
        print(json.dumps({"board": board, "romfs": target.romfs, "heap_bytes": target.heap_bytes}))
    else:
        print(f"{board}: done; reset the board to start it")
