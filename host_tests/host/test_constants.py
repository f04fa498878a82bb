# SPDX-License-Identifier: MIT
"""Constants of other files in place: a table of shapes, what must stay, and the firmware."""

import ast

import pytest

from posctl.constants import inline
from posctl.paths import FIRMWARE

_DEAL = "from micropython import const\nSALE = const(1)\nVOID = const(SALE << 3)\nLOW = const(-2)"
_PRIVATE = _DEAL.replace("SALE", "_SALE").replace("VOID", "_VOID").replace("LOW", "_LOW")

# The file that uses pos.core.deal: before, after (None: all as it was).
CASES = {
    "imported": ("from pos.core.deal import SALE\nx = SALE", "pass\nx = 1"),
    "folded": ("from pos.core.deal import VOID\nx = VOID", "pass\nx = 8"),
    "negative": ("from pos.core.deal import LOW\nx = 3-LOW", "pass\nx = 3-(-2)"),
    "attribute of it": ("from pos.core.deal import SALE\nx = SALE.y", "pass\nx = (1).y"),
    "renamed": ("from pos.core.deal import SALE as S\nx = [S, S]", "pass\nx = [1, 1]"),
    "others stay": (
        "from pos.core.deal import SALE, Deal, VOID\nx = SALE, VOID",
        "from pos.core.deal import Deal\nx = 1, 8",
    ),
    "over lines": (
        "from pos.core.deal import (\n    SALE,\n    VOID,\n)\nx = VOID",
        "(\n\n\n0)\nx = 8",
    ),
    "in a function": (
        "def f():\n    from pos.core.deal import SALE\n    return SALE",
        "def f():\n    pass\n    return 1",
    ),
    "module": ("from pos.core import deal\nx = deal.SALE", "pass\nx = 1"),
    "module as": ("import pos.core.deal as d\nx = d.SALE", "import pos.core.deal as d\nx = 1"),
    "module stays": (
        "from pos.core import deal as d\nx = d.SALE\ny = d.Deal",
        "from pos.core import deal as d\nx = 1\ny = d.Deal",
    ),
    "hanzi": ("from pos.core.deal import SALE\nx = '金额', SALE", "pass\nx = '金额', 1"),
    "text": ("from pos.core.deal import SALE\nx = 'SALE', y.SALE", "pass\nx = 'SALE', y.SALE"),
    "keyword": ("from pos.core.deal import SALE\nf(SALE=SALE)", "pass\nf(SALE=1)"),
}

STAYS = {
    "shadowed": "from pos.core.deal import SALE\ndef f(SALE):\n    return SALE\nx = SALE",
    "bound again": "from pos.core.deal import SALE\nSALE = 2",
    "set": "from pos.core import deal\ndeal.SALE = 2\nx = deal.SALE",
    "local": "from pos.core import deal\ndef f(deal):\n    return deal.SALE\nf(deal)",
    "star": "from pos.core.deal import *\nx = SALE",
    "f-string": "from pos.core.deal import SALE\nx = f'{SALE}'",
    "by name": "from pos.core import deal\nx = getattr(deal, 'SALE')",
    "handed on": "from pos.core import deal\nf(deal)\nx = y.SALE",
    "dynamic": "x = __import__('pos.core.' + y).SALE",
    "dynamic all": "x = __import__(y).SALE",
    "package": "from pos import core\nx = core.deal.SALE",
    "dotted": "import pos.core.deal\nx = pos.core.deal.SALE",
    "reflection": "from pos.core.deal import SALE\nx = globals(), SALE",
    "global": "from pos.core import deal\ndef f(x):\n    global deal\n    deal = x\ny = deal.SALE",
}


def _inlined(deal: str, user: str, **more: str) -> dict:
    sources = {"pos.core.deal": deal, "pos.user": user}
    sources.update({name.replace("_", "."): text for name, text in more.items()})
    return inline(sources, frozenset(["main"]))


@pytest.mark.parametrize("name", CASES)
def test_in_place(name: str) -> None:
    user, expected = CASES[name]
    found = _inlined(_DEAL + "\nDeal = 0", user)
    assert found["pos.user"] == expected
    assert found["pos.core.deal"] == _PRIVATE + "\nDeal = 0"


@pytest.mark.parametrize("name", STAYS)
def test_in_doubt_it_stays(name: str) -> None:
    found = _inlined(_DEAL, STAYS[name])
    assert found["pos.user"] == STAYS[name]
    assert "\nSALE = const(1)" in found["pos.core.deal"]


@pytest.mark.parametrize(
    "deal",
    [
        "SALE = 1",
        "SALE = const('1')",
        "SALE = const(x)",
        "SALE = const(1 << 64)",
        "SALE = const(1 << 1 << 999)",
        "SALE = const(True)",
        "SALE = T = const(1)",
        "SALE = const(1)\nSALE = const(2)",
        "SALE = const(1)\ndef f():\n    global SALE\n    SALE = 2",
        "if x:\n    SALE = const(1)",
    ],
)
def test_no_constant(deal: str) -> None:
    user = "from pos.core.deal import SALE\nx = SALE"
    assert _inlined(deal, user) == {"pos.core.deal": deal, "pos.user": user}


@pytest.mark.parametrize(
    "extra",
    [
        "print(1)",
        "x = f()",
        "seen = {}",
        "seen = []",
        "if y:\n    z = 1",
        "import pos.busy",
        "from pos import busy",
        "from pos.busy import x",
    ],
)
def test_an_import_that_does_something_stays(extra: str) -> None:
    user = "from pos.core.deal import SALE\nx = SALE"
    found = _inlined(_DEAL + "\n" + extra, user, pos_busy="print(2)")
    assert found["pos.user"] == user
    assert "\nSALE = const(1)" in found["pos.core.deal"]


def test_a_name_that_others_take_from_here_stays() -> None:
    user = "from pos.core.deal import SALE\nx = SALE"
    for other in ("from pos.user import SALE", "from pos import user\nx = user.SALE"):
        found = _inlined(_DEAL, user, pos_other=other)
        assert (found["pos.user"], found["pos.other"]) == (user, other)


def test_open_modules_keep_theirs() -> None:
    sources = {"main": _DEAL, "pos.user": "from main import SALE\nx = SALE"}
    found = inline(sources, frozenset(["main"]))
    assert found == {"main": _DEAL, "pos.user": "pass\nx = 1"}
    sources = {"main": "from pos.core.deal import SALE\nx = SALE", "pos.core.deal": _DEAL}
    assert inline(sources, frozenset(["main"]))["main"] == sources["main"]


def test_a_private_name_that_is_there_already() -> None:
    deal = _DEAL + "\n_SALE = 7"
    found = _inlined(deal, "from pos.core.deal import SALE\nx = SALE")
    assert "\nSALE = const(1)" in found["pos.core.deal"] and found["pos.user"] == "pass\nx = 1"


def test_firmware_keeps_its_lines_and_its_values() -> None:
    sources = {}
    for path in FIRMWARE.rglob("*.py"):
        name = path.relative_to(FIRMWARE).as_posix()[:-3].removesuffix("/__init__")
        sources[name.replace("/", ".")] = path.read_text("utf-8")
    found = inline(sources, frozenset())
    for name, text in found.items():
        assert text.count("\n") == sources[name].count("\n")
        ast.parse(text)
    assert sum(found[name] != sources[name] for name in found) > 30
    assert "_SALE = const(1)" in found["pos.core.deal"]
    assert not any("import SALE" in text for text in found.values())
