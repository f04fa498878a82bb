# SPDX-License-Identifier: MIT
"""PIN blocks of the firmware against psec, and read back by a decoder of our own."""

import secrets

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from psec import pinblock as psec

from pos.crypto.aes import Aes
from pos.crypto.pinblock import iso0
from pos.crypto.pinblock_fill import iso1, iso3
from pos.crypto.pinblock_wide import iso4, wide0
from vectors_io import load

_PINS = st.from_regex(r"[0-9]{4,12}", fullmatch=True)
_PANS = st.from_regex(r"[0-9]{13,19}", fullmatch=True)
_ANY_PANS = st.from_regex(r"[0-9]{1,19}", fullmatch=True)
_AES_KEYS = st.one_of(*(st.binary(min_size=n, max_size=n) for n in (16, 24, 32)))


def _buffer(pin: str) -> bytearray:
    return bytearray(pin, "ascii")


def _decoded(block: bytes, form: int, fill: str) -> str:
    """Return the PIN of a block without a PAN; every fill digit is one of `fill`."""
    text = block.hex().upper()
    length = int(text[1], 16)
    assert text[0] == str(form)
    assert set(text[2 + length : 16]) <= set(fill)
    return text[2 : 2 + length]


def _without_pan(block: bytes, pan: str) -> bytes:
    size = len(block)
    return (int.from_bytes(block, "big") ^ int(pan[-13:-1], 16)).to_bytes(size, "big")


@given(_PINS, _PANS)
def test_format_0(pin, pan):
    block = bytes(iso0(_buffer(pin), pan.encode()))
    assert block == psec.encode_pinblock_iso_0(pin, pan)
    assert psec.decode_pinblock_iso_0(block, pan) == pin


@given(_PINS)
def test_format_1(pin):
    block = bytes(iso1(_buffer(pin), secrets.token_bytes))
    assert _decoded(block, 1, "0123456789ABCDEF") == pin


@given(_PINS, _PANS)
def test_format_3(pin, pan):
    block = bytes(iso3(_buffer(pin), pan.encode(), secrets.token_bytes))
    assert psec.decode_pinblock_iso_3(block, pan) == pin
    assert _decoded(_without_pan(block, pan), 3, "ABCDEF") == pin


@given(_AES_KEYS, _PINS, _ANY_PANS)
def test_format_4(key, pin, pan):
    block = iso4(Aes(key), _buffer(pin), pan.encode(), secrets.token_bytes)
    assert psec.decipher_pinblock_iso_4(key, block, pan) == pin


@given(_AES_KEYS, _PINS, _ANY_PANS, st.binary(min_size=8, max_size=8))
def test_format_4_is_what_the_standard_says(key, pin, pan, fill):
    aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    pin_field = bytes.fromhex(f"4{len(pin):X}{pin}".ljust(16, "A")) + fill
    pan_field = bytes.fromhex(f"{max(0, len(pan) - 12)}{pan.rjust(12, '0')}".ljust(32, "0"))
    mixed = bytes(a ^ b for a, b in zip(aes.update(pin_field), pan_field, strict=True))
    assert iso4(Aes(key), _buffer(pin), pan.encode(), lambda n: fill[:n]) == aes.update(mixed)


@given(_PINS, _PANS)
def test_sm4_block(pin, pan):
    block = bytes(wide0(_buffer(pin), pan.encode()))
    clear = _without_pan(block, pan)
    assert clear[8:] == b"\xff" * 8
    assert _decoded(clear[:8], 0, "F") == pin


@pytest.mark.parametrize("form", [0, 3, 4])
def test_vectors_are_right(form):
    """A vector that only the firmware agrees with would prove nothing."""
    tried = 0
    for vector in load("pin_blocks.json"):
        if vector["format"] != form or "block" not in vector:
            continue
        block, pan = bytes.fromhex(vector["block"]), vector["pan"]
        if form == 4:
            key = bytes.fromhex(vector["key"])
            assert psec.decipher_pinblock_iso_4(key, block, pan) == vector["pin"]
        else:
            decode = {0: psec.decode_pinblock_iso_0, 3: psec.decode_pinblock_iso_3}[form]
            assert decode(block, pan) == vector["pin"]
        tried += 1
    assert tried
