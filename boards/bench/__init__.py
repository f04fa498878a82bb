# SPDX-License-Identifier: MIT
"""The simulated board: ports over the bench link, flash in a file, sockets of the host.

Started with five arguments: image, state directory, HOST:PORT of the acquirer (and ",HOST:PORT" of
a backup) or "-", flash operation at which the power goes (0: never), and "1" when that cut is to
tear the operation.
"""

from micropython import const

import gc
import json
import os
import sys
import time

from board.nor import NorFile
from board.printer import BenchPrinter
from drivers.escpos_printer import EscposPrinter
from drivers.link import Link, emit, emit_print
from pos.core.errors import ProfileError, StoreError

_FLASH_BYTES = const(573440)
_OLD_FLASH_BYTES = const(524288)  # before there were params and hotlist
# name: (offset, size); the ESP32 board has partitions of the same names
_PARTITIONS = {
    "keys": (0, 16384),
    "counter": (16384, 16384),
    "journal": (32768, 491520),
    "params": (524288, 8192),
    "hotlist": (532480, 40960),
}


class BenchClock:
    """Clock port over the host's clock."""

    def now(self) -> tuple:
        """Return (year, month, day, hour, minute, second)."""
        return tuple(time.localtime()[:6])

    def ticks_ms(self) -> int:
        """Return milliseconds that wrap."""
        return time.ticks_ms() if hasattr(time, "ticks_ms") else int(time.monotonic() * 1000)

    def ticks_diff(self, end: int, start: int) -> int:
        """Return end - start."""
        return time.ticks_diff(end, start) if hasattr(time, "ticks_diff") else end - start


class BenchBoard:
    """Board port (core/ports.py)."""

    tracks = (1, 2, 3)
    pin_pad = None

    def __init__(self, state: str, acquirer: str, cut_at: int, torn: bool) -> None:
        self._state = state
        self._acquirer = acquirer
        self._link_up = True
        self._heap_peak = 0
        self._heap_idle = 0  # at the last idle screen
        self._uart = BenchPrinter(emit_print)
        self._link = Link(self._setting)
        self.key_port = self._link.lines
        self._nor = None
        self._cut = (cut_at, torn)
        self.clock = BenchClock()
        self.inputs = self._link
        self.display = self
        self.buzzer = self._link
        self.printer = EscposPrinter(self._uart)
        self.log = self._link.log

    def start(self, tampered: object) -> None:
        """Listen to the link from power on."""
        self._link.start(tampered)

    def show(self, screen: str, lines: list) -> None:
        """Display port; each screen is also a moment to look at the heap."""
        alive = self._look_at_heap()
        if screen == "idle":
            self._heap_idle = alive
        self._link.show(screen, lines)

    def _look_at_heap(self) -> int:
        """Return the bytes that are alive (0 on CPython) and keep the most seen."""
        if not hasattr(gc, "mem_alloc"):
            return 0
        gc.collect()
        alive = gc.mem_alloc()
        self._heap_peak = max(self._heap_peak, alive)
        return alive

    def profile(self) -> dict:
        """Return profile.json of the state directory, with the acquirer of the command line.

        Its `tracks`, [1, 2], [2, 3] or all, say which variant of stripe reader the bench plays.
        """
        try:
            with open(self._state + "/profile.json") as source:
                values = json.load(source)
        except (OSError, ValueError):
            raise ProfileError("profile.json cannot be read")
        if "tracks" in values:
            if values["tracks"] not in ([1, 2], [2, 3], [1, 2, 3]):
                raise ProfileError("tracks must be [1, 2], [2, 3] or [1, 2, 3]")
            self.tracks = self._link.lines.tracks = tuple(values["tracks"])
        if self._acquirer != "-":
            hosts = self._acquirer.split(",")
            values["host"], values["port"] = _address(hosts[0])
            if len(hosts) > 1:
                values["backup_host"], values["backup_port"] = _address(hosts[1])
        if values.get("tls"):
            from pos.acquirer.dial import read_ca

            read_ca(self._state + "/ca.der")
        return values

    def partition(self, name: str) -> object:
        """Return a partition of flash.bin."""
        if self._nor is None:
            cut_at, torn = self._cut
            path = self._state + "/flash.bin"
            _enlarge(path)
            self._nor = NorFile(path, cut_at, torn, self._power_gone)
            if self._nor.size != _FLASH_BYTES:
                raise StoreError("flash.bin is not %d bytes long" % _FLASH_BYTES)
        offset, size = _PARTITIONS[name]
        return self._nor.partition(offset, size)

    def device_key(self) -> bytes:
        """Return the key that stands for the eFuse of a chip."""
        with open(self._state + "/device.key") as source:
            return bytes.fromhex(source.read().strip())

    def random(self, length: int) -> bytes:
        """Return bytes of the host's entropy source."""
        return os.urandom(length)

    def transport(self, profile: object, backup: bool = False) -> object:
        """Return a connection to the primary or the backup host, unopened."""
        from pos.acquirer import dial

        return dial.transport(profile, backup, lambda: self._link_up, self._state + "/ca.der")

    def fatal(self, error: object) -> None:
        """Say why the terminal cannot start."""
        emit({"ev": "fatal", "error": error.reason})

    def finish(self) -> int:
        """Say what the run cost; the exit code."""
        self._look_at_heap()
        ops = self._nor.ops if self._nor else 0
        heap = {"heap_peak": self._heap_peak, "heap_idle": self._heap_idle}
        emit(dict(heap, ev="end", flash_ops=ops))
        return 0

    def _setting(self, message: dict) -> None:
        if message["do"] == "printer":
            self._uart.setting(message)
        else:
            self._link_up = message["state"] == "up"

    def _power_gone(self) -> None:
        """Power is gone: say so and do nothing more until the host ends the process."""
        emit({"ev": "cut", "op": self._nor.ops})
        while True:
            time.sleep(1)


def _address(text: str) -> tuple:
    host, port = text.rsplit(":", 1)
    return host, int(port)


def _enlarge(path: str) -> None:
    """Give the flash of an older terminal the partitions that came later, blank."""
    with open(path, "r+b") as file:
        size = file.seek(0, 2)
        if _OLD_FLASH_BYTES <= size < _FLASH_BYTES:
            file.write(b"\xff" * (_FLASH_BYTES - size))


def make_board() -> BenchBoard:
    """Return the board described by the last five arguments."""
    _, state, acquirer, cut_at, torn = sys.argv[-5:]
    return BenchBoard(state, acquirer, int(cut_at), torn == "1")
