# SPDX-License-Identifier: MIT
"""The TCP shell around the core: loopback, many connections, one JSON log line an exchange.

It waits and moves bytes; what they mean is the core's. A connection that sends what cannot be a
frame is closed with a log line.
"""

import asyncio
import errno
import json
import os
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from acquirer_sim import faults
from acquirer_sim.core import Acquirer, Action
from acquirer_sim.database import DatabaseError, Url
from acquirer_sim.errors import AcquirerError, FrameError
from acquirer_sim.frame import FrameReader

_HOST = "127.0.0.1"
_READ_LEN_BYTES = 4096

Emit = Callable[[dict], None]


class JsonLines:
    """Writes dictionaries to stdout, one a line, flushed.

    A log nobody reads must not stop the host: into a full or closed pipe lines are lost, and the
    next one that gets through says how many in "lost".
    """

    def __init__(self) -> None:
        self._out = sys.stdout.fileno()
        self._lost = 0
        self._room = select.poll()
        self._room.register(self._out, select.POLLOUT)

    def __call__(self, record: dict) -> None:
        if self._lost:
            record = {**record, "lost": self._lost}
        line = json.dumps(record, ensure_ascii=False) + "\n"
        try:
            if self._room.poll(0):  # a pipe says so when a line (below PIPE_BUF) fits
                os.write(self._out, line.encode("utf-8"))
                self._lost = 0
                return
        except BrokenPipeError:
            pass  # nobody listens any more; the host goes on
        self._lost += 1


def serve(
    port: int,
    db_path: "str | Path | Url",
    faults_path: "str | Path | None" = None,
    emit: "Emit | None" = None,
) -> None:
    """Serve until SIGTERM or SIGINT. AcquirerError when it cannot start."""
    rules = faults.load(faults_path) if faults_path else None
    emit = emit or JsonLines()
    acquirer = Acquirer(db_path, rules, log=emit)
    try:
        asyncio.run(_serve(port, acquirer, emit))
    finally:
        acquirer.close()


async def _serve(port: int, acquirer: Acquirer, emit: Emit) -> None:
    stop = asyncio.Event()
    connections = {}  # connection: its task

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(acquirer, emit, reader, writer)
        connections[connection] = asyncio.current_task()
        try:
            await connection.run()
        finally:
            del connections[connection]

    server = await _listen(port, connected)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    emit({"ev": "listening", "port": server.sockets[0].getsockname()[1]})
    await stop.wait()
    server.close()
    for connection in connections:
        connection.hang_up()
    await asyncio.gather(*connections.values())


async def _listen(port: int, connected: Callable) -> asyncio.Server:
    try:
        return await asyncio.start_server(connected, _HOST, port)
    except OverflowError:
        raise AcquirerError(f"port {port}: must be 0 to 65535") from None
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else os.strerror(error.errno)
        raise AcquirerError(f"port {port}: {reason}") from None


class _Connection:
    """One terminal's connection; delayed answers wait in tasks of their own."""

    def __init__(
        self,
        acquirer: Acquirer,
        emit: Emit,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._acquirer = acquirer
        self._emit = emit
        self._reader = reader
        self._writer = writer
        self._answers = set()

    async def run(self) -> None:
        """Take frames until the terminal hangs up, then let due answers leave."""
        try:
            await self._read()
            await asyncio.gather(*self._answers, return_exceptions=True)
        except FrameError as error:
            self._emit({"ev": "rejected", "reason": str(error)})
        except ConnectionError:
            self._emit({"ev": "hung_up"})
        except DatabaseError as error:
            self._emit({"ev": "error", "reason": f"database: {error}"})
        finally:
            self.hang_up()

    def hang_up(self) -> None:
        """Close at once; answers that still wait are lost."""
        for task in self._answers:
            task.cancel()
        self._writer.close()

    async def _read(self) -> None:
        frames = FrameReader()
        while data := await self._reader.read(_READ_LEN_BYTES):
            for frame in frames.feed(data):
                self._start(self._acquirer.handle(frame))
            if self._writer.is_closing():
                return

    def _start(self, actions: "list[Action]") -> None:
        task = asyncio.create_task(self._perform(actions))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _perform(self, actions: "list[Action]") -> None:
        for action in actions:
            await asyncio.sleep(action.delay_s)
            if self._writer.is_closing():
                return
            if action.kind == "close":
                self._writer.close()
                return
            try:
                self._writer.write(action.data)
                await self._writer.drain()
            except ConnectionError:
                self._emit({"ev": "hung_up"})
                return
