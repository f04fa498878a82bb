# SPDX-License-Identifier: MIT
"""GBK, the character set of Chinese receipt printers, from a table of our own.

MicroPython accepts codec names and ignores them, so none is used here. The table is `gbk.bin`
beside this file (tools/gen/gbk_table.py): read in place from ROMFS, else copied to the heap.

Encoded text never holds a control byte, so text from outside cannot command the printer: control
characters and what GBK has not become `〓`, after a few foldings (¥, €, ², no-break space).
Functions on `utf8` take the bytes of a str: walking a str would intern each of its characters.
"""

from micropython import const

from pos.core.errors import StoreError

_FIRST = const(0x4E00)  # dense part: code points _FIRST to _LAST
_LAST = const(0x9FA5)
_PAIRS = const(41804)  # offset of the pairs of all other characters
_PAIR_COUNT = const(889)
_PAIR_LEN = const(4)
_FOLDS = const(45360)  # offset of the foldings
_FOLD_LEN = const(6)
_UNKNOWN = const(0xA1FE)  # 〓
_UNKNOWN_POINT = const(0x3013)
_CHUNK_LEN = const(1024)

_cache = []


def _table() -> memoryview:
    """Return the table, opened at the first use."""
    if not _cache:
        _cache.append(_open(__file__.rsplit("/", 1)[0] + "/gbk.bin"))
    return _cache[0]


def _open(path: str) -> memoryview:
    with open(path, "rb") as file:
        try:
            view = memoryview(file)  # ROMFS: the bytes in place
        except TypeError:
            view = memoryview(file.read())
    if len(view) <= _FOLDS or (len(view) - _FOLDS) % _FOLD_LEN:
        raise StoreError("gbk.bin has a wrong size")
    return view


def _search(table: memoryview, start: int, count: int, stride: int, point: int) -> int:
    """Return the offset of the entry of a code point in a sorted section, or -1."""
    low = 0
    while low < count:
        middle = (low + count) // 2
        at = start + middle * stride
        here = table[at] << 8 | table[at + 1]
        if here == point:
            return at
        if here < point:
            low = middle + 1
        else:
            count = middle
    return -1


