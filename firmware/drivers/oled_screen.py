# SPDX-License-Identifier: MIT
"""Display port on 128x64 dots: four rows of sixteen cells, 8x16 letters, 16x16 hanzi.

The first line is the title and stays. A line that is too long goes on in the next row, at a space
if there is one. What does not fit below the title is reached with UP and DOWN: arrows in the first
row with a free last cell say so. A line that starts with ">" (the menu's) is always in sight.

The font is a resource (tools/gen/board_font.py), read in place from ROMFS. Texts are walked as
UTF-8 bytes: walking a str would intern each of its characters.
"""

from micropython import const

from pos.core.errors import ProfileError

_CELLS = const(16)
_CELL_DOTS = const(8)
_ROWS = const(4)
_ROWS_MAX = const(16)  # rows a screen may have in all
_WIDE_FROM = const(0x2E80)
_NARROW_BOX = const(0x7F)
_WIDE_BOX = const(0xFFFD)
_HEAD = const(4)  # two counts in front of the index
_SPACE = const(0x20)
_MARK = const(0x3E)  # ">"

_ARROWS_AT = const(120)  # column of the last cell
_UP = b"\x00\x10\x18\x1c\x1e\x1c\x18\x10" + bytes(8)  # and nothing, to take it away
_DOWN = b"\x00\x08\x18\x38\x78\x38\x18\x08" + bytes(8)


def open_font(path: str) -> memoryview:
    """Return the font file's bytes, in place where it lies in ROMFS."""
    with open(path, "rb") as file:
        try:
            return memoryview(file)
        except TypeError:  # any other file system
            return memoryview(file.read())


class Screen:
    """Display port over a panel (ssd1306.Panel): `put`, `clear` and `send`."""

    def __init__(self, panel: object, font: memoryview) -> None:
        self._panel = panel
        self._font = font
        self._narrow = font[0] << 8 | font[1]
        self._wide = font[2] << 8 | font[3]
        self._glyphs = _HEAD + 2 * (self._narrow + self._wide)
        if len(font) != self._glyphs + 16 * self._narrow + 32 * self._wide:
            raise ProfileError("font has a wrong size")
        self._rows = []  # UTF-8 of each row of the screen, those out of sight included
        self._drawn = [b""] * _ROWS  # what the panel has: only rows that differ are drawn
        self._marks = bytearray(_ROWS)  # arrows it has: 1 up, 2 down
        self._top = 1  # the row below the title
        self._screen = ""

    def show(self, screen: str, lines: list) -> None:
        """Replace what is shown."""
        self._rows = self._layout(lines)
        self._screen = screen
        self._top = 1
        self._seek_mark()
        self._draw()

    def scroll(self, name: str) -> bool:
        """Take UP or DOWN where there is more to see; the menu has them for itself."""
        if len(self._rows) <= _ROWS or self._screen == "menu":
            return False
        step = 1 if name == "DOWN" else -1
        places = len(self._rows) - _ROWS + 1  # round and round: a pad may have DOWN only
        self._top = 1 + (self._top - 1 + step) % places
        self._draw()
        return True

    def _layout(self, lines: list) -> list:
        rows = []
        for line in lines:
            utf8 = bytes(line.replace("  ", " "), "utf-8")
            at = 0
            while len(rows) < _ROWS_MAX:
                stop = self._break(utf8, at)
                rows.append(utf8[at:stop])
                if stop >= len(utf8):
                    break
                at = stop
        while len(rows) > 1 and not rows[-1]:
            rows.pop()
        return rows

    def _break(self, utf8: bytes, at: int) -> int:
        """Return where the row that starts at an offset ends, behind a space if it can be."""
        cells = _CELLS
        space = 0
        while at < len(utf8):
            cells -= 1 if _point(utf8, at) < _WIDE_FROM else 2
            if utf8[at] == _SPACE:
                space = at + 1
            if cells < 0:
                return space or at
            at += _length(utf8[at])
        return at

    def _seek_mark(self) -> None:
        for i in range(_ROWS, len(self._rows)):
            if self._rows[i] and self._rows[i][0] == _MARK:
                self._top = i - _ROWS + 2

    def _draw(self) -> None:
        rows, top = self._rows, self._top
        marks = 0
        if len(rows) > _ROWS:
            marks = (1 if top > 1 else 0) | (2 if top + _ROWS - 1 < len(rows) else 0)
        for row in range(_ROWS):
            at = row if not row else top + row - 1
            utf8 = rows[at] if at < len(rows) else b""
            here = marks if marks and _cells(utf8) < _CELLS else 0
            if here:
                marks = 0
            if utf8 != self._drawn[row] or here != self._marks[row]:
                self._drawn[row] = utf8
                self._marks[row] = here
                self._draw_row(2 * row, utf8)
                if here:
                    self._panel.put(2 * row, _ARROWS_AT, _UP, 0 if here & 1 else 8, _CELL_DOTS)
                    self._panel.put(2 * row + 1, _ARROWS_AT, _DOWN, 0 if here & 2 else 8, 8)
        self._panel.send()

    def _draw_row(self, page: int, utf8: bytes) -> None:
        column = 0
        at = 0
        while at < len(utf8):
            point = _point(utf8, at)
            width = _CELL_DOTS if point < _WIDE_FROM else 2 * _CELL_DOTS
            if column + width > _CELLS * _CELL_DOTS:
                break  # only spaces: the layout broke the line behind them
            glyph = self._glyph(point)
            self._panel.put(page, column, self._font, glyph, width)
            self._panel.put(page + 1, column, self._font, glyph + width, width)
            column += width
            at += _length(utf8[at])
        self._panel.clear(page, column)
        self._panel.clear(page + 1, column)

    def _glyph(self, point: int) -> int:
        """Return the offset of a character's glyph, or of the box."""
        if _SPACE <= point < _NARROW_BOX:  # these come first, without a gap
            return self._glyphs + 16 * (point - _SPACE)
        if point < _WIDE_FROM:
            at = self._find(point, 0, self._narrow)
            return self._glyphs + 16 * (_NARROW_BOX - _SPACE if at < 0 else at)
        at = self._find(point, self._narrow, self._narrow + self._wide)
        if at < 0:
            at = self._find(_WIDE_BOX, self._narrow, self._narrow + self._wide)
        return self._glyphs + 16 * self._narrow + 32 * (at - self._narrow)

    def _find(self, point: int, low: int, high: int) -> int:
        """Return the place of a code point in the index, or -1."""
        font = self._font
        while low < high:
            middle = (low + high) // 2
            at = _HEAD + 2 * middle
            here = font[at] << 8 | font[at + 1]
            if here == point:
                return middle
            if here < point:
                low = middle + 1
            else:
                high = middle
        return -1


def _length(lead: int) -> int:
    """Return how many bytes a UTF-8 character has that starts with this byte."""
    if lead < 0xC0:
        return 1
    if lead < 0xE0:
        return 2
    return 3 if lead < 0xF0 else 4


def _cells(utf8: bytes) -> int:
    """Return how many cells a text takes."""
    cells = 0
    at = 0
    while at < len(utf8):
        cells += 1 if _point(utf8, at) < _WIDE_FROM else 2
        at += _length(utf8[at])
    return cells


def _point(utf8: bytes, at: int) -> int:
    """Return the code point of the character at an offset."""
    lead = utf8[at]
    length = _length(lead)
    point = lead if length == 1 else lead & 0x7F >> length
    for i in range(at + 1, at + length):
        point = point << 6 | utf8[i] & 0x3F
    return point
