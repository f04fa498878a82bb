# SPDX-License-Identifier: MIT
"""The firmware's ciphers and codes against `cryptography` and the standard library."""

import hashlib
import hmac
import warnings

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from hypothesis import given
from hypothesis import strategies as st

from pos.crypto import des
from pos.crypto.des import Tdes
from pos.crypto.hmac import hmac_sha256, same
from pos.crypto.mac import ecb_mac, x99, x919
from pos.crypto.pinblock import iso0

_KEYS = st.one_of(*(st.binary(min_size=n, max_size=n) for n in (8, 16, 24)))
_BLOCKS = st.integers(0, 4).flatmap(lambda n: st.binary(min_size=8 * n, max_size=8 * n))
_LIMIT = 1 << 30  # from here on an integer is a heap object on an ESP32


def _reference(key: bytes) -> Cipher:
    whole = {8: key * 3, 16: key + key[:8], 24: key}[len(key)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that triple DES is old
        return Cipher(TripleDES(whole), modes.ECB())


def _encrypt(key: bytes, data: bytes) -> bytes:
    return _reference(key).encryptor().update(data)


def _cbc_mac(key: bytes, text: bytes) -> bytes:
    state = bytes(8)
    for at in range(0, len(text), 8):
        block = text[at : at + 8].ljust(8, b"\0")
        state = _encrypt(key, bytes(a ^ b for a, b in zip(state, block, strict=True)))
    return state


@given(_KEYS, _BLOCKS)
def test_tdes(key, data):
    cipher = Tdes(key)
    assert cipher.encrypt(data) == _encrypt(key, data)
    assert cipher.decrypt(data) == _reference(key).decryptor().update(data)


@pytest.mark.parametrize("bit", range(64))
def test_des_each_key_and_text_bit(bit):
    single = (1 << bit).to_bytes(8, "big")
    assert Tdes(single).encrypt(bytes(8)) == _encrypt(single, bytes(8))
    assert Tdes(bytes(8)).encrypt(single) == _encrypt(bytes(8), single)


@given(st.binary(min_size=16, max_size=16), st.lists(st.binary(max_size=20), max_size=6))
def test_ecb_mac(key, chunks):
    text = b"".join(chunks)
    folded = bytearray(8)
    for place, byte in enumerate(text):
        folded[place % 8] ^= byte
    digits = folded.hex().upper().encode()
    first = _encrypt(key, digits[:8])
    last = _encrypt(key, bytes(a ^ b for a, b in zip(first, digits[8:], strict=True)))
    assert ecb_mac(Tdes(key), chunks) == last.hex().upper().encode()[:8]


@given(st.binary(min_size=16, max_size=16), st.lists(st.binary(max_size=20), max_size=6))
def test_ansi_macs(key, chunks):
    text = b"".join(chunks)
    code = _cbc_mac(key[:8], text)
    assert x99(Tdes(key[:8]), chunks) == code
    last = _reference(key[8:]).decryptor().update(code)
    assert x919(key, chunks) == _encrypt(key[:8], last)


@given(st.binary(max_size=100), st.lists(st.binary(max_size=100), max_size=4))
def test_hmac(key, chunks):
    assert hmac_sha256(key, *chunks) == hmac.new(key, b"".join(chunks), hashlib.sha256).digest()


@given(st.binary(max_size=9), st.binary(max_size=9))
def test_same(a, b):
    assert same(a, b) == (a == b)
    assert same(a, bytearray(a))


@given(
    st.from_regex(r"[0-9]{4,12}", fullmatch=True), st.from_regex(r"[0-9]{13,19}", fullmatch=True)
)
def test_pin_block(pin, pan):
    field = f"0{len(pin):X}{pin}".ljust(16, "F")
    want = int(field, 16) ^ int(pan[-13:-1], 16)
    assert iso0(bytearray(pin, "ascii"), pan.encode()) == want.to_bytes(8, "big")


class _Small(int):
    """An integer whose every result must stay below 2**30."""

    def _make(name):  # noqa: N805 - makes the operators of the class body
        plain = getattr(int, name)

        def operator(self, other):
            result = plain(self, other)
            assert 0 <= result < _LIMIT, f"{name} gives {result:#x}"
            return _Small(result)

        return operator

    for _name in ("and", "or", "xor", "lshift", "rshift", "add"):
        locals()[f"__{_name}__"] = _make(f"__{_name}__")
        locals()[f"__r{_name}__"] = _make(f"__r{_name}__")


@given(st.binary(min_size=8, max_size=8), st.binary(min_size=16, max_size=16))
def test_no_number_is_a_heap_object_on_a_32_bit_board(data, key):
    rounds = [_Small(word) for word in Tdes(key)._rounds]
    out = [0] * 8
    des._crypt(rounds, 3, [_Small(byte) for byte in data], out)
    assert bytes(out) == _encrypt(key, data)
    fresh = [_Small(0)] * 48
    des._schedule([_Small(byte) for byte in key], 0, fresh, 0, 3)
    assert fresh == rounds[:48]
    assert all(0 <= word < _LIMIT for table in (*des.BOXES, *des.CHOICE) for word in table)
