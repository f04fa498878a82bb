# SPDX-License-Identifier: MIT
"""The demo's other programs: `posctl` itself, called as anybody would call it.

The acquirer is a process of its own, so that terminal and host meet on a socket and nowhere else.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from posctl.errors import ToolError

_POSCTL = [sys.executable, "-m", "posctl.cli"]
_CALL_TIMEOUT_S = 60
_START_TIMEOUT_S = 20.0
_STOP_TIMEOUT_S = 10.0
_POLL_S = 0.05


def posctl(*arguments: str) -> object:
    """Run one posctl command with --json and return what it printed."""
    done = subprocess.run(
        [*_POSCTL, *arguments, "--json"],
        capture_output=True,
        text=True,
        timeout=_CALL_TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise ToolError(f"posctl {' '.join(arguments[:2])} failed: {last[0]}")
    return json.loads(done.stdout)


class AcquirerServer:
    """`posctl acquirer serve` on a free port of the loopback interface, its log in a file."""

    def __init__(self, database: Path, faults: Path, log: Path) -> None:
        self._command = [*_POSCTL, "acquirer", "serve", "--port", "0"]
        self._command += ["--db", str(database), "--faults", str(faults)]
        self._log = log
        self.address = ""

    def __enter__(self) -> "AcquirerServer":
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self.address = f"127.0.0.1:{self._port()}"
        except BaseException:
            self.__exit__()
            raise
        return self

    def _port(self) -> int:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            if "\n" in self._log.read_text("utf-8"):
                break
            time.sleep(_POLL_S)
        try:
            return json.loads(self._log.read_text("utf-8").partition("\n")[0])["port"]
        except (ValueError, KeyError, TypeError) as error:
            said = self._log.read_text("utf-8").strip().splitlines()[-1:] or ["no message"]
            raise ToolError(f"the acquirer does not start: {said[0]}") from error

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
