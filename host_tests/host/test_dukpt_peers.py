# SPDX-License-Identifier: MIT
"""DUKPT of the firmware, by its registers, against hosts that start from the BDK.

TDES: PyPI's pydukpt. AES: written here from X9.24-3 with `cryptography`, nothing of the firmware.
"""

import os
import warnings

import pydukpt
import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from fakes.dukpts import ones, state_at
from pos.crypto import dukpt
from pos.crypto.dukpt_aes import AesDukpt
from pos.crypto.dukpt_tdes import TdesDukpt
from pos.crypto.mac import x919
from vectors_io import load

_ROUNDS = 20_000 if os.environ.get("ESPOS_FULL") == "1" else 400
_LENGTHS = (16, 24, 16, 24, 32)
_KEYS = st.binary(min_size=16, max_size=16)


def _counters(bits: int, most: int) -> st.SearchStrategy:
    """Counters a device may reach, the rare ones as often: many ones, close to the end."""
    positions = st.sets(st.integers(0, bits - 1), min_size=1, max_size=most)
    return positions.map(lambda found: sum(1 << bit for bit in found))


def _tdes_ksn(head: bytes, low: int) -> bytes:
    return head + bytes([low & 0xE0, 0, 0])


_TDES_KSNS = st.builds(_tdes_ksn, st.binary(min_size=7, max_size=7), st.integers(0, 255))


