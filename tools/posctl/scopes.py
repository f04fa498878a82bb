# SPDX-License-Identifier: MIT
"""What the names of an image's files mean: which are modules, and what is taken from those.

A module is followed as far as its name goes. Where it is handed on as a value (an argument, a
result, `__import__`), it has escaped: any attribute asked for anywhere may be one of its names.
"""

import ast
from collections.abc import Iterable
from typing import NamedTuple

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_REFLECTION = {"exec", "eval", "globals", "locals", "vars", "dir"}
_OTHER = ("other", "", "")


class Taken(NamedTuple):
    """`module.name` where `module` is one of the image's; `node` is the Attribute."""

    module: str
    name: str
    node: ast.Attribute


class File:
    """One source file: its tree, and what its names were found to mean."""

    def __init__(self, module: str, source: str) -> None:
        self.module = module
        self.source = source
        self.tree = ast.parse(source)
        self.taken: list[Taken] = []
        self.bound: dict[str, set] = {}  # at module level: name -> what it may be
        self.imports = [n for n in ast.walk(self.tree) if isinstance(n, ast.ImportFrom)]
        self.texts = {
            n.value
            for n in ast.walk(self.tree)
            if isinstance(n, ast.Constant) and isinstance(n.value, str)
        }


class Image:
    """All files of an image, by module name, with what they take from each other."""

    def __init__(self, sources: "dict[str, str]") -> None:
        self.files = {name: File(name, source) for name, source in sources.items()}
        self.escaped: set[str] = set()
        self.attributes: set[str] = set()  # asked of values that may be anything
        self.texts = set().union(*(file.texts for file in self.files.values()))
        walks = [_Walk(self, file) for file in self.files.values()]
        for walk in walks:
            walk.run()
        for walk in walks:
            walk.follow_on()

    @property
    def followed(self) -> bool:
        """Whether nothing in the image puts the names of every file in doubt."""
        return not any(map(_obscure, self.files.values()))

    def exposed(self, module: str, name: str) -> bool:
        """Whether the name may be asked for in a way that was not followed."""
        return module in self.escaped and (name in self.attributes or name in self.texts)

    def imported(self, node: ast.ImportFrom, name: str) -> tuple:
        """Return what an imported name is: ("module", module, ""), ("name", module, name)..."""
        inner = f"{node.module}.{name}"
        if inner in self.files:
            return ("module", inner, "")
        return ("name", node.module, name) if node.module in self.files else _OTHER


def _obscure(file: File) -> bool:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.JoinedStr):  # its columns are not to be trusted
            return True
        if isinstance(node, ast.Name) and node.id in _REFLECTION:
            return True
        if isinstance(node, ast.ImportFrom):
            if node.level or any(alias.name == "*" for alias in node.names):
                return True
    return False


