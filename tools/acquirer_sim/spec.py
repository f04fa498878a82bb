# SPDX-License-Identifier: MIT
"""The UnionPay terminal dialect as a pyiso8583 specification (unionpay.md sections 1.2 and 2).

Decoded values are digits for n and z, Latin-1 text for an and ans, upper-case hex for b.
"""

import iso8583

from acquirer_sim.errors import FrameError

_DIGITS = frozenset("0123456789")
_TRACK_DIGITS = frozenset("0123456789ABCDEF")

# field: (kind, bytes of length prefix, maximum length); n and z are counted in digits
_FIELDS = {
    2: ("n", 1, 19),
    3: ("n", 0, 6),
    4: ("n", 0, 12),
    11: ("n", 0, 6),
    12: ("n", 0, 6),
    13: ("n", 0, 4),
    14: ("n", 0, 4),
    15: ("n", 0, 4),
    22: ("n", 0, 3),  # left-aligned, the one exception among fixed n fields
    23: ("n<", 0, 3),  # right-aligned
    25: ("n", 0, 2),
    26: ("n", 0, 2),
    32: ("n", 1, 11),
    35: ("z", 1, 37),
    36: ("z", 2, 104),
    37: ("ans", 0, 12),
    38: ("ans", 0, 6),
    39: ("ans", 0, 2),
    41: ("ans", 0, 8),
    42: ("ans", 0, 15),
    44: ("ans", 1, 25),
    48: ("n", 2, 322),
    49: ("ans", 0, 3),
    52: ("b", 0, 8),
    53: ("n", 0, 16),
    54: ("ans", 2, 20),
    55: ("b", 2, 255),
    58: ("ans", 2, 100),
    59: ("ans", 2, 600),
    60: ("n", 2, 19),
    61: ("n", 2, 29),
    62: ("b", 2, 999),
    63: ("ans", 2, 163),
    64: ("b", 0, 8),
}


def _entry(kind: str, len_type: int, max_len: int) -> dict:
    entry = {"len_enc": "bcd", "len_type": len_type, "max_len": max_len, "desc": ""}
    if kind == "ans":
        entry["data_enc"] = "latin-1"
        return entry
    entry["data_enc"] = "b"
    if kind != "b":
        entry["len_count"] = "nibbles"
        entry["left_pad" if kind == "n<" else "right_pad"] = "0"
    return entry


def _build() -> dict:
    spec = {"h": _entry("b", 0, 0), "t": _entry("b", 0, 2), "p": _entry("b", 0, 8)}
    for number, shape in _FIELDS.items():
        spec[str(number)] = _entry(*shape)
    return spec


SPEC = _build()


def decode(body: bytes) -> "tuple[str, dict[int, str]]":
    """Return (MTI, fields) of a message body, strictly to its last byte; FrameError otherwise."""
    try:
        decoded = _decoded(body)
    except iso8583.DecodeError as error:
        decoded = _decode_padded_track(body, error)
    fields = {int(key): value for key, value in decoded.items() if key.isdigit()}
    _check_digits(decoded["t"], fields)
    return decoded["t"], fields


def _decoded(body: bytes) -> dict:
    try:
        return iso8583.decode(body, SPEC)[0]
    except KeyError as error:  # a field number the dialect does not know
        raise FrameError(f"unknown field {error.args[0]}") from None


def _decode_padded_track(body: bytes, error: iso8583.DecodeError) -> dict:
    """Decode again with a track's odd pad nibble set to 0: any pad is accepted there."""
    held = error.doc_enc.get(error.field, {}).get("data", b"")
    if error.field not in ("35", "36") or "nibbles" not in error.msg or not held:
        raise FrameError(f"field {error.field}: {error.msg.split(',')[0]}") from None
    fixed = bytearray(body)
    last = error.pos + len(held) - 1
    if last >= len(fixed) or not fixed[last] & 0x0F:
        raise FrameError(f"field {error.field}: cut short") from None
    fixed[last] &= 0xF0
    return _retry(bytes(fixed))


def _retry(body: bytes) -> dict:
    try:
        return _decoded(body)
    except iso8583.DecodeError as error:
        if error.field in ("36",):  # track 2 was mended, track 3 has the same pad
            return _decode_padded_track(body, error)
        raise FrameError(f"field {error.field}: {error.msg.split(',')[0]}") from None


def _check_digits(mti: str, fields: "dict[int, str]") -> None:
    if not set(mti) <= _DIGITS:
        raise FrameError("message type is not decimal")
    for number, value in fields.items():
        kind = _FIELDS[number][0]
        if kind[0] == "n" and not set(value) <= _DIGITS:
            raise FrameError(f"field {number}: not decimal")
        if kind == "z" and not set(value) <= _TRACK_DIGITS:
            raise FrameError(f"field {number}: not a track")


def encode(mti: str, fields: "dict[int, str]") -> bytes:
    """Return the message body; the values are the simulator's own, so an error is its bug."""
    document = {str(number): value for number, value in fields.items()}
    document["t"] = mti
    return bytes(iso8583.encode(document, SPEC)[0])
