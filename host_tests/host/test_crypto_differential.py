# SPDX-License-Identifier: MIT
"""The firmware's ciphers and codes against `cryptography` and the standard library."""

import hashlib
import hmac
import warnings

import psec.mac
import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st

from fakes.engines import use_best, use_portable
from pos.crypto.aes import Aes
from pos.crypto.cmac import cmac
from pos.crypto.des import Tdes
from pos.crypto.hmac import hmac_sha256, same
from pos.crypto.kcv import aes_kcv, sm4_kcv, tdes_kcv
from pos.crypto.mac import MARK, ecb_mac, x99, x919
from pos.crypto.modes import cbc_decrypt, cbc_encrypt
from pos.crypto.parity import parity_ok, set_parity
from pos.crypto.pinblock import iso0
from pos.crypto.sm4 import Sm4

_KEYS = st.one_of(*(st.binary(min_size=n, max_size=n) for n in (8, 16, 24)))
_BLOCKS = st.integers(0, 4).flatmap(lambda n: st.binary(min_size=8 * n, max_size=8 * n))
_SM4_KEYS = st.binary(min_size=16, max_size=16)
_AES_KEYS = st.one_of(*(st.binary(min_size=n, max_size=n) for n in (16, 24, 32)))
_CHUNKS = st.lists(st.binary(max_size=20), max_size=6)


def _reference(key: bytes) -> Cipher:
    whole = {8: key * 3, 16: key + key[:8], 24: key}[len(key)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that triple DES is old
        return Cipher(TripleDES(whole), modes.ECB())


@pytest.fixture(autouse=True, params=["best", "portable"])
def engine(request):
    """Run everything here twice: with the code chosen at import, and in bytecode."""
    (use_portable if request.param == "portable" else use_best)()
    yield
    use_best()


def _algorithm(ours: object, key: bytes) -> object:
    return _reference(key).algorithm if isinstance(ours, Tdes) else _OTHERS[type(ours)](key)


_OTHERS = {Sm4: SM4, Aes: AES}


def _encrypt(key: bytes, data: bytes) -> bytes:
    return _reference(key).encryptor().update(data)


def _cbc_mac(key: bytes, text: bytes) -> bytes:
    state = bytes(8)
    for at in range(0, max(len(text), 1), 8):
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


_ANY = st.one_of(
    _KEYS.map(lambda key: (Tdes, key)),
    _SM4_KEYS.map(lambda key: (Sm4, key)),
    _AES_KEYS.map(lambda key: (Aes, key)),
)


@given(_ANY, st.integers(0, 5), st.data())
def test_ecb_and_cbc_of_every_cipher(kind, blocks, data):
    cipher, key = kind[0](kind[1]), kind[1]
    text = data.draw(st.binary(min_size=cipher.block * blocks, max_size=cipher.block * blocks))
    iv = data.draw(st.binary(min_size=cipher.block, max_size=cipher.block))
    ecb = Cipher(_algorithm(cipher, key), modes.ECB()).encryptor().update(text)
    assert cipher.encrypt(text) == ecb
    assert cipher.decrypt(ecb) == text
    cbc = Cipher(_algorithm(cipher, key), modes.CBC(iv)).encryptor().update(text)
    out = bytearray(text)
    cbc_encrypt(cipher, iv, out, out)
    assert out == cbc
    cbc_decrypt(cipher, iv, out, out)
    assert out == text


@given(_ANY, _CHUNKS)
def test_cmac(kind, chunks):
    cipher = kind[0](kind[1])
    other = CMAC(_algorithm(cipher, kind[1]))
    other.update(b"".join(chunks))
    assert cmac(cipher, tuple(chunks)) == other.finalize()


@given(_SM4_KEYS, _CHUNKS)
def test_sm4_macs(key, chunks):
    text = b"".join(chunks)
    padded = text + bytes(-len(text) % 16) or bytes(16)
    chained = Cipher(SM4(key), modes.CBC(bytes(16))).encryptor().update(padded)
    assert x99(Sm4(key), chunks) == chained[-16:]
    folded = 0
    for at in range(0, len(padded), 16):
        folded ^= int.from_bytes(padded[at : at + 16], "big")
    digits = f"{folded:032X}".encode()
    ecb = Cipher(SM4(key), modes.ECB()).encryptor()
    mixed = int.from_bytes(ecb.update(digits[:16]), "big") ^ int.from_bytes(digits[16:], "big")
    last = ecb.update(mixed.to_bytes(16, "big"))
    assert ecb_mac(Sm4(key), chunks) == last[:4].hex().upper().encode()


@given(st.binary(min_size=16, max_size=16), st.binary(max_size=40))
def test_padding_method_2(key, text):
    padded = text + b"\x80"
    padded += bytes(-len(padded) % 8)
    assert x919(key, (text, MARK)) == x919(key, (padded,))
    code = _cbc_mac(key[:8], padded)
    assert x919(key, (text, MARK)) == _encrypt(
        key[:8], _reference(key[8:]).decryptor().update(code)
    )


@pytest.mark.filterwarnings("ignore")  # it says that triple DES is old
@given(st.binary(min_size=16, max_size=16), st.binary(max_size=60))
def test_retail_mac_against_psec(key, text):
    left, right = key[:8], key[8:]
    assert x919(key, (text,)) == psec.mac.generate_retail_mac(left, right, text, 1)
    assert x919(key, (text, MARK)) == psec.mac.generate_retail_mac(left, right, text, 2)
    assert x99(Tdes(key), (text,)) == psec.mac.generate_cbc_mac(key, text, 1)
    assert x99(Tdes(key), (text, MARK)) == psec.mac.generate_cbc_mac(key, text, 2)


@given(_KEYS, _SM4_KEYS, _AES_KEYS)
def test_check_values(des_key, sm4_key, aes_key):
    assert tdes_kcv(des_key) == _encrypt(des_key, bytes(8))[:4]
    assert sm4_kcv(sm4_key) == Cipher(SM4(sm4_key), modes.ECB()).encryptor().update(bytes(16))
    other = CMAC(AES(aes_key))
    other.update(bytes(16))
    assert aes_kcv(aes_key) == other.finalize()[:5]


@given(_KEYS)
def test_parity(key):
    odd = bytearray(key)
    set_parity(odd)
    assert parity_ok(odd)
    assert parity_ok(key) == (odd == key)
    assert Tdes(odd).encrypt(bytes(8)) == Tdes(key).encrypt(bytes(8))


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
