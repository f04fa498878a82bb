# SPDX-License-Identifier: MIT
"""One power-on of the bench terminal: its process, the JSON lines both ways, and its end.

Threads only move bytes; what they mean is `Present`. Sending never blocks, every wait has a limit,
and leaving the `with` block leaves no process behind.
"""

import json
import os
import queue
import re
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable

from posctl.bench.errors import PowerGone
from posctl.bench.present import Present
from posctl.errors import ToolError

_LINE_MAX_BYTES = 1 << 20
_NOISE_LINES = 12  # of a traceback, shown when the firmware dies
_NOISE_CHARS = 160
_JOIN_S = 5.0
_DIGITS = re.compile(r"\d{9,}")

Sink = Callable[[dict], None]


class Link:
    """A running bench terminal. `present` may be read under `changed` only."""

    def __init__(self, command: list[str], sink: Sink) -> None:
        self.present = Present()
        self.changed = threading.Condition()
        self.gone = False  # its stdout is closed: there will be no more events
        self.cut = False
        self.noise: deque = deque(maxlen=_NOISE_LINES)
        self.sink_error: BaseException | None = None
        self._sink = sink
        self._outbox: queue.SimpleQueue = queue.SimpleQueue()
        self._process = _spawn(command)
        self._threads = [
            threading.Thread(target=target, daemon=True)
            for target in (self._read_events, self._read_noise, self._write)
        ]
        try:
            for thread in self._threads:
                thread.start()
        except BaseException:  # a signal: the process has begun already
            self._process.kill()
            self._process.wait()
            raise

    def __enter__(self) -> "Link":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """Process id of the terminal."""
        return self._process.pid

    def send(self, message: dict) -> None:
        """Queue one message; PowerGone when there is nobody to read it."""
        with self.changed:
            if self.gone:
                raise PowerGone
            self.present.note_sent()
        self._outbox.put(message)

    def wait_for(self, test: Callable[[Present], bool], timeout_s: float | None) -> bool:
        """Wait until `test` holds; False when the time is over, PowerGone when the terminal is."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        with self.changed:
            while not test(self.present):
                if self.gone:
                    raise PowerGone
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return False
                self.changed.wait(left)
        return True

    def close_input(self) -> None:
        """Tell the firmware that no more input comes: it ends by itself."""
        self._outbox.put(None)

    def join(self, timeout_s: float) -> int | None:
        """Return the exit code of the process, None when it is still running by then."""
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        for thread in self._threads[:2]:
            thread.join(_JOIN_S)
        return code

    def kill(self) -> None:
        """End the process if it still runs, and let go of its pipes."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._outbox.put(None)
        for thread in self._threads:
            thread.join(_JOIN_S)

    def _read_events(self) -> None:
        try:
            for raw in self._lines():
                self._take(raw)
        except (Exception, SystemExit) as error:  # raised again by whoever asks for the ending
            self.sink_error = error
            self._process.kill()
        finally:
            with self.changed:
                self.gone = True
                self.changed.notify_all()

    def _lines(self) -> object:
        stream = self._process.stdout
        return iter(lambda: stream.readline(_LINE_MAX_BYTES), b"")

    def _take(self, raw: bytes) -> None:
        event = _event(raw)
        if event is None:
            self.noise.append(_trimmed(raw))
            return
        if event["ev"] == "cut":
            self._process.kill()  # power is gone; the flash is as the cut left it
            self.cut = True
        if event["ev"] != "end":
            self._sink(event)
        with self.changed:
            self.present.feed(event)
            self.changed.notify_all()

    def _read_noise(self) -> None:
        for raw in self._process.stderr:
            self.noise.append(_trimmed(raw))

    def _write(self) -> None:
        stream = self._process.stdin
        try:
            for message in iter(self._outbox.get, None):
                stream.write(json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n")
                stream.flush()
            stream.close()
        except OSError:
            pass  # the process is gone; the reader of its stdout says so


def _spawn(command: list[str]) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C is for us; we end the firmware
        )
    except OSError as error:
        raise ToolError(f"{command[0]}: cannot be started: {error.strerror}") from error


def _event(raw: bytes) -> dict | None:
    try:
        event = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("ev"), str) else None


def _trimmed(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace").rstrip()[:_NOISE_CHARS]
    return _DIGITS.sub("#", text)  # no long number of a card in a traceback
