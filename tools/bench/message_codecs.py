# SPDX-License-Identifier: MIT
"""Three codecs at the same messages, under CPython: ours, pyiso8583 (MIT), iso-8583-toolbox (MIT).

The toolbox writes a dialect of its own: lengths are binary, not BCD, and an odd digit always
stands right. So it decodes what it encoded itself, from the same values; and it checks no length,
no nibble and no end of a message, which the other two do.
"""

import contextlib
import gc
import time
from collections.abc import Callable
from typing import NamedTuple

import iso8583
from iso_8583 import FieldSpec, Message
from iso_8583.extendable_formats import LengthType
from iso_8583.fixed_formats import FieldFormat

from acquirer_sim import spec
from pos.iso8583 import codec
from pos.iso8583.fields import AN, ANS, LENGTH, PREFIX_SHIFT, SPECS, B, N, Z

OURS = "ours"
PYISO = "pyiso8583"
TOOLBOX = "iso-8583-toolbox"
DECODE, ENCODE, BOTH = "decode, every value", "encode", "decode and encode"
IN_PLACE = "encode, digits as bytearrays"
_ROUNDS = 4  # of the whole set, a timing
_OUT_BYTES = 1500
_LENGTHS = (LengthType.FIXED, LengthType.LLVAR, LengthType.LLLVAR)
_RAW_TEXT = (44, 54, 58, 59, 63)  # GBK, or bytes among text


class _Format(NamedTuple):
    """A format beside the toolbox's own."""

    name: str
    allowed_chars: frozenset
    wire_format: str


_TRACK = _Format("track", frozenset("0123456789ABCDEF"), "bcd")  # its Z: no encrypted track
_FORMATS = ((N, FieldFormat.N), (Z, _TRACK), (AN, FieldFormat.ANSP), (ANS, FieldFormat.ANSP))


class Sample(NamedTuple):
    """One message in the form that each codec takes."""

    body: bytes
    mti: str
    fields: dict  # number -> bytes, for ours
    document: dict  # for pyiso8583
    mti_number: int
    values: dict  # number -> str or bytes, for the toolbox
    packed: bytes  # what the toolbox makes of them


def _toolbox_spec() -> dict:
    """Return the field table of the firmware in the toolbox's words."""
    table = {}
    for number, flags in enumerate(SPECS):
        form = next((form for flag, form in _FORMATS if flags & flag), FieldFormat.B)
        if number in _RAW_TEXT:
            form = FieldFormat.ANSB
        if flags:
            length = _LENGTHS[flags >> PREFIX_SHIFT & 3]
            table[number] = FieldSpec(length, form, flags & LENGTH)
    return table


_TOOLBOX = _toolbox_spec()


def sample(body: bytes) -> Sample:
    """Return a message in all forms; ValueError when the three do not read the same in it."""
    message = codec.Message(body)
    fields = {number: message.get(number) for number in message.numbers()}
    document, _ = iso8583.decode(body, spec.SPEC)
    theirs = {int(key): value for key, value in document.items() if key.isdigit()}
    if message.mti != document["t"] or theirs != {n: _text(n, fields[n]) for n in fields}:
        raise ValueError("ours and pyiso8583 do not agree on a message")
    values = {number: _toolbox_value(number, fields[number]) for number in fields}
    whole = Sample(body, message.mti, fields, document, int(message.mti, 16), values, b"")
    whole = whole._replace(packed=_toolbox_encode(whole))
    if _toolbox_decode(whole) != values:
        raise ValueError("the toolbox does not read what it wrote")
    return whole


def _text(number: int, value: bytes) -> str:
    return value.hex().upper() if SPECS[number] & B else value.decode("latin-1")


def _toolbox_value(number: int, value: bytes) -> "str | bytes":
    return value if SPECS[number] & B or number in _RAW_TEXT else value.decode("ascii")


def _toolbox_encode(one: Sample) -> bytes:
    message = Message(_TOOLBOX, one.mti_number)
    for number, value in one.values.items():
        message[number] = value
    return message.pack()


def _toolbox_decode(one: Sample) -> dict:
    return Message.unpack(_TOOLBOX, one.packed).fields()


def _ours_decode(samples: list[Sample]) -> None:
    for one in samples:
        message = codec.Message(one.body)
        for number in message.numbers():
            message.get(number)


def _calls(samples: list[Sample]) -> dict[tuple[str, str], Callable]:
    out = bytearray(_OUT_BYTES)
    wiped = [(one.mti, _in_place(one.fields)) for one in samples]

    def each(work: Callable) -> Callable:
        def call() -> None:
            for one in samples:
                work(one)

        return call

    def in_place() -> None:
        for mti, fields in wiped:
            codec.encode(mti, fields, out)

    return {
        (DECODE, OURS): lambda: _ours_decode(samples),
        (DECODE, PYISO): each(lambda one: iso8583.decode(one.body, spec.SPEC)),
        (DECODE, TOOLBOX): each(_toolbox_decode),
        (ENCODE, OURS): each(lambda one: codec.encode(one.mti, one.fields, out)),
        (ENCODE, PYISO): each(lambda one: iso8583.encode(one.document, spec.SPEC)),
        (ENCODE, TOOLBOX): each(_toolbox_encode),
        (IN_PLACE, OURS): in_place,
    }


def _in_place(fields: dict) -> dict:
    """Return the values as a terminal has those that it wipes."""
    return {number: bytearray(value) for number, value in fields.items()}


@contextlib.contextmanager
def _no_collector() -> object:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def measure(samples: list[Sample], repeats: int) -> dict[tuple[str, str], float]:
    """Return (case, codec) -> seconds a message of CPU time, best of so many turns.

    The codecs take turns, so that a busy moment of the machine meets them all.
    """
    calls = _calls(samples)
    best = dict.fromkeys(calls, float("inf"))
    with _no_collector():
        for _ in range(repeats):
            for key, call in calls.items():
                best[key] = min(best[key], _seconds(call) / len(samples))
    for name in (OURS, PYISO, TOOLBOX):
        best[BOTH, name] = best[DECODE, name] + best[ENCODE, name]
    return best


def _seconds(call: Callable) -> float:
    start = time.process_time()
    for _ in range(_ROUNDS):
        call()
    return (time.process_time() - start) / _ROUNDS
