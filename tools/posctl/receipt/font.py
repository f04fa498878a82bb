# SPDX-License-Identifier: MIT
"""Dot matrices of characters, as a thermal head prints them: 12x24, hanzi 24x24, one bit a dot.

The font is WenQuanYi Micro Hei Mono (Apache-2.0) from the PyPI package paperang-p2-fonts-cjk.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from posctl.errors import ToolError
from posctl.receipt.paper import CELL_DOTS, FONT_DOTS, Glyph

_PACKAGE = "paperang_p2_fonts_cjk"
_MONO_FACE = 1
_ASCII_SIZE = 20  # its characters are 12 dots wide
_HANZI_SIZE = 24
_BASELINE = 20


@cache
def typeface(size: int) -> ImageFont.FreeTypeFont:
    """Return the font in a size; ToolError when its package is missing."""
    spec = find_spec(_PACKAGE)
    if spec is None:
        raise ToolError(f"the CJK font is missing: pip install {_PACKAGE.replace('_', '-')}")
    path = Path(spec.origin).with_name("fonts") / "wqy-microhei.ttc"
    return ImageFont.truetype(str(path), size, index=_MONO_FACE)


@cache
def dots(glyph: Glyph) -> Image.Image:
    """Return the character's picture, 1 where the paper is blackened, in its own size."""
    base = CELL_DOTS * (2 if glyph.hanzi else 1)
    image = Image.new("1", (base, FONT_DOTS))
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    font = typeface(_HANZI_SIZE if glyph.hanzi else _ASCII_SIZE)
    for shift in (0, 1) if glyph.bold else (0,):
        draw.text((shift, _BASELINE), glyph.char, fill=1, font=font, anchor="ls")
    if glyph.underline:
        draw.line((0, FONT_DOTS - 1, base, FONT_DOTS - 1), fill=1)
    return image.resize((base * glyph.width, FONT_DOTS * glyph.height), Image.Resampling.NEAREST)
