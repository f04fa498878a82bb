# SPDX-License-Identifier: MIT
"""`posctl receipt`: look at slips without a printer."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from posctl.errors import ToolError
from posctl.receipt import render_png
from posctl.receipt.interpreter import interpret
from posctl.receipt.paper import CELL_DOTS, Item, Line
from posctl.receipt.text import item_text, text_of

_PAPERS = (32, 48)
_SLIP_MAX_BYTES = 1 << 20

app = typer.Typer()


@app.callback()
def receipt() -> None:
    """Render slips to text and PNG."""


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="ESC/POS bytes as a slip's .bin file holds them")],
    columns: Annotated[int, typer.Option(help="32 for 58 mm paper, 48 for 80 mm")] = 32,
    png: Annotated[Path | None, typer.Option(help="write a picture of the paper")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Print a slip as text, and as a picture when asked for."""
    if columns not in _PAPERS:
        raise ToolError(f"--columns {columns}: paper has 32 or 48 columns")
    data = _read(file)
    items = _interpret(file, data, columns)
    text = text_of(items, columns)
    if png is not None:
        render_png(data, png, columns * CELL_DOTS)
    if as_json:
        shown = [_describe(item, columns) for item in items]
        text = json.dumps({"columns": columns, "items": shown, "text": text}, ensure_ascii=False)
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(_SLIP_MAX_BYTES + 1)
    except OSError as error:
        raise ToolError(f"{file}: {error.strerror}") from error
    if not data:
        raise ToolError(f"{file}: no bytes in it")
    if len(data) > _SLIP_MAX_BYTES:
        raise ToolError(f"{file}: more than {_SLIP_MAX_BYTES} bytes, no slip")
    return data


def _interpret(file: Path, data: bytes, columns: int) -> list[Item]:
    try:
        return interpret(data, columns)
    except ToolError as error:
        raise ToolError(f"{file}: {error}") from error


def _describe(item: Item, columns: int) -> dict:
    shown = {"kind": type(item).__name__.lower(), "text": "\n".join(item_text(item, columns))}
    if isinstance(item, Line) and item.glyphs:
        glyph = item.glyphs[0]
        shown.update(align=item.align, bold=glyph.bold, width=glyph.width, height=glyph.height)
    return shown
