# SPDX-License-Identifier: MIT
"""The TCP shell around the core: loopback, many connections, one JSON log line an exchange.

The event loop waits and moves bytes (connection.py), one thread books (worker.py); what it means
is the core's.
"""

import asyncio
import errno
import json
import os
import resource
import select
import signal
import ssl
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from acquirer_sim import faults
from acquirer_sim.connection import IDLE_S, Connection, Emit
from acquirer_sim.core import Acquirer
from acquirer_sim.database import Url
from acquirer_sim.errors import AcquirerError
from acquirer_sim.worker import Worker

_HOST = "127.0.0.1"
MAX_CONNECTIONS = 1000  # at once; one more is closed as it comes
_BACKLOG = 1024  # connects that wait to be accepted; the kernel may hold fewer (somaxconn)
_OTHER_FILES = 64  # open files beside connections
_HANDSHAKE_S = 10.0  # of TLS; then the connection is closed


class JsonLines:
    """Writes dictionaries to stdout, one a line, flushed.

    A log nobody reads must not stop the host: into a full or closed pipe lines are lost, and the
    next one that gets through says how many in "lost".
    """

    def __init__(self) -> None:
        self._out = sys.stdout.fileno()
        self._lost = 0
        self._one_at_a_time = threading.Lock()  # the loop and the thread that books
        self._room = select.poll()
        self._room.register(self._out, select.POLLOUT)

    def __call__(self, record: dict) -> None:
        with self._one_at_a_time:
            self._write(record)

    def _write(self, record: dict) -> None:
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
    tls: "ssl.SSLContext | None" = None,
    clock: "str | None" = None,
    idle_s: float = IDLE_S,
) -> None:
    """Serve until SIGTERM or SIGINT, plain or by `tls`. AcquirerError when it cannot start.

    `clock` is a setting of clock.py; connections that say nothing for `idle_s` are closed.
    """
    rules = faults.load(faults_path) if faults_path else None
    emit = emit or JsonLines()
    acquirer = Acquirer(db_path, rules, log=emit)
    try:
        if clock:
            acquirer.set_clock(clock)
        raise_file_limit(MAX_CONNECTIONS + _OTHER_FILES)
        asyncio.run(_serve(port, acquirer, emit, tls, idle_s))
    finally:
        acquirer.close()


def raise_file_limit(count: int) -> None:
    """Let this process have so many open files, or as many as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _serve(
    port: int, acquirer: Acquirer, emit: Emit, tls: "ssl.SSLContext | None", idle_s: float
) -> None:
    stop = asyncio.Event()
    worker = Worker(acquirer.handle_many)
    connections = {}  # connection: its task

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(worker.take, emit, reader, writer, idle_s)
        if len(connections) >= MAX_CONNECTIONS:
            emit({"ev": "refused", "reason": f"{MAX_CONNECTIONS} connections"})
            connection.hang_up()
            return
        connections[connection] = asyncio.current_task()
        try:
            await connection.run()
        finally:
            del connections[connection]

    try:
        server = await _listen(port, connected, tls)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        emit({"ev": "listening", "port": server.sockets[0].getsockname()[1]})
        await stop.wait()
        server.close()
        for connection in connections:
            connection.hang_up()
        await asyncio.gather(*connections.values())
    finally:
        await worker.stop()


async def _listen(port: int, connected: Callable, tls: "ssl.SSLContext | None") -> asyncio.Server:
    limits = {"ssl_handshake_timeout": _HANDSHAKE_S} if tls else {}
    try:
        return await asyncio.start_server(
            connected, _HOST, port, backlog=_BACKLOG, ssl=tls, **limits
        )
    except OverflowError:
        raise AcquirerError(f"port {port}: must be 0 to 65535") from None
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else os.strerror(error.errno)
        raise AcquirerError(f"port {port}: {reason}") from None
