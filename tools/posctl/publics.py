# SPDX-License-Identifier: MIT
"""Shortens public names of modules before an image is compiled: every name costs RAM for good.

`def seconds` of pos/core/calendar.py becomes `def _c`, and `from pos.core.calendar import seconds`
of another file `from pos.core.calendar import _c as _a`: each file numbers its own with the short
names that all files share (privates.py). Methods and attributes stay, and so do error classes,
whose names are shown, and names that may be asked for in a way that was not followed.
"""

import ast
from collections.abc import Iterator

from posctl import edits
from posctl.privates import short_names
from posctl.scopes import File, Image, inside

_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def share(sources: "dict[str, str]", open_modules: "frozenset[str]") -> "dict[str, str]":
    """Return the sources (by module name) with short public names, line for line.

    `open_modules` are those whose names others than the image may use.
    """
    image = Image(sources)
    if not image.followed:
        return sources
    names = _Names(image, open_modules).short
    return {name: _rewritten(image, file, names) for name, file in image.files.items()}


class _Names:
    """The new names: (module, name) -> short name. Files follow those they take names from."""

    def __init__(self, image: Image, open_modules: "frozenset[str]") -> None:
        self._image = image
        self._open = open_modules
        self.short: dict[tuple, str] = {}
        self._visited: set[str] = set()
        for module in image.files:
            self._visit(module)

    def _visit(self, module: str) -> None:
        if module in self._visited:
            return
        self._visited.add(module)
        file = self._image.files[module]
        for node in file.imports:
            if node.module in self._image.files:
                self._visit(node.module)
        if module in self._open:
            return
        taken = set(_words(file.tree))
        free = (name for name in short_names() if name not in taken)
        stay = _in_doubt(file)
        for name, meanings in file.bound.items():
            wanted = not name.startswith("_") and name not in stay
            if (
                wanted
                and not self._image.exposed(module, name)
                and self._may(file, name, meanings)
            ):
                self.short[(module, name)] = next(free)

    def _may(self, file: File, name: str, meanings: set) -> bool:
        """Whether all that binds the name is ours: definitions, or names that are short now."""
        if any(kind == "module" for kind, _, _ in meanings):
            return False
        from_others = [alias for alias in _imported(file.tree) if (alias[2] or alias[1]) == name]
        if any((owner, old) not in self.short for owner, old, _ in from_others):
            return False
        return all(
            self._plain(file.module, node.name)
            for node in file.tree.body
            if isinstance(node, ast.ClassDef) and node.name == name
        )

    def _plain(self, module: str, name: str) -> bool:
        """Whether a class is no error: it and its bases are classes of ours without a root."""
        file = self._image.files[module]
        for node in file.tree.body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                return all(self._plain_base(file, base) for base in node.bases)
        for owner, old, here in _imported(file.tree):
            if (here or old) == name and owner in self._image.files:
                return self._plain(owner, old)
        return False

    def _plain_base(self, file: File, base: ast.expr) -> bool:
        if not isinstance(base, ast.Name):
            return False
        return base.id == "object" or self._plain(file.module, base.id)


def _imported(tree: ast.AST) -> "Iterator[tuple]":
    """Yield (module, name, name here or None) of every import of a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module, alias.name, alias.asname) for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield "", alias.name.split(".")[0], alias.asname


def _words(tree: ast.AST) -> "Iterator[str]":
    """Yield every word of a file that a new name must not be."""
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name", "asname"):
            word = getattr(node, field, None)
            if isinstance(word, str):
                yield word
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _in_doubt(file: File) -> "set[str]":
    """Return names of a file that are also something else there than a variable."""
    found: set[str] = set()
    for node in ast.walk(file.tree):
        if isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            found.update(node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= _class_names(node)
    return found


def _class_names(node: ast.ClassDef) -> "set[str]":
    """Return what a class body binds and also looks up, its own or the one of the file."""
    bound, seen = set(), set()
    for inner in inside(node):
        if isinstance(inner, _DEFS):
            bound.add(inner.name)
            seen |= _names_of([*inner.decorator_list, *_defaults(inner)])
        elif isinstance(inner, (ast.Import, ast.ImportFrom)):
            names = {alias.asname or alias.name for alias in inner.names}
            bound, seen = bound | names, seen | names
        else:
            seen |= _names_of([inner])
            if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
                bound.add(inner.id)
    return bound & seen


def _defaults(node: ast.AST) -> "list[ast.AST]":
    arguments = getattr(node, "args", None)
    if not isinstance(arguments, ast.arguments):
        return []
    return [*arguments.defaults, *(value for value in arguments.kw_defaults if value)]


def _names_of(nodes: "list[ast.AST]") -> "set[str]":
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}


def _rewritten(image: Image, file: File, short: "dict[tuple, str]") -> str:
    own = {name: new for (module, name), new in short.items() if module == file.module}
    lines = edits.split(file.source)
    made = {}
    for module, name, node in file.taken:
        if (module, name) in short:
            made[edits.of_name(node, lines)] = short[(module, name)]
    for node in file.imports:
        names = [
            (short.get((node.module, alias.name), alias.name), _here(alias, own))
            for alias in node.names
        ]
        if any(
            new != (a.name, a.asname or a.name) for new, a in zip(names, node.names, strict=True)
        ):
            made[edits.place(node)] = edits.imports(node, names)
    for node, new in _occurrences(file.tree, own):
        made[edits.place(node) if isinstance(node, ast.Name) else edits.of_name(node, lines)] = new
    return edits.apply(file.source, made)


def _here(alias: ast.alias, own: "dict[str, str]") -> str:
    name = alias.asname or alias.name
    return own.get(name, name)


def _occurrences(tree: ast.AST, own: "dict[str, str]") -> "Iterator[tuple[ast.AST, str]]":
    """Yield what is to be renamed in a file, in whatever scope; methods are no variables."""
    methods = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for inner in inside(node)
        if isinstance(inner, _DEFS)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in own:
            yield node, own[node.id]
        elif isinstance(node, _DEFS) and node not in methods and node.name in own:
            yield node, own[node.name]
