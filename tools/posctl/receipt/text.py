# SPDX-License-Identifier: MIT
"""Paper items as text: one character a cell, hanzi two, so that columns show as on paper."""

from posctl.receipt.interpreter import interpret
from posctl.receipt.paper import Cut, Feed, Item, Line, Raster


def render_text(data: bytes, columns: int = 32) -> str:
    """Return what the bytes print, without the blank paper at the end; broken slips too."""
    return text_of(interpret(data, columns, strict=False), columns)


def text_of(items: list[Item], columns: int) -> str:
    """Return the text of interpreted items."""
    lines = [text for item in items for text in item_text(item, columns)]
    return "\n".join(lines).rstrip("\n") + "\n"


def item_text(item: Item, columns: int) -> list[str]:
    """Return the text lines of one item."""
    if isinstance(item, Line):
        return [_line(item, columns)]
    if isinstance(item, Feed):
        return [""] * item.lines
    if isinstance(item, Cut):
        return ["[cut]"]
    if isinstance(item, Raster):
        return [f"[image {item.width_bytes * 8}x{item.rows}]"]
    return [f"[{item.kind}: {item.content}]"]


def _line(line: Line, columns: int) -> str:
    spare = {"left": 0, "centre": (columns - line.cells) // 2, "right": columns - line.cells}
    text = " " * spare[line.align]
    for glyph in line.glyphs:
        text += glyph.char + " " * (glyph.cells - (2 if glyph.hanzi else 1))
    return text.rstrip()
