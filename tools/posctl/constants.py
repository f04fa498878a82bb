# SPDX-License-Identifier: MIT
"""Puts constants of other files in place before a file is compiled: their names cost RAM for good.

mpy-cross folds `_MAX = const(3)` away, but within one file only. So `from pos.core.deal import
SALE` becomes the number where SALE is used, and SALE itself becomes `_SALE`, unless somebody may
still ask for it. Line for line. What is no integer, is bound twice or may be set stays.
"""

import ast
from collections import Counter

from posctl import edits
from posctl.scopes import Image, inside

_OPERATORS = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.LShift: lambda a, b: a << b,
    ast.BitOr: lambda a, b: a | b,
    ast.BitAnd: lambda a, b: a & b,
}
_BITS_MAX = 64
_STATE = (ast.Call, ast.ListComp, ast.SetComp, ast.DictComp, ast.Await)
_PURE = {"const", "bytes", "tuple"}


def inline(sources: "dict[str, str]", open_modules: "frozenset[str]") -> "dict[str, str]":
    """Return the sources (by module name) with the constants in place.

    `open_modules` are those whose names others than the image may use.
    """
    image = Image(sources)
    if not image.followed:
        return sources
    work = _Work(image, open_modules)
    return {name: work.rewritten(name) for name in sources}


def constants(tree: ast.Module) -> "dict[str, int]":
    """Return the public `NAME = const(integer)` of a file that are bound just once in it."""
    counted = _bound(tree)
    found: dict[str, int] = {}
    for node in tree.body:
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            continue
        name, value = node.targets[0].id, _value(node.value, found)
        if value is not None and len(node.targets) == 1 and counted[name] == 1:
            found[name] = value
    return {name: value for name, value in found.items() if not name.startswith("_")}


def _value(node: ast.expr, known: "dict[str, int]") -> "int | None":
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return None
    if node.func.id != "const" or len(node.args) != 1 or node.keywords:
        return None
    value = _number(node.args[0], known)
    return value if value is not None and value.bit_length() < _BITS_MAX else None


def _number(node: ast.expr, known: "dict[str, int]") -> "int | None":
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int else None
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _number(node.operand, known)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _number(node.left, known), _number(node.right, known)
        huge = isinstance(node.op, ast.LShift) and not 0 <= (right or 0) < _BITS_MAX
        if left is not None and right is not None and not huge:
            return _OPERATORS[type(node.op)](left, right)
    return None