def _derived(parent: bytes, use: int, algorithm: int, tail: bytes) -> bytes:
    """Return key material as X9.24-3 6.3.2 has it."""
    length = _LENGTHS[algorithm]
    found = b""
    for number in range(1, -(-length // 16) + 1):
        head = bytes([1, number, use >> 8, use & 255, 0, algorithm])
        data = head + (8 * length).to_bytes(2, "big") + tail
        found += Cipher(algorithms.AES(parent), modes.ECB()).encryptor().update(data)
    return found[:length]


def _host_key(bdk: bytes, key_id: bytes, counter: int) -> bytes:
    """Return the transaction's key from the BDK, as a host does."""
    algorithm = len(bdk) // 8
    key = _derived(bdk, 0x8001, algorithm, key_id)
    reached = 0
    for bit in reversed(range(32)):
        if counter >> bit & 1:
            reached |= 1 << bit
            key = _derived(key, 0x8000, algorithm, key_id[4:] + reached.to_bytes(4, "big"))
    return key


def _taken(scheme, state):
    key = bytearray(scheme.key_bytes)
    return dukpt.take(scheme, state, key), key


@given(_KEYS, _TDES_KSNS, _counters(21, 10))
def test_tdes_transactions(bdk, ksn, counter):
    scheme = TdesDukpt(ksn)
    initial = pydukpt.derive_ipek(bdk, ksn)
    state = state_at(scheme, initial, counter)
    theirs = pydukpt.ksn_with_counter(ksn, counter)
    ksn_used = None
    for _ in range(5):
        if not dukpt.counter(state):
            with pytest.raises(pydukpt.KSNExhaustedError):
                pydukpt.next_ksn(ksn_used)
            return
        now, key = _taken(scheme, state)
        ksn_used = scheme.ksn(now)
        assert ksn_used == theirs
        _same_tdes_keys(scheme, key, now, pydukpt.derive_key(initial, ksn_used))
        if dukpt.counter(state):
            theirs = pydukpt.next_ksn(ksn_used)


def _same_tdes_keys(scheme, key, counter, theirs):
    assert key == theirs
    for use, want in (
        (dukpt.PIN, pydukpt.pin_key),
        (dukpt.MAC_GENERATE, pydukpt.mac_request_key),
        (dukpt.MAC_VERIFY, pydukpt.mac_response_key),
        (dukpt.DATA_ENCRYPT, pydukpt.data_request_key),
        (dukpt.DATA_DECRYPT, pydukpt.data_response_key),
    ):
        assert scheme.working(key, counter, use, dukpt.TDES2) == want(theirs)


@given(_KEYS, st.integers(0, 20), st.integers(0, 20))
def test_tdes_near_the_limit_of_ones(bdk, low, span):
    """From a counter of ten ones in a row on: the next ones are skipped."""
    counter = min((1 << 10) - 1 << min(low, 11), 0x1FF800)
    scheme = TdesDukpt(bytes(10))
    initial = pydukpt.derive_ipek(bdk, bytes(10))
    state = state_at(scheme, initial, counter)
    now, _ = _taken(scheme, state)
    if now == pydukpt.MAX_COUNTER:
        assert dukpt.counter(state) == 0
    else:
        following = pydukpt.next_ksn(scheme.ksn(now))
        assert dukpt.counter(state) == pydukpt.ksn_counter(following)


def test_tdes_from_loading_on():
    scheme = TdesDukpt(bytes(10))
    initial = pydukpt.derive_ipek(bytes(range(16)), bytes(10))
    state = bytearray(dukpt.state_bytes(scheme))
    dukpt.start(scheme, bytearray(initial), state)
    ksn = bytes(10)
    for _ in range(_ROUNDS):
        now, key = _taken(scheme, state)
        ksn = pydukpt.next_ksn(ksn)
        assert (scheme.ksn(now), key) == (ksn, pydukpt.derive_key(initial, ksn))


@given(
    st.one_of(*(st.binary(min_size=n, max_size=n) for n in (16, 24, 32))),
    st.binary(min_size=8, max_size=8),
    _counters(32, 16),
)
def test_aes_transactions(bdk, key_id, counter):
    scheme = AesDukpt(key_id + bytes(4), len(bdk))
    initial = _derived(bdk, 0x8001, len(bdk) // 8, key_id)
    state = state_at(scheme, initial, counter)
    now = 0
    for _ in range(5):
        if not dukpt.counter(state):
            assert now == 0xFFFF0000
            return
        now, key = _taken(scheme, state)
        assert ones(now) <= 16
        assert key == _host_key(bdk, key_id, now)
        tail = scheme.ksn(now)[4:]
        for algorithm in range(len(bdk) // 8 + 1):
            for use in (0x0002, 0x1000, 0x2000, 0x2001, 0x2002, 0x3000, 0x3001, 0x3002):
                assert scheme.working(key, now, use, algorithm) == _derived(
                    bytes(key), use, algorithm, tail
                )


def test_aes_from_loading_on():
    bdk, key_id = bytes(range(16)), b"\xa5" * 8
    scheme = AesDukpt(key_id + bytes(4), 16)
    state = bytearray(dukpt.state_bytes(scheme))
    dukpt.start(scheme, bytearray(_derived(bdk, 0x8001, 2, key_id)), state)
    for number in range(1, _ROUNDS):
        now, key = _taken(scheme, state)
        assert (now, key) == (number, _host_key(bdk, key_id, number))


@pytest.mark.parametrize("group", ["aes128", "aes192", "aes256"])
def test_aes_vectors_are_right(group):
    vectors = load("dukpt_aes.json")
    key_id = bytes.fromhex(vectors["key_id"])
    bdk = bytes.fromhex(vectors[group]["bdk"])
    own = len(bdk) // 8
    if "initial_key" in vectors[group]:
        initial = _derived(bdk, 0x8001, own, key_id)
        assert initial.hex().upper() == vectors[group]["initial_key"]
    for vector in vectors[group]["transactions"]:
        key = _host_key(bdk, key_id, vector["counter"])
        assert key.hex().upper() == vector.get("key", key.hex().upper())
        tail = key_id[4:] + vector["counter"].to_bytes(4, "big")
        for use, word in ((0x1000, "pin_key"), (0x2000, "mac_key"), (0x3000, "data_key")):
            if word in vector:
                found = _derived(key, use, vector.get("algorithm", own), tail)
                assert found.hex().upper() == vector[word]


def test_aes_192():
    """The firmware's side of the same vectors: MicroPython's `cryptolib` has no 24-byte keys."""
    vectors = load("dukpt_aes.json")
    key_id = bytes.fromhex(vectors["key_id"])
    bdk = bytes.fromhex(vectors["aes192"]["bdk"])
    scheme = AesDukpt(key_id + bytes(4), 24)
    initial = _derived(bdk, 0x8001, 3, key_id)
    for vector in vectors["aes192"]["transactions"]:
        now, key = _taken(scheme, state_at(scheme, initial, vector["counter"]))
        for use, word in ((0x1000, "pin_key"), (0x2000, "mac_key"), (0x3000, "data_key")):
            found = scheme.working(key, now, use, vector["algorithm"])
            assert found.hex().upper() == vector[word]


def _cbc(key: bytes, text: bytes) -> bytes:
    padded = text.ljust(-(-len(text) // 8) * 8, b"\0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cipher = Cipher(TripleDES(key + key[:8]), modes.CBC(bytes(8)))
    return cipher.encryptor().update(padded)


def test_tdes_vectors_are_right():
    vectors = load("dukpt_tdes.json")
    ksn = bytes.fromhex(vectors["ksn"])
    initial = pydukpt.derive_ipek(bytes.fromhex(vectors["bdk"]), ksn)
    assert initial.hex().upper() == vectors["initial_key"]
    for vector in vectors["transactions"]:
        key = pydukpt.derive_key(initial, pydukpt.ksn_with_counter(ksn, vector["counter"]))
        assert key.hex().upper() == vector["key"]
        block = pydukpt.encrypt_pin(key, vectors["pin"], vectors["pan"])
        assert block.hex().upper() == vector["pin_block"]


def test_tdes_macs_and_data_of_the_annex():
    vectors = load("dukpt_tdes.json")
    scheme = TdesDukpt(bytes.fromhex(vectors["ksn"]))
    text = vectors["text"].encode()
    for vector in vectors["transactions"][:5]:
        keys = {
            use: bytes(
                scheme.working(bytes.fromhex(vector["key"]), vector["counter"], use, dukpt.TDES2)
            )
            for use in (0x2000, 0x2001, 0x3000, 0x3001)
        }
        assert x919(keys[0x2000], (text,)).hex().upper() == vector["mac_request"]
        assert x919(keys[0x2001], (text,)).hex().upper() == vector["mac_response"]
        assert _cbc(keys[0x3000], text).hex().upper() == vector["data_request"]
        assert _cbc(keys[0x3001], text).hex().upper() == vector["data_response"]