def _fold(table: memoryview, point: int) -> int:
    """Return the offset of the folding's bytes, or -1."""
    at = _search(table, _FOLDS, (len(table) - _FOLDS) // _FOLD_LEN, _FOLD_LEN, point)
    return at if at < 0 else at + 2


def char_len(lead: int) -> int:
    """Return how many bytes a UTF-8 character has that starts with this byte."""
    if lead < 0xC0:
        return 1
    if lead < 0xE0:
        return 2
    return 3 if lead < 0xF0 else 4


def _point(utf8: bytes, at: int) -> int:
    """Return the code point of the character at an offset; 0 when it is cut off."""
    lead = utf8[at]
    length = char_len(lead)
    if at + length > len(utf8):
        return 0
    point = lead if length == 1 else lead & 0x7F >> length
    for i in range(at + 1, at + length):
        point = point << 6 | utf8[i] & 0x3F
    return point


def _point_cells(table: memoryview, point: int) -> int:
    if 0x20 <= point < 0x7F:
        return 1
    if _FIRST <= point <= _LAST:
        return 2
    at = _fold(table, point)
    if at < 0:
        return 2
    cells = 0
    while cells < _FOLD_LEN - 2 and table[at + cells]:
        cells += 1
    return cells


def char_cells(utf8: bytes, at: int) -> int:
    """Return the cells of the character at an offset: the number of its GBK bytes."""
    lead = utf8[at]
    if 0x20 <= lead < 0x7F:
        return 1
    return _point_cells(_table(), _point(utf8, at))


def cells(utf8: bytes) -> int:
    """Return the cells a text takes on paper."""
    count = 0
    at = 0
    while at < len(utf8):
        count += char_cells(utf8, at)
        at += char_len(utf8[at])
    return count


def _source(table: memoryview, point: int) -> int:
    """Return the offset of the two GBK bytes of a character, or -1."""
    if _FIRST <= point <= _LAST:
        return (point - _FIRST) * 2
    at = _search(table, _PAIRS, _PAIR_COUNT, _PAIR_LEN, point)
    return at if at < 0 else at + 2


def _put(table: memoryview, point: int, out: bytearray, at: int) -> int:
    """Write the bytes of a character that is not plain ASCII; return the offset behind them."""
    source = _source(table, point)
    if source >= 0:
        out[at] = table[source]
        out[at + 1] = table[source + 1]
        return at + 2
    source = _fold(table, point)
    if source >= 0:
        return _put_fold(table, source, out, at)
    out[at] = _UNKNOWN >> 8
    out[at + 1] = _UNKNOWN & 0xFF
    return at + 2


def _put_fold(table: memoryview, source: int, out: bytearray, at: int) -> int:
    for i in range(source, source + _FOLD_LEN - 2):
        if not table[i]:
            break
        out[at] = table[i]
        at += 1
    return at


def encode_into(utf8: bytes, out: bytearray, at: int) -> int:
    """Write a text where `cells(utf8)` bytes must be free; return the offset behind it."""
    table = _table()
    i = 0
    size = len(utf8)
    while i < size:
        lead = utf8[i]
        if 0x20 <= lead < 0x7F:
            out[at] = lead
            at += 1
            i += 1
        else:
            at = _put(table, _point(utf8, i), out, at)
            i += char_len(lead)
    return at


def encode(text: str) -> bytes:
    """Return the GBK bytes of a text."""
    utf8 = bytes(text, "utf-8")
    out = bytearray(cells(utf8))
    encode_into(utf8, out, 0)
    return bytes(out)


def _find(table: memoryview, code: bytes, start: int, stop: int, stride: int, phase: int) -> int:
    """Return the offset of two bytes at a place of the section where a code may stand, or -1."""
    chunk = bytearray(_CHUNK_LEN)  # a memoryview cannot be searched
    while start < stop:
        size = min(_CHUNK_LEN, stop - start)
        chunk[:size] = table[start : start + size]
        at = chunk.find(code, 0, size)
        while at >= 0 and at % stride != phase:
            at = chunk.find(code, at + 1, size)
        if at >= 0:
            return start + at
        start += size
    return -1


def _char_of(code: bytes) -> int:
    """Return the code point of two GBK bytes, that of `〓` when they are none."""
    table = _table()
    if not 0xA1 <= code[0] <= 0xA9:  # those rows hold no character of the dense part
        at = _find(table, code, 0, _PAIRS, 2, 0)
        if at >= 0:
            return _FIRST + at // 2
    at = _find(table, code, _PAIRS, _FOLDS, _PAIR_LEN, 2)
    return _UNKNOWN_POINT if at < 0 else table[at - 2] << 8 | table[at - 1]


def _append(out: bytearray, point: int) -> None:
    """Append the UTF-8 bytes of a code point below U+10000."""
    if point < 0x80:
        out.append(point)
        return
    if point < 0x800:
        out.append(0xC0 | point >> 6)
    else:
        out.append(0xE0 | point >> 12)
        out.append(0x80 | point >> 6 & 0x3F)
    out.append(0x80 | point & 0x3F)


def decode(data: bytes) -> str:
    """Return the text of GBK bytes; what is none becomes `〓`. Slow: for a host's few texts."""
    utf8 = bytearray()
    at = 0
    while at < len(data):
        lead = data[at]
        at += 1
        if 0x80 < lead < 0xFF and at < len(data) and data[at] >= 0x40:
            lead = _char_of(bytes(data[at - 1 : at + 1]))
            at += 1
        elif lead >= 0x80:
            lead = _UNKNOWN_POINT
        _append(utf8, lead)
    return str(utf8, "utf-8")
