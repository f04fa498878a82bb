# SPDX-License-Identifier: MIT
"""Shortened private names change nothing but names, and never one that others may use."""

import ast
import re

import pytest

from posctl.paths import BOARDS, FIRMWARE
from posctl.privates import shorten

CASES = {
    "function": ("def _f(): return _f", "def _a(): return _a"),
    "attribute": ("x._one = x._two + self._one", "x._a = x._b + self._a"),
    "method": (
        "class A:\n    def _do(self): self._do()",
        "class A:\n    def _a(self): self._a()",
    ),
    "two on a line": ("_one._two(_one)", "_a._b(_a)"),
    "taken": ("_a = _b = _long", "_c = _d = _e"),
    "public": ("def f(one): return one.two", None),
    "constant": ("_MAX = const(3)\nx = _MAX", None),
    "table": ("_ROWS = (1, 2)\nx = _ROWS + y._Rows", "_a = (1, 2)\nx = _a + y._b"),
    "dunder": ("x.__init__(y._)", None),
    "asked for by name": ("getattr(x, '_one')._one", None),
    "f-string": ("x._one = f'{x._one}'", None),
    "base from elsewhere": ("class A(Other):\n    _one = 1", None),
    "base called": ("class A(f()):\n    _one = 1", None),
    "own base": (
        "class B:\n    _one = 1\nclass A(B):\n    _two = 1",
        "class B:\n    _a = 1\nclass A(B):\n    _b = 1",
    ),
    "exception": ("class A(PosError):\n    _one = 1", "class A(PosError):\n    _a = 1"),
    "private import": ("from x import _one", None),
    "hanzi": ("x = '金额' + _one", "x = '金额' + _a"),
}


@pytest.mark.parametrize("name", CASES)
def test_shapes(name: str) -> None:
    source, expected = CASES[name]
    assert shorten(source) == (source if expected is None else expected)


def _shape(source: str) -> str:
    """Return the syntax tree with every private name in its place in the order of appearance."""
    order: dict = {}

    def plain(match: re.Match) -> str:
        return f"'_{order.setdefault(match.group(1), len(order))}'"

    return re.sub(r"'(_[A-Za-z][A-Za-z0-9_]*)'", plain, ast.dump(ast.parse(source)))


def test_firmware_keeps_its_shape_and_its_lines() -> None:
    changed = 0
    for path in [*FIRMWARE.rglob("*.py"), *BOARDS.rglob("*.py")]:
        source = path.read_text("utf-8")
        short = shorten(source)
        assert short.count("\n") == source.count("\n"), path
        assert _shape(short) == _shape(source), path
        changed += short != source
    assert changed > 50
