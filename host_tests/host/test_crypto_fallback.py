# SPDX-License-Identifier: MIT
"""Where the machine code of the ciphers does not load, bytecode takes over: under MicroPython."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from posctl.mpy import Source, compile_file
from posctl.paths import FIRMWARE

_PROGRAM = """
import sys
sys.path[:] = [{path!r}, ".frozen"]
from pos.core import modules
modules.keep()
key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
for turn in range(2):
    from pos.crypto import des, sm4
    print(des.Tdes(key).encrypt(bytes(8)).hex(), sm4.Sm4(key).encrypt(key).hex())
    print(*sorted([name[11:] for name in sys.modules if name.startswith("pos.crypto.")]))
    modules.trim()
    print(*sorted([name[11:] for name in sys.modules if name.startswith("pos.crypto.")]))
"""
_ANSWERS = "08d7b4fb629d0885 681edf34d206965e86b3e94f536e4246"


def _run(path: Path) -> list[str]:
    interpreter = Path(sys.executable).with_name("micropython")
    program = _PROGRAM.format(path=str(path))
    done = subprocess.run([interpreter, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def tree(tmp_path):
    for package in ("core", "crypto"):
        shutil.copytree(FIRMWARE / "pos" / package, tmp_path / "pos" / package)
    return tmp_path


def test_machine_code_stays_and_the_rest_leaves(tree):
    for answers, loaded, held in zip(*[iter(_run(tree))] * 3, strict=True):
        assert answers == _ANSWERS
        assert {"des", "des_fast", "sm4", "sm4_fast"} <= set(loaded.split())
        assert "portable" not in loaded
        assert held == "des_fast sm4_fast"


@pytest.mark.parametrize("fault", ["missing", "other machine", "no emitter", "no room"])
def test_bytecode_takes_over(tree, fault):
    for name in ("des_fast", "sm4_fast"):
        source = tree / "pos" / "crypto" / f"{name}.py"
        if fault == "other machine":
            code = compile_file(Source(f"pos/crypto/{name}.py", source), "xtensawin")
            source.with_suffix(".mpy").write_bytes(code)
        source.unlink()
        if fault == "no emitter":
            source.write_text("import micropython\n\n@micropython.viperr\ndef crypt(): pass\n")
        if fault == "no room":
            source.write_text("raise MemoryError\n")
    for answers, loaded, held in zip(*[iter(_run(tree))] * 3, strict=True):
        assert answers == _ANSWERS
        assert {"des_portable", "sm4_portable"} <= set(loaded.split())
        assert held == ""
