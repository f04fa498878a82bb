# SPDX-License-Identifier: MIT
"""Asks every generator in tools/gen whether the file it makes is up to date (`--check`)."""

import subprocess
import sys

from posctl.paths import ROOT


def main() -> int:
    """Run the generators; 1 when one of them would write something else than the tree has."""
    stale = 0
    generators = sorted((ROOT / "tools" / "gen").glob("[a-z]*.py"))
    for generator in generators:
        done = subprocess.run([sys.executable, generator, "--check"], cwd=ROOT)
        if done.returncode:
            stale += 1
            print(f"{generator.relative_to(ROOT)} --check: exit {done.returncode}")
    print(f"generated: {stale} stale" if stale else f"generated: ok ({len(generators)})")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
