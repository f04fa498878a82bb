# SPDX-License-Identifier: MIT
"""Renamed parameters change nothing but names: a table of shapes, and every firmware file."""

import ast
import symtable

import pytest

from posctl.minify import keywords, minify
from posctl.paths import BOARDS, FIRMWARE

CASES = {
    "plain": (
        "def f(self, one, two=2): return one + two",
        "def f(self, a1, a2=2): return a1 + a2",
    ),
    "star": ("def f(*rest): return rest", "def f(*a0): return a0"),
    "lambda": ("f = lambda key: key + x", "f = lambda a0: a0 + x"),
    "default": ("def f(one, g=lambda two: two): pass", "def f(a0, a1=lambda a0: a0): pass"),
    "closure": (
        "def f(one):\n    def g(two):\n        return one + two\n    return g",
        "def f(a0):\n    def g(a1):\n        return a0 + a1\n    return g",
    ),
    "method": (
        "def f(self, one, two):\n    def g(three):\n        return one + two + three",
        "def f(self, a1, a2):\n    def g(a3):\n        return a1 + a2 + a3",
    ),
    "kept outside": (
        "def f(kept, one):\n    def g(two):\n        return one + two",
        "def f(kept, a1):\n    def g(a2):\n        return a1 + a2",
    ),
    "shadow": (
        "def f(one, two):\n    def g(one):\n        return one + two\n    return g",
        "def f(a0, a1):\n    def g(a2):\n        return a2 + a1\n    return g",
    ),
    "attribute": ("def f(name): return name.name", "def f(a0): return a0.name"),
    "keyword": ("def f(kept, other): return g(kept=kept)", "def f(kept, a1): return g(kept=kept)"),
    "hanzi": ("def f(名): return '金额' + 名", "def f(a0): return '金额' + a0"),
    "f-string": ("def f(one): return f'{one}'", None),
    "nonlocal": ("def f(one):\n    def g():\n        nonlocal one\n        one = 1", None),
    "class": ("def f(one):\n    class A:\n        two = one", None),
    "import": ("def f(os):\n    import os", None),
    "taken": ("def f(one): return a1", None),
}


@pytest.mark.parametrize("name", CASES)
def test_shapes(name: str) -> None:
    source, expected = CASES[name]
    assert minify(source, {"kept"}) == (source if expected is None else expected)


def test_keywords() -> None:
    assert keywords(["f(a, b=1)", "g(**c)", "h(d=2)"]) == {"b", "d"}


def _scopes(source: str) -> list:
    """Return, for each name in order, which of its occurrences mean the same variable.

    symtable knows the scopes as the compiler sees them: two sources with the same answer bind the
    same variables in the same places, whatever they are called.
    """
    found: list = []

    def walk(table: symtable.SymbolTable) -> None:
        shape = sorted(
            (symbol.is_parameter(), symbol.is_free(), symbol.is_local(), symbol.is_global())
            for symbol in table.get_symbols()
        )
        found.append((table.get_type(), shape))
        for child in table.get_children():
            walk(child)

    walk(symtable.symtable(source, "firmware", "exec"))
    return found


def _shape(source: str) -> str:
    """Return the syntax tree without the names of variables and parameters."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = "x"
        elif isinstance(node, ast.arg):
            node.arg = "x"
    return ast.dump(tree)


def test_firmware_keeps_its_shape_and_its_lines() -> None:
    files = [*FIRMWARE.rglob("*.py"), *BOARDS.rglob("*.py")]
    sources = [path.read_text("utf-8") for path in files]
    kept = keywords(sources)
    renamed = 0
    for source in sources:
        small = minify(source, kept)
        assert small.count("\n") == source.count("\n")
        assert _shape(small) == _shape(source)
        assert _scopes(small) == _scopes(source)
        renamed += small != source
    assert renamed > 50
