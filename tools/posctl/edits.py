# SPDX-License-Identifier: MIT
"""Edits of a source by the places of its syntax tree: every line stays where it is."""

import ast

# (line, column, end line, end column) as ast counts them -> the new text
Edits = dict


def place(node: ast.AST) -> tuple:
    """Return where a node stands."""
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


def of_name(node: ast.AST, lines: "list[bytes]") -> tuple:
    """Return where the name in a `def`, a `class` or behind the last dot stands."""
    if isinstance(node, ast.Attribute):
        size = len(node.attr.encode())
        return node.end_lineno, node.end_col_offset - size, node.end_lineno, node.end_col_offset
    column = lines[node.lineno - 1].index(b" " + node.name.encode(), node.col_offset) + 1
    return node.lineno, column, node.lineno, column + len(node.name.encode())


def split(source: str) -> "list[bytes]":
    """Return the lines as bytes: ast counts columns in them."""
    return [line.encode() for line in source.split("\n")]


def imports(node: ast.ImportFrom, names: "list[tuple[str, str]]") -> str:
    """Return a `from` import of (name, name here) over as many lines; of none: no bytecode."""
    below = "\n" * (node.end_lineno - node.lineno)
    if not names:
        return f"({below}0)" if below else "pass"
    listed = ", ".join(name if name == here else f"{name} as {here}" for name, here in names)
    return f"from {node.module} import " + (f"({below}{listed})" if below else listed)


def apply(source: str, edits: Edits) -> str:
    """Return the source with the edits made, which do not overlap."""
    lines = split(source)
    for (first, start, last, end), new in sorted(edits.items(), reverse=True):
        text = lines[first - 1][:start] + new.encode() + lines[last - 1][end:]
        lines[first - 1 : last] = text.split(b"\n")
    return b"\n".join(lines).decode()
