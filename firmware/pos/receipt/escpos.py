# SPDX-License-Identifier: MIT
"""ESC/POS command bytes, the part that Epson printers and their clones share (features 3.1).

Text between the commands is ASCII and GBK only; code pages are never used with Chinese mode on.
"""

START = b"\x1b@\x1c&"  # ESC @ forget all modes, FS & Chinese mode on
LOUD = b"\x1d!\x01\x1bE\x01"  # double height and bold
QUIET = b"\x1d!\x00\x1bE\x00"  # and back
LINE_END = 0x0A

# GS r 1: answered after everything before it is on paper. Sent by the print service, not a slip's.
PROOF = b"\x1dr\x01"


def size(width: int, height: int) -> bytes:
    """GS !: width and height of the characters, 1 or 2 times; holds for ASCII and hanzi."""
    return b"\x1d!" + bytes(((width - 1) << 4 | (height - 1),))


def bold(on: bool) -> bytes:
    """ESC E."""
    return b"\x1bE\x01" if on else b"\x1bE\x00"


def align(side: int) -> bytes:
    """ESC a: 0 left, 1 centre, 2 right; obeyed at the start of a line only."""
    return b"\x1ba" + bytes((side,))


def feed(lines: int) -> bytes:
    """ESC d: print what is left in the line buffer and feed."""
    return b"\x1bd" + bytes((lines,))
