# SPDX-License-Identifier: MIT
"""Compiles every firmware and board file for the ESP32 with mpy-cross and reports those that fail.

mpy-cross for xtensawin refuses what CPython, and even the 64-bit unix port, accept: syntax outside
MicroPython's, viper literals from 2**30.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

from posctl.errors import ToolError
from posctl.mpy import Source, compile_file
from posctl.paths import BOARDS, FIRMWARE, ROOT

_MARCH = "xtensawin"


def _fault(source: Source) -> str:
    try:
        compile_file(source, _MARCH)
        return ""
    except ToolError as error:
        return str(error)


def main() -> int:
    """Print the files that do not compile; 1 when there is one."""
    files = [path for folder in (FIRMWARE, BOARDS) for path in sorted(folder.rglob("*.py"))]
    sources = [Source(path.relative_to(ROOT).as_posix(), path) for path in files]
    with ThreadPoolExecutor(2) as pool:
        found = [fault for fault in pool.map(_fault, sources) if fault]
    for fault in found:
        print(fault)
    print(f"mpy-cross {_MARCH}: " + (f"{len(found)} faults" if found else f"ok ({len(files)})"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
