# SPDX-License-Identifier: MIT
"""Shortened private names change nothing but names: a table of shapes, and every firmware file."""

import ast

import pytest

from posctl.paths import BOARDS, FIRMWARE
from posctl.shorten import shared, shorten

CASES = {
    "function": ("def _f(): pass\n_f()", "def _0(): pass\n_0()"),
    "coroutine": ("async def _f(): await _f()", "async def _0(): await _0()"),
    "class": ("class _A: pass\ndef f(): return _A()", "class _0: pass\ndef f(): return _0()"),
    "table": ("_T = (1, 2)\ndef f(): return _T[0]", "_0 = (1, 2)\ndef f(): return _0[0]"),
    "in order of names": ("_B = []\n_A = _B\n", "_1 = []\n_0 = _1\n"),
    "twice on a line": ("_A = []\nf(_A, '名', _A)", "_0 = []\nf(_0, '名', _0)"),
    "decorated": ("@d\ndef _f(): pass", "@d\ndef _0(): pass"),
    "constant": ("_A = const(1)\nx = _A", None),
    "public": ("def f(): pass\nA = f", None),
    "dunder": ("__all__ = ('f',)", None),
    "used elsewhere": ("def _kept(): pass", None),
    "attribute of something": ("_A = []\nx._A = _A", "_0 = []\nx._A = _0"),
    "parameter": ("def _f(): pass\ndef g(_f): return _f", None),
    "keyword": ("def _f(): pass\ng(_f=_f)", None),
    "global": ("_A = []\ndef f():\n    global _A\n    _A = 1", None),
    "method of the same name": ("def _f(): pass\nclass A:\n    def _f(self): _f()", None),
    "class attribute": ("_A = []\nclass B:\n    _A = _A", None),
    "imported": ("from m import x as _f\n_f()", None),
    "exception": ("_E = []\ntry: pass\nexcept E as _E: pass", None),
    "f-string": ("def _f(): pass\nx = f'{_f()}'", None),
    "taken": ("def _f(): return _0", None),
}


@pytest.mark.parametrize("name", CASES)
def test_shapes(name: str) -> None:
    source, expected = CASES[name]
    assert shorten(source, {"_kept"}) == (source if expected is None else expected)


def test_what_another_file_uses() -> None:
    sources = ["from a import _b, c", "import d\nd._e()\nself._f()", "import g as h\nh._i = h.j"]
    assert shared(sources) == {"_b", "_e", "_i"}


def _skeleton(source: str) -> str:
    """Return the syntax tree without names of variables and definitions."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = "x"
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            node.name = "x"
    return ast.dump(tree)


def _partners(before: str, after: str) -> set:
    """Return the pairs (old name, new name) of all that is named."""
    pairs = set()
    for old, new in zip(ast.walk(ast.parse(before)), ast.walk(ast.parse(after)), strict=True):
        for field in ("id", "name", "attr", "arg"):
            if isinstance(getattr(old, field, None), str):
                pairs.add((getattr(old, field), getattr(new, field), field))
    return pairs


def test_firmware_keeps_its_shape_and_its_lines() -> None:
    sources = [p.read_text("utf-8") for p in (*FIRMWARE.rglob("*.py"), *BOARDS.rglob("*.py"))]
    kept = shared(sources)
    renamed = 0
    for source in sources:
        small = shorten(source, kept)
        assert small.count("\n") == source.count("\n")
        assert _skeleton(small) == _skeleton(source)
        changed = {(old, new) for old, new, _ in _partners(source, small) if old != new}
        assert len(changed) == len(dict(changed)) == len({new for _, new in changed})
        assert not {(old, field) for old, new, field in _partners(source, small)
                    if old != new and field in ("attr", "arg")}  # fmt: skip
        renamed += len(changed)
    assert renamed > 150
