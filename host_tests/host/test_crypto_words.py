# SPDX-License-Identifier: MIT
"""No integer of 2**30 or more in the bytecode ciphers: it would be a heap object on an ESP32.

Every value goes in as an integer that checks each result of each operator it takes part in. What a
table holds is such an integer too, so that no step of a round escapes; constants are checked where
they meet one. And machine code, whose integers wrap, is right with 32 bits as with 64.
"""

import ast
import inspect
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.crypto import (
    des,
    des_fast,
    des_portable,
    des_tables,
    sm4,
    sm4_fast,
    sm4_portable,
    sm4_tables,
)

_LIMIT = 1 << 30
_OPERATORS = ("and", "or", "xor", "lshift", "rshift", "add", "sub", "mul", "floordiv", "mod")


class _Small(int):
    """An integer whose every result must be small enough to need no heap object."""

    def _make(name):  # noqa: N805 - makes the operators of the class body
        plain = getattr(int, name)

        def operator(self, other):
            _Small.steps += 1
            result = plain(self, other)
            if result is NotImplemented:
                return result
            assert -_LIMIT <= result < _LIMIT, f"{name} gives {result:#x}"
            return _Small(result)

        return operator

    for _name in _OPERATORS:
        locals()[f"__{_name}__"] = _make(f"__{_name}__")
        locals()[f"__r{_name}__"] = _make(f"__r{_name}__")
    steps = 0


class _Words(list):
    """A table, buffer or list of them: whatever is put in must be one, or a plain constant."""

    def __setitem__(self, place, value):
        assert -_LIMIT <= value < _LIMIT
        super().__setitem__(place, _Small(value))


def _small(values: object) -> _Words:
    return _Words(_Small(value) for value in values)


def _tables(tables: object) -> tuple:
    return tuple(_small(table) for table in tables)


def _run(module: object, keys: object, step: int, data: bytes, tables: tuple) -> bytes:
    """Return what `crypt` of the module makes of the data with every value checked."""
    before = _Small.steps
    out = _small(bytes(len(data)))
    module.crypt(_small(keys), step, _small(data), out, tables)
    assert _Small.steps - before > 500 * len(data) // 16  # the rounds did go through the checks
    return bytes(out)


@given(st.binary(min_size=8, max_size=8), st.binary(min_size=16, max_size=16))
def test_des(data, key):
    cipher = des.Tdes(key)
    tables = _tables(des_tables.TABLES)
    encrypted = _run(des_portable, cipher._rounds, 3, data, tables)
    assert encrypted == cipher.encrypt(data)
    assert _run(des_portable, cipher._rounds, -3, encrypted, tables) == data


@given(st.binary(min_size=8, max_size=8))
def test_des_key_schedule(key):
    fresh = _small([0] * 48)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(des, "CHOICE", _tables(des_tables.CHOICE))
        des._schedule(_small(key), 0, fresh, 0, 3)
    assert fresh == list(des.Tdes(key)._rounds)


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_sm4(data, key):
    cipher = sm4.Sm4(key)
    tables = _tables(sm4_portable.TABLES)
    encrypted = _run(sm4_portable, cipher._keys, 1, data, tables)
    assert encrypted == cipher.encrypt(data)
    assert _run(sm4_portable, cipher._keys, -1, encrypted, tables) == data


@given(st.binary(min_size=16, max_size=16))
def test_sm4_key_schedule(key):
    fresh = _small([0] * 64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sm4, "SBOX", _small(sm4_tables.SBOX))
        sm4._schedule(_small(key), fresh)
    assert fresh == list(sm4.Sm4(key)._keys)


def _wrapping(bits: int) -> type:
    """Return the integers of a machine: each result is cut to `bits` with a sign."""
    half = 1 << bits - 1

    class _Word(int):
        """A machine word."""

        def _make(name):  # noqa: N805 - makes the operators of the class body
            plain = getattr(int, name)

            def operator(self, other):
                return _Word((plain(self, other) + half) % (2 * half) - half)

            return operator

        for _name in _OPERATORS:
            locals()[f"__{_name}__"] = _make(f"__{_name}__")
            locals()[f"__r{_name}__"] = _make(f"__r{_name}__")

    return _Word


_ESP32, _UNIX = _wrapping(32), _wrapping(64)


@pytest.mark.parametrize("word", [_ESP32, _UNIX], ids=["ESP32", "unix"])
@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_machine_code_on_words_of_either_size(word, data, key):
    """The sources of the machine code, worked out with the integers viper has on each machine."""

    def words(values):
        return [word(value) for value in values]

    tables = [words(table) for table in des_tables.TABLES]
    for cipher, fast, keys, step, looked_up in (
        (des.Tdes(key), des_fast, "_rounds", 3, tables),
        (sm4.Sm4(key), sm4_fast, "_keys", 1, words(sm4_tables.SBOX)),
    ):
        held = words(getattr(cipher, keys))
        out = [None] * len(data)
        fast.crypt(held, step, words(data), out, looked_up)
        assert bytes(out) == cipher.encrypt(data)
        fast.crypt(held, -step, words(out), out, looked_up)
        assert bytes(out) == data


def test_tables_and_constants():
    tables = (*des_tables.TABLES, *des_tables.CHOICE, *sm4_portable.TABLES, sm4_tables.SBOX)
    assert all(0 <= word < _LIMIT for table in tables for word in table)
    for module in (des, des_portable, des_tables, sm4, sm4_portable, sm4_tables):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Constant) and isinstance(node.value, int):
                assert node.value < _LIMIT, (module.__name__, node.lineno)


def test_a_wide_word_is_found_out():
    wide = list(des_tables.TABLES)
    wide[7] = array("I", [0x7FFFFFFF] * 64)
    with pytest.raises(AssertionError, match="__ gives"):
        _run(des_portable, des.Tdes(bytes(8))._rounds, 3, bytes(8), _tables(wide))
    with pytest.raises(AssertionError, match="lshift__ gives"):
        _Small(1) << 30
