# SPDX-License-Identifier: MIT
"""Paper items as a picture: black dots on a strip of paper with its margins and torn edges."""

from pathlib import Path

import segno
from PIL import Image, ImageDraw

from posctl.errors import ToolError
from posctl.receipt.font import dots
from posctl.receipt.interpreter import interpret
from posctl.receipt.paper import CELL_DOTS, Cut, Feed, Item, Line, Raster, Symbol

_MARGIN = 40  # 5 mm beside the print head's width
_TOP = 40
_DESK = 16  # what is seen around the paper
_TOOTH = 8
_BARCODE_DOTS = 60
_MODULES_MAX = 16
_LENGTH_MAX_DOTS = 80000  # 10 m
_PAPER_COLOUR = (252, 251, 247)
_INK_COLOUR = (38, 38, 44)
_DESK_COLOUR = (205, 207, 212)


def render_png(data: bytes, path: "str | Path", width_dots: int = 384) -> None:
    """Write a picture of what the bytes print; 384 dots for 58 mm paper, 576 for 80 mm."""
    items = interpret(data, width_dots // CELL_DOTS, strict=False)
    length = sum(_height(item) for item in items)
    if length > _LENGTH_MAX_DOTS:
        raise ToolError(f"slip: {length // 8} mm of paper, more than a picture takes")
    head = Image.new("1", (width_dots, length))
    top = 0
    for item in items:
        _draw(head, item, top)
        top += _height(item)
    try:
        _paper(head).save(path, "PNG")
    except OSError as error:
        raise ToolError(f"{path}: {error.strerror or error}") from error


def _height(item: Item) -> int:
    if isinstance(item, (Line, Feed)):
        return item.dots
    if isinstance(item, Raster):
        return item.rows * item.scale[1]
    if isinstance(item, Cut):
        return _TOOTH
    return _symbol(item).height


def _left(align: str, room: int, width: int) -> int:
    return {"left": 0, "centre": (room - width) // 2, "right": room - width}[align]


def _draw(head: Image.Image, item: Item, top: int) -> None:
    if isinstance(item, Line):
        _draw_line(head, item, top)
    elif isinstance(item, Raster):
        size = (item.width_bytes * 8, item.rows)
        image = Image.frombytes("1", size, item.data)
        image = image.resize((size[0] * item.scale[0], size[1] * item.scale[1]))
        head.paste(image, (_left(item.align, head.width, image.width), top))
    elif isinstance(item, Symbol):
        image = _symbol(item)
        head.paste(image, (_left(item.align, head.width, image.width), top))
    elif isinstance(item, Cut):
        ImageDraw.Draw(head).line((0, top, head.width, top), fill=1)


def _draw_line(head: Image.Image, line: Line, top: int) -> None:
    x = _left(line.align, head.width, line.cells * CELL_DOTS)
    tallest = max((dots(glyph).height for glyph in line.glyphs), default=0)
    for glyph in line.glyphs:
        image = dots(glyph)
        head.paste(image, (x, top + tallest - image.height))
        x += glyph.cells * CELL_DOTS


def _symbol(symbol: Symbol) -> Image.Image:
    if symbol.kind != "QR":  # a frame of a barcode's size: bars are not drawn
        image = Image.new("1", (CELL_DOTS * (len(symbol.content) + 2), _BARCODE_DOTS))
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 0, image.width - 1, image.height - 1), outline=1)
        return image
    try:
        code = segno.make(symbol.content, error=symbol.level, micro=False, boost_error=False)
    except ValueError as error:
        raise ToolError(f"QR code of the slip: {error}") from error
    module = min(max(symbol.module_dots, 1), _MODULES_MAX)
    rows = [bytes(row) for row in code.matrix]
    image = Image.new("1", (len(rows[0]), len(rows)))
    image.putdata([255 if dot else 0 for row in rows for dot in row])
    return image.resize((image.width * module, image.height * module))


def _paper(head: Image.Image) -> Image.Image:
    """Put the print on a strip of paper that was torn off at both ends."""
    width = head.width + 2 * _MARGIN
    height = head.height + 2 * _TOP + 2 * _TOOTH
    picture = Image.new("RGB", (width + 2 * _DESK, height + 2 * _DESK), _DESK_COLOUR)
    top, bottom, right = _DESK, _DESK + height, _DESK + width
    edge = [
        (x, top + (_TOOTH if i % 2 else 0)) for i, x in enumerate(range(_DESK, right + 1, _TOOTH))
    ]
    torn = [(x, bottom - (y - top)) for x, y in reversed(edge)]
    ImageDraw.Draw(picture).polygon(edge + torn, fill=_PAPER_COLOUR)
    ink = Image.new("RGB", head.size, _INK_COLOUR)
    picture.paste(ink, (_DESK + _MARGIN, top + _TOOTH + _TOP), head)
    return picture
