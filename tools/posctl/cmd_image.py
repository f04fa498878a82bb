# SPDX-License-Identifier: MIT
"""`posctl image`: build the firmware image of a board, verify one."""

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

from posctl import image

app = typer.Typer()

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def _show(made: image.Image, as_json: bool) -> None:
    if as_json:
        print(json.dumps({**made._asdict(), "path": str(made.path)}))
    else:
        print(f"{made.path}: board {made.board}, {made.size} bytes, sha256 {made.sha256}")


@app.command("build")
def build(
    board: Annotated[str, typer.Option(help="A folder of boards/.")],
    out: Annotated[Optional[Path], typer.Option(help="Default: build/BOARD/espos.romfs.")] = None,
    as_json: _Json = False,
) -> None:
    """Compile the firmware for a board into one image; does nothing when it is current."""
    _show(image.build(board, out), as_json)


@app.command("verify")
def verify(file: Path, as_json: _Json = False) -> None:
    """Check that an image is whole."""
    _show(image.verify(file), as_json)
