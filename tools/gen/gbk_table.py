# SPDX-License-Identifier: MIT
"""Generate firmware/pos/receipt/gbk.bin from CPython's gbk codec; `--check` compares.

Layout, all numbers big-endian, every section sorted by code point so that the reader can search:
- dense: the GBK codes of U+4E00 to U+9FA5, 20902 x 2 bytes;
- pairs: code point and GBK code of the other 889 characters, 4 bytes each;
- folds: code point and up to four bytes, NUL padded, of characters GBK has not, 6 bytes each.
"""

import struct
import sys
from pathlib import Path

from _target import main

TARGET = Path(__file__).resolve().parents[2] / "firmware" / "pos" / "receipt" / "gbk.bin"
FIRST, LAST = 0x4E00, 0x9FA5
FOLD_BYTES = 4

# What a printer without the character shows instead. Every left side is outside GBK.
FOLDS = {
    "\u00a0": " ",
    "\u00a2": "￠",
    "\u00a3": "￡",
    "\u00a5": "￥",
    "\u00a9": "(C)",
    "\u00ab": "《",
    "\u00ad": "",
    "\u00ae": "(R)",
    "\u00b2": "2",
    "\u00b3": "3",
    "\u00b5": "μ",
    "\u00b9": "1",
    "\u00bb": "》",
    "\u2002": " ",
    "\u2003": "  ",
    "\u2009": " ",
    "\u200b": "",
    "\u2011": "-",
    "\u2022": "·",
    "\u202f": " ",
    "\u20ac": "EUR",
    "\u2122": "(TM)",
    "\u2212": "-",
    "\u30fb": "·",
    "\ufeff": "",
}


def characters() -> dict:
    """Return code point -> two GBK bytes of every character of the codec."""
    found = {}
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            code = bytes((lead, trail))
            try:
                char = code.decode("gbk")
            except UnicodeDecodeError:
                continue
            if char.encode("gbk") != code:
                raise SystemExit(f"gbk_table: {code.hex()} does not come back from the codec")
            found[ord(char)] = code
    return found


def build() -> bytes:
    """Return the content of the table file."""
    known = characters()
    out = bytearray()
    for point in range(FIRST, LAST + 1):
        out += known.pop(point)
    for point in sorted(known):
        out += struct.pack(">H", point) + known[point]
    for char in sorted(FOLDS):
        code = FOLDS[char].encode("gbk")
        if ord(char) in known or len(code) > FOLD_BYTES:
            raise SystemExit(f"gbk_table: fold of U+{ord(char):04X} is wrong")
        out += struct.pack(">H", ord(char)) + code.ljust(FOLD_BYTES, b"\0")
    return bytes(out)


if __name__ == "__main__":
    sys.exit(main("GBK table of the receipt package", TARGET, build))
