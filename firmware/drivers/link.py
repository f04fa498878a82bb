# SPDX-License-Identifier: MIT
"""The bench link (DESIGN.md section 6): JSON lines for keys, head, screen and printer.

Inputs are delivered in the order they came. A swipe holds the line up until it is taken, so that
there is flux of one swipe only; printer and link settings act at once, and so does a key loader.
"""

from micropython import const

import asyncio
import json
import sys

from drivers.link_line import LineReader
from drivers.stdio import open_stdin
from pos.core.errors import PowerOff

_QUEUE_MAX = const(64)
_KEYS = ("ENTER", "CLEAR", "CANCEL", "MENU", "UP", "DOWN", "00", ".")


def is_key(name: str) -> bool:
    """Return whether the link knows a key of this name."""
    if len(name) == 1:
        return "0" <= name <= "9" or name == "."
    return name in _KEYS or (len(name) == 2 and name[0] == "F" and "1" <= name[1] <= "8")


def emit(event: dict) -> None:
    """Write one event; the host reads it at once."""
    sys.stdout.write(json.dumps(event) + "\n")
    if hasattr(sys.stdout, "flush"):
        sys.stdout.flush()


def emit_print(chunks: list) -> None:
    """Write a print event piece by piece: a slip in one string might not fit into the heap."""
    sys.stdout.write('{"ev": "print", "hex": "')
    for chunk in chunks:
        sys.stdout.write(chunk.hex())
    sys.stdout.write('"}\n')
    if hasattr(sys.stdout, "flush"):
        sys.stdout.flush()


class Link:
    """Inputs port; also display, buzzer and log, which are one line each."""

    def __init__(self, on_setting: object) -> None:
        self._on_setting = on_setting  # called with printer and link lines
        self.lines = LineReader()
        self._queue = []
        self._seen = 0  # lines whose effect is complete, as told in idle events
        self._closed = False
        self._broken = None
        self._waiting = False
        self._tampered = None  # called on a tamper line, at once
        self._task = None
        self._arrived = None
        self._taken = None

    def start(self, tampered: object = None) -> None:
        """Listen from now on, inside the running loop: settings act while no key is waited for."""
        if self._task is None:
            self._tampered = tampered
            self._arrived = asyncio.Event()
            self._taken = asyncio.Event()
            self._task = asyncio.create_task(self._read())

    async def get(self, timeout_ms: int) -> tuple:
        """Next event, None after the time; PowerOff once the link is closed and all is taken."""
        self.start()
        if not self._queue and not self._closed:
            emit({"ev": "idle", "seen": self._seen})
            await self._wait(timeout_ms)
        if self._queue:
            event = self._queue.pop(0)
            self._seen += 1
            self._taken.set()
            return event
        if self._broken is not None:
            raise self._broken
        if self._closed:
            raise PowerOff("link closed")
        return None

    def drop(self, everything: bool) -> bool:
        """Forget what has come, or what has come up to CANCEL; whether CANCEL was among it."""
        queue = self._queue
        cancel = ("key", "CANCEL") in queue
        if everything:
            count = len(queue)
        else:
            count = queue.index(("key", "CANCEL")) + 1 if cancel else 0
        if count:
            del queue[:count]
            self._seen += count
            self._taken.set()
        return cancel

    async def _wait(self, timeout_ms: int) -> None:
        self._arrived.clear()
        self._waiting = True
        try:
            await asyncio.wait_for(self._arrived.wait(), timeout_ms / 1000)
        except asyncio.TimeoutError:
            return
        finally:
            self._waiting = False

    async def _read(self) -> None:
        """Run the link; when it dies, `get` says why instead of waiting for ever."""
        try:
            await self._receive()
        except Exception as error:
            self._broken = error
        self._closed = True
        self._arrived.set()

    async def _receive(self) -> None:
        stdin = open_stdin()
        while True:
            chunk = await stdin.read()
            if not chunk:
                break
            for i in range(len(chunk)):
                byte = chunk[i]
                chunk[i] = 0  # it may be of a PIN or of a key
                if self.lines.feed(byte):
                    await self._line()

    async def _line(self) -> None:
        try:
            await self._do(json.loads(self.lines.line()))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.log("link", "bad line: %s" % (error.args[0] if error.args else "not JSON"))
            self._passed()
        self.lines.take()

    async def _do(self, message: dict) -> None:
        verb = message["do"]
        if verb == "key":
            if not is_key(message["key"]):
                raise ValueError("no such key")
            await self._put(("key", message["key"]))
        elif verb == "swipe":
            await self._swipe()
        elif verb in ("printer", "link"):
            self._on_setting(message)
            self._passed()
        elif verb == "tamper" and self._tampered:
            self._tampered()
            self._passed()
        elif verb == "load":
            loader = self.lines.loader
            emit(loader.line(message) if loader else {"ev": "key", "error": "closed"})
            self._passed()
            self._arrived.set()  # ends the wait of the flow that let the loader in
        else:
            self.log("link", "this board has no %s" % verb)
            self._passed()

    async def _swipe(self) -> None:
        event = ("swipe", self.lines.take())
        await self._put(event)
        while event in self._queue:
            self._taken.clear()
            await self._taken.wait()

    async def _put(self, event: tuple) -> None:
        while len(self._queue) >= _QUEUE_MAX:
            self._taken.clear()
            await self._taken.wait()
        self._queue.append(event)
        self._arrived.set()

    def _passed(self) -> None:
        """Count a line that is no input; tell the host at once when the terminal is waiting."""
        self._seen += 1
        if self._waiting:
            emit({"ev": "idle", "seen": self._seen})

    def show(self, screen: str, lines: list) -> None:
        """Display port."""
        emit({"ev": "screen", "id": screen, "lines": lines})

    def beep(self, kind: str) -> None:
        """Buzzer port."""
        emit({"ev": "beep", "kind": kind})

    def log(self, event: str, text: str) -> None:
        """Report for the engineer."""
        emit({"ev": "log", "event": event, "text": text})
