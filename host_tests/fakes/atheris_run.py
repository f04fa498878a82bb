# SPDX-License-Identifier: MIT
"""Runs a fuzzer of ours under atheris, guided by coverage, in a process of its own. Host only."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

_SECONDS = 120  # or the runs, whichever comes first
_PLANTED_SECONDS = 60

needs_atheris = pytest.mark.skipif(
    find_spec("atheris") is None,
    reason="no atheris: `make test-full` installs it where this Python has a wheel of it",
)


def guided(fuzzer: Path, folder: Path, runs: int) -> str:
    """Return the last line of a run without a finding; one fails the test, with its bytes."""
    done = _run(fuzzer, folder, f"-runs={runs}", f"-max_total_time={_SECONDS}")
    found = [path.read_bytes() for path in folder.iterdir() if "-" in path.name]
    assert done.returncode == 0, f"{done.stderr[-4000:]}\ninputs: {found}"
    return done.stderr.splitlines()[-1]


def finds_what_is_planted(fuzzer: Path, folder: Path) -> None:
    """Fail unless the fuzzer finds the fault that its `--planted` form has."""
    done = _run(fuzzer, folder, f"-max_total_time={_PLANTED_SECONDS}", "--planted")
    assert done.returncode != 0
    assert "planted" in done.stderr


def _run(fuzzer: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(fuzzer), f"-artifact_prefix={folder}/", *arguments, str(folder)]
    quiet = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(command, capture_output=True, text=True, env=quiet, check=False)
