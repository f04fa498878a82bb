# SPDX-License-Identifier: MIT
"""What every generator's command line does: write its file, or compare it with `--check`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path


def main(what: str, target: Path, build: Callable[[], bytes]) -> int:
    """Write `target`, or with --check return 1 when it is not what `build` makes."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--check", action="store_true", help="fail if the file is out of date")
    check = parser.parse_args().check
    made = build()
    if not check:
        target.write_bytes(made)
        return 0
    if target.exists() and target.read_bytes() == made:
        return 0
    print(f"{target} is out of date, run {sys.argv[0]}", file=sys.stderr)
    return 1
