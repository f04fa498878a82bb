# SPDX-License-Identifier: MIT
"""`make bench` still runs and has a figure for every case."""

import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parent.parent.parent / "tools"


@pytest.mark.slow
def test_every_case_is_measured():
    done = subprocess.run(
        [sys.executable, "-m", "bench"], cwd=TOOLS, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    cases = ("encode a 0200", "decode a 0200", "TDES block", "GBK slip line", "read a swipe")
    rows = [line for line in done.stdout.splitlines() if any(case in line for case in cases)]
    assert len(rows) == len(cases)
    assert all(row.count(" us ") + row.count(" ms ") >= 3 for row in rows)
