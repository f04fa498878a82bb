# SPDX-License-Identifier: MIT
"""Shortens private names before a file is compiled: on the device every name costs RAM for good.

`_settle_flags` of one file and `_row` of another both become `_a`: nobody outside a file may use
its private names (tools/check/import_rules.py), so files can share the short ones. Names are kept
in bulk: with the last free place used up, the next one costs 14 KB of a 64-bit heap at once.
A traceback on the device shows the short names; its line numbers stay right.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

_PRIVATE = re.compile(r"_[A-Za-z][A-Za-z0-9_]*(?<!_)$")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def shorten(source: str) -> str:
    """Return the source with its private names shortened, line for line.

    A source comes back as it is where a private name could be somebody else's: with an f-string,
    or a class whose base is neither its own nor an exception.
    """
    tree = ast.parse(source)
    if not _closed(tree):
        return source
    tokens = [token for token in _tokens(source) if token.type == tokenize.NAME]
    texts = _texts(tree)
    taken = {token.string for token in tokens} | texts
    free = (name for name in short_names() if name not in taken)
    left = texts | _folded(tree)
    short = {}
    for name in dict.fromkeys(token.string for token in tokens):
        if _PRIVATE.fullmatch(name) and name not in left:
            short[name] = next(free)
    lines = source.split("\n")
    for token in reversed(tokens):
        if token.string in short:
            row, column = token.start
            line = lines[row - 1]
            end = column + len(token.string)
            lines[row - 1] = line[:column] + short[token.string] + line[end:]
    return "\n".join(lines)


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(source).readline)


def short_names() -> Iterator[str]:
    """Yield the short names that all files share, the shortest first."""
    yield from (f"_{one}" for one in _LETTERS)
    yield from (f"_{one}{two}" for one in _LETTERS for two in _LETTERS)


def _folded(tree: ast.Module) -> set[str]:
    """Return the private constants: mpy-cross puts their values in place, so they cost nothing."""
    return {
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "const"
    }


def _texts(tree: ast.AST) -> set[str]:
    """Return every string of the source: an attribute may be asked for by its name."""
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


def _closed(tree: ast.AST) -> bool:
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            return False
        if isinstance(node, ast.ImportFrom) and any(a.name.startswith("_") for a in node.names):
            return False
        if isinstance(node, ast.ClassDef) and not all(_harmless(b, own) for b in node.bases):
            return False
    return True


def _harmless(base: ast.expr, own: set[str]) -> bool:
    name = base.id if isinstance(base, ast.Name) else ""
    return name in own or name.endswith(("Error", "Exception"))
