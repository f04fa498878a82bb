# SPDX-License-Identifier: MIT
"""Hostile bytes for everything that reads messages, and what must hold for each of them.

One target for hypothesis and atheris: the first byte chooses who reads the rest. A reader gives a
result or an error of its own; an error of the codec names a field of the table, and none shows
what it read.
"""

import asyncio

from acquirer_sim import security, spec
from acquirer_sim import tags as host_tags
from acquirer_sim.errors import FrameError, Refused
from acquirer_sim.frame import MAX_FRAME_BYTES, FrameReader, Request
from fakes.acquirer import profile
from fakes.hostile import Source
from pos.acquirer import answers, tags
from pos.acquirer.exchange import Exchange
from pos.acquirer.framing import MAX_FRAME, Framing
from pos.core.errors import HostDeclined, MessageError, NoAnswer, NotSent
from pos.iso8583.codec import Message, encode
from pos.iso8583.describe import lines
from pos.iso8583.fields import LAST, SPECS, Z
from posctl.errors import ToolError
from posctl.message import explain, frame, show
from posctl.message.redact import Redactor

_LONGEST = 40  # of an error's text: room for words and numbers, for no content
_REQUESTS = (  # what a terminal asked: MTI, fields that the answer is held to
    ("0200", (3, 4, 11, 41, 42, 60, 64)),
    ("0220", (3, 4, 11, 41, 42, 60, 64)),
    ("0400", (3, 4, 11, 41, 42, 64)),
    ("0500", (11, 41, 42, 48)),
    ("0800", (11, 41, 42)),
    ("0820", (41, 42)),
)
_FRAMINGS = [
    Framing(
        profile(length_prefix=bool(n & 1), tpdu_present=bool(n & 2), header_present=bool(n & 4))
    )
    for n in range(8)
]


def named(error: MessageError) -> None:
    """Hold a codec's error to its promise."""
    if not -1 <= error.field <= LAST + 3 or not error.reason.startswith("F%d: " % error.field):
        raise AssertionError("field %r: %s" % (error.field, error.reason))
    if len(error.reason) > _LONGEST + 5:
        raise AssertionError("too much said: " + error.reason)


def decoding(data: bytes) -> object:
    """The codec: what it takes it gives back to the byte, but for a track's pad nibble."""
    try:
        message = Message(memoryview(data))
    except MessageError as error:
        named(error)
        return None
    fields = {n: message.get(n) for n in message.numbers()}
    if any(len(fields[n]) != message.count(n) for n in fields):
        raise AssertionError("a value of another length than said")
    lines(message)
    out = bytearray(len(data))
    if encode(message.mti, fields, out) != len(data):
        raise AssertionError("encodes to another length")
    odd_tracks = any(SPECS[n] & Z and len(fields[n]) & 1 for n in fields)
    if not odd_tracks and bytes(out) != data:
        raise AssertionError("encodes to other bytes")
    return message


def encoding(data: bytes) -> None:
    """The other way: numbers and values that nobody checked."""
    source, fields = Source(data), {}
    while source.left() and len(fields) < 8:
        n = source.number(LAST + 4) - 1
        fields[n] = bytes([0x30 + source.number(12) for _ in range(source.number(40))])
    room = bytearray(source.number(300))
    try:
        length = encode("0200", fields, room)
    except MessageError as error:
        named(error)
        return
    if Message(memoryview(room)[:length]).numbers() != sorted(fields):
        raise AssertionError("does not decode what it encoded")


class _Pieces:
    """A transport that gives bytes in pieces, then hangs up."""

    def __init__(self, data: bytes, piece: int) -> None:
        self._data = data
        self._piece = piece

    async def open(self) -> None:
        """Connected at once."""

    async def send(self, data: bytes) -> None:
        """Whatever it is."""

    async def recv_into(self, space: memoryview) -> int:
        """Give the next piece, never more than asked for."""
        count = min(self._piece, len(space), len(self._data))
        if not 0 < len(space) <= MAX_FRAME:
            raise AssertionError("asks for %d bytes" % len(space))
        space[:count] = self._data[:count]
        self._data = self._data[count:]
        return count

    def close(self) -> None:
        """Nothing to close."""


def exchange(data: bytes) -> None:
    """The terminal's frame reader and what it makes of an answer."""
    source = Source(data[:2])
    framing = _FRAMINGS[source.number(8)]
    line = Exchange(framing)
    transport = _Pieces(bytes(data[2:]), 1 + source.number(200))
    try:
        found = asyncio.run(line.run(transport, 20, 1, 1))
        framing.requirement(found)
        decoding(bytes(framing.body(found)))
    except (NoAnswer, NotSent):
        return
    except MessageError as error:
        named(error)


def answer(data: bytes) -> None:
    """What is read of an answer, its MAC taken as good: F39, F48, F54, F60, F63."""
    source = Source(data[:1])
    mti, held = _REQUESTS[source.number(len(_REQUESTS))]
    body = bytes([int(mti[:2]), int(mti[2:]) // 10 * 16 + 16]) + data[3:]
    try:
        message = Message(memoryview(body))
        request = mti, {n: message.get(n) or b"" for n in held}
        answers.check(message, request, good=True)
        if mti == "0500":
            answers.settled(message, answers.batch(message), message.get(48) or b"", "0")
        elif mti == "0800":
            answers.accepted(message)
        else:
            answers.Answer(message, "0")
        answers.batch(message)
    except MessageError as error:
        named(error)
    except (NoAnswer, HostDeclined):
        pass  # what a flow is told


def host(data: bytes) -> None:
    """The simulator's frame reader and request, from pieces; never holds more than a frame."""
    size = 1 + data[0] if data else 1
    reader, found = FrameReader(), []
    try:
        for at in range(1, len(data), size):
            found += reader.feed(data[at : at + size])
            if len(reader._held) > MAX_FRAME_BYTES + 2:
                raise AssertionError("holds %d bytes" % len(reader._held))
        for one in found:
            request = Request(one)
            for name in ("stan", "batch", "amount_minor", "network_code", "answer_mti"):
                getattr(request, name)
    except FrameError as error:
        if len(str(error)) > 80:
            raise AssertionError("too much said: " + str(error)) from error


def host_fields(data: bytes) -> None:
    """The simulator's field table and F59, without framing."""
    try:
        spec.decode(data)
    except FrameError:
        pass
    try:
        security._tags(data.decode("latin-1"))
    except Refused as refusal:
        if refusal.code != "30":
            raise AssertionError(refusal.code) from refusal


def tools(data: bytes) -> None:
    """`posctl message`: decode, explain, redact."""
    try:
        framed = frame.split(data)
    except ToolError as error:
        if len(str(error)) > 80:
            raise AssertionError("too much said: " + str(error)) from error
    else:
        show.as_text(framed, False, "zh")
        show.as_json(framed, True, "en")
    Redactor().entry(data)
    text = data.decode("latin-1")
    for key in ("tpdu", "header", "22", "25", "39", "48", "53", "54", "60", "61", "63"):
        explain.explain(key, text, "0210", True)


def tag_lists(data: bytes) -> None:
    """F62 of a parameter download and of a status, each with the reader of the other side."""
    try:
        tags.parameters(data)
    except MessageError as error:
        named(error)
    try:
        host_tags.decode(data)
    except ValueError as error:
        if len(str(error)) > 80:
            raise AssertionError("too much said: " + str(error)) from error


READERS = (decoding, encoding, exchange, answer, host, host_fields, tools, tag_lists)


def target(data: bytes) -> None:
    """Let one of the readers have the bytes behind the first one."""
    if data:
        READERS[data[0] % len(READERS)](data[1:])
