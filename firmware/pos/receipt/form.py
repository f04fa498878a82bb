# SPDX-License-Identifier: MIT
"""Forms: the lines of a slip as one text, which costs no heap, filled in from the deal.

A line is a kind, a text and perhaps `|name` of a value, looked up in the sources in turn:
`-` rule, `^` centred, ` ` plain, `!` plain and loud, `:` text left and value right, `/` value
below the text, `#` text, count and amount of a table; an empty line is one on paper. A line whose
value is empty or zero is left out. Numbers are vouchers and batches: six digits.
"""

from micropython import const

from pos.receipt import escpos
from pos.receipt.errors import LayoutError
from pos.receipt.layout import Sheet

_RULE = const(0x2D)
_CENTRE = const(0x5E)
_PLAIN = const(0x20)
_LOUD = const(0x21)
_PAIR = const(0x3A)
_BELOW = const(0x2F)
_ROW = const(0x23)
_COUNT_AND_AMOUNT = const(18)  # cells of these two columns


def fill(sheet: Sheet, form: str, sources: tuple) -> None:
    """Add the lines of a form; a source is a dict or an object with attributes."""
    utf8 = bytes(form, "utf-8")
    start = 0
    while start <= len(utf8):
        end = utf8.find(b"\n", start)
        if end < 0:
            end = len(utf8)
        bar = utf8.find(b"|", start, end)
        if end == start:
            sheet.skip(1)
        elif bar < 0:
            _add(sheet, utf8[start], utf8[start + 1 : end], "")
        else:
            value = _value(str(utf8[bar + 1 : end], "utf-8"), sources)
            if value:
                _add(sheet, utf8[start], utf8[start + 1 : bar], value)
        start = end + 1


def loud(sheet: Sheet, add: object, text: object) -> None:
    """Add a line in double height and bold by one of the sheet's methods."""
    sheet.command(escpos.LOUD)
    add(text)
    sheet.command(escpos.QUIET)


def _value(name: str, sources: tuple) -> object:
    value = None
    for source in sources:
        if isinstance(source, dict):
            value = source.get(name)
        elif hasattr(source, name):
            value = getattr(source, name)
        if value is not None:
            break
    if value is None:
        raise LayoutError("no value " + name)
    if isinstance(value, int):
        return "%06d" % value if value else ""
    return value


def _add(sheet: Sheet, kind: int, text: bytes, value: object) -> None:
    if kind == _PAIR:
        sheet.pair(text, value)
    elif kind == _BELOW:
        sheet.below(text, value)
    elif kind == _PLAIN:
        sheet.wrap(text + bytes(value, "utf-8"))
    elif kind == _LOUD:
        loud(sheet, sheet.wrap, text + bytes(value, "utf-8"))
    elif kind == _CENTRE:
        sheet.centre(text)
    elif kind == _ROW:
        sheet.row((text,) + value, (sheet.columns - _COUNT_AND_AMOUNT, -6, -12))
    elif kind == _RULE:
        sheet.rule()
    else:
        raise LayoutError("unknown kind of line")
