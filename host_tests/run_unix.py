# SPDX-License-Identifier: MIT
"""Run the shared tests under MicroPython: `python host_tests/run_unix.py [file or folder ...]`.

One interpreter a file, so that no test sees another's modules or heap. Prints a line a file, the
whole output of a file that failed, and last `N passed, N failed, N skipped`. Exits 1 on a failure.
"""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT / "host_tests" / "shared"
HEAP = "2M"
FILE_TIMEOUT_S = 120
_PATHS = [str(ROOT / name) for name in ("host_tests/unix", "firmware", "host_tests")]
_VERDICT = "@verdict "


class Result(NamedTuple):
    """The verdict on one file, with what it printed."""

    file: Path
    passed: int
    failed: int
    skipped: int
    output: str


def interpreter() -> list[str]:
    """Return the command that starts the MicroPython of the environment this script runs in."""
    return [str(Path(sys.executable).with_name("micropython")), "-X", "heapsize=" + HEAP]


def find_tests(paths: list[str]) -> list[Path]:
    """Return the test files named by files and folders, or all shared ones."""
    found: list[Path] = []
    for path in [Path(name).resolve() for name in paths] or [SHARED]:
        if path.is_dir():
            found += sorted(path.rglob("test_*.py"))
        elif path.is_file():
            found.append(path)
        else:
            raise SystemExit(f"run_unix: no such file or folder: {path}")
    return found


def _program(file: Path) -> str:
    paths = [*_PATHS, str(file.parent), ".frozen"]
    return (
        f"import sys; sys.path[:] = {paths!r}; import unittest; unittest.run_module({file.stem!r})"
    )


def _counts(output: str) -> tuple[int, int, int]:
    """Return passed, failed, skipped; a file that gave no verdict (crash, import) failed once."""
    for line in reversed(output.splitlines()):
        if line.startswith(_VERDICT):
            passed, failed, skipped = map(int, line[len(_VERDICT) :].split())
            return passed, failed, skipped
    return 0, 1, 0


def run_file(file: Path) -> Result:
    """Run one test file in an interpreter of its own."""
    try:
        done = subprocess.run(
            [*interpreter(), "-c", _program(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=FILE_TIMEOUT_S,
            cwd=ROOT,
        )
    except subprocess.TimeoutExpired:
        return Result(file, 0, 1, 0, f"no end after {FILE_TIMEOUT_S} s")
    output = done.stdout.decode("utf-8", "replace")
    passed, failed, skipped = _counts(output)
    if done.returncode and not failed:
        failed, output = 1, f"{output}exit code {done.returncode}"
    return Result(file, passed, failed, skipped, output)


def _report(result: Result) -> None:
    name = os.path.relpath(result.file, ROOT)
    state = "FAIL" if result.failed else "ok  "
    print(f"{state} {name}: {result.passed} passed, {result.failed} failed", end="")
    print(f", {result.skipped} skipped" if result.skipped else "")
    for line in result.output.splitlines() if result.failed else ():
        if not line.startswith(_VERDICT):
            print("     " + line)


def main() -> int:
    """Run the files asked for and print the sum."""
    parser = argparse.ArgumentParser(description="shared tests under MicroPython")
    parser.add_argument("paths", nargs="*", help="test files or folders (default: all shared)")
    files = find_tests(parser.parse_args().paths)
    sums = [0, 0, 0]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for result in pool.map(run_file, files):
            _report(result)
            for i, count in enumerate((result.passed, result.failed, result.skipped)):
                sums[i] += count
    print("{} passed, {} failed, {} skipped".format(*sums))
    return 1 if sums[1] or not files else 0


if __name__ == "__main__":
    sys.exit(main())
