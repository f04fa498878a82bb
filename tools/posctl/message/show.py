# SPDX-License-Identifier: MIT
"""A decoded message as JSON or text; masked as the firmware masks it unless asked for clear."""

from collections.abc import Iterable

from posctl.message.explain import Part, explain
from posctl.message.frame import Frame
from posctl.message.names import LANGUAGES, both, name, padded

_EXTENSION = 59
_PRIVATE = 48
_SM4_PIN = b"A1016"  # tag and length of a PIN block (unionpay.md 2.7)
_NAME_WIDTH = 42
_PART_WIDTH = 22


def as_json(frame: Frame, clear: bool, lang: "str | None" = None) -> dict:
    """Return the object of DESIGN.md, section 6; in a language, with `explained` as well."""
    shown = {
        "length": frame.length,
        "tpdu": frame.tpdu,
        "header": frame.header,
        "mti": frame.message.mti,
        "fields": dict(values(frame.message, clear)),
    }
    if lang:
        shown["explained"] = {
            key: {"name": name(key, lang), "parts": [_plain(part, lang) for part in parts]}
            for key, _, parts in _rows(frame, clear)
        }
    return shown


def _plain(part: Part, lang: str) -> dict:
    return {
        "part": part.part,
        "value": part.value,
        "means": part.means[LANGUAGES.index(lang)],
    }


def as_text(frame: Frame, clear: bool, lang: str = "en") -> str:
    """Return one line for the head, one a field, and one a sub-field below it."""
    head = [frame.message.mti]
    for key in ("length", "tpdu", "header"):
        if getattr(frame, key) is not None:
            head.append(f"{key} {getattr(frame, key)}")
    rows = list(_rows(frame, clear))
    lines = ["  ".join(head), *rows_text(rows, lang)]
    return "\n".join(lines)


def rows_text(rows: Iterable[tuple], lang: str) -> list[str]:
    """Return the lines of rows (key, value, parts): names in both languages, parts in one."""
    lines = []
    for key, value, parts in rows:
        title = f"F{key:<3} {both(key, lang)}" if key.isdigit() else f"{both(key, lang)}"
        lines.append(f"  {padded(title, _NAME_WIDTH)}{printable(value)}".rstrip())
        for part in parts:
            means = part.means[LANGUAGES.index(lang)]
            text = f"{part.part:<6}{printable(part.value)}"
            lines.append(f"      {padded(text, _PART_WIDTH)}  {means}".rstrip())
    return lines


def _rows(frame: Frame, clear: bool) -> Iterable[tuple[str, str, list[Part]]]:
    """Yield (key, value, parts) of TPDU, header and every field."""
    mti = frame.message.mti
    for key in ("tpdu", "header"):
        if getattr(frame, key):
            value = getattr(frame, key)
            yield key, value, explain(key, value, mti, clear)
    for key, value in values(frame.message, clear):
        told = _text(frame.message, _PRIVATE) if key == str(_PRIVATE) else value
        yield key, value, explain(key, told, mti, clear)


def values(message: object, clear: bool) -> "list[tuple[str, str]]":
    """Return (number, text) of each field."""
    from pos.iso8583.describe import masked

    found = []
    for n in message.numbers():
        text = None if clear else masked(message, n)
        found.append((str(n), _text(message, n) if text is None else text))
    return found


def _text(message: object, n: int) -> str:
    """Digits for n and z, GBK text for an and ans, hex for b and for text that is no GBK.

    A PIN block of SM4 in F59 is binary and shows as hex, whatever its bytes happen to spell.
    """
    from pos.iso8583.fields import SPECS, B

    raw = message.get(n)
    if SPECS[n] & B:
        return raw.hex().upper()
    if n == _EXTENSION and raw.startswith(_SM4_PIN):
        end = len(_SM4_PIN) + 16
        return _SM4_PIN.decode() + raw[len(_SM4_PIN) : end].hex().upper() + gbk(raw[end:])
    return gbk(raw)


def gbk(raw: bytes) -> str:
    """Return GBK text, or hex of what is none."""
    try:
        return raw.decode("gbk")
    except UnicodeDecodeError:
        return raw.hex().upper()


def printable(value: str) -> str:
    """Escape what would move the cursor; keep spaces and hanzi."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in value)
