# SPDX-License-Identifier: MIT
"""`make bench-crypto`: our ciphers on both runtimes, pure Python ones from PyPI in the same run.

Ours run three times: in bytecode under CPython, in bytecode under MicroPython, and with machine
code (viper) under MicroPython, there from the firmware image. The figures are judged, PASS or
MISS; nothing here fails on one.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from bench import crypto_peers, crypto_report
from bench.crypto_report import Times
from posctl import image
from posctl.paths import FIRMWARE, STUBS

_OURS = Path(__file__).with_name("crypto_ours.py")
_HEAP = "4M"  # beside the image; a benchmark's own lists are in it
_ROUND_MS = 50
_BOOT = (  # the image as the terminal mounts it
    "import os,sys,vfs;"
    "b=bytearray(os.stat(sys.argv[-3])[6]);"
    "f=open(sys.argv[-3],'rb');f.readinto(b);f.close();"
    "vfs.mount(vfs.VfsRom(memoryview(b)),'/rom');"
    "del b,f;"
    "sys.path[:]=['/rom',{here!r},'.frozen'];"
    "import crypto_ours"
)


def micropython(built: image.Image, engine: str, round_ms: int) -> dict[str, float]:
    """Return case -> seconds of the image's code under MicroPython."""
    interpreter = Path(sys.executable).with_name("micropython")
    boot = _BOOT.format(here=str(_OURS.parent))
    command = [interpreter, "-X", f"heapsize={_HEAP}", "-c", boot, str(built.path)]
    return _run([*command, engine, str(round_ms)])


def cpython(round_ms: int) -> dict[str, float]:
    """Return case -> seconds of the sources under CPython, rounds in the bytecode twins."""
    paths = [str(FIRMWARE), str(STUBS), str(_OURS.parent)]
    boot = f"import sys; sys.path[:0] = {paths!r}; import crypto_ours"
    return _run([sys.executable, "-c", boot, "portable", str(round_ms)])


def _run(command: list) -> dict[str, float]:
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def measure(round_ms: int) -> Times:
    """Run everything; CalledProcessError when one of the runs fails."""
    built = image.build("bench", named=True)
    return Times(
        cpython(round_ms),
        micropython(built, "portable", round_ms),
        micropython(built, "best", round_ms),
        crypto_peers.measure(round_ms),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.crypto", description=__doc__)
    parser.add_argument("--round-ms", type=int, default=_ROUND_MS, help="length of a round")
    times = measure(parser.parse_args().round_ms)
    console = Console(width=140)
    crypto_report.show(console, times)
    crypto_report.show_checks(console, times)


if __name__ == "__main__":
    main()
