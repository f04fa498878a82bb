# SPDX-License-Identifier: MIT
"""A board on a serial port: the MicroPython unix port behind a pseudo-terminal (CPython only).

Its file system is the folder it is started in. Ctrl-D ends the unix port where a chip restarts
it, so the relay says `soft reboot`, starts another and returns it to the raw REPL.
"""

import os
import pty
import select
import subprocess
import sys
import threading
import tty
from pathlib import Path

_MICROPYTHON = Path(sys.executable).with_name("micropython")
_RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n"


class SerialBoard:
    """`port` is what a host opens; use as a context manager."""

    def __init__(self, folder: Path, heap: str) -> None:
        self._folder = folder
        self._heap = "heapsize=" + heap
        self._host, self._host_end = pty.openpty()
        tty.setraw(self._host)
        self.port = os.ttyname(self._host_end)
        self._stopping = False
        self._start()
        self._thread = threading.Thread(target=self._relay)

    def __enter__(self) -> "SerialBoard":
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._stopping = True
        self._thread.join()
        self._end()
        os.close(self._host)
        os.close(self._host_end)

    def _start(self) -> None:
        self._board, end = pty.openpty()
        tty.setraw(self._board)
        self._process = subprocess.Popen(
            [_MICROPYTHON, "-X", self._heap], stdin=end, stdout=end, stderr=end, cwd=self._folder
        )
        os.close(end)
        self._read_until(b">>> ")

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._board)

    def _read_until(self, text: bytes) -> None:
        seen = b""
        while not seen.endswith(text):
            seen += os.read(self._board, 1)

    def _restart(self) -> None:
        self._end()
        self._start()
        os.write(self._board, b"\x01")
        self._read_until(_RAW_BANNER)
        os.write(self._host, b"MPY: soft reboot\r\n" + _RAW_BANNER)

    def _relay(self) -> None:
        while not self._stopping:
            for ready in select.select([self._host, self._board], [], [], 0.05)[0]:
                if ready == self._host:
                    os.write(self._board, os.read(self._host, 4096))
                    continue
                try:
                    os.write(self._host, os.read(self._board, 4096))
                except OSError:  # the process ended and its side of the terminal is closed
                    self._restart()
