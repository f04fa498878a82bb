# SPDX-License-Identifier: MIT
"""Short public names: what is renamed together, what must stay, and that programs run the same."""

import builtins
import subprocess
import symtable
import sys
from pathlib import Path

import pytest

from posctl import image, mpy, scopes
from posctl.publics import share

_A = "def first(): pass\ndef second(): return first\nclass Third: pass\nFOURTH = (1,)"
_SHORT = "def _a(): pass\ndef _b(): return _a\nclass _c: pass\n_d = (1,)"

# The file that uses pos.a: before, after.
CASES = {
    "from": ("from pos.a import second\nsecond()", "from pos.a import _b as _a\n_a()"),
    "as": ("from pos.a import second as s\ns()", "from pos.a import _b as _a\n_a()"),
    "same": ("from pos.a import first\nfirst()", "from pos.a import _a\n_a()"),
    "module": (
        "from pos import a\nx = a.first, a.second",
        "from pos import a\n_a = a._a, a._b",
    ),
    "module as": ("import pos.a as m\nm.FOURTH", "import pos.a as m\nm._d"),
    "own name too": (
        "from pos.a import second\ndef f(): return second\ndef g(): return f",
        "from pos.a import _b as _a\ndef _b(): return _a\ndef _c(): return _b",
    ),
    "in a function": (
        "def f():\n    from pos.a import second\n    return second()",
        "def _a():\n    from pos.a import _b as second\n    return second()",
    ),
    "over lines": (
        "from pos.a import (\n    first,\n    second,\n)\nfirst(second)",
        "from pos.a import (\n\n\n_a, _b)\n_a(_b)",
    ),
    "taken": ("from pos.a import second\nx._a = second", "from pos.a import _b\nx._a = _b"),
    "local of the name": (
        "def f():\n    second = 1\n    return second\ndef second(): pass",
        "def _a():\n    _b = 1\n    return _b\ndef _b(): pass",
    ),
    "method of the name": (
        "def f(): pass\nclass C:\n    def f(self): return f",
        "def _a(): pass\nclass _b:\n    def f(self): return _a",
    ),
    "attribute": ("def f(): return x.f\nf()", "def _a(): return x.f\n_a()"),
    "base": (
        "from pos.a import Third\nclass C(Third): pass",
        "from pos.a import _c as _a\nclass _b(_a): pass",
    ),
    "async": ("async def f(): pass\nawait_f = f", "async def _a(): pass\n_b = _a"),
    "decorated": ("@x\ndef f(): pass\nf()", "@x\ndef _a(): pass\n_a()"),
    "hanzi": ("def f(): return '金额', f", "def _a(): return '金额', _a"),
    "word in text": ("def f(): return 'f'\nf()", "def _a(): return 'f'\n_a()"),
}

# What stays in the file that uses pos.a.
STAYS = {
    "error": "class Bad(Exception): pass",
    "error of ours": "class BadError(Exception): pass\nclass Gone(BadError): pass",
    "base from elsewhere": "from x import Y\nclass Z(Y): pass",
    "external": "from x import first\nfirst()",
    "other module": "import first\nfirst.second",
    "module name": "import gc\ngc.collect()",
    "builtin": "len(x)",
    "f-string": "def f(): return f'{f}'",
    "star": "from pos.a import *\ndef f(): pass",
    "reflection": "def f(): return globals()['f']",
}


def _shared(user: str, a: str = _A) -> tuple:
    found = share({"pos.a": a, "pos.user": user}, frozenset(["main"]))
    return found["pos.user"], found["pos.a"]


@pytest.mark.parametrize("name", CASES)
def test_renamed_together(name: str) -> None:
    user, expected = CASES[name]
    assert _shared(user) == (expected, _SHORT)


@pytest.mark.parametrize("name", STAYS)
def test_stays(name: str) -> None:
    assert _shared(STAYS[name])[0] == STAYS[name]


@pytest.mark.parametrize(
    "user",
    [
        "from pos import a\nf = getattr(a, 'first')",
        "from pos import a\nx = [a]\ny.first()",
        "__import__('pos.' + x).first()",
        "__import__(x, None, None, ('first',))",
        "import pos.a\npos.a.first()",
        "import pos\npos.a.first()",
        "from pos import a\ndef f(x):\n    global a\n    a = x\na.first()",
        "from pos import a\nfor a in x: a.first()",
        "if x:\n    from pos import a\nelse:\n    from pos import user as a\na.first()",
        "(a := 1)\nfrom pos import a\na.first()",
    ],
)
def test_a_module_that_is_handed_on_keeps_what_is_asked_for(user: str) -> None:
    assert "def first()" in _shared(user)[1]


@pytest.mark.parametrize(
    "a",
    [
        "def first(): pass\ndef f(first): return first",
        "def first(): pass\nclass C:\n    first = first",
        "def first(): pass\nclass C:\n    def first(self): pass\n    x = first",
        "def first(): pass\ndef f():\n    global first\n    first = 1",
        "def first(): pass\ntry: x()\nexcept E as first: pass",
        "try:\n    from x import first\nexcept ImportError:\n    def first(): pass",
    ],
)
def test_a_name_that_is_more_than_a_variable_stays(a: str) -> None:
    user, found = _shared("from pos.a import first\nfirst()", a)
    assert "first()" in user and "first" in found and found.count("first") == a.count("first")