class _Walk:
    """Goes through one file with the scopes that are open; classes hide theirs from functions."""

    def __init__(self, image: Image, file: File) -> None:
        self._image = image
        self._file = file
        self._moved = {
            name
            for node in ast.walk(file.tree)
            if isinstance(node, (ast.Global, ast.Nonlocal))
            for name in node.names
        }

    def run(self) -> None:
        """Find what the file takes, and what escapes."""
        tree = self._file.tree
        self._file.bound = self._bound(tree)
        self._children(tree, [(False, self._file.bound)])

    def follow_on(self) -> None:
        """A module that one file takes from another by its name has escaped."""
        reached = {(taken.module, taken.name) for taken in self._file.taken}
        for node in self._file.imports:
            reached |= {(node.module, alias.name) for alias in node.names}
        for module, name in reached:
            if module in self._image.files:
                self._escape(self._image.files[module].bound.get(name, ()))

    def _bound(self, scope: ast.AST) -> "dict[str, set]":
        """Return what each name bound in a scope, inner scopes left out, is bound to."""
        found: dict[str, set] = {}
        for name, meaning in _bindings(scope, self._image):
            found.setdefault(name, set()).add(meaning)
        for name in self._moved & set(found):
            found[name].add(_OTHER)
        return found

    def _children(self, node: ast.AST, scopes: list) -> None:
        for child in ast.iter_child_nodes(node):
            self._visit(child, scopes)

    def _visit(self, node: ast.AST, scopes: list) -> None:
        if isinstance(node, (*_FUNCTIONS, *_COMPREHENSIONS)):
            visible = [scope for scope in scopes if not scope[0]]
            # decorators, defaults and the first iterable belong outside: seen from both sides
            if any(scope[0] for scope in scopes):
                self._children(node, scopes)
            self._children(node, [*visible, (False, self._bound(node))])
        elif isinstance(node, ast.ClassDef):
            self._children(node, [*scopes, (True, self._bound(node))])
        elif isinstance(node, ast.Attribute):
            self._attribute(node, scopes)
        elif isinstance(node, ast.Name):
            self._escape(self._meanings(node.id, scopes))
        else:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._import(node)
            elif isinstance(node, ast.Call):
                self._call(node)
            self._children(node, scopes)

    def _attribute(self, node: ast.Attribute, scopes: list) -> None:
        if not isinstance(node.value, ast.Name):
            self._image.attributes.add(node.attr)
            self._visit(node.value, scopes)
            return
        meanings = self._meanings(node.value.id, scopes)
        kinds = {meaning[0] for meaning in meanings}
        if len(meanings) == 1 and kinds == {"module"}:
            module = next(iter(meanings))[1]
            self._file.taken.append(Taken(module, node.attr, node))
            self._escape({("module", f"{module}.{node.attr}", "")})
        else:
            self._image.attributes.add(node.attr)
            self._escape(meanings)

    def _meanings(self, name: str, scopes: list) -> set:
        return next((bound[name] for _, bound in reversed(scopes) if name in bound), set())

    def _escape(self, meanings: Iterable[tuple]) -> None:
        self._image.escaped |= {module for kind, module, _ in meanings if kind == "module"}

    def _import(self, node: "ast.Import | ast.ImportFrom") -> None:
        """A package leaves a way to all below it, and `import pos.core.deal` one to all of `pos`.

        Only `as` binds the module itself.
        """
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                self._escape_below(f"{node.module}.{alias.name}.")
            elif alias.asname:
                self._escape_below(alias.name + ".")
            else:
                self._escape_below(alias.name.split(".")[0])

    def _call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id == "__import__":
            first = node.args[0] if node.args else None
            while isinstance(first, ast.BinOp):
                first = first.left
            text = first.value if isinstance(first, ast.Constant) else ""
            self._escape_below(str(text))

    def _escape_below(self, start: str) -> None:
        self._image.escaped |= {name for name in self._image.files if name.startswith(start)}


def _bindings(scope: ast.AST, image: Image) -> "Iterable[tuple]":
    arguments = getattr(scope, "args", None)
    if isinstance(arguments, ast.arguments):
        for arg in ast.walk(arguments):
            if isinstance(arg, ast.arg):
                yield arg.arg, _OTHER
    for node in inside(scope):
        yield from bound_by(node, image)
    for node in ast.walk(scope):  # one inside a comprehension binds outside it
        if isinstance(node, ast.NamedExpr):
            yield node.target.id, _OTHER


def inside(scope: ast.AST) -> "Iterable[ast.AST]":
    """Yield the nodes of a scope in order, without those of the scopes inside it."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)):
            yield from inside(child)


def bound_by(node: ast.AST, image: Image) -> "Iterable[tuple]":
    """Yield (name, meaning) of what one node binds in its scope."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            whole = alias.asname and alias.name in image.files
            meaning = ("module", alias.name, "") if whole else _OTHER
            yield alias.asname or alias.name.split(".")[0], meaning
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, image.imported(node, alias.name)
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id, _OTHER
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name, _OTHER
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        for name in node.names:
            yield name, _OTHER
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name, _OTHER
