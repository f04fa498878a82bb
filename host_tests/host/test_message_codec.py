# SPDX-License-Identifier: MIT
"""The codec against pyiso8583 with a table of its own, and against bytes that nobody chose.

The table here is typed from unionpay.md, section 2, and shares nothing with pos.iso8583.fields.
"""

import iso8583
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.core.errors import MessageError
from pos.iso8583.codec import Message, encode
from vectors_io import load

# field: (kind, length bytes, longest); kinds: n z packed, a text, b bytes
_TABLE = {
    2: ("n", 1, 19),
    3: ("n", 0, 6),
    4: ("n", 0, 12),
    11: ("n", 0, 6),
    12: ("n", 0, 6),
    13: ("n", 0, 4),
    14: ("n", 0, 4),
    15: ("n", 0, 4),
    22: ("n", 0, 3),
    23: ("n", 0, 3),
    25: ("n", 0, 2),
    26: ("n", 0, 2),
    32: ("n", 1, 11),
    35: ("z", 1, 37),
    36: ("z", 2, 104),
    37: ("a", 0, 12),
    38: ("a", 0, 6),
    39: ("a", 0, 2),
    41: ("a", 0, 8),
    42: ("a", 0, 15),
    44: ("a", 1, 25),
    48: ("n", 2, 322),
    49: ("a", 0, 3),
    52: ("b", 0, 8),
    53: ("n", 0, 16),
    54: ("a", 2, 20),
    55: ("b", 2, 255),
    58: ("a", 2, 100),
    59: ("a", 2, 600),
    60: ("n", 2, 17),
    61: ("n", 2, 29),
    62: ("b", 2, 999),
    63: ("a", 2, 163),
    64: ("b", 0, 8),
}
_DIGITS, _TRACK = "0123456789", "0123456789D"


def _pyiso_spec() -> dict:
    fixed = {"len_enc": "bcd", "len_type": 0, "desc": ""}
    spec = {
        "h": {"data_enc": "b", "max_len": 0, **fixed},
        "t": {"data_enc": "b", "max_len": 2, **fixed},
        "p": {"data_enc": "b", "max_len": 8, **fixed},
        "1": {"data_enc": "b", "max_len": 8, **fixed},
    }
    for number in range(2, 129):
        spec[str(number)] = {"data_enc": "b", "max_len": 0, **fixed}
    for number, (kind, prefix, longest) in _TABLE.items():
        entry = {"len_enc": "bcd", "len_type": prefix, "max_len": longest, "desc": ""}
        entry["data_enc"] = "latin-1" if kind == "a" else "b"
        if kind in "nz":
            entry["len_count"] = "nibbles"
            entry["left_pad" if number == 23 else "right_pad"] = "0"
        spec[str(number)] = entry
    return spec


_SPEC = _pyiso_spec()


def _field(number: int) -> st.SearchStrategy:
    kind, prefix, longest = _TABLE[number]
    shortest = 0 if prefix else longest
    if kind == "b":
        return st.binary(min_size=shortest, max_size=min(longest, 300)).map(bytes.hex)
    chars = _DIGITS if kind == "n" else _TRACK
    if kind == "a":
        chars = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
    return st.text(chars, min_size=shortest, max_size=min(longest, 300))


_MTI = st.sampled_from(("0100", "0110", "0200", "0210", "0400", "0410", "0500", "0800", "0830"))
_FIELDS = st.sets(st.sampled_from(sorted(_TABLE))).flatmap(
    lambda numbers: st.fixed_dictionaries({number: _field(number) for number in numbers})
)


def _ours(fields: dict) -> dict:
    return {
        number: bytes.fromhex(text) if _TABLE[number][0] == "b" else text.encode()
        for number, text in fields.items()
    }


def _packed(mti: str, fields: dict) -> bytes:
    out = bytearray(b"\xa5" * 4000)
    return bytes(out[: encode(mti, _ours(fields), out)])


@given(_MTI, _FIELDS)
def test_encodes_like_pyiso8583_and_decodes_what_it_encoded(mti: str, fields: dict) -> None:
    data = _packed(mti, fields)
    theirs, _ = iso8583.encode(
        {"t": mti, **{str(number): text.upper() for number, text in fields.items()
                      if _TABLE[number][0] != "a"},
         **{str(number): text for number, text in fields.items() if _TABLE[number][0] == "a"}},
        _SPEC,
    )  # fmt: skip
    assert data == bytes(theirs)
    message = Message(data)
    assert message.mti == mti
    assert message.numbers() == sorted(fields)
    assert {number: message.get(number) for number in fields} == _ours(fields)


@pytest.mark.parametrize("name", ["8583_messages.json", "8583_computed.json"])
def test_decodes_like_pyiso8583(name: str) -> None:
    for vector in load(name):
        raw = bytes.fromhex(vector["hex"])
        for key, size in (("length_field", 2), ("tpdu", 5), ("header", 6)):
            raw = raw[size:] if vector[key] is not None else raw
        theirs, _ = iso8583.decode(raw, _SPEC)
        message = Message(raw)
        got = {"t": message.mti, "p": raw[2:10].hex().upper()}
        for number in message.numbers():
            value = message.get(number)
            binary = _TABLE[number][0] == "b"
            got[str(number)] = value.hex().upper() if binary else value.decode("latin-1")
        assert got == theirs, vector["name"]


@given(st.binary(max_size=300))
def test_any_bytes_give_a_message_or_a_message_error(data: bytes) -> None:
    try:
        Message(data)
    except MessageError:
        pass


@given(_MTI, _FIELDS, st.data())
def test_damaged_messages_give_a_message_or_a_message_error(mti, fields, data) -> None:
    raw = bytearray(_packed(mti, fields))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, len(raw)))]
    try:
        message = Message(raw)
    except MessageError:
        return
    for number in message.numbers():
        assert len(message.get(number)) == message.count(number)


@given(st.dictionaries(st.integers(-1, 70), st.binary(max_size=60), max_size=4))
def test_any_values_encode_or_give_a_message_error(fields: dict) -> None:
    out = bytearray(300)
    try:
        length = encode("0200", fields, out)
    except MessageError:
        return
    assert Message(memoryview(out)[:length]).numbers() == sorted(fields)
