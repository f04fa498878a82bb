# SPDX-License-Identifier: MIT
"""A capture file: JSON lines, the first says what it is, each other one frame (redact.py).

An entry has `at` (UTC), `connection` (a number), `from` ("terminal" or "acquirer") and what may be
written of the frame; bytes that are no frame are counted, never written.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from posctl.errors import ToolError
from posctl.message.explain import explain
from posctl.message.show import rows_text

VERSION = 1
TERMINAL, ACQUIRER = "terminal", "acquirer"
_LINE_MOST = 16384  # characters: the longest entry has some 4000
_ENTRIES_MOST = 200_000
_KEYS = ("at", "connection", "from", "length")


@dataclass
class Exchange:
    """One request and what was answered to it, as entries."""

    request: dict
    answers: list = field(default_factory=list)


def head(acquirer: str, at: str) -> dict:
    """Return the first line of a capture."""
    return {"capture": VERSION, "acquirer": acquirer, "at": at}


def load(path: Path) -> list[dict]:
    """Return the entries of a file; ToolError with the line that is none."""
    entries = []
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(iter(lambda: file.readline(_LINE_MOST + 1), ""), 1):
            if number > _ENTRIES_MOST:
                raise ToolError(f"{path}: more than {_ENTRIES_MOST} lines")
            record = _record(line, f"{path}: line {number}")
            if number == 1 and record.get("capture") != VERSION:
                raise ToolError(f"{path}: is no capture of version {VERSION}")
            if number > 1:
                entries.append(_checked(record, f"{path}: line {number}"))
    if not path.stat().st_size:
        raise ToolError(f"{path}: is empty")
    return entries


def _record(line: str, place: str) -> dict:
    if len(line) > _LINE_MOST:
        raise ToolError(f"{place}: longer than {_LINE_MOST} characters")
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise ToolError(f"{place}: is no JSON object")
    return record


def _checked(record: dict, place: str) -> dict:
    for key in _KEYS:
        if key not in record:
            raise ToolError(f"{place}: has no {key!r}")
    if record["from"] not in (TERMINAL, ACQUIRER):
        raise ToolError(f"{place}: from {record['from']!r}")
    fields = record.get("fields", {})
    good = isinstance(fields, dict) and all(
        number.isdecimal() and isinstance(value, str) for number, value in fields.items()
    )
    if not good or ("fields" in record) != ("mti" in record):
        raise ToolError(f"{place}: its fields are none")
    return record


def exchanges(entries: Iterable[dict]) -> list[Exchange]:
    """Return the requests in order, each with what the acquirer said before the next one."""
    found, last = [], {}
    for entry in entries:
        if entry["from"] == TERMINAL:
            last[entry["connection"]] = Exchange(entry)
            found.append(last[entry["connection"]])
        elif entry["connection"] in last:
            last[entry["connection"]].answers.append(entry)
    return found


def as_text(entry: dict, lang: str) -> str:
    """Return a line for the frame, one a field and one a sub-field."""
    arrow = "->" if entry["from"] == TERMINAL else "<-"
    title = f"{entry['at']}  {entry['connection']} {arrow} {entry.get('mti', '')}".rstrip()
    if "fields" not in entry:
        return f"{title}  {entry['length']} bytes: {entry.get('unreadable', 'not read')}"
    title += "".join(f"  {key} {entry[key]}" for key in ("length", "tpdu", "header"))
    if "card" in entry:
        title += f"  card {entry['card']['number']} {entry['card']['pan']}"
    rows = [
        (key, value, explain(key, value, entry["mti"], False))
        for key, value in entry["fields"].items()
    ]
    return "\n".join([title, *rows_text(rows, lang)])
