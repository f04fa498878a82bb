# SPDX-License-Identifier: MIT
"""The fault language: a file of JSON objects, one a line, each a rule for the host to misbehave.

Keys (all but `fault` optional): terminal, mti (of the request), type narrow the match, "*" is any;
`nth` counts the matches of its own rule from 1 within one serve run, absent it is every one.
Every rule that hits applies. A fault of delivery comes after booking, except drop_before.

    drop_before   the request is lost          drop_after  booked, the answer is lost
    close         booked, hangs up instead     decline     F39 = `code` (05), nothing booked
    delay         answers after `seconds` (61) duplicate   the answer comes twice
    truncate      the answer's first `at` bytes, then hangs up
    flip          one bit of the answer's byte `at` is turned
    bad_mac       F64 of the answer is wrong   wrong_stan  F11 is one too high, F64 is right
    requirement   header digit 6 = `code` (3)
    result        a settlement's result digits, domestic and foreign, = `code` (33: not compared)

`at` counts from 0 after the 2-byte length: 0-4 TPDU, 5-10 header, 11 first byte of the message
type. Absent, it is the middle; a `flip` beyond the end turns the last byte.
"""

import json
from pathlib import Path

from acquirer_sim import kinds
from acquirer_sim.errors import AcquirerError
from acquirer_sim.frame import Request

_ANY = "*"
_MAX_FILE_BYTES = 1_000_000
_MAX_SECONDS = 3600
_DELAY_DEFAULT_S = 61
_APPROVALS = ("00", "10", "11", "A2", "A4", "A5", "A6")  # unionpay.md section 6
NAMES = (
    "drop_before",
    "drop_after",
    "delay",
    "duplicate",
    "truncate",
    "flip",
    "bad_mac",
    "wrong_stan",
    "close",
    "decline",
    "requirement",
    "result",
)


def _is_int(value: object, low: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= low


def _is_digit(value: str) -> bool:
    return len(value) == 1 and value.isdecimal()


def _is_mti(value: str) -> bool:
    return len(value) == 4 and value.isdecimal() and int(value[2]) % 2 == 0


def _is_seconds(value: object) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and 0 <= value <= _MAX_SECONDS


# key: (check, what it must be)
_KEYS = {
    "terminal": (lambda v: v == _ANY or len(v) == 8, "8 characters or *"),
    "mti": (lambda v: v == _ANY or _is_mti(v), "a request's message type, such as 0200, or *"),
    "type": (lambda v: v == _ANY or v in kinds.ALL, "one of " + ", ".join(sorted(kinds.ALL))),
    "nth": (lambda v: _is_int(v, 1), "a whole number from 1"),
    "fault": (lambda v: v in NAMES, "one of " + ", ".join(NAMES)),
    "seconds": (_is_seconds, f"a number from 0 to {_MAX_SECONDS}"),
    "at": (lambda v: _is_int(v, 0), "a whole number from 0"),
    "code": (lambda v: len(v) in (1, 2) and v.isalnum() and v.isascii(), "a response code"),
}
_TEXTS = ("terminal", "mti", "type", "fault", "code")


class Rule:
    """One line of the file."""

    def __init__(self, values: dict) -> None:
        self.fault = values["fault"]
        self.match = {key: values.get(key, _ANY) for key in ("terminal", "mti", "type")}
        self.nth = values.get("nth")
        self.seconds = values.get("seconds", _DELAY_DEFAULT_S)
        self.at = values.get("at")
        self.code = values.get("code", "05")
        if self.fault == "requirement" and not _is_digit(self.code):
            self.code = "3"
        if self.fault == "result":
            self.code = values.get("code", "33")
        self.seen = 0

    def hits(self, facts: dict) -> bool:
        """Whether the rule applies to this exchange; counts it when it matches."""
        if any(wanted not in (_ANY, facts[key]) for key, wanted in self.match.items()):
            return False
        self.seen += 1
        return self.nth in (None, self.seen)


class Faults:
    """The rules of one serve run, with their counts."""

    def __init__(self, rules: "list[Rule] | None" = None) -> None:
        self.rules = rules or []

    def pick(self, request: Request) -> "dict[str, Rule]":
        """Return the rules that apply to this request by fault; the first of a kind wins."""
        facts = {"terminal": request.terminal, "mti": request.mti, "type": kinds.kind_of(request)}
        hits = {}
        for rule in self.rules:
            if rule.hits(facts):
                hits.setdefault(rule.fault, rule)
        return hits


def load(path: "str | Path") -> Faults:
    """Read a faults file; AcquirerError names the line that is wrong."""
    try:
        raw = Path(path).read_bytes()
        text = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise AcquirerError(f"{path}: cannot be read: {reason}") from None
    if len(raw) > _MAX_FILE_BYTES:
        raise AcquirerError(f"{path}: larger than {_MAX_FILE_BYTES} bytes")
    return parse(text, str(path))


def parse(text: str, where: str = "faults") -> Faults:
    """Parse the text of a faults file."""
    rules = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            rules.append(Rule(_checked(line, f"{where}: line {number}")))
    return Faults(rules)


def _checked(line: str, where: str) -> dict:
    try:
        values = json.loads(line)
    except ValueError as error:
        raise AcquirerError(f"{where}: is not JSON: {error}") from None
    if not isinstance(values, dict):
        raise AcquirerError(f"{where}: must be a JSON object")
    if "fault" not in values:
        raise AcquirerError(f"{where}: has no fault")
    for key, value in values.items():
        if key not in _KEYS:
            raise AcquirerError(f"{where}: unknown key {key}, known: {', '.join(_KEYS)}")
        check, must = _KEYS[key]
        if key in _TEXTS and not isinstance(value, str) or not check(value):
            raise AcquirerError(f"{where}: {key} must be {must}")
    _check_code(values, where)
    return values


def _check_code(values: dict, where: str) -> None:
    code, fault = values.get("code"), values["fault"]
    if code is None:
        return
    if fault == "requirement":
        return  # one digit counts; a response code, as a line with every key has, does not
    if len(code) != 2:
        raise AcquirerError(f"{where}: code must be a response code of two characters")
    if fault == "result" and not set(code) <= set("123"):
        raise AcquirerError(f"{where}: code must be two result digits of 1, 2 and 3")
    if fault == "decline" and code in _APPROVALS:
        raise AcquirerError(f"{where}: {code} is an approval, not a decline")
