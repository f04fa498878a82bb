# SPDX-License-Identifier: MIT
"""Flux as JSON: {"1": [us, ...], "2": ..., "3": ...}, one swipe a .json file or a .jsonl line.

A bare list is track 2, {"track": 2, "intervals": [...], "unit": "us"} names its track,
{"track": 2, "bits": "0110..."} is what a reader has decoded, and the bench link's {"do": "swipe",
"flux": {...}} is taken as it stands. A list of these, or {"swipes": [...]}, holds several swipes.
In a unit that is not known only the ratios of the intervals count.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from posctl.errors import ToolError
from posctl.swipe import limits

Flux = dict[int, list[int]]
_UNITS_US = {"s": 1e6, "ms": 1e3, "us": 1.0, "µs": 1.0, "ns": 1e-3, "microseconds": 1.0}
_TOO_SHORT_US = 15  # 210 bpi at 150 ips: no hand does that, it is another unit
_MIN_INTERVALS = 16  # too few to tell a unit by
_RATIO_US = 500  # a middling interval, where only ratios are known
_CELL_US = 600  # of bits made flux
_ZEROS = 12  # around bits, that a reader leaves out
_LISTS = ("swipes", "captures", "items")
_NOTES = ("unit", "name", "note", "source", "do", "expected")


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


def _scaled(values: object, unit: object) -> object:
    """Return intervals in microseconds; in an unknown unit only their ratios count."""
    if not isinstance(values, list) or not values or not all(map(_is_length, values)):
        return values  # to be refused, with the place
    factor = _UNITS_US.get(str(unit).lower())
    if factor is None:
        middle = sorted(values)[len(values) // 2]
        short = len(values) >= _MIN_INTERVALS and 0 < middle < _TOO_SHORT_US
        factor = _RATIO_US / middle if short else 1.0
    return values if factor == 1.0 else [value * factor for value in values]


def _is_length(value: object) -> bool:
    return isinstance(value, (int, float)) and 0 <= value <= limits.RAW_US


def _bits(values: object, where: str) -> list[int]:
    """Return intervals for bits that a reader has decoded already, "0110" or [0, 1, 1, 0]."""
    digits = [str(bit) for bit in values] if isinstance(values, (str, list)) else []
    if not digits or any(bit not in ("0", "1") for bit in digits):
        raise ToolError(f"{where}: want bits, a string or list of 0 and 1")
    if len(digits) > limits.INTERVALS // 2:
        raise ToolError(f"{where}: {len(digits)} bits, at most {limits.INTERVALS // 2}")
    out = [_CELL_US] * _ZEROS
    for bit in digits:
        out += [_CELL_US // 2] * 2 if bit == "1" else [_CELL_US]
    return out + [_CELL_US] * _ZEROS


def parse(data: object, where: str) -> Flux:
    """Return {track: intervals} for the JSON form of one swipe."""
    if isinstance(data, list):
        return {2: _intervals(_scaled(data, None), f"{where}: track 2")}
    if not isinstance(data, dict):
        raise ToolError(f"{where}: want an object with tracks 1, 2, 3 or a list of intervals")
    for name in ("flux", "tracks"):
        if isinstance(data.get(name), dict):
            return parse({**data[name], **_unit_of(data)}, where)
    for name in ("intervals", "bits", "bits_as_read"):
        if name in data:
            track = _track(data.get("track", 2), where)
            place = f"{where}: track {track}"
            if name != "intervals":
                return {track: _bits(data[name], place)}
            return {track: _intervals(_scaled(data[name], data.get("unit")), place)}
    named = {name: values for name, values in data.items() if name not in _NOTES}
    if not named:
        raise ToolError(f"{where}: no track in it")
    out = {}
    for name, values in named.items():
        track = _track(name, where)
        out[track] = _intervals(_scaled(values, data.get("unit")), f"{where}: track {track}")
    return out


def _unit_of(data: dict) -> dict:
    return {"unit": data["unit"]} if "unit" in data else {}


def several(data: object, where: str) -> Iterator[Flux]:
    """Yield the swipes of a JSON file: one, a list of them, or a list under a name."""
    if isinstance(data, dict):
        for name in _LISTS:
            if isinstance(data.get(name), list):
                data = data[name]
                break
    if not isinstance(data, list) or not data or not isinstance(data[0], (dict, list)):
        yield parse(data, where)
        return
    if len(data) > limits.SWIPES:
        raise ToolError(f"{where}: {len(data)} swipes, at most {limits.SWIPES}")
    for n, one in enumerate(data):
        yield parse(one, f"{where}: swipe {n + 1}")


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
    """Yield the swipes of a .json file."""
    yield from several(_loads(limits.read_text(path), str(path)), str(path))


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
