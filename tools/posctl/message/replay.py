# SPDX-License-Identifier: MIT
"""Sends the requests of a capture to a running simulator again and compares what it answers.

A sign-on of its own comes before the first request that needs keys, unless the capture has one
before it. Answers are compared as a capture would hold them; what no two runs have in common is
named in IGNORED: there only that the field is there is compared.
"""

import json
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from acquirer_sim.errors import FrameError
from acquirer_sim.frame import FrameReader
from posctl.errors import ToolError
from posctl.message.capture import Exchange
from posctl.message.names import both, name, padded
from posctl.message.numbers import Numbers
from posctl.message.rebuild import Books, Builder
from posctl.message.redact import Redactor

IGNORED = {  # field: why
    "12": "host time",
    "13": "host date",
    "15": "settlement date",
    "37": "RRN",
    "38": "authorisation code",
    "62": "keys, new ones each time",
    "64": "MAC",
}
_SAME_AS_ASKED = ("11", "41", "42", "60", "61")
_SIGN_ON_CODES = ("001", "003", "004", "005", "006")
_USUAL_SIGN_ON = {"tdes": "003", "sm4": "005"}
_TPDU, _HEADER = "6000030000", "603100311003"
_READ_LEN_BYTES = 4096
_NAME_WIDTH = 42


@dataclass
class Difference:
    """A field or part of the frame; None where it was not there."""

    field: str
    captured: "str | None"
    now: "str | None"


@dataclass
class Compared:
    """What came of one request."""

    at: str
    mti: str
    stan: str
    captured: str  # MTI and F39 of the answer, "" when there was none
    now: str
    differences: "list[Difference]" = field(default_factory=list)


class Replay:
    """One run; `exchanges` is what a capture holds."""

    def __init__(
        self, exchanges: "list[Exchange]", books: Books, acquirer: tuple, timeout_s: float
    ) -> None:
        self._exchanges = [one for one in exchanges if "mti" in one.request]
        if not self._exchanges:
            raise ToolError("the capture holds no request that could be read")
        stans = [int(one.request["fields"].get("11", "0")) for one in self._exchanges]
        self._numbers = Numbers(books.stan_offset(stans), books.batch)
        self._builder = Builder(books, self._numbers)
        self._books = books
        self._acquirer = acquirer
        self._timeout_s = timeout_s
        for one in self._exchanges:
            self._builder.check(one.request, _answer(one))

    def run(self) -> "Iterator[Compared]":
        """Send each request and yield what its answer was like."""
        for one in self._exchanges:
            if "64" in one.request["fields"] and not self._builder.keys:
                self._sign_on()
            yield self._again(one)

    def _sign_on(self) -> None:
        books = self._books
        code = _USUAL_SIGN_ON[books.algorithm]
        fields = {"11": "000001", "41": "", "42": "", "60": f"00000001{code}", "63": "01 "}
        entry = {"mti": "0800", "fields": fields, "tpdu": _TPDU, "header": _HEADER, "at": ""}
        numbers = Builder(books, Numbers(0, books.batch))
        answers = self._sent(entry, numbers.request(entry, {})[2], 1)
        if not answers or answers[0].get("fields", {}).get("39") != "00":
            raise ToolError(f"terminal {books.terminal}: the acquirer does not let it sign on")
        self._builder.keys = books.keys()

    def _again(self, one: Exchange) -> Compared:
        request, captured = one.request, _answer(one)
        mti, sent, body = self._builder.request(request, captured)
        answers = self._sent(request, body, max(1, len(one.answers)))
        now = answers[0] if answers else {}
        if mti == "0800" and request["fields"].get("60", "")[8:11] in _SIGN_ON_CODES:
            self._signed_on(captured, now)
        self._numbers.answered(captured.get("fields", {}), now.get("fields", {}))
        found = list(_differences(captured, now, _expected(captured, request, sent)))
        if len(answers) != len(one.answers):
            found.append(Difference("answers", str(len(one.answers)), str(len(answers))))
        stan = request["fields"].get("11", "")
        return Compared(request["at"], mti, stan, _gist(captured), _gist(now), found)

    def _signed_on(self, captured: dict, now: dict) -> None:
        keys = self._books.keys()
        if keys and now.get("fields", {}).get("39") == "00":
            self._builder.keys = keys
            before = captured.get("fields", {}).get("60", "00000000")
            self._numbers.signed_on(before[2:8], now["fields"]["60"][2:8])

    def _sent(self, entry: dict, body: bytes, wanted: int) -> "list[dict]":
        """Send one frame and return the entries of what came back in time."""
        payload = bytes.fromhex(entry["tpdu"] + entry["header"]) + body
        redactor = Redactor()
        try:
            with socket.create_connection(self._acquirer, self._timeout_s) as link:
                link.sendall(len(payload).to_bytes(2, "big") + payload)
                return [redactor.entry(frame) for frame in _frames(link, wanted)]
        except OSError as error:
            place = "%s:%d" % self._acquirer
            raise ToolError(f"{place}: no connection: {error.strerror or error}") from error


