# SPDX-License-Identifier: MIT
"""ESC/POS as a 58 or 80 mm printer of the field understands it: Epson commands, GBK text.

Bytes in, paper items out. Strict, it refuses with the offset what a printer would misread: an
unknown command, a parameter or picture byte that is missing. Else it goes on as the printer does:
a command cut off at the end prints nothing, a strange byte prints as garbage. Chinese mode starts
off, so a slip that forgets to switch it on is seen at once.
"""

from posctl.errors import ToolError
from posctl.receipt.paper import (
    ALIGNMENTS,
    SPACING_DOTS,
    Cut,
    Feed,
    Glyph,
    Item,
    Line,
    Raster,
    Symbol,
)

_TAB_CELLS = 8

# command bytes: (number of parameter bytes, name of the method `_do_...` or "" for no effect)
_COMMANDS = {
    b"\x1b@": (0, "reset"),
    b"\x1b!": (1, "mode"),
    b"\x1b-": (1, "underline"),
    b"\x1bE": (1, "bold"),
    b"\x1bG": (1, "bold"),
    b"\x1ba": (1, "align"),
    b"\x1bd": (1, "feed_lines"),
    b"\x1bJ": (1, "feed_dots"),
    b"\x1b2": (0, "default_spacing"),
    b"\x1b3": (1, "spacing"),
    b"\x1bi": (0, "cut"),
    b"\x1bm": (0, "cut"),
    b"\x1bt": (1, ""),  # code page: no effect on ASCII and GBK
    b"\x1bR": (1, ""),  # national characters
    b"\x1bM": (1, ""),  # font B is not drawn
    b"\x1b ": (1, ""),
    b"\x1bp": (3, ""),  # cash drawer
    b"\x1bv": (0, ""),
    b"\x1b7": (3, ""),  # heat
    b"\x1bc5": (1, ""),
    b"\x1c&": (0, "chinese_on"),
    b"\x1c.": (0, "chinese_off"),
    b"\x1c!": (1, "hanzi_mode"),
    b"\x1c-": (1, "underline"),
    b"\x1cS": (2, ""),
    b"\x1d!": (1, "size"),
    b"\x1dB": (1, ""),
    b"\x1dL": (2, ""),
    b"\x1dW": (2, ""),
    b"\x1da": (1, ""),
    b"\x1dr": (1, ""),
    b"\x1dI": (1, ""),
    b"\x1dh": (1, ""),
    b"\x1dw": (1, ""),
    b"\x1dH": (1, ""),
    b"\x1df": (1, ""),
    b"\x1dk": (1, "barcode"),
    b"\x1dV": (1, "cut_mode"),
    b"\x1dv0": (5, "raster"),
    b"\x1d(k": (2, "symbol"),
    b"\x10\x04": (1, ""),
    b"\x10\x05": (1, ""),
    b"\x12#": (1, ""),
}
_LEVELS = {48: "L", 49: "M", 50: "Q", 51: "H"}


class _CutOff(ToolError):
    """The bytes end inside a command or character."""


def interpret(data: bytes, columns: int = 32, strict: bool = True) -> list[Item]:
    """Return the paper items that the bytes print on paper of so many columns."""
    return _Interpreter(data, columns).run(strict)


