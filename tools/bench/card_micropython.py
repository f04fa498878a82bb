# SPDX-License-Identifier: MIT
"""Our card decoder under MicroPython: time and peak heap of whole three-track swipes.

The firmware image runs in the heap the bench terminal has (DESIGN.md 7), most of it already alive.
The peak is what the smallest heap in which the swipes still read leaves beside that.
"""

import subprocess
import sys
import tempfile
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from bench.card_score import by_name
from bench.card_swipes import swipe, written
from posctl import image
from posctl.bench.command import HEAP_BYTES

ESP32_FACTOR = 65
_IDLE_BYTES = 78 * 1024  # the budget of what is alive at idle, on the bench
_AMPLE_BYTES = 1024 * 1024
_STEP_BYTES = 512
_SWIPES = 6  # a case
_CASES = {  # the conditions of tracks 1, 2 and 3
    "typical": ("mix typical T1", "mix typical T2", "mix typical T3"),
    "repaired": ("mix bad T1", "lost 1.0%", "mix bad T3"),
}
_BOOT = (  # the image as the terminal mounts it
    "import os,sys,vfs;"
    "b=bytearray(os.stat(sys.argv[-3])[6]);"
    "f=open(sys.argv[-3],'rb');f.readinto(b);f.close();"
    "vfs.mount(vfs.VfsRom(memoryview(b)),'/rom');"
    "del b,f;"
    "sys.path[:]=['/rom',{here!r},'.frozen'];"
    "import card_device"
)


class Device(NamedTuple):
    """What a case took; bytes are of the bench, one and a half times an ESP32's."""

    median_ms: float
    worst_ms: float
    read: int  # tracks, of `tracks`
    tracks: int
    alive: int  # bytes before the swipe, beside the image
    peak: int  # bytes more that the swipe needs
    fits: bool  # in the heap of the bench terminal


def measure() -> dict[str, Device]:
    """Run every case; CalledProcessError when one fails even with an ample heap."""
    built = image.build("bench", named=True)
    return {case: _case(built, names) for case, names in _CASES.items()}


def _case(built: image.Image, names: tuple[str, ...]) -> Device:
    with tempfile.NamedTemporaryFile(suffix=".flux") as file:
        file.write(_data(names))
        file.flush()

        def lines(heap_bytes: int) -> list[list[str]]:
            return _lines(built, file.name, heap_bytes)

        *ample, (alive, _) = lines(_AMPLE_BYTES)
        statuses = _statuses(ample)
        capped = lines(HEAP_BYTES)[:-1]
        peak = _smallest(lambda heap: _statuses(lines(heap)[:-1]) == statuses, int(alive))
    fits = _statuses(capped) == statuses
    times = sorted(int(line[0]) / 1000 for line in (capped if fits else ample))
    middle, ok = times[len(times) // 2], statuses.count("ok")
    return Device(middle, times[-1], ok, len(statuses), int(alive), peak - int(alive), fits)


def _statuses(lines: list[list[str]]) -> list[str]:
    return [status for line in lines for status in line[1:]]


def _data(names: tuple[str, ...]) -> bytes:
    conditions = [by_name()[name] for name in names]
    tracks = [
        array("H", swipe(one, written(one, seed, "a"), seed, "a"))
        for seed in range(_SWIPES)
        for one in conditions
    ]
    head = " ".join(str(len(track)) for track in tracks)
    return head.encode() + b"\n" + b"".join(track.tobytes() for track in tracks)


def _lines(built: image.Image, data: str, heap_bytes: int) -> list[list[str]]:
    """Return the words of the lines that a run prints; none when memory was short."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("micropython"),
            "-X",
            f"heapsize={heap_bytes + built.size}",
            "-c",
            _BOOT.format(here=str(Path(__file__).parent)),
            str(built.path),
            data,
            str(_IDLE_BYTES),
        ],
        capture_output=True,
        text=True,
    )
    if done.returncode and "MemoryError" not in done.stdout + done.stderr:
        raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)
    return [] if done.returncode else [line.split() for line in done.stdout.splitlines()]


def _smallest(reads: Callable[[int], bool], fails: int) -> int:
    """Return the smallest heap in which the swipes read as in an ample one, by bisection."""
    passes = _AMPLE_BYTES
    while passes - fails > _STEP_BYTES:
        middle = (fails + passes) // 2
        if reads(middle):
            passes = middle
        else:
            fails = middle
    return passes


def show(console: Console, device: dict[str, Device]) -> None:
    """Print what was measured."""
    for case, one in device.items():
        state = "fits" if one.fits else "DOES NOT FIT"
        seconds = one.worst_ms * ESP32_FACTOR / 1000
        console.print(
            f"MicroPython, three tracks, {case}: median {one.median_ms:.1f} ms, worst "
            f"{one.worst_ms:.1f} ms (ESP32 estimate {seconds:.2f} s), peak heap {one.peak} "
            f"bytes over {one.alive} alive: {state} {HEAP_BYTES}; {one.read} of {one.tracks} read",
            soft_wrap=True,
            highlight=False,
        )
