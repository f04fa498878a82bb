# SPDX-License-Identifier: MIT
"""A TCP proxy on loopback between terminals and an acquirer, which writes a capture file.

Bytes pass unchanged and at once, whatever they are; what of them is a frame is written redacted.
A line is flushed before the bytes it tells of go on.
"""

import asyncio
import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from acquirer_sim.errors import FrameError
from acquirer_sim.frame import FrameReader
from posctl.errors import ToolError
from posctl.message.capture import ACQUIRER, TERMINAL, head
from posctl.message.redact import Redactor

_HOST = "127.0.0.1"
_READ_LEN_BYTES = 4096


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Recorder:
    """Writes the entries of one capture."""

    def __init__(self, write: Callable[[dict], None]) -> None:
        self._write = write
        self._redactor = Redactor()

    def frame(self, connection: int, source: str, data: bytes) -> None:
        """One whole frame passed."""
        self._entry(connection, source, self._redactor.entry(data))

    def rest(self, connection: int, source: str, count: int, why: str) -> None:
        """So many bytes passed that are no frame."""
        self._entry(connection, source, {"length": count, "unreadable": why})

    def _entry(self, connection: int, source: str, more: dict) -> None:
        self._write({"at": _now(), "connection": connection, "from": source, **more})


class _Direction:
    """Frames of one direction of one connection; stops reading, not passing, when it is lost."""

    def __init__(self, recorder: Recorder, connection: int, source: str) -> None:
        self._record = recorder
        self._place = (connection, source)
        self._reader = FrameReader()
        self._held = 0
        self._lost = ""

    def feed(self, data: bytes) -> None:
        self._held += len(data)
        if self._lost:
            return
        try:
            for frame in self._reader.feed(data):
                self._held -= len(frame)
                self._record.frame(*self._place, frame)
        except FrameError as error:
            self._lost = str(error)

    def end(self) -> None:
        if self._held:
            self._record.rest(*self._place, self._held, self._lost or "cut short")


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: _Direction
) -> None:
    """Pass bytes on until one side ends."""
    try:
        while data := await reader.read(_READ_LEN_BYTES):
            direction.feed(data)
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # whoever hung up: both sides are closed below
    finally:
        direction.end()
        writer.close()


class Proxy:
    """Serves until `stop` is set."""

    def __init__(self, acquirer: "tuple[str, int]", recorder: Recorder) -> None:
        self._acquirer = acquirer
        self._recorder = recorder
        self._count = 0
        self._tasks = set()

    async def serve(
        self, port: int, listening: Callable[[int], None], stop: asyncio.Event
    ) -> None:
        """Listen on loopback; `listening` is told the port. ToolError when it cannot."""
        try:
            server = await asyncio.start_server(self._connected, _HOST, port)
        except (OSError, OverflowError) as error:
            raise ToolError(f"port {port}: {error}") from None
        listening(server.sockets[0].getsockname()[1])
        await stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        self._count += 1
        number = self._count
        try:
            there, back = await asyncio.open_connection(*self._acquirer)
        except OSError:
            writer.close()  # the terminal meets what it would meet without a proxy: no host
            return
        finally:
            self._tasks.discard(task)
        self._tasks.add(task)
        try:
            await asyncio.gather(
                _pump(reader, back, _Direction(self._recorder, number, TERMINAL)),
                _pump(there, writer, _Direction(self._recorder, number, ACQUIRER)),
            )
        finally:
            self._tasks.discard(task)
            writer.close()
            back.close()


def run(port: int, acquirer: "tuple[str, int]", out: Path, emit: Callable[[dict], None]) -> None:
    """Write a capture to `out` until SIGTERM or SIGINT; `emit` is told the port."""
    with out.open("w", encoding="utf-8") as file:

        def write(record: dict) -> None:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            file.flush()

        write(head("%s:%d" % acquirer, _now()))
        asyncio.run(_run(port, Proxy(acquirer, Recorder(write)), emit))


async def _run(port: int, proxy: Proxy, emit: Callable[[dict], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await proxy.serve(port, lambda found: emit({"ev": "listening", "port": found}), stop)
