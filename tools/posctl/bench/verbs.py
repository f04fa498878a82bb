# SPDX-License-Identifier: MIT
"""The bench link's messages to the firmware (DESIGN section 6), checked before they are sent.

Each check gets the message and raises ValueError with a text that names the field; card data and
codes are never repeated in a text.
"""

import math
from collections.abc import Callable

KEYS = (
    *"0123456789",
    "00",
    ".",
    "ENTER",
    "CLEAR",
    "CANCEL",
    "MENU",
    "UP",
    "DOWN",
    *(f"F{n}" for n in range(1, 9)),
)
FLUX_COUNT_MAX = 4096  # a full track is about 1100 changes; more is not a card
FLUX_MAX_US = 65535  # the firmware keeps times as 16 bits
_CODE_MAX = 64
_LOAD_TEXT_MAX = 400  # the terminal takes lines of 512 bytes
_POINTS_MAX = 1024
_POINT_MAX = 4095
_EAT_MAX = 65535
_TRACKS = ("1", "2", "3")


def whole(value: object, low: int, high: int) -> bool:
    """Whether a JSON value is a whole number in the range (true and false are not)."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def only(message: dict, *names: str) -> None:
    """Refuse fields that the verb does not have; `note` is free for comments."""
    for name in message:
        if name not in names and name not in ("do", "note"):
            raise ValueError(f"unknown field {str(name)[:20]!r}")


def need(message: dict, name: str) -> object:
    """Return a field that must be there."""
    if name not in message:
        raise ValueError(f"{name} is missing")
    return message[name]


def check_flux(flux: object) -> dict:
    """Return flux as the link takes it: each track's times rounded and bounded; {} is a blank."""
    if not isinstance(flux, dict):
        raise ValueError('flux must be an object with tracks "1", "2", "3"')
    for track in flux:
        if track not in _TRACKS:
            raise ValueError('flux has tracks "1", "2" and "3" only')
    return {track: _times(track, flux.get(track)) for track in _TRACKS}


def _times(track: str, times: object) -> list[int]:
    if times is None:
        return []
    if not isinstance(times, list):
        raise ValueError(f"flux {track} must be a list of microseconds")
    if len(times) > FLUX_COUNT_MAX:
        raise ValueError(f"flux {track} has {len(times)} times, at most {FLUX_COUNT_MAX}")
    for index, time_us in enumerate(times):
        number = isinstance(time_us, (int, float)) and not isinstance(time_us, bool)
        if not number or not 0 <= time_us < math.inf:
            raise ValueError(f"flux {track}: time {index + 1} is not a number of microseconds")
    return [min(round(time_us), FLUX_MAX_US) for time_us in times]


def _key(message: dict) -> None:
    only(message, "key")
    name = need(message, "key")
    if name not in KEYS:
        raise ValueError("unknown key")  # not repeated: it might be card data in the wrong place


def _swipe(message: dict) -> None:
    only(message, "flux")
    message["flux"] = check_flux(need(message, "flux"))


def _scan(message: dict) -> None:
    only(message, "code")
    code = need(message, "code")
    if not isinstance(code, str) or not 1 <= len(code) <= _CODE_MAX or not code.isascii():
        raise ValueError(f"code must be 1 to {_CODE_MAX} ASCII characters")


def _touch(message: dict) -> None:
    only(message, "points")
    points = need(message, "points")
    if not isinstance(points, list) or not 1 <= len(points) <= _POINTS_MAX:
        raise ValueError(f"points must be a list of 1 to {_POINTS_MAX} [x, y]")
    for point in points:
        if not isinstance(point, list) or len(point) != 2:
            raise ValueError("each point must be [x, y]")
        if not all(whole(value, 0, _POINT_MAX) for value in point):
            raise ValueError(f"a point's x and y must be 0 to {_POINT_MAX}")


def _printer(message: dict) -> None:
    only(message, "paper", "cover", "eat")
    if not any(name in message for name in ("paper", "cover", "eat")):
        raise ValueError("one of paper, cover or eat is missing")
    if message.get("paper", "ok") not in ("out", "ok"):
        raise ValueError("paper must be out or ok")
    if message.get("cover", "ok") not in ("open", "ok"):
        raise ValueError("cover must be open or ok")
    if not whole(message.get("eat", 0), 0, _EAT_MAX):
        raise ValueError(f"eat must be 0 to {_EAT_MAX}")


def _link(message: dict) -> None:
    only(message, "state")
    if need(message, "state") not in ("up", "down"):
        raise ValueError("state must be up or down")


def _load(message: dict) -> None:
    """A step of key loading: the terminal judges it, so that scripts can try what is wrong."""
    texts = ("step", "role", "algorithm", "hex", "kcv", "block")
    only(message, *texts, "components", "component")
    need(message, "step")
    for name in texts:
        text = message.get(name, "")
        if not isinstance(text, str) or not text.isascii() or len(text) > _LOAD_TEXT_MAX:
            raise ValueError(f"{name} must be up to {_LOAD_TEXT_MAX} ASCII characters")
        if set(text) & set('"\\'):
            raise ValueError(f"{name} must be without quotes and backslashes")
    for name in ("components", "component"):
        if not whole(message.get(name, 0), -9, 9):
            raise ValueError(f"{name} must be a digit")


def _tamper(message: dict) -> None:
    only(message)


CHECKS: dict[str, Callable[[dict], None]] = {
    "key": _key,
    "swipe": _swipe,
    "scan": _scan,
    "touch": _touch,
    "printer": _printer,
    "link": _link,
    "load": _load,
    "tamper": _tamper,
}
