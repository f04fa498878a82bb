# SPDX-License-Identifier: MIT
"""Two messages, field by field. What differs is found in clear and shown masked.

The length prefix is not compared: it follows from the rest.
"""

from dataclasses import asdict, dataclass

from posctl.message.frame import Frame
from posctl.message.names import both, name, padded
from posctl.message.show import printable, values

_PARTS = ("tpdu", "header", "mti")
_NAME_WIDTH = 42
_ABSENT = "-"


@dataclass(frozen=True)
class Difference:
    """A field ("4") or a part of the frame; None on the side that does not have it."""

    field: str
    a: "str | None"
    b: "str | None"


def differences(first: Frame, second: Frame, clear: bool) -> list[Difference]:
    """Return what differs, in the order of the message."""
    whole = (_side(first, True), _side(second, True))
    shown = (_side(first, clear), _side(second, clear))
    keys = [*_PARTS, *sorted({*whole[0], *whole[1]} - {*_PARTS}, key=int)]
    return [
        Difference(key, shown[0].get(key), shown[1].get(key))
        for key in keys
        if whole[0].get(key) != whole[1].get(key)
    ]


def _side(frame: Frame, clear: bool) -> dict:
    parts = {"tpdu": frame.tpdu, "header": frame.header, "mti": frame.message.mti}
    return {**parts, **dict(values(frame.message, clear))}


def as_json(found: list[Difference], lang: str) -> dict:
    """Return {"equal": ..., "differences": [{"field", "name", "a", "b"}]}."""
    listed = [{**asdict(one), "name": name(one.field, lang)} for one in found]
    return {"equal": not found, "differences": listed}


def as_text(found: list[Difference], lang: str) -> str:
    """Return two lines a difference, the second message's below the first's."""
    lines = []
    for one in found:
        title = f"F{one.field:<3} " if one.field.isdigit() else ""
        title = padded(title + both(one.field, lang), _NAME_WIDTH)
        lines.append(f"{title}a {_shown(one.a)}")
        alike = "  (differs where it is masked)" if one.a == one.b else ""
        lines.append(f"{' ' * _NAME_WIDTH}b {_shown(one.b)}{alike}")
    return "\n".join(lines) or "equal"


def _shown(value: "str | None") -> str:
    return _ABSENT if value is None else printable(value)