def _frames(link: socket.socket, wanted: int) -> "list[bytes]":
    """Return up to so many frames; fewer when the acquirer keeps silent or hangs up."""
    reader, found = FrameReader(), []
    try:
        while len(found) < wanted and (data := link.recv(_READ_LEN_BYTES)):
            found += reader.feed(data)
    except (TimeoutError, ConnectionError, FrameError):
        pass  # what came so far is the answer
    return found


def _answer(one: Exchange) -> dict:
    return one.answers[0] if one.answers else {}


def _gist(answer: dict) -> str:
    if not answer:
        return ""
    return f"{answer.get('mti', 'unreadable')} {answer.get('fields', {}).get('39', '')}".rstrip()


def _expected(captured: dict, request: dict, sent: "dict[int, str]") -> dict:
    """Return the captured fields as they must come now: what repeats the request repeats ours."""
    fields = dict(captured.get("fields", {}))
    for key in _SAME_AS_ASKED:
        if key in fields and fields[key] == request["fields"].get(key):
            fields[key] = sent[int(key)]
    return fields


def _differences(captured: dict, now: dict, expected: dict) -> "Iterator[Difference]":
    for key in ("tpdu", "header", "mti", "unreadable"):
        if captured.get(key) != now.get(key) and captured and now:
            yield Difference(key, captured.get(key), now.get(key))
    came = now.get("fields", {})
    for key in sorted({*expected, *came}, key=int):
        before, after = expected.get(key), came.get(key)
        both_there = before is not None and after is not None
        if before == after or (both_there and _varies(key, before, after, captured)):
            continue
        yield Difference(key, before, after)


def _varies(key: str, before: str, after: str, captured: dict) -> bool:
    """Whether a field may differ: IGNORED, and the batch that a sign-on brings."""
    if key == "60" and captured.get("mti") == "0810":
        return before[:2] + before[8:] == after[:2] + after[8:]
    return key in IGNORED


def as_json(done: "list[Compared]") -> dict:
    """Return all that was compared."""
    different = sum(bool(one.differences) for one in done)
    listed = [asdict(one) for one in done]
    for one in listed:
        for found in one["differences"]:
            found["name"] = _name(found["field"], "en")
    counts = {"same": len(done) - different, "different": different, "ignored": IGNORED}
    return {"exchanges": listed, **counts}


def as_text(done: "list[Compared]", lang: str) -> str:
    """Return a line a request, two a difference, and the sum."""
    lines = []
    for one in done:
        verdict = "differs" if one.differences else "same"
        title = f"{one.mti} {one.stan or '-':<6}  {one.captured or 'no answer':<9}"
        lines.append(f"{title}  {verdict}")
        for found in one.differences:
            title = padded("  " + _name(found.field, lang), _NAME_WIDTH)
            lines.append(f"{title}captured {json.dumps(found.captured, ensure_ascii=False)}")
            lines.append(
                f"{' ' * _NAME_WIDTH}now      {json.dumps(found.now, ensure_ascii=False)}"
            )
    different = sum(bool(one.differences) for one in done)
    lines.append(f"{len(done)} requests, {different} answered otherwise")
    return "\n".join(lines)


def _name(key: str, lang: str) -> str:
    if key in ("answers", "unreadable"):
        return key
    return f"F{key} {both(key, lang)}" if key.isdigit() else name(key, lang)
