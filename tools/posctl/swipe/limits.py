# SPDX-License-Identifier: MIT
"""Limits on what comes from outside, and the way to report it: one line that names the place."""

from pathlib import Path

from posctl.errors import ToolError

FILE_BYTES = 256 << 20
LINE_CHARS = 1 << 20  # one swipe of a .jsonl file
INTERVALS = 100_000  # of one track; the decoder itself takes far fewer
SIGNALS = 64  # lines of a logic analyser
CHANNELS = 8  # of a .wav
SAMPLES = 20_000_000  # of one channel
ROWS = 20_000_000  # of a .csv
SWIPES = 10_000  # of a .json file
RATE_HZ = (8_000, 2_000_000)
ANALOG_HZ = 200_000_000  # of an oscilloscope; thinned before it is looked at
INTERVAL_US = 0xFFFF  # what the firmware's 16-bit buffers hold; longer pauses are cut to it
RAW_US = 1e12


def read_bytes(path: Path) -> bytes:
    """Return the content of a file of reasonable size."""
    size = path.stat().st_size
    if size > FILE_BYTES:
        raise ToolError(f"{path}: {size} bytes, at most {FILE_BYTES} are read")
    return path.read_bytes()


def read_text(path: Path) -> str:
    """Return the content of a UTF-8 text file of reasonable size."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ToolError(f"{path}: byte {error.start} is not UTF-8 text") from None


def later(now: float, last: float, where: str) -> float:
    """Return `now`, which is a time (us) that can be and not before the last."""
    if not abs(now) <= RAW_US:
        raise ToolError(f"{where}: the time is beyond 11 days")
    if now < last:
        raise ToolError(f"{where}: time goes backwards")
    return now
