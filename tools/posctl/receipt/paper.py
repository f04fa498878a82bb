# SPDX-License-Identifier: MIT
"""What a print head leaves on paper: the items of an interpreted slip, in dots and cells."""

from dataclasses import dataclass, field

CELL_DOTS = 12  # width of a character of the small font
FONT_DOTS = 24  # its height, and width and height of a hanzi
SPACING_DOTS = 30  # default distance of two lines
ALIGNMENTS = ("left", "centre", "right")


@dataclass(frozen=True)
class Glyph:
    """One character; `width` and `height` are its magnification."""

    char: str
    hanzi: bool
    width: int = 1
    height: int = 1
    bold: bool = False
    underline: bool = False

    @property
    def cells(self) -> int:
        """Cells of the small font that it covers."""
        return self.width * (2 if self.hanzi else 1)


@dataclass
class Line:
    """One line of text, fed by at least `spacing` dots."""

    glyphs: list[Glyph] = field(default_factory=list)
    align: str = "left"
    spacing: int = SPACING_DOTS

    @property
    def cells(self) -> int:
        """Cells of the small font that it covers."""
        return sum(glyph.cells for glyph in self.glyphs)

    @property
    def dots(self) -> int:
        """Height on paper."""
        tallest = max((glyph.height for glyph in self.glyphs), default=0)
        return max(self.spacing, tallest * FONT_DOTS)

    @property
    def text(self) -> str:
        """The characters alone."""
        return "".join(glyph.char for glyph in self.glyphs)


@dataclass(frozen=True)
class Feed:
    """Blank paper; `lines` is how many lines of text would cover it."""

    dots: int
    lines: int


@dataclass(frozen=True)
class Raster:
    """A picture of one bit a dot, rows padded to bytes, magnified by `scale`."""

    width_bytes: int
    rows: int
    data: bytes
    scale: tuple[int, int]
    align: str


@dataclass(frozen=True)
class Symbol:
    """A QR code or barcode, which the printer draws itself."""

    kind: str
    content: str
    level: str = "L"
    module_dots: int = 3
    align: str = "left"


@dataclass(frozen=True)
class Cut:
    """The cutter."""


Item = Line | Feed | Raster | Symbol | Cut
