# SPDX-License-Identifier: MIT
"""Parameters that one rule or flow looks up at times: names, defaults, limits.

A profile keeps those that are set, as one text: an attribute each would cost heap all day long.
Columns: name, kind (n number, f flag, c choice, x hex digits), default, then of a number the least
and the most, of a choice its words, of hex digits how many.
"""

from pos.core.errors import ProfileError

_TABLE = """
connect_tries n 1 1 9
tip_allowed f 1
tip_percent_max n 0 0 99
manual_pan_allowed f 1
transactions x FFFFFFFF 8
chip_fallback c refuse refuse fallback
expiry_check f 1
pin_domestic c optional optional required never
pin_foreign c optional optional required never
pin_by_service f 0
limit_min_minor n 0 0 999999999999
limit_max_minor n 0 0 999999999999
limit_refund_minor n 0 0 999999999999
limit_offline_minor n 0 0 999999999999
limit_exceeded c refuse refuse supervisor
hotlist_days_max n 0 0 999
duplicate_is_booked f 0
"""


def checked(values: dict) -> str:
    """Return the options in `values` as a profile keeps them; ProfileError names a bad one."""
    kept = ""
    for row in _rows():
        if row[0] in values:
            kept += "%s=%s\n" % (row[0], _text(row, values[row[0]]))
    return kept


def value(profile: object, name: str) -> object:
    """Return an option of a profile: int, bool or str."""
    at = ("\n" + profile.options).find("\n%s=" % name)
    row = _row(name)
    if at < 0:
        return _typed(row, row[2])
    start = at + len(name) + 1
    return _typed(row, profile.options[start : profile.options.find("\n", start)])


def known(profile: object) -> dict:
    """Return every option of a profile by name."""
    found = {}
    for row in _rows():
        found[row[0]] = value(profile, row[0])
    return found


def _rows() -> list:
    return [line.split(" ") for line in _TABLE.split("\n") if line]


def _row(name: str) -> list:
    start = _TABLE.find("\n%s " % name) + 1
    return _TABLE[start : _TABLE.find("\n", start)].split(" ")


def _typed(row: list, text: str) -> object:
    if row[1] == "n":
        return int(text)
    return text == "1" if row[1] == "f" else text


def _text(row: list, given: object) -> str:
    """Return the checked text of a value."""
    name, kind = row[0], row[1]
    if kind == "n":
        if not isinstance(given, int) or not int(row[3]) <= given <= int(row[4]):
            raise ProfileError("%s must be %s to %s" % (name, row[3], row[4]))
        return str(given)
    if kind == "f":
        return "1" if given else "0"
    if kind == "c" and given not in row[3:]:
        raise ProfileError("%s must be %s" % (name, " or ".join(row[3:])))
    if kind == "x" and (not isinstance(given, str) or not _is_hex(given, int(row[3]))):
        raise ProfileError("%s must be %s hex digits" % (name, row[3]))
    return given


def _is_hex(text: str, length: int) -> bool:
    return len(text) == length and not text.strip("0123456789ABCDEF")
