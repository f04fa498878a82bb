# SPDX-License-Identifier: MIT
"""The tags of F62 in parameter downloads and status uploads (unionpay.md 2.8): text and back.

A tag is two digits, its value follows in a fixed width. The transaction switch (26) has four bytes
on the wire, one bit a kind from the left; no source names its bits, so their order is ours. Tags
from 90 on are of this project, in status uploads only.
"""

from acquirer_sim.errors import AcquirerError

_SWITCH_LEN_BYTES = 4
_NUMBER, _FLAG, _TEXT, _SWITCH = "number", "flag", "text", "switch"
# bit by bit from the left
_SWITCHED = (
    *("balance", "preauth", "preauth_void", "completion", "completion_void"),
    *("sale", "void", "refund", "offline", "adjust", "advice", "transfer"),
)
_ALL = "all"
# name: (tag, bytes, kind)
_SETTINGS = {
    "answer_timeout_s": ("12", 2, _NUMBER),
    "connect_tries": ("13", 1, _NUMBER),
    "phone_1": ("14", 14, _TEXT),
    "phone_2": ("15", 14, _TEXT),
    "phone_3": ("16", 14, _TEXT),
    "management_phone": ("17", 14, _TEXT),
    "tip_allowed": ("18", 1, _FLAG),
    "tip_percent_max": ("19", 2, _NUMBER),
    "manual_pan_allowed": ("20", 1, _FLAG),
    "auto_signoff": ("21", 1, _FLAG),
    "merchant_name": ("22", 40, _TEXT),
    "reversal_tries": ("23", 1, _NUMBER),
    "key_type": ("24", 1, _NUMBER),
    "tmk_index": ("25", 1, _NUMBER),
    "transactions": ("26", _SWITCH_LEN_BYTES, _SWITCH),
}
_REPORTED = {
    "software": ("90", 12, _TEXT),
    "hotlist_count": ("91", 5, _NUMBER),
    "hotlist_check": ("92", 8, _TEXT),
    "hotlist_date": ("93", 8, _TEXT),
    "batch_count": ("94", 4, _NUMBER),
    "pending": ("95", 3, _NUMBER),
}
_BY_TAG = {row[0]: (name, *row[1:]) for name, row in {**_SETTINGS, **_REPORTED}.items()}
TAG_LEN = 2


def setting(text: str) -> "tuple[str, str]":
    """Return (name, value) of one NAME=VALUE; AcquirerError says what is wrong with it."""
    name, found, value = text.partition("=")
    if not found:
        raise AcquirerError(f"--set {text}: must be NAME=VALUE")
    if name not in _SETTINGS:
        raise AcquirerError(f"--set {name}: no such parameter, known: {', '.join(_SETTINGS)}")
    try:
        encode(name, value)
    except ValueError as error:
        raise AcquirerError(f"--set {name}: {error}") from None
    return name, value


def encode(name: str, value: str) -> bytes:
    """Return tag and value as on the wire; ValueError says what the value must be."""
    tag, length, kind = _SETTINGS[name]
    return tag.encode("ascii") + _ENCODERS[kind](value, length)


def _number(value: str, length: int) -> bytes:
    if not (value.isascii() and value.isdigit()) or len(value) > length:
        raise ValueError(f"must be a number of up to {length} digits")
    return value.rjust(length, "0").encode("ascii")


def _flag(value: str, length: int) -> bytes:
    if value not in ("true", "false"):
        raise ValueError("must be true or false")
    return b"1" if value == "true" else b"0"


def _text(value: str, length: int) -> bytes:
    try:
        raw = value.encode("gbk")
    except UnicodeEncodeError:
        raise ValueError("has a character that GBK has not") from None
    if not value.isprintable() or len(raw) > length:
        raise ValueError(f"must be text of up to {length} bytes in GBK")
    return raw.ljust(length)


def _switch(value: str, length: int) -> bytes:
    if value == _ALL:
        return b"\xff" * length
    kinds = [kind for kind in value.split(",") if kind]
    for kind in kinds:
        if kind not in _SWITCHED:
            raise ValueError(f"{kind} is none of {_ALL}, {', '.join(_SWITCHED)}")
    bits = "".join("1" if kind in kinds else "0" for kind in _SWITCHED)
    return int(bits.ljust(8 * length, "0"), 2).to_bytes(length, "big")


_ENCODERS = {_NUMBER: _number, _FLAG: _flag, _TEXT: _text, _SWITCH: _switch}


def decode(data: bytes) -> "dict[str, str]":
    """Return {name: value} of a list of tags; ValueError where it is none."""
    found, at = {}, 0
    while at < len(data):
        tag = data[at : at + TAG_LEN].decode("latin-1")
        if tag not in _BY_TAG:
            raise ValueError(f"unknown tag {tag!r} at byte {at}")
        name, length, kind = _BY_TAG[tag]
        raw = data[at + TAG_LEN : at + TAG_LEN + length]
        if len(raw) != length:
            raise ValueError(f"tag {tag} is cut short")
        found[name] = _value(raw, kind)
        at += TAG_LEN + length
    return found


def _value(raw: bytes, kind: str) -> str:
    if kind == _SWITCH:
        bits = f"{int.from_bytes(raw, 'big'):0{8 * len(raw)}b}"
        on = [name for name, bit in zip(_SWITCHED, bits, strict=False) if bit == "1"]
        return _ALL if set(bits) == {"1"} else ",".join(on)
    text = raw.decode("gbk", "replace").rstrip()
    if kind == _TEXT:
        return text
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no number")
    return {"0": "false", "1": "true"}.get(text, text) if kind == _FLAG else str(int(text))
