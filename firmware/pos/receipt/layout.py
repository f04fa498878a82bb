# SPDX-License-Identifier: MIT
"""Lines on paper: every line fits, no hanzi is split, columns line up with any mix of scripts.

Widths are counted in cells of the small font; a character takes as many as it has GBK bytes, twice
that in double width. 58 mm paper has 32 cells, 80 mm has 48. A text is a str or its UTF-8 bytes.
"""

from micropython import const

from pos.receipt import escpos, gbk
from pos.receipt.errors import LayoutError

_ROOM_LEN = const(1536)  # a sale slip has about 1 KB; longer ones grow
_SPACE = const(0x20)
_DASH = const(0x2D)
_INDENT = const(2)
# What must not start a line while a character can be taken along from the line above.
_NO_START = bytes("，。、：；！？）》」』】”’％,.:;!?)]%", "utf-8")


def _utf8(text: object) -> bytes:
    return text if isinstance(text, bytes) else bytes(text, "utf-8")


def _may_break(utf8: bytes, last: int, at: int) -> bool:
    """Whether a line may end between the characters at `last` and `at`."""
    if utf8[last] == _SPACE or utf8[at] == _SPACE:
        return True
    if utf8[last] < 0x80 and utf8[at] < 0x80:
        return False
    return utf8[at : at + gbk.char_len(utf8[at])] not in _NO_START


def break_at(utf8: bytes, start: int, width: int) -> int:
    """Return the offset where a line that starts at `start` and has `width` cells must end."""
    best = last = at = start
    used = 0
    while at < len(utf8):
        if at > start and _may_break(utf8, last, at):
            best = at
        used += gbk.char_cells(utf8, at)
        if used > width:
            break
        last = at
        at += gbk.char_len(utf8[at])
    else:
        return len(utf8)
    if at == start:
        raise LayoutError("character wider than the paper")
    return best if best > start else at


class Sheet:
    """One slip under construction: each call adds whole lines to one buffer."""

    def __init__(self, columns: int = 32, room: int = _ROOM_LEN) -> None:
        self.columns = columns  # cells of a line in the present size
        self._paper = columns
        self._data = bytearray(room)
        self._end = 0

    def take(self) -> bytes:
        """Return the bytes of all lines so far and start anew."""
        data = bytes(memoryview(self._data)[: self._end])
        self._end = 0
        return data

    def command(self, data: bytes) -> None:
        """Add printer commands (escpos); between lines only."""
        end = self._reserve(len(data))
        self._data[end : end + len(data)] = data
        self._end = end + len(data)

    def size(self, width: int, height: int) -> None:
        """Change the size of the characters that follow, 1 or 2 times in each direction."""
        self.command(escpos.size(width, height))
        self.columns = self._paper // width

    def line(self, text: object) -> None:
        """One line of our own text: LayoutError when it does not fit."""
        utf8 = _utf8(text)
        self._fit(gbk.cells(utf8))
        self._add(0, utf8)

    def centre(self, text: object) -> None:
        """One line in the middle."""
        utf8 = _utf8(text)
        self._add(self._fit(gbk.cells(utf8)) // 2, utf8)

    def right(self, text: object) -> None:
        """One line at the right edge."""
        utf8 = _utf8(text)
        self._add(self._fit(gbk.cells(utf8)), utf8)

    def rule(self) -> None:
        """A line of dashes."""
        self._fill(_DASH, self.columns)
        self._newline()

    def skip(self, lines: int) -> None:
        """Empty lines."""
        for _ in range(lines):
            self._newline()

    def wrap(self, text: object, indent: int = 0) -> None:
        """Text from outside, on as many lines as it takes."""
        utf8 = _utf8(text)
        if utf8 and gbk.cells(utf8) <= self.columns - indent:
            self._add(indent, utf8)
            return
        start = 0
        while start < len(utf8):
            end = break_at(utf8, start, self.columns - indent)
            self._add(indent, utf8[start:end].rstrip())
            start = end
            while start < len(utf8) and utf8[start] == _SPACE:
                start += 1

    def pair(self, label: object, value: object) -> None:
        """Label left and value right on one line if both fit, else the value on its own lines."""
        head = _utf8(label)
        tail = _utf8(value)
        gap = self.columns - gbk.cells(head) - gbk.cells(tail)
        if gap < 1:
            self.below(label, value)
            return
        self._put(head)
        self._fill(_SPACE, gap)
        self._add(0, tail)

    def below(self, label: object, value: object) -> None:
        """Label, and the value indented under it."""
        self.wrap(label)
        self.wrap(value, _INDENT)

    def row(self, texts: tuple, widths: tuple) -> None:
        """A table row; a negative width aligns right; what does not fit gets a line of its own."""
        start = used = 0
        late = []
        for i in range(len(texts)):
            utf8 = _utf8(texts[i])
            cells = gbk.cells(utf8)
            width = abs(widths[i])
            at = start if widths[i] > 0 else start + width - cells
            start += width
            if cells > width and i == 0:
                self.wrap(texts[i])
            elif cells > width or (cells and used and at <= used):
                late.append(texts[i])
            elif cells:
                self._fill(_SPACE, at - used)
                self._put(utf8)
                used = at + cells
        self._newline()
        for text in late:
            self.right(text)

    def _fit(self, cells: int) -> int:
        """Return the cells left over beside a text."""
        if cells > self.columns:
            raise LayoutError("line of %d cells on %d" % (cells, self.columns))
        return self.columns - cells

    def _add(self, indent: int, utf8: bytes) -> None:
        self._fill(_SPACE, indent)
        self._put(utf8)
        self._newline()

    def _put(self, utf8: bytes) -> None:
        self._reserve(2 * len(utf8) + 4)
        self._end = gbk.encode_into(utf8, self._data, self._end)

    def _fill(self, char: int, count: int) -> None:
        end = self._reserve(count)
        for i in range(end, end + count):
            self._data[i] = char
        self._end = end + count

    def _newline(self) -> None:
        end = self._reserve(1)
        self._data[end] = escpos.LINE_END
        self._end = end + 1

    def _reserve(self, count: int) -> int:
        """Make room for so many bytes and return the offset where they go."""
        while self._end + count > len(self._data):
            self._data.extend(bytes(len(self._data)))
        return self._end
