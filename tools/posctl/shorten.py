# SPDX-License-Identifier: MIT
"""Renames what a module keeps to itself before it is compiled: the device keeps names for good.

Every name of a loaded module is interned, once for all modules, and stays when the module is
dropped. Private functions, classes and tables (`_name` at the top of a file) become `_0`, `_1`,
..., the same few names in every module. Constants need none: `_X = const(1)` leaves no name.
Left alone is what another file uses, and a name that is also something else in its own file.
"""

import ast
import re
from collections.abc import Iterable, Iterator

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_WORDS = ("async def ", "def ", "class ")


def shared(sources: Iterable[str]) -> set[str]:
    """Return the private names that one of these sources takes from another."""
    found: set[str] = set()
    for source in sources:
        imported: set[str] = set()
        nodes = list(ast.walk(ast.parse(source)))
        for node in nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                found.update(alias.name for alias in node.names)
                imported.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        for node in nodes:
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") in imported:
                found.add(node.attr)
    return {name for name in found if _private(name)}


def shorten(source: str, kept: set[str]) -> str:
    """Return the source with its private names at module level shortened, but for `kept`."""
    if re.search(r"\b_\d+\b", source):
        return source
    tree = ast.parse(source)
    lines = [line.encode() for line in source.split("\n")]  # ast counts columns in bytes
    names = _owned(tree) - kept - set(_elsewhere(tree))
    new = {name: f"_{number}" for number, name in enumerate(sorted(names))}
    places = sorted(set(_places(tree, lines, new)), reverse=True)
    for line, column, name in places:
        raw, old = lines[line - 1], name.encode()
        if raw[column : column + len(old)] != old:
            raise ValueError(f"line {line}: no {name} where the parser has it")
        lines[line - 1] = raw[:column] + new[name].encode() + raw[column + len(old) :]
    return b"\n".join(lines).decode()


def _private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def _owned(tree: ast.Module) -> set[str]:
    """Return the private names that the module itself defines at its top, constants aside."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, _DEFINITIONS):
            found.add(node.name)
        elif isinstance(node, ast.Assign) and not _constant(node.value):
            found.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return {name for name in found if _private(name)}


def _constant(value: ast.AST) -> bool:
    return isinstance(value, ast.Call) and getattr(value.func, "id", "") == "const"


def _elsewhere(tree: ast.Module) -> Iterator[str]:
    """Yield names used in a way that has no place in the tree, or as something else."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            yield from node.names
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.JoinedStr):
            yield from (inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
        elif isinstance(node, ast.ClassDef):
            yield from _bound_in(node)


def _bound_in(node: ast.ClassDef) -> Iterator[str]:
    """Yield what becomes an attribute of a class, and names its body takes from the module."""
    for child in node.body:
        if isinstance(child, _DEFINITIONS):
            yield child.name
        else:
            yield from (inner.id for inner in ast.walk(child) if isinstance(inner, ast.Name))


def _places(tree: ast.Module, lines: list[bytes], new: dict) -> Iterator[tuple[int, int, str]]:
    """Yield line, column and name of every place to edit."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in new:
            yield node.lineno, node.col_offset, node.id
    for node in ast.walk(tree):
        if isinstance(node, _DEFINITIONS) and node.name in new:
            line = lines[node.lineno - 1][node.col_offset :].decode()
            word = next(word for word in _WORDS if line.startswith(word))
            yield node.lineno, node.col_offset + len(word), node.name
