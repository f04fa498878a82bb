# SPDX-License-Identifier: MIT
"""Flux as JSON: {"1": [us, ...], "2": ..., "3": ...}, one swipe a .json file or a .jsonl line.

A bare list is track 2, {"track": 2, "intervals": [...]} names its track, and the bench link's
{"do": "swipe", "flux": {...}} is taken as it stands.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from posctl.errors import ToolError
from posctl.swipe import limits

Flux = dict[int, list[int]]


def _intervals(values: object, where: str) -> list[int]:
    if values is None:
        return []
    if not isinstance(values, list):
        raise ToolError(f"{where}: want a list of intervals in microseconds")
    if len(values) > limits.INTERVALS:
        raise ToolError(f"{where}: {len(values)} intervals, at most {limits.INTERVALS}")
    for position, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ToolError(f"{where}: interval {position} is not a number")
        if not 0 <= value <= limits.RAW_US:
            raise ToolError(
                f"{where}: interval {position} is {value}, want 0 or more microseconds"
            )
    return [min(round(value), limits.INTERVAL_US) for value in values]


def _track(name: object, where: str) -> int:
    if str(name) not in ("1", "2", "3"):
        raise ToolError(f"{where}: there is no track {name!s:.20}: use 1, 2 or 3")
    return int(str(name))


def parse(data: object, where: str) -> Flux:
    """Return {track: intervals} for the JSON form of one swipe."""
    if isinstance(data, list):
        return {2: _intervals(data, f"{where}: track 2")}
    if not isinstance(data, dict):
        raise ToolError(f"{where}: want an object with tracks 1, 2, 3 or a list of intervals")
    if "flux" in data:
        return parse(data["flux"], where)
    if "intervals" in data:
        track = _track(data.get("track", 2), where)
        return {track: _intervals(data["intervals"], f"{where}: track {track}")}
    if not data:
        raise ToolError(f"{where}: no track in it")
    return {
        _track(name, where): _intervals(values, f"{where}: track {name}")
        for name, values in data.items()
    }


def _loads(text: str, where: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = (
            f"line {error.lineno} column {error.colno}"
            if "\n" in text
            else f"column {error.colno}"
        )
        raise ToolError(f"{where}: {place}: {error.msg}") from None
    except (RecursionError, ValueError):
        raise ToolError(f"{where}: not JSON that can be read") from None


def read_json(path: Path) -> Iterator[Flux]:
    """Yield the one swipe of a .json file."""
    yield parse(_loads(limits.read_text(path), str(path)), str(path))


def read_jsonl(path: Path) -> Iterator[Flux]:
    """Yield the swipes of a .jsonl file, one a line; blank lines are skipped."""
    seen = 0
    with path.open("rb") as file:
        for number, raw in enumerate(iter(lambda: file.readline(limits.LINE_CHARS + 1), b""), 1):
            where = f"{path}: line {number}"
            if len(raw) > limits.LINE_CHARS:
                raise ToolError(f"{where}: longer than {limits.LINE_CHARS} bytes")
            try:
                text = raw.decode("utf-8-sig").strip()
            except UnicodeDecodeError as error:
                raise ToolError(f"{where}: byte {error.start} is not UTF-8 text") from None
            if text:
                seen += 1
                yield parse(_loads(text, where), where)
    if not seen:
        raise ToolError(f"{path}: no swipe in it")


def dump(flux: Flux) -> str:
    """Return the one-line JSON form of a swipe."""
    return json.dumps({str(n): flux.get(n, []) for n in (1, 2, 3)}, separators=(",", ":"))
