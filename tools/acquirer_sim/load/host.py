# SPDX-License-Identifier: MIT
"""An acquirer server in a process of its own, to be started, killed and started again."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from acquirer_sim.database import Url
from acquirer_sim.errors import AcquirerError

HOST = "127.0.0.1"
_START_S = 30
_TOOLS = str(Path(__file__).parents[2])


class Server:
    """`start` it; `kill` is SIGKILL, as a pulled plug; the port stays the same."""

    def __init__(self, db: "Path | Url", log: Path, faults: "Path | None" = None) -> None:
        self._db = db
        self._log = log
        self._faults = faults
        self._process = None
        self.port = 0
        self.kills = 0

    async def start(self) -> None:
        """Start, and return when it listens; AcquirerError with what it said otherwise."""
        began = self._log.stat().st_size if self._log.exists() else 0
        with open(self._log, "ab") as log:
            words, env = self._command()
            self._process = subprocess.Popen(words, env=env, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_S
        while True:
            said = self._log.read_bytes()[began:]
            if b"\n" in said:
                break
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AcquirerError("the server does not start")
            await asyncio.sleep(0.02)
        self._listening(said.partition(b"\n")[0].decode("utf-8"))

    def _listening(self, line: str) -> None:
        try:
            self.port = json.loads(line)["port"]
        except (ValueError, KeyError):
            self._process.wait()
            raise AcquirerError(f"the server does not start: {line}") from None

    def _command(self) -> "tuple[list[str], dict]":
        env = {**os.environ, "PYTHONPATH": _TOOLS}
        place = str(self._db)
        if isinstance(self._db, Url):
            place, password = self._db.apart()
            if password:
                env["PGPASSWORD"] = password  # not where `ps` shows it
        words = [sys.executable, "-m", "posctl.cli", "acquirer", "serve", "--db", place]
        words += ["--port", str(self.port)]
        if self._faults:
            words += ["--faults", str(self._faults)]
        return words, env

    async def ensure(self) -> None:
        """Start it unless it runs."""
        if self._process is None or self._process.poll() is not None:
            await self.start()

    def kill(self) -> None:
        """End it between two of its instructions."""
        self.kills += 1
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End it in order."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()

    def errors(self) -> "list[str]":
        """Return what the server logged as errors, and what it wrote that is no log line."""
        found = []
        with open(self._log, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if not line.startswith("{") or '"ev": "error"' in line:
                    found.append(line.strip())
        return found
