# SPDX-License-Identifier: MIT
"""The command lines that start the bench terminal, one for each runtime (plan: bench link)."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from posctl.errors import ToolError
from posctl.paths import BOARDS, FIRMWARE, STUBS

HEAP_BYTES = 138240  # 135 KB: the 90 KB budget of an ESP32 x 1.5 (DESIGN section 7); image on top
HEAP_MIN_BYTES = 32768
NO_ACQUIRER = "-"

# The image is mounted and nothing else is on the path: no source tree can slip in.
_BOOT_MICROPYTHON = (
    "import os,sys,vfs;"
    "b=bytearray(os.stat(sys.argv[-5])[6]);"  # read() would need the image twice while it grows
    "f=open(sys.argv[-5],'rb');f.readinto(b);f.close();"
    "vfs.mount(vfs.VfsRom(memoryview(b)),'/rom');"
    "del b,f;"
    "sys.path[:]=['/rom','.frozen'];"
    "import boot{main}"
)
_MAIN = ",main"
# MicroPython says how many names it has interned on stdout, and in no other way.
_MAIN_AND_NAMES = """
try:
 import main
finally:
 import micropython
 micropython.qstr_info()
"""
_BOOT_CPYTHON = (
    "import sys,importlib.util as u;"
    "sys.path[:0]=[{stubs!r},{firmware!r}];"
    "s=u.spec_from_file_location('board',{board!r}+'/__init__.py',"
    "submodule_search_locations=[{board!r}]);"
    "m=u.module_from_spec(s);sys.modules['board']=m;s.loader.exec_module(m);"
    "import boot,main"
)


@dataclass(frozen=True)
class Boot:
    """What a bench terminal is started with."""

    state: Path
    acquirer: str = NO_ACQUIRER  # HOST:PORT
    runtime: str = "micropython"
    image: Path | None = None
    heap_bytes: int = HEAP_BYTES
    cut_at: int = 0  # flash operation at which power goes, 0 = never
    torn: bool = False
    names: bool = False  # say at the end how many names are interned (Ending.names)


def command(boot: Boot) -> list[str]:
    """Return the command line of one power-on."""
    arguments = [
        str(boot.image or NO_ACQUIRER),
        str(boot.state),
        boot.acquirer,
        str(boot.cut_at),
        "1" if boot.torn else "0",
    ]
    if boot.runtime == "micropython":
        heap = f"heapsize={boot.heap_bytes}"
        program = _BOOT_MICROPYTHON.format(main=_MAIN_AND_NAMES if boot.names else _MAIN)
        return [_micropython(), "-X", heap, "-c", program, *arguments]
    program = _BOOT_CPYTHON.format(
        stubs=str(STUBS), firmware=str(FIRMWARE), board=str(BOARDS / "bench")
    )
    return [sys.executable, "-P", "-c", program, *arguments]


def _micropython() -> str:
    beside = Path(sys.executable).with_name("micropython")
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if not found:
        raise ToolError("micropython is not installed (run: make venv)")
    return found