class _Interpreter:
    def __init__(self, data: bytes, columns: int) -> None:
        self._data = bytes(data)
        self._at = 0
        self._columns = columns
        self._items: list[Item] = []
        self._qr = {"level": "L", "module": 3, "data": b""}
        self._do_reset()

    def run(self, strict: bool) -> list[Item]:
        while self._at < len(self._data):
            start = self._at
            try:
                self._step(self._data[start])
            except _CutOff:
                if strict:
                    raise
                break
            except ToolError:
                if strict:
                    raise
                self._at = start + 1
                self._glyph("\ufffd", False)
        if self._line.glyphs:
            self._end_line()
        return self._items

    def _step(self, byte: int) -> None:
        if byte >= 0x20 and byte != 0x7F:
            self._text(byte)
        else:
            self._control(byte)

    # text

    def _text(self, byte: int) -> None:
        if byte < 0x80:
            self._at += 1
            self._glyph(chr(byte), False)
        elif self._chinese and byte > 0x80:
            code = self._take(2, "second byte of a hanzi")
            self._glyph(code.decode("gbk", "replace")[0], True)
        else:
            self._at += 1
            self._glyph("\ufffd", False)

    def _glyph(self, char: str, hanzi: bool) -> None:
        width, height = self._hanzi_size if hanzi and self._hanzi_size else self._size
        glyph = Glyph(char, hanzi, width, height, self._bold, self._underline)
        if self._line.cells + glyph.cells > self._columns:
            self._end_line()
        self._line.glyphs.append(glyph)

    def _end_line(self) -> None:
        self._line.spacing = self._spacing
        self._items.append(self._line)
        self._line = Line(align=self._align)

    # commands

    def _control(self, byte: int) -> None:
        if byte == 0x0A:
            self._at += 1
            self._end_line()
        elif byte == 0x0D:
            self._at += 1
        elif byte == 0x09:
            self._at += 1
            for _ in range(_TAB_CELLS - self._line.cells % _TAB_CELLS):
                self._glyph(" ", False)
        else:
            self._command()

    def _command(self) -> None:
        start = self._at
        for length in (3, 2):
            name = self._data[start : start + length]
            if name in _COMMANDS:
                break
        else:
            raise self._error(start, f"unknown command {self._data[start : start + 2].hex(' ')}")
        count, method = _COMMANDS[name]
        self._at += len(name)
        values = self._take(count, f"parameter of command {name.hex(' ')}")
        if method:
            getattr(self, "_do_" + method)(*values)

    def _take(self, count: int, what: str) -> bytes:
        found = self._data[self._at : self._at + count]
        if len(found) < count:
            text = f"{what}: {count} bytes wanted, {len(found)} follow"
            raise _CutOff(str(self._error(self._at, text)))
        self._at += count
        return found

    def _error(self, offset: int, text: str) -> ToolError:
        return ToolError(f"slip, offset {offset}: {text}")

    def _do_reset(self) -> None:
        self._chinese = self._bold = self._underline = False
        self._size = (1, 1)
        self._hanzi_size = None
        self._spacing = SPACING_DOTS
        self._align = "left"
        self._line = Line()

    def _do_mode(self, bits: int) -> None:
        self._size = (2 if bits & 0x20 else 1, 2 if bits & 0x10 else 1)
        self._bold = bool(bits & 0x08)
        self._underline = bool(bits & 0x80)

    def _do_hanzi_mode(self, bits: int) -> None:
        size = (2 if bits & 0x04 else 1, 2 if bits & 0x08 else 1)
        self._hanzi_size = None if size == (1, 1) else size

    def _do_size(self, bits: int) -> None:
        self._size = ((bits >> 4 & 7) + 1, (bits & 7) + 1)

    def _do_bold(self, on: int) -> None:
        self._bold = bool(on & 1)

    def _do_underline(self, dots: int) -> None:
        self._underline = dots not in (0, 48)

    def _do_chinese_on(self) -> None:
        self._chinese = True

    def _do_chinese_off(self) -> None:
        self._chinese = False

    def _do_align(self, side: int) -> None:
        if self._line.glyphs:  # obeyed at the start of a line only
            return
        if side % 48 not in (0, 1, 2):
            raise self._error(self._at - 1, f"alignment {side} does not exist")
        self._align = self._line.align = ALIGNMENTS[side % 48]

    def _do_feed_lines(self, lines: int) -> None:
        if self._line.glyphs and lines:
            self._end_line()
            lines -= 1
        if lines:
            self._items.append(Feed(lines * self._spacing, lines))

    def _do_feed_dots(self, dots: int) -> None:
        if self._line.glyphs:
            self._end_line()
        self._items.append(Feed(dots, round(dots / SPACING_DOTS)))

    def _do_default_spacing(self) -> None:
        self._spacing = SPACING_DOTS

    def _do_spacing(self, dots: int) -> None:
        self._spacing = dots

    def _do_cut(self) -> None:
        self._items.append(Cut())

    def _do_cut_mode(self, mode: int) -> None:
        if mode in (65, 66):
            self._do_feed_dots(self._take(1, "feed of the cut")[0])
        self._items.append(Cut())

    def _do_raster(self, mode: int, xl: int, xh: int, yl: int, yh: int) -> None:
        width, rows = xl | xh << 8, yl | yh << 8
        data = self._take(width * rows, f"picture of {width * 8}x{rows} dots")
        scale = (2 if mode & 1 else 1, 2 if mode & 2 else 1)
        self._items.append(Raster(width, rows, data, scale, self._align))

    def _do_barcode(self, system: int) -> None:
        if system >= 65:
            content = self._take(self._take(1, "length of a barcode")[0], "barcode")
        else:
            end = self._data.find(b"\0", self._at)
            if end < 0:
                raise _CutOff(str(self._error(self._at, "barcode without its final NUL")))
            content, self._at = self._data[self._at : end], end + 1
        text = content.decode("ascii", "replace")
        self._items.append(Symbol("barcode", text, align=self._align))

    def _do_symbol(self, low: int, high: int) -> None:
        body = self._take(low | high << 8, "body of GS ( k")
        function = body[:2]
        if function in (b"1C", b"1E") and len(body) < 3:
            raise self._error(self._at - len(body), "GS ( k without its value")
        if function == b"1C":
            self._qr["module"] = body[2]
        elif function == b"1E":
            self._qr["level"] = _LEVELS.get(body[2], "L")
        elif function == b"1P":
            self._qr["data"] = body[3:]
        elif function == b"1Q":
            text = self._qr["data"].decode("utf-8", "replace")
            if not text:
                raise self._error(self._at - len(body), "QR code printed before it was stored")
            qr = self._qr
            self._items.append(Symbol("QR", text, qr["level"], qr["module"], self._align))