def test_a_module_taken_from_another_is_handed_on() -> None:
    sources = {
        "pos.a": "def first(): pass",
        "pos.b": "from pos import a",
        "pos.c": "from pos import b\nb.a.first()",
    }
    assert share(sources, frozenset())["pos.a"] == sources["pos.a"]


def test_a_name_taken_through_another_file() -> None:
    found = share(
        {
            "pos.a": "def zero(): pass\ndef first(): pass",
            "pos.b": "from pos.a import first",
            "pos.c": "from pos.b import first\nfirst()",
        },
        frozenset(),
    )
    assert found["pos.b"] == "from pos.a import _b as _a"
    assert found["pos.c"] == "from pos.b import _a\n_a()"


def test_open_modules_keep_theirs() -> None:
    sources = {"main": "from pos.a import second\ndef run(): second()", "pos.a": _A}
    found = share(sources, frozenset(["main"]))
    assert found["main"] == "from pos.a import _b as second\ndef run(): second()"


def test_two_files_that_import_each_other() -> None:
    a = "from pos import b\ndef first(): return b.second()"
    b = "def second():\n    from pos.a import first\n    return first"
    found = share({"pos.a": a, "pos.b": b}, frozenset())
    assert found["pos.a"] == "from pos import b\ndef _a(): return b._a()"
    assert found["pos.b"] == "def _a():\n    from pos.a import _a as first\n    return first"


_PROGRAM = {
    "pos.a": (
        "from micropython import const\nONE = const(1)\nTWO = 2\n"
        "class Error(Exception): pass\n"
        "class Base:\n    kind = TWO\n    def twice(self, n): return twice(n) + self.kind\n"
        "def twice(n): return n * TWO\n"
    ),
    "pos.b": (
        "from pos.a import ONE, Base, Error, twice\nfrom pos import a\n_table = (ONE, a.TWO)\n"
        "class Sub(Base):\n    def go(self):\n        twice_ = self.twice(ONE)\n"
        "        return [twice(n) for n in _table] + [twice_]\n"
        "def fail():\n    raise Error('bad')\n"
    ),
    "pos.later": "def run(name):\n    return name + '!'\n",
    "main": (
        "from pos import b\nfrom pos.a import Error\nprint(b.Sub().go(), b.Sub().twice(4))\n"
        "try:\n    b.fail()\nexcept Error as error:\n    print(type(error).__name__, error)\n"
        "print(__import__('pos.l' + 'ater', None, None, ('run',)).run('c'))\n"
    ),
}


def test_a_program_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = []
    for name, text in _PROGRAM.items():
        path = tmp_path / (name.replace(".", "/") + ".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        sources.append(mpy.Source(path.relative_to(tmp_path).as_posix(), path))
    out = tmp_path / "out"
    for source, text in zip(sources, mpy.shortened(sources), strict=True):
        assert text.count("\n") == source.path.read_text().count("\n")
        path = out / source.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert "import _b as _a, Error, _" in (out / "pos/b.py").read_text()
    micropython = Path(sys.executable).with_name("micropython")
    said = [
        subprocess.run([micropython, "main.py"], cwd=folder, capture_output=True, text=True)
        for folder in (tmp_path, out)
    ]
    assert said[0].stdout == "[2, 4, 4] 10\nError bad\nc!\n", said[0].stderr
    assert said[1].stdout == said[0].stdout, said[1].stderr


def _unknown(files: scopes.Image, module: str, builtin: set) -> set:
    """Return what a file asks for and nobody binds: of other files, and of itself."""
    file = files.files[module]
    asked = {(taken.module, taken.name) for taken in file.taken}
    asked |= {(node.module, alias.name) for node in file.imports for alias in node.names}
    known = {key for key in asked if key[0] not in files.files or ".".join(key) in files.files}
    known |= {key for key in asked - known if key[1] in files.files[key[0]].bound}
    known -= {key for key in asked if key[1].startswith("_") and key[1][1:].isupper()}  # folded
    tables = [symtable.symtable(file.source, module, "exec")]
    for table in tables:
        tables += table.get_children()
        names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
        asked |= {("", name) for name in names - set(file.bound) - builtin}
    return asked - known


@pytest.mark.parametrize("board", ["bench", "esp32_devkit"])
def test_firmware_keeps_its_lines_and_finds_its_names(board: str) -> None:
    files = [s for s in image.sources(image.load_board(board)) if s.path.suffix == ".py"]
    short = dict(zip([mpy.module_of(file) for file in files], mpy.shortened(files), strict=True))
    for source, text in zip(files, short.values(), strict=True):
        assert text.count("\n") == source.path.read_text("utf-8").count("\n"), source.name
    assert "def seconds(" not in short["pos.core.calendar"]
    made = scopes.Image(short)
    builtin = {*dir(builtins), "__file__", "ptr8", "ptr16", "ptr32", "uint"}
    assert {name: _unknown(made, name, builtin) for name in short} == dict.fromkeys(short, set())


def test_a_name_that_nobody_binds_is_found() -> None:
    bad = {"pos.a": "x = 1", "pos.b": "from pos import a\nfrom pos.a import y\ny(a.z, q)"}
    found = _unknown(scopes.Image(bad), "pos.b", set())
    assert found == {("pos.a", "y"), ("pos.a", "z"), ("", "q")}
