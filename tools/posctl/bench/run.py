# SPDX-License-Identifier: MIT
"""One bench run: a script, from a file or line by line from another program, and how it ended."""

import os
import re
import threading
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from posctl.bench.errors import (
    EXIT_CUT,
    EXIT_DIED,
    EXIT_FATAL,
    LineError,
    PowerGone,
    RunError,
)
from posctl.bench.link import Link, Sink
from posctl.bench.player import FINISH_S, Player
from posctl.bench.script import Send, Step, parse_line

_END_S = 10.0  # from the end of input to the end of the process
_READ_BYTES = 65536
_NAMES = re.compile(r"qstr pool: n_pool=\d+, n_qstr=(\d+)")


@dataclass
class Ending:
    """How a run ended; `error` is its one clear line, `noise` what the dying firmware said."""

    exit: int = 0
    error: str | None = None
    line: int | None = None
    flash_ops: int = 0
    heap_peak: int = 0  # 0: not measured (CPython, or a run that did not come to its end)
    heap_idle: int = 0
    names: int = 0  # interned, where the boot was to say so
    noise: tuple = ()

    def event(self) -> dict:
        """The last event of the run."""
        return {
            "ev": "end",
            "exit": self.exit,
            "flash_ops": self.flash_ops,
            "heap_peak": self.heap_peak,
            "heap_idle": self.heap_idle,
        }


class ScriptInput:
    """Steps of a script that another program writes as it goes: read from a file descriptor."""

    def __init__(self, descriptor: int, screens: Collection[str]) -> None:
        self._descriptor = descriptor
        self._screens = screens
        self._lines: deque = deque()
        self._closed = False

    def steps(self, link: Link) -> Iterator[Step]:
        """Yield each step as its line comes; PowerGone when the terminal ends meanwhile."""
        threading.Thread(target=self._read, args=(link,), daemon=True).start()
        number = 0
        while link.wait_for(lambda _: bool(self._lines) or self._closed, None):
            if not self._lines:
                return
            number += 1
            step = parse_line(number, self._lines.popleft(), self._screens)
            if step is not None:
                yield step

    def _read(self, link: Link) -> None:
        rest = b""
        # os.read and not sys.stdin: a thread left in it does not hold a lock at exit
        for data in iter(lambda: os.read(self._descriptor, _READ_BYTES), b""):
            *lines, rest = (rest + data).split(b"\n")
            self._tell(link, lines, False)
        self._tell(link, [rest] if rest else [], True)

    def _tell(self, link: Link, lines: list, closed: bool) -> None:
        with link.changed:
            self._lines.extend(lines)
            self._closed = closed
            link.changed.notify_all()


def run(command: list[str], script: list[Step] | ScriptInput, sink: Sink) -> Ending:
    """Boot the terminal, play the script, let it end; never leaves a process behind."""
    with Link(command, sink) as link:
        failure = None
        try:
            _play(link, script, sink)
            Player(link).finish(FINISH_S)
        except PowerGone:
            pass  # conclude says how and why
        except RunError as error:
            failure = error
        return conclude(link, failure)


def _play(link: Link, script: list[Step] | ScriptInput, sink: Sink) -> None:
    player = Player(link)
    live = isinstance(script, ScriptInput)
    steps: Iterable[Step] = script.steps(link) if live else script
    for step in steps:
        player.play(step)
        if live and not isinstance(step, Send):
            sink({"ev": "ok", "line": step.line})


def conclude(link: Link, failure: RunError | None = None) -> Ending:
    """Close the terminal's input, wait for its end, and say how the run ended."""
    link.close_input()
    code = link.join(_END_S)
    link.kill()
    if link.sink_error is not None:
        raise link.sink_error
    ending = _ending(link, code)
    if failure is not None and ending.exit in (0, EXIT_DIED):
        ending.exit, ending.error = failure.code, str(failure)
        ending.line = failure.line if isinstance(failure, LineError) else None
        ending.noise = ()
    return ending


def _ending(link: Link, code: int | None) -> Ending:
    present = link.present
    if link.cut:
        return Ending(EXIT_CUT, flash_ops=present.cut_op or 0)
    if present.fatal is not None:
        return Ending(EXIT_FATAL, f"the firmware does not start: {present.fatal}")
    if present.end is not None and code == 0:
        figures = {
            name: present.end.get(name) or 0 for name in ("flash_ops", "heap_peak", "heap_idle")
        }
        return Ending(**figures, names=_names(link.noise))
    noise = tuple(link.noise)
    if code is None:
        return Ending(EXIT_DIED, f"the firmware did not end in {_END_S:g} s", noise=noise)
    last = next((text for text in reversed(noise) if text.strip()), "no message")
    return Ending(EXIT_DIED, f"the firmware died (exit code {code}): {last}", noise=noise)


def _names(noise: Iterable[str]) -> int:
    found = [_NAMES.match(line) for line in noise]
    return next((int(match[1]) for match in found if match), 0)
