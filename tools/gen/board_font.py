# SPDX-License-Identifier: MIT
"""Generate boards/esp32_devkit/font16.bin, the characters of the screens in 16 dots; `--check`.

Drawn from WenQuanYi Micro Hei Mono (Apache-2.0), by the WenQuanYi Board of Trustees and its
contributors, derived from Droid Sans Fallback by Google; taken from the PyPI package
paperang-p2-fonts-cjk. The file is a rendering of that font and stays under the Apache-2.0.

Layout, numbers big-endian: number of narrow and of wide characters; their code points, sorted, two
bytes each (narrow ones are below U+2E80, the first 96 are U+0020 to U+007F); the narrow glyphs, 16
bytes each; the wide glyphs, 32 bytes each. A glyph is as the SSD1306 wants it: a byte is 8 dots
down, the top one lowest; all columns of the upper half, then of the lower. U+007F and U+FFFD are
the boxes for what the font has not.
"""

import struct
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from _target import main
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "boards" / "esp32_devkit" / "font16.bin"
WORDS = ROOT / "firmware" / "pos" / "ui" / "strings.py"

HEIGHT = 16
WIDE_FROM = 0x2E80
NARROW_BOX, WIDE_BOX = 0x7F, 0xFFFD
MONEY = "¢£¥€₫￥"
PUNCTUATION = "·×°±…、。《》「」【】！（），：；？元角分张笔"
_PACKAGE = "paperang_p2_fonts_cjk"
_MONO_FACE = 1
_BASELINE = 13
_SIZES = {8: (13, 12, 11, 10), 16: (16, 15, 14)}  # the largest that fits the cell
_MARGIN = 16


@cache
def typeface(size: int) -> ImageFont.FreeTypeFont:
    """Return the font in a size."""
    spec = find_spec(_PACKAGE)
    if spec is None:
        raise SystemExit("board_font: the CJK font is missing: pip install paperang-p2-fonts-cjk")
    path = Path(spec.origin).with_name("fonts") / "wqy-microhei.ttc"
    return ImageFont.truetype(str(path), size, index=_MONO_FACE)


def box(width: int) -> Image.Image:
    """Return the hollow box."""
    cell = Image.new("1", (width, HEIGHT))
    ImageDraw.Draw(cell).rectangle((1, 1, width - 2, HEIGHT - 3), outline=1)
    return cell


def cell(char: str, width: int) -> Image.Image:
    """Return the character in its cell, moved as little as it takes to fit."""
    for size in _SIZES[width]:
        image = Image.new("1", (width + 2 * _MARGIN, HEIGHT + 2 * _MARGIN))
        draw = ImageDraw.Draw(image)
        draw.fontmode = "1"
        at = (_MARGIN + width // 2, _MARGIN + _BASELINE)
        draw.text(at, char, fill=1, font=typeface(size), anchor="ms")
        ink = image.getbbox()
        if ink is None:
            return Image.new("1", (width, HEIGHT))
        left, top, right, bottom = ink
        if right - left <= width and bottom - top <= HEIGHT:
            x = min(max(_MARGIN, right - width), left)
            y = min(max(_MARGIN, bottom - HEIGHT), top)
            return image.crop((x, y, x + width, y + HEIGHT))
    raise SystemExit(f"board_font: U+{ord(char):04X} does not fit into {width}x{HEIGHT}")


def columns(image: Image.Image) -> bytes:
    """Return the glyph in the display's byte order."""
    out = bytearray()
    for top in (0, 8):
        for x in range(image.width):
            out.append(sum(bool(image.getpixel((x, top + y))) << y for y in range(8)))
    return bytes(out)


def points() -> list[int]:
    """Return every code point of the font, sorted."""
    chars = set(WORDS.read_text("utf-8") + MONEY + PUNCTUATION) - {"\n"}
    return sorted({*map(ord, chars), *range(0x20, 0x7F), NARROW_BOX, WIDE_BOX})


def build() -> bytes:
    """Return the content of the font file."""
    narrow = [point for point in points() if point < WIDE_FROM]
    wide = [point for point in points() if point >= WIDE_FROM]
    out = bytearray(
        struct.pack(f">HH{len(narrow + wide)}H", len(narrow), len(wide), *narrow, *wide)
    )
    lacking = {width: columns(cell("\U000f0000", width)) for width in (8, 16)}  # its own box
    for point in narrow + wide:
        width = 8 if point < WIDE_FROM else 16
        if point in (NARROW_BOX, WIDE_BOX):
            out += columns(box(width))
            continue
        glyph = columns(cell(chr(point), width))
        if glyph == lacking[width] or (point > 0x20 and not any(glyph)):
            raise SystemExit(f"board_font: the typeface has no U+{point:04X}")
        out += glyph
    return bytes(out)


if __name__ == "__main__":
    sys.exit(main("screen font of the ESP32 board", TARGET, build))
