# SPDX-License-Identifier: MIT
"""Our card decoder under MicroPython, for long runs: a process that reads swipes from a pipe.

One line for each: the track and the intervals; the answer is the microseconds and the text, or a
minus for none. The firmware's sources run in it, viper code as machine code.
"""

import functools
import subprocess
import sys
from array import array
from pathlib import Path

from posctl.paths import FIRMWARE

_SERVE = """
import sys, time
sys.path[:] = [{firmware!r}, '.frozen']
from array import array
from pos.card.flux import Decoder
decoder = Decoder()
while True:
    words = sys.stdin.readline().split()
    if not words:
        break
    intervals = array('H', [int(word) for word in words[1:]])
    start = time.ticks_us()
    got = decoder.decode_track(int(words[0]), intervals, len(intervals))
    spent = time.ticks_diff(time.ticks_us(), start)
    print(spent, '-' if got.text is None else str(got.text, 'ascii'))
"""
_HEAP = "4M"


class OnDevice:
    """Decodes as `card.our_decoder` does; `seconds` is what the last call took over there."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._process = subprocess.Popen(
            [
                Path(sys.executable).with_name("micropython"),
                "-X",
                f"heapsize={_HEAP}",
                "-c",
                _SERVE.format(firmware=str(FIRMWARE)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, track: int, intervals: array) -> str | None:
        """Return the text of a swipe, or None."""
        print(track, *intervals, file=self._process.stdin, flush=True)
        spent, _, text = self._process.stdout.readline().rstrip("\n").partition(" ")
        if not spent:
            raise RuntimeError("the decoder died under MicroPython")
        self.seconds = int(spent) / 1e6
        return None if text == "-" else text


@functools.cache
def decoder() -> OnDevice:
    """Return the one of this process; it ends with it, when the pipe closes."""
    return OnDevice()
