# SPDX-License-Identifier: MIT
"""The firmware image under MicroPython as a terminal on a serial port (CPython only).

Its standard streams are one pseudo-terminal, the host opens another, and a relay between them
keeps what passes and may garble it. Nothing is sent before somebody opens the port: as on a board,
what the terminal said until then is gone.
"""

import os
import pty
import select
import subprocess
import threading
import time
import tty

from posctl.bench.command import HEAP_BYTES, Boot, command
from posctl.bench.preflight import bench_image


class SerialTerminal:
    """`port` is what a host opens; `heard` and `said` are the bytes to and from the terminal."""

    def __init__(self, state: object, acquirer: str = "-") -> None:
        romfs = bench_image(None)
        heap_bytes = HEAP_BYTES + romfs.stat().st_size
        self._command = command(Boot(state, acquirer, image=romfs, heap_bytes=heap_bytes))
        self.heard = bytearray()
        self.said = bytearray()
        self.garble = lambda data: data  # of what the host sends
        self._stopping = False
        self._pressed_at = 0

    def __enter__(self) -> "SerialTerminal":
        self._host, self._host_end = pty.openpty()
        self._board, end = pty.openpty()
        for descriptor in (self._host_end, end):
            tty.setraw(descriptor)
        self.port = os.ttyname(self._host_end)
        self._process = subprocess.Popen(self._command, stdin=end, stdout=end, stderr=end)
        os.close(end)
        self._thread = threading.Thread(target=self._relay)
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._stopping = True
        self._thread.join()
        self._process.kill()
        self._process.wait()
        for descriptor in (self._host, self._host_end, self._board):
            os.close(descriptor)

    def press(self, *keys: str) -> None:
        """Press keys at the terminal itself."""
        self._pressed_at = len(self.said)
        for key in keys:
            os.write(self._board, b'{"do":"key","key":"%s"}\n' % key.encode())

    def wait(self, screen: str, timeout_s: float = 20.0) -> None:
        """Wait until the screen was shown, since keys were last pressed at the terminal."""
        text = b'"id": "%s"' % screen.encode()
        deadline = time.monotonic() + timeout_s
        while self.said.find(text, self._pressed_at) < 0:
            assert time.monotonic() < deadline, self.said[-500:]
            time.sleep(0.01)

    def _relay(self) -> None:
        while not self._stopping:
            for ready in select.select([self._host, self._board], [], [], 0.05)[0]:
                try:
                    self._pass(ready)
                except OSError:  # the terminal ended
                    return

    def _pass(self, ready: int) -> None:
        data = os.read(ready, 4096)
        if ready == self._host:
            data = self.garble(data)
            self.heard += data
            os.write(self._board, data)
        else:
            self.said += data
            os.write(self._host, data)
