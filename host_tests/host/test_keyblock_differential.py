# SPDX-License-Identifier: MIT
"""Our key blocks against psec's, an independent implementation: each opens what the other made."""

import secrets
import string

import psec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.crypto.errors import CryptoError
from pos.crypto.keyblock import unwrap, wrap

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # psec: triple DES is old

_CASES = [  # version, algorithm, KBPK bytes, key bytes
    (version, algorithm, kbpk, key)
    for version, kbpks, carried in (
        ("B", (16, 24), {"T": (16, 24)}),
        ("D", (16, 24, 32), {"T": (16, 24), "A": (16, 24, 32), "4": (16,)}),
    )
    for algorithm, keys in carried.items()
    for kbpk in kbpks
    for key in keys
    if key <= kbpk or (version, algorithm) == ("D", "T")
]
_USAGE = st.sampled_from(("K0", "P0", "M0", "M1", "M3", "M6", "D0", "B0", "B1", "00"))
_MODE = st.sampled_from("BCDEGNVX")
_ID = st.text(string.ascii_uppercase + string.digits, min_size=2, max_size=2).filter("PB".__ne__)
_DATA = st.text(string.digits + string.ascii_letters + " ~.{}", max_size=260)
_OPTIONAL = st.dictionaries(_ID, _DATA, max_size=2)


@st.composite
def _blocks(draw):
    version, algorithm, kbpk_bytes, key_bytes = draw(st.sampled_from(_CASES))
    header = psec.tr31.Header(version, draw(_USAGE), algorithm, draw(_MODE), "00", "E")
    for name, data in draw(_OPTIONAL).items():
        header.blocks[name] = data
    kbpk = draw(st.binary(min_size=kbpk_bytes, max_size=kbpk_bytes))
    key = draw(st.binary(min_size=key_bytes, max_size=key_bytes))
    return header, kbpk, key


def _open(block, header, kbpk):
    usages, letters = (header.key_usage,), header.algorithm
    return unwrap(block, header.version_id, kbpk, usages, letters, header.mode_of_use)


@given(_blocks(), st.sampled_from((None, 0, 40)))
def test_we_open_what_psec_wrapped(made, hidden_in):
    header, kbpk, key = made
    block = psec.tr31.KeyBlock(kbpk, header).wrap(key, hidden_in)
    assert _open(block.encode(), header, kbpk) == key


@given(_blocks(), st.sampled_from((0, 40)))
def test_psec_opens_what_we_wrapped(made, hidden_in):
    header, kbpk, key = made
    head = header.dump(len(key)).encode()
    block = wrap(kbpk, head, key, secrets.token_bytes, hidden_in).decode()
    told, opened = psec.tr31.unwrap(kbpk, block)
    assert opened == key
    assert str(told) == str(header)
    assert told.blocks == header.blocks


@given(_blocks(), st.data())
def test_a_changed_character_is_refused(made, data):
    header, kbpk, key = made
    block = bytearray(psec.tr31.KeyBlock(kbpk, header).wrap(key), "ascii")
    at = data.draw(st.integers(0, len(block) - 1))
    value = data.draw(st.integers(0, 255).filter(block[at].__ne__))
    block[at] = value
    with pytest.raises(CryptoError):
        _open(bytes(block), header, kbpk)


@given(st.binary(max_size=200), st.binary(max_size=200), st.sampled_from("BD"))
def test_anything_else_is_refused_with_our_error(head, tail, version):
    for block in (head, version.encode() + head, version.encode() + b"0112K0TB00E0100" + tail):
        with pytest.raises(CryptoError):
            unwrap(block, version, bytes(16), ("K0",), "T", "B")
