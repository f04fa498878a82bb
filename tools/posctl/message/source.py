# SPDX-License-Identifier: MIT
"""Where messages come from: hex on the command line, a file of hex lines, a file of raw bytes."""

import sys
from collections.abc import Iterator
from pathlib import Path
from string import hexdigits

from posctl.errors import ToolError

_TEXT = frozenset(b"\t\n\r" + bytes(range(0x20, 0x7F)))


def read(source: str) -> Iterator[tuple[str, bytes]]:
    """Yield (place, bytes) of each message; the place is for error lines, "" if there is one only.

    `source` is a file name, "-" for stdin, or hex digits. In text every line is a message, spaces
    and lines starting with # do not count; anything else is one message in raw bytes.
    """
    data = _load(source)
    if not data.strip():
        raise ToolError("no message: the input is empty")
    if not _TEXT.issuperset(data):
        yield "", data
        return
    lines = [
        (number, line)
        for number, line in enumerate(data.decode("ascii").splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    for number, line in lines:
        place = f"line {number}: " if len(lines) > 1 else ""
        yield place, _unhex(line, place)


def _load(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    if not set(source) - set(hexdigits + " "):
        path = Path(source) if len(source) < 20 else None  # a message is longer than that
        return path.read_bytes() if path and path.is_file() else source.encode()
    path = Path(source)
    if not path.is_file():
        raise ToolError(f"{source}: no such file, and not hex digits")
    return path.read_bytes()


def _unhex(line: str, place: str) -> bytes:
    digits = "".join(line.split())
    for at, char in enumerate(digits, 1):
        if char not in hexdigits:
            raise ToolError(f"{place}character {at} is no hex digit")
    if len(digits) % 2:
        raise ToolError(f"{place}odd number of hex digits")
    return bytes.fromhex(digits)
