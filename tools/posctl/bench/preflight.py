# SPDX-License-Identifier: MIT
"""What must be right before the terminal is booted: image, acquirer, screen table.

Each thing that is not gives one ToolError; nothing is started on a guess.
"""

import socket
from pathlib import Path

from posctl import firmware, image
from posctl.bench.command import NO_ACQUIRER
from posctl.errors import ToolError

_BOARD = "bench"
_CONNECT_TIMEOUT_S = 5.0


def bench_image(path: Path | None) -> Path:
    """Return a verified image: `path`, or the built one, rebuilt when the sources have moved on.

    A damaged image is reported, never silently replaced.
    """
    if path is None:
        path = image.default_path(_BOARD)
        if path.exists():
            image.verify(path)
        return image.build(_BOARD).path
    made = image.verify(path)
    if made.board != _BOARD:
        raise ToolError(f"{path}: is an image for {made.board}, not for the bench")
    return path


def check_acquirer(address: str) -> None:
    """Check that something accepts a TCP connection at HOST:PORT[,HOST:PORT]; `-`: no acquirer.

    Of a primary and a backup host one will do: that the other is down is what a backup is for.
    """
    if address == NO_ACQUIRER:
        return
    hosts = address.split(",")
    if len(hosts) > 2:
        raise ToolError(f"--acquirer {address}: one backup host at most")
    reasons = [_unreachable(host) for host in hosts]
    if all(reasons):
        raise ToolError(f"--acquirer {address}: no connection: {'; '.join(reasons)}")


def _unreachable(address: str) -> str:
    """Return why nothing answers at HOST:PORT, "" when something does."""
    host, _, port = address.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise ToolError(f"--acquirer {address}: must be HOST:PORT, or - for none")
    try:
        socket.create_connection((host, int(port)), _CONNECT_TIMEOUT_S).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def screen_table() -> tuple:
    """Return the firmware's screens as (id, keys, what)."""
    firmware.enable()
    from pos.ui.screens import SCREENS

    return SCREENS


def screen_ids() -> frozenset:
    """Return the ids that a script may wait for."""
    return frozenset(screen[0] for screen in screen_table())
