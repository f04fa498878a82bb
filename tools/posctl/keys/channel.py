# SPDX-License-Identifier: MIT
"""Ways to a terminal that keys are loaded into: a serial port, and a bench terminal of our own.

Both carry the bench link's JSON lines. A channel is a context manager with `send(message)` and
`event(timeout_s)`; what it carries is never logged and never repeated in an error.
"""

import json
import queue
import time
from contextlib import ExitStack
from pathlib import Path

import serial

from posctl import statedir
from posctl.bench import preflight
from posctl.bench.command import HEAP_BYTES, Boot, command
from posctl.bench.errors import PowerGone
from posctl.bench.link import Link
from posctl.bench.player import Player
from posctl.bench.run import conclude
from posctl.errors import ToolError

BAUD = 115200  # the USB console of an ESP32 board
_READ_S = 0.2
_WRITE_S = 5.0
_LINE_MAX_BYTES = 65536
_BOOT_S = 60.0
# a terminal without a host starts over these; each wants to be passed
_ON_THE_WAY = ("error", "print.tear", "store.full", "settle.done", "settle.detail")


class SerialChannel:
    """A board behind a serial port. It may have run for long: there is no greeting to wait for."""

    def __init__(self, port: str, baud: int = BAUD) -> None:
        self.name = port
        self._baud = baud
        self._rest = b""
        self._events: list[dict] = []

    def __enter__(self) -> "SerialChannel":
        self._port = serial.Serial(None, self._baud, timeout=_READ_S, write_timeout=_WRITE_S)
        self._port.dtr = self._port.rts = False  # on dev boards they reset the chip
        self._port.port = self.name
        try:
            self._port.open()
        except (OSError, ValueError) as error:  # SerialException is an OSError
            raise ToolError(f"{self.name}: cannot be opened: {_reason(error)}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._port.close()

    def send(self, message: dict) -> None:
        """Write one line."""
        line = json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"
        try:
            self._port.write(line)
            self._port.flush()
        except OSError as error:
            raise ToolError(f"{self.name}: cannot be written: {_reason(error)}") from error

    def event(self, timeout_s: float) -> dict | None:
        """Return the next event, None when none came in time."""
        deadline = time.monotonic() + timeout_s
        while not self._events:
            if time.monotonic() > deadline:
                return None
            self._read()
        return self._events.pop(0)

    def _read(self) -> None:
        try:
            data = self._port.read(max(1, self._port.in_waiting))
        except OSError as error:
            raise ToolError(f"{self.name}: cannot be read: {_reason(error)}") from error
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[-_LINE_MAX_BYTES:]
        self._events += filter(None, map(_event, lines))


class BenchChannel:
    """A bench terminal, booted for this without an acquirer and ended after it."""

    def __init__(self, state: Path) -> None:
        self.name = str(state)
        self._state = statedir.open_state(state)
        self._events: queue.SimpleQueue = queue.SimpleQueue()
        self._stack = ExitStack()

    def __enter__(self) -> "BenchChannel":
        with ExitStack() as stack:
            stack.enter_context(self._state.locked())
            romfs = preflight.bench_image(None)
            heap_bytes = HEAP_BYTES + romfs.stat().st_size
            boot = Boot(self._state.path, image=romfs, heap_bytes=heap_bytes)
            self._link = stack.enter_context(
                Link(command(boot), lambda event: self._events.put(event))
            )
            self._start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self._stack:
            ending = conclude(self._link)
        if ending.error and kind is None:
            raise ToolError(f"{self.name}: {ending.error}")

    def _start(self) -> None:
        """Come to the idle screen; without a host the sign-on fails first."""
        player = Player(self._link)
        try:
            while screen := player.asked(("idle", *_ON_THE_WAY), _BOOT_S):
                if screen == "idle":
                    self._events = queue.SimpleQueue()  # what the start said is past
                    return
                player.press("ENTER")
        except PowerGone:
            pass
        ending = conclude(self._link)
        raise ToolError(f"{self.name}: {ending.error or 'the terminal does not come to idle'}")

    def send(self, message: dict) -> None:
        """Queue one line."""
        try:
            self._link.send(message)
        except PowerGone as error:
            raise ToolError(f"{self.name}: the terminal has ended") from error

    def event(self, timeout_s: float) -> dict | None:
        """Return the next event, None when none came in time."""
        try:
            return self._events.get(timeout=timeout_s)
        except queue.Empty:
            return None


def _event(line: bytes) -> dict | None:
    """Return the event of a line; what a board prints beside them is passed over."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("ev"), str) else None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
