# SPDX-License-Identifier: MIT
"""The import checker finds every fault of a deliberately bad tree, and none in a good one."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CHECKER = ROOT / "tools" / "check" / "import_rules.py"

# file, its one line of code, what the checker has to say of it
BAD = [
    ("firmware/pos/core/up.py", "import pos.crypto.des", "core (L0) imports crypto (L1)"),
    ("firmware/pos/card/side.py", "from pos.crypto import des", "card (L1) imports crypto (L1)"),
    ("firmware/pos/card/side2.py", "from pos import iso8583", "card (L1) imports iso8583 (L1)"),
    ("firmware/pos/ledger/side.py", "from pos.keystore.keystore import KeyStore", "keystore (L3)"),
    ("firmware/pos/txn/a.py", "from pos.ui.screens import Screen", "txn (L5) imports ui (L5)"),
    ("firmware/pos/ui/a.py", "from pos.txn.sale import sale", "ui (L5) imports txn (L5)"),
    ("firmware/pos/ui/b.py", "def f():\n    from pos.app import run", "pos.app"),
    ("firmware/pos/newpart/a.py", "from pos.core import bcd", "has no level"),
    ("firmware/pos/store/a.py", "import machine", "only hal/ imports machine"),
    ("firmware/drivers/a.py", "from machine import Pin", "only hal/ imports machine"),
    ("boards/x/a.py", "import esp32", "only hal/ imports esp32"),
    ("firmware/pos/app.py", "import network", "only hal/ imports network"),
    ("firmware/pos/store/b.py", "import asyncio", "asyncio is not for this package"),
    ("firmware/main.py", "import asyncio", "asyncio is not for this package"),
    ("firmware/pos/core/log.py", "import asyncio.lock", "asyncio is not for this package"),
    ("firmware/drivers/b.py", "from pos.card import track", "drivers imports pos.core only"),
    ("firmware/hal/esp32/a.py", "import pos.store.journal", "hal imports pos.core only"),
    ("firmware/drivers/c.py", "import hal.esp32.uart", "only app.py, main.py and boards/"),
    ("firmware/pos/ui/c.py", "from drivers.buzzer import Buzzer", "only app.py, main.py and boar"),
    ("firmware/pos/core/b.py", "import board", "only boot.py and main.py import the board"),
    ("firmware/pos/core/c.py", "from fakes.clock import FakeClock", "fakes is not on the device"),
    ("firmware/pos/core/d.py", "import host_tests.fakes", "host_tests is not on the device"),
    ("firmware/pos/core/e.py", "import posctl.image", "posctl is not on the device"),
    ("firmware/pos/core/f.py", "from tools.posctl import image", "tools is not on the device"),
    ("firmware/pos/core/g.py", "import typing", "typing is not on the device"),
    ("firmware/pos/core/h.py", "x = __import__('acquirer_sim')", "acquirer_sim is not on the dev"),
    ("firmware/pos/core/i.py", "from . import bcd", "relative import"),
    ("firmware/pos/core/j.py", "from pos.core.bcd import *", "imports * from"),
    ("firmware/pos/core/k.py", "from pos.core.bcd import _DIGITS", "private names are not in"),
    (
        "firmware/pos/core/l.py",
        "from pos.core import bcd\nx = bcd._DIGITS",
        "bcd._DIGITS: private",
    ),
    ("firmware/pos/receipt/a.py", "x = '签'.encode('gbk')", "codec 'gbk'"),
    ("firmware/pos/receipt/b.py", "x = b'1'.decode('ascii')", "codec 'ascii'"),
    ("firmware/pos/receipt/c.py", "x = str(b'1', 'latin-1')", "codec 'latin-1'"),
    ("firmware/pos/core/m.py", "try:\n    f()\nexcept:\n    pass", "bare except"),
    (
        "boards/x/b.py",
        "try:\n    f()\nexcept (OSError, BaseException):\n    raise",
        "BaseException",
    ),
    ("tools/acquirer_sim/a.py", "from pos.iso8583 import codec", "independent witness"),
    ("tools/acquirer_sim/b.py", "def f():\n    import drivers.printer", "independent witness"),
    ("tools/acquirer_sim/c.py", "from posctl.firmware import enable", "independent witness"),
    ("tools/acquirer_sim/d.py", "from posctl import firmware", "independent witness"),
]

GOOD = {
    "firmware/main.py": "from board import make_board\nfrom pos.app import run\n",
    "firmware/pos/app.py": "import asyncio\nfrom pos.ui.a import A\nfrom drivers.p import P\n",
    "firmware/pos/core/aio.py": "import asyncio\nfrom pos.core.bcd import pack\nimport sys\n",
    "firmware/pos/ledger/a.py": "from pos.store.journal import Journal\nimport pos.card.track\n",
    "firmware/pos/acquirer/a.py": "import asyncio\nfrom pos.keystore.keystore import KeyStore\n",
    "firmware/pos/receipt/a.py": "x = '1'.encode('utf-8') + bytes('1', 'ascii')\n",
    "firmware/pos/ui/a.py": "class A:\n    def f(self):\n        return self._x\n",
    "firmware/drivers/a.py": "import asyncio\nfrom pos.core import clock\nimport drivers.bus\n",
    "firmware/hal/esp32/a.py": "from machine import Pin\nfrom drivers.printer import Printer\n",
    "boards/x/__init__.py": "import hal.esp32.a\nfrom board.pins import X\nimport pos.app\n",
    "tools/acquirer_sim/a.py": "import iso8583\nfrom acquirer_sim import core\n",
    "tools/posctl/a.py": "from pos.card import track\n",
}


def check(tree: Path) -> tuple[int, list[str]]:
    done = subprocess.run([sys.executable, CHECKER, tree], capture_output=True, text=True)
    return done.returncode, done.stdout.splitlines()[:-1]


def plant(tree: Path, name: str, text: str) -> None:
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text(text)


@pytest.fixture(scope="module")
def bad_faults(tmp_path_factory) -> dict[str, list[str]]:
    tree = tmp_path_factory.mktemp("bad")
    for name, code, _ in BAD:
        plant(tree, name, code + "\n")
    code, lines = check(tree)
    assert code == 1
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(line.split(":")[0], []).append(line)
    return found


@pytest.mark.parametrize(("name", "code", "text"), BAD, ids=[row[0] for row in BAD])
def test_each_fault_is_found_and_named(bad_faults, name: str, code: str, text: str) -> None:
    assert len(bad_faults.get(name, [])) == 1, bad_faults.get(name)
    assert text in bad_faults[name][0]


def test_good_tree_passes(tmp_path) -> None:
    for name, text in GOOD.items():
        plant(tmp_path, name, text)
    assert check(tmp_path) == (0, [])