def _bound(tree: ast.AST) -> Counter:
    """Count how often each name is bound anywhere in a file."""
    found: Counter = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found[node.id] += 1
        elif isinstance(node, ast.arg):
            found[node.arg] += 1
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update((a.asname or a.name).split(".")[0] for a in node.names)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found[node.name] += 1
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            found.update(node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found[node.name] += 1
    return found


class _Work:
    """The constants of an image, and who may still ask for them by name."""

    def __init__(self, image: Image, open_modules: "frozenset[str]") -> None:
        self._image = image
        self._open = open_modules
        self._values = {}
        for module, file in image.files.items():
            for name, value in constants(file.tree).items():
                self._values[(module, name)] = value
        for key in self._set():
            self._values.pop(key, None)
        self._asked: set[tuple] = set()
        self._edits = {name: self._use(name) for name in image.files}

    def _set(self) -> "set[tuple]":
        """Return what is exposed, or set from another file: no constant after all."""
        found = {key for key in self._values if self._image.exposed(*key)}
        for file in self._image.files.values():
            for module, name, node in file.taken:
                if not isinstance(node.ctx, ast.Load):
                    found.add((module, name))
        return found

    def rewritten(self, module: str) -> str:
        """Return the source of a file; all files have been gone through by then."""
        file = self._image.files[module]
        made = dict(self._edits[module])
        if module not in self._open:
            names = {node.id for node in _names(file.tree)}
            private = {
                name
                for owner, name in self._values
                if owner == module and (owner, name) not in self._asked and "_" + name not in names
            }
            for node in _names(file.tree):
                if node.id in private:
                    made[edits.place(node)] = "_" + node.id
        return edits.apply(file.source, made)

    def _use(self, module: str) -> edits.Edits:
        """Return the edits that put constants of other files in place here."""
        file = self._image.files[module]
        made = {}
        local = self._imported(file)
        inner = _followed_by_dot(file.tree)
        found = [(n, local[n.id]) for n in _names(file.tree) if n.id in local]
        found += [
            (node, self._values[(owner, name)])
            for owner, name, node in file.taken
            if (owner, name) in self._values
        ]
        for node, value in found:
            bare = value >= 0 and node not in inner
            made[edits.place(node)] = str(value) if bare else f"({value})"
        gone = {*local, *self._idle_modules(file, _bases(found))}
        for node in file.imports:
            rest = [a for a in node.names if (a.asname or a.name) not in gone]
            if len(rest) < len(node.names):
                names = [(alias.name, alias.asname or alias.name) for alias in rest]
                made[edits.place(node)] = edits.imports(node, names)
        return made

    def _idle_modules(self, file: object, gone: set) -> "set[str]":
        """Return the names of modules of which only constants were used, in the places `gone`."""
        bases = {node.id for node in gone}
        counted = _bound(file.tree)
        left = {node.id for node in _names(file.tree) if node not in gone}
        found = set()
        for here in bases - left:
            aliases = [
                self._image.imported(node, alias.name)
                for node in file.imports
                for alias in node.names
                if (alias.asname or alias.name) == here
            ]
            if len(aliases) == counted[here] and not any(
                self._needed(file.module, here, module) for _, module, _ in aliases
            ):
                found.add(here)
        return found

    def _imported(self, file: object) -> "dict[str, int]":
        """Return the names of a file that are nothing but one constant of another file."""
        meant: dict[str, set] = {}
        times: Counter = Counter()
        for node in file.imports:
            for alias in node.names:
                here = alias.asname or alias.name
                meant.setdefault(here, set()).add((node.module, alias.name))
                times[here] += 1
        counted = _bound(file.tree)
        found = {}
        for here, keys in meant.items():
            key = next(iter(keys))
            once = len(keys) == 1 and counted[here] == times[here]
            if once and key in self._values and not self._needed(file.module, here, key[0]):
                found[here] = self._values[key]
            else:
                self._asked |= keys
        return found

    def _needed(self, module: str, name: str, owner: str) -> bool:
        """Whether the import has to stay: others take the name from here, or it does something."""
        if module in self._open or self._image.exposed(module, name) or not self._idle(owner, ()):
            return True
        for file in self._image.files.values():
            if any((taken.module, taken.name) == (module, name) for taken in file.taken):
                return True
            for node in file.imports:
                if node.module == module and any(alias.name == name for alias in node.names):
                    return True
        return False

    def _idle(self, module: str, above: tuple) -> bool:
        """Whether importing a module does nothing but define names, and so do its imports."""
        if module not in self._image.files or module in above:
            return True
        for node in self._image.files[module].tree.body:
            if not _defines(node):
                return False
            names = [alias.name for alias in getattr(node, "names", ())]
            if isinstance(node, ast.ImportFrom):
                names = [node.module, *(f"{node.module}.{name}" for name in names)]
            if not all(self._idle(name, (*above, module)) for name in names):
                return False
        return True


def _defines(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return True
    return isinstance(node, ast.Assign) and _still(node.value)


def _still(value: ast.expr) -> bool:
    """Whether a value is a table or a constant: nothing is called for it, nothing kept in it."""
    if isinstance(value, ast.List) and not value.elts:
        return False
    if isinstance(value, ast.Dict) and not value.keys:
        return False
    for node in [value, *inside(value)]:
        if isinstance(node, _STATE):
            name = node.func.id if isinstance(getattr(node, "func", None), ast.Name) else ""
            if name not in _PURE:
                return False
    return True


def _followed_by_dot(tree: ast.AST) -> "set[ast.AST]":
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def _bases(found: list) -> "set[ast.AST]":
    return {node.value for node, _ in found if isinstance(node, ast.Attribute)}


def _names(tree: ast.AST) -> "list[ast.Name]":
    return [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
