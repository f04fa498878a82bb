# SPDX-License-Identifier: MIT
"""Puts the firmware on a board over its serial port.

A MicroPython with VfsRom gets the image into its ROMFS partition; any other gets the same bytecode
as files under /espos, which only a board with PSRAM has the heap for (feasibility.md section 2).
Either way a one-line main.py, written last, starts it: without it a half-done deploy starts
nothing.
"""

import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

import serial.tools.list_ports
from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from posctl import image
from posctl.errors import ToolError

FOLDER = "espos"
_MPY_VERSION = 6
_ARCHES = {"x64": 2, "xtensawin": 10}  # as sys.implementation._mpy >> 10 reports them
_HEAP_FOR_FILES_BYTES = 512 * 1024
_CHUNK_BYTES = 2048
_PROBE = (
    "import gc, sys, vfs\n"
    "print((sys.implementation._mpy, hasattr(vfs, 'rom_ioctl'), gc.mem_free() + gc.mem_alloc()))"
)
_REMOVE = (
    "import os\n"
    "def rm(path):\n"
    "    try:\n"
    "        names = os.listdir(path)\n"
    "    except OSError:\n"
    "        return\n"
    "    for name in names:\n"
    "        name = path + '/' + name\n"
    "        if os.stat(name)[0] & 0x4000:\n"
    "            rm(name)\n"
    "        else:\n"
    "            os.remove(name)\n"
    "    os.rmdir(path)\n"
)


class Target(NamedTuple):
    """What the MicroPython on the board can do."""

    mpy: int
    romfs: bool
    heap_bytes: int

    def check(self, board: image.Board) -> None:
        """Raise ToolError when the board cannot run the firmware at all."""
        arch = self.mpy >> 10 & 0x3F
        if self.mpy & 0xFF != _MPY_VERSION or arch != _ARCHES[board.march]:
            raise ToolError(
                f"the board's MicroPython takes bytecode {self.mpy & 0xFF} for architecture "
                f"{arch}, {board.name} is built as {_MPY_VERSION} for {_ARCHES[board.march]}"
            )
        if not self.romfs and self.heap_bytes < _HEAP_FOR_FILES_BYTES:
            raise ToolError(
                f"the board's MicroPython has no ROMFS and {self.heap_bytes // 1024} KB of heap: "
                "it needs PSRAM, or a build with ROMFS"
            )


def find_port(port: str) -> str:
    """Return the port, or for `auto` the first USB serial port there is."""
    if port != "auto":
        return port
    for found in sorted(serial.tools.list_ports.comports()):
        if found.vid is not None:
            return found.device
    raise ToolError("no board found on a USB serial port: connect one, or name its port")


def _open(port: str) -> SerialTransport:
    try:
        transport = SerialTransport(port)
    except TransportError as error:
        raise ToolError(f"{error}: no board there, or in use") from None
    try:
        transport.enter_raw_repl()
        return transport
    except (TransportError, OSError) as error:
        transport.close()
        raise ToolError(f"{port}: no MicroPython answers ({error})") from None


def probe(transport: SerialTransport) -> Target:
    """Ask the board what it has."""
    values = transport.exec(_PROBE).decode().strip("()\r\n").split(",")
    return Target(int(values[0]), values[1].strip() == "True", int(values[2]))


def _write_files(transport: SerialTransport, board: image.Board, say: Callable) -> None:
    files = image.contents(board)
    transport.exec(_REMOVE)
    transport.exec(f"rm({FOLDER!r})")
    made = set()
    for name, data in files.items():
        parts = [FOLDER, *name.split("/")]
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            if folder not in made:
                transport.fs_mkdir(folder)
                made.add(folder)
        say(f"{name} ({len(data)} bytes)")
        transport.fs_writefile("/".join(parts), data, chunk_size=_CHUNK_BYTES)


def _write_romfs(port: str, board: image.Board, say: Callable) -> None:
    built = image.build(board.name)
    say(f"{built.path} ({built.size} bytes) into ROMFS")
    command = [sys.executable, "-m", "mpremote", "connect", port, "romfs", "deploy"]
    done = subprocess.run([*command, str(built.path)], capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["mpremote failed"]
        raise ToolError(f"{port}: {reason[0]}")


def _set_starter(transport: SerialTransport, program: str) -> None:
    """Write main.py, or with an empty program remove it."""
    if program:
        transport.fs_writefile("main.py", program.encode())
    elif transport.fs_exists("main.py"):
        transport.fs_rmfile("main.py")


def deploy(board_name: str, port: str, say: Callable) -> Target:
    """Put the firmware for a board on the board at `port`; `say` is called with each step."""
    board = image.load_board(board_name)
    port = find_port(port)
    transport = _open(port)
    try:
        target = probe(transport)
        target.check(board)
        _set_starter(transport, "")
        if target.romfs:
            transport.close()
            _write_romfs(port, board, say)
            transport = _open(port)
        else:
            _write_files(transport, board, say)
        root = "rom" if target.romfs else FOLDER
        _set_starter(transport, f"import sys\nsys.path.insert(0, '/{root}')\nimport boot, main\n")
        return target
    except (TransportError, serial.SerialException, OSError) as error:
        raise ToolError(f"{port}: {error}") from None
    finally:
        transport.close()
