# SPDX-License-Identifier: MIT
"""Where a run's events go: JSON lines, a readable view, and a folder of slips.

The firmware masks what it sends, so nothing here needs to; a sink never changes an event.
"""

import json
import queue
import threading
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.text import Text

from posctl.bench.link import Sink
from posctl.bench.present import slip_bytes, slip_text
from posctl.errors import ToolError

_WIDTH_DOTS = 384  # 58 mm paper


def tee(*sinks: Sink) -> Sink:
    """Return a sink that hands each event to all of them, in order."""

    def hand_on(event: dict) -> None:
        for sink in sinks:
            sink(event)

    return hand_on


class JsonLines:
    """Each event on a line, flushed at once, whole even when two threads write."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._lock = threading.Lock()

    def __call__(self, event: dict) -> None:
        with self._lock:
            self._file.write(json.dumps(event, ensure_ascii=False) + "\n")
            self._file.flush()


class View:
    """Screens on a line each, slips as text; colours only on a terminal.

    A screen that is drawn again (a digit was typed) is shown once more, when it is left.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._id = ""
        self._shown = ""
        self._held = ""  # what the screen says by now, where that was not shown yet

    def __call__(self, event: dict) -> None:
        kind = event["ev"]
        if kind == "screen":
            self._screen(event)
            return
        if kind in ("print", "log", "cut", "error", "end"):
            self._release()
        if kind == "print":
            self._slip(slip_text(event))
        elif kind == "log":
            rest = " ".join(f"{name}={event[name]}" for name in event if name != "ev")
            self._line("log", rest, "dim")
        elif kind in ("cut", "error"):
            self._line(kind, str(event.get("op", event.get("error", ""))), "bold red")

    def _screen(self, event: dict) -> None:
        name = str(event.get("id"))
        lines = [str(line).strip() for line in event.get("lines") or ()]
        text = " | ".join(line for line in lines if line)
        if name == self._id:
            self._held = "" if text == self._shown else text
            return
        self._release()
        self._id, self._shown = name, text
        self._line(name, text, "cyan")

    def _release(self) -> None:
        if self._held:
            self._line(self._id, self._held, "cyan")
            self._shown, self._held = self._held, ""

    def _line(self, head: str, rest: str, style: str) -> None:
        text = Text(f"{head:<18}", style=style)
        self._console.print(text.append(rest, style="default"), soft_wrap=True)

    def _slip(self, paper: str) -> None:
        rule = "+" + "-" * 34
        body = "\n".join("| " + line for line in paper.splitlines())
        self._console.print(Text(f"{rule}\n{body}\n{rule}", style="green"), soft_wrap=True)


class SlipFolder:
    """Saves each slip as NNN.bin, .txt and .png and every event in events.jsonl.

    Pictures are drawn on a thread of their own, so that the run does not wait for them; `close`
    waits for the last one and raises what went wrong.
    """

    def __init__(self, folder: Path, pictures: bool = True) -> None:
        self.folder = folder
        self._pictures = pictures
        self._error: Exception | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._log = open(folder / "events.jsonl", "a", encoding="utf-8")
        except OSError as error:
            raise ToolError(f"{folder}: cannot be written: {error.strerror}") from error
        self._lines = JsonLines(self._log)
        self._next = _last_number(folder) + 1
        self._jobs: queue.SimpleQueue = queue.SimpleQueue()
        self._painter = threading.Thread(target=self._paint, daemon=True)
        self._painter.start()

    def __enter__(self) -> "SlipFolder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, event: dict) -> None:
        self._lines(event)
        if event["ev"] == "print":
            stem = self.folder / f"{self._next:03d}"
            self._next += 1
            data = slip_bytes(event)
            stem.with_suffix(".bin").write_bytes(data)
            stem.with_suffix(".txt").write_text(slip_text(event), "utf-8")
            if self._pictures:
                self._jobs.put((data, stem.with_suffix(".png")))

    def close(self) -> None:
        """Finish the pictures."""
        self._jobs.put(None)
        self._painter.join()
        self._log.close()
        if self._error is not None:
            raise ToolError(f"{self.folder}: a slip could not be drawn: {self._error}")

    def _paint(self) -> None:
        from posctl.receipt import render_png

        for data, path in iter(self._jobs.get, None):
            try:
                render_png(data, path, _WIDTH_DOTS)
            except (OSError, ValueError, ToolError) as error:
                self._error = error


def _last_number(folder: Path) -> int:
    numbers = [int(path.stem) for path in folder.glob("*.bin") if path.stem.isdigit()]
    return max(numbers, default=0)
