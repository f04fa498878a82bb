# SPDX-License-Identifier: MIT
"""Script lines to steps: every line is checked, and cards become flux, before anything is sent.

A step is one of Send (a bench link message), Wait and Expect. Blank lines and lines that begin
with `#` are left out; `note` in any line is for the reader.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from posctl.bench.errors import LineError
from posctl.bench.verbs import CHECKS, check_flux, need, only, whole
from posctl.errors import ToolError

WAIT_TIMEOUT_S = 30
EXPECT_TIMEOUT_S = 10
_TIMEOUT_MAX_S = 3600
_LINE_MAX = 262144  # characters; three full tracks are about 40,000
_SCRIPT_MAX_BYTES = 16 << 20


@dataclass(frozen=True)
class Send:
    """A message for the firmware."""

    line: int
    message: dict


@dataclass(frozen=True)
class Wait:
    """Go on when the screen is there."""

    line: int
    screen: str
    timeout_s: float


@dataclass(frozen=True)
class Expect:
    """Go on when it is true; `want` is {"screen"..}, {"print"..} or a part of an event."""

    line: int
    want: dict
    timeout_s: float


Step = Send | Wait | Expect


def read_script(path: Path, screens: Collection[str]) -> list[Step]:
    """Return the steps of a script file, all of them checked."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= _SCRIPT_MAX_BYTES else None
    except OSError as error:
        raise ToolError(f"{path}: cannot be read: {error.strerror}") from error
    if raw is None:
        raise ToolError(f"{path}: larger than {_SCRIPT_MAX_BYTES >> 20} MB")
    steps = (parse_line(number, line, screens) for number, line in enumerate(raw.split(b"\n"), 1))
    return [step for step in steps if step is not None]


def parse_line(number: int, raw: bytes, screens: Collection[str]) -> Step | None:
    """Return the step of one line, None for an empty one; LineError names the line."""
    if len(raw) > _LINE_MAX:
        raise LineError(number, f"longer than {_LINE_MAX} characters")
    try:
        text = raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise LineError(number, "is not UTF-8 text") from error
    if not text or text.startswith("#"):
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LineError(number, f"bad JSON{_where(error)}") from error
    try:
        return _step(number, message, screens)
    except (ValueError, ToolError) as error:
        raise LineError(number, str(error)) from error


def _where(error: Exception) -> str:
    column = getattr(error, "colno", 0)
    return f" at column {column}" if column else ""


def _step(number: int, message: object, screens: Collection[str]) -> Step:
    if not isinstance(message, dict):
        raise ValueError("must be a JSON object")
    verb = message.get("do", "expect" if "expect" in message else None)
    if verb is None:
        raise ValueError("do or expect is missing")
    if verb == "expect":
        return _expect(number, message, screens)
    if verb == "wait":
        return _wait(number, message, screens)
    if verb == "card":
        return Send(number, {"do": "swipe", "flux": _card_flux(message)})
    check = CHECKS.get(verb) if isinstance(verb, str) else None
    if check is None:
        raise ValueError(f"unknown verb {str(verb)[:20]!r}")
    check(message)
    return Send(number, {name: message[name] for name in message if name != "note"})


def _wait(number: int, message: dict, screens: Collection[str]) -> Wait:
    only(message, "screen", "timeout_s")
    screen = _screen(need(message, "screen"), screens)
    return Wait(number, screen, _timeout(message, WAIT_TIMEOUT_S))


def _expect(number: int, message: dict, screens: Collection[str]) -> Expect:
    only(message, "expect", "timeout_s")
    want = need(message, "expect")
    timeout_s = _timeout(message, EXPECT_TIMEOUT_S)
    if isinstance(want, str):
        return Expect(number, {"screen": _screen(want, screens)}, timeout_s)
    if not isinstance(want, dict) or not want:
        raise ValueError("expect must be a screen id or an object")
    want = dict(want)
    if "timeout_s" in want:
        timeout_s = _timeout({"timeout_s": want.pop("timeout_s")}, EXPECT_TIMEOUT_S)
    _check_want(want, screens)
    return Expect(number, want, timeout_s)


def _check_want(want: dict, screens: Collection[str]) -> None:
    if "ev" in want:
        if not isinstance(want["ev"], str):
            raise ValueError("ev must be the name of an event")
        if want["ev"] == "screen" and "id" in want:
            _screen(want["id"], screens)
    elif "screen" in want:
        only(want, "screen", "contains")
        _screen(want["screen"], screens)
        _text(want.get("contains", "x"), "contains")
    elif "print" in want:
        only(want, "print")
        _text(want["print"], "print")
    else:
        raise ValueError("expect must have screen, print or ev")


def _text(value: object, name: str) -> None:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be text")


def _screen(name: object, screens: Collection[str]) -> str:
    if not isinstance(name, str) or name not in screens:
        raise ValueError(f"unknown screen {str(name)[:30]!r} (see: posctl terminal screens)")
    return name


def _timeout(message: dict, default_s: int) -> float:
    value = message.get("timeout_s", default_s)
    if not _is_number(value, 0, _TIMEOUT_MAX_S):
        raise ValueError(f"timeout_s must be a number from 0 to {_TIMEOUT_MAX_S}")
    return float(value)


def _card_flux(message: dict) -> dict:
    only(message, "tracks", "ips", "reverse", "jitter", "seed")
    tracks = need(message, "tracks")
    if not isinstance(tracks, dict) or not any(tracks.values()):
        raise ValueError('tracks must be an object with at least one of "1", "2", "3"')
    for track, text in tracks.items():
        if track not in ("1", "2", "3") or not isinstance(text, str | None):
            raise ValueError('tracks has "1", "2" and "3", each text with sentinels or null')
    if not isinstance(message.get("reverse", False), bool):
        raise ValueError("reverse must be true or false")
    if not whole(message.get("seed", 1), 0, 2**32):
        raise ValueError("seed must be 0 to 4294967296")
    if not _is_number(message.get("jitter", 0.05), 0, 1):
        raise ValueError("jitter must be 0 to 1")
    ips = message.get("ips", 20)
    if not (isinstance(ips, str) or _is_number(ips, 0, 1000)):
        raise ValueError('ips must be a number, or text like "10:40"')
    return card_flux(
        tracks,
        ips,
        message.get("reverse", False),
        message.get("jitter", 0.05),
        message.get("seed", 1),
    )


def _is_number(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def card_flux(tracks: dict, ips: float | str, reverse: bool, jitter: float, seed: int) -> dict:
    """Return the flux of a card drawn through the slot, within the link's limits."""
    from posctl.swipe.synth import card_flux as synthesise

    flux = synthesise(tracks, ips=ips, reverse=reverse, jitter=jitter, seed=seed)
    check_flux(flux)
    return flux
