# SPDX-License-Identifier: MIT
"""Renames parameters before a file is compiled: on the device every name costs RAM for good.

A function's parameter names are interned when its module is loaded, though nobody asks for them:
the firmware passes arguments by place. So `def find(self, batch, stan)` becomes
`def find(self, a0, a1)`, in place, line for line. Left alone are names that are passed by keyword
anywhere, and functions that do something a rename could miss (f-strings, nonlocal, classes).
"""

import ast
import re
from collections.abc import Iterable, Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_KEPT = ("self", "cls")


def keywords(sources: Iterable[str]) -> set[str]:
    """Return every name that is passed by keyword in these sources: those must stay."""
    found: set[str] = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call):
                found.update(keyword.arg for keyword in node.keywords if keyword.arg)
    return found


def minify(source: str, kept: set[str]) -> str:
    """Return the source with its parameters renamed, but for the names in `kept`.

    A source that uses a name like the new ones comes back as it is.
    """
    if re.search(r"\ba\d+\b", source):
        return source
    edits: dict[tuple[int, int], tuple[str, str]] = {}
    _visit(ast.parse(source), {}, kept, edits)
    lines = [line.encode() for line in source.split("\n")]  # ast counts columns in bytes
    for (line, column), (old, new) in sorted(edits.items(), reverse=True):
        raw = lines[line - 1]
        lines[line - 1] = raw[:column] + new.encode() + raw[column + len(old.encode()) :]
    return b"\n".join(lines).decode()


def _visit(node: ast.AST, names: dict, kept: set, edits: dict) -> None:
    """Collect the edits below a node; `names` are the renamed parameters in scope."""
    if isinstance(node, _FUNCTIONS):
        _function(node, names, kept, edits)
        return
    if isinstance(node, ast.Name) and node.id in names:
        edits[(node.lineno, node.col_offset)] = (node.id, names[node.id])
    if isinstance(node, ast.ClassDef):
        names = {}
    for child in ast.iter_child_nodes(node):
        _visit(child, names, kept, edits)


def _function(node: ast.AST, names: dict, kept: set, edits: dict) -> None:
    arguments = node.args
    for outside in _outside(node):
        _visit(outside, names, kept, edits)
    own = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    own += [arg for arg in (arguments.vararg, arguments.kwarg) if arg]
    inner = {name: new for name, new in names.items() if name not in {arg.arg for arg in own}}
    if not _risky(node):
        first = 1 + max((int(new[1:]) for new in names.values()), default=-1)
        for number, arg in enumerate(own, first):
            if arg.arg not in kept and arg.arg not in _KEPT:
                inner[arg.arg] = f"a{number}"
                edits[(arg.lineno, arg.col_offset)] = (arg.arg, inner[arg.arg])
    body = node.body if isinstance(node.body, list) else [node.body]
    for child in body:
        _visit(child, inner, kept, edits)


def _outside(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is evaluated where the function is defined: its defaults."""
    yield from node.args.defaults
    yield from (default for default in node.args.kw_defaults if default)


def _risky(node: ast.AST) -> bool:
    for inner in ast.walk(node):
        if isinstance(inner, (ast.JoinedStr, ast.Global, ast.Nonlocal, ast.ClassDef)):
            return True
        if isinstance(inner, (ast.Import, ast.ImportFrom)) and _shadows(inner, node):
            return True
        if isinstance(inner, ast.ExceptHandler) and inner.name in _names(node):
            return True
    return False


def _names(node: ast.AST) -> set[str]:
    arguments = (inner for inner in ast.walk(node) if isinstance(inner, ast.arguments))
    return {arg.arg for inner in arguments for arg in inner.args}


def _shadows(node: ast.AST, function: ast.AST) -> bool:
    bound = {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return bool(bound & _names(function))
