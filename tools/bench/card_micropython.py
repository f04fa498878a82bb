# SPDX-License-Identifier: MIT
"""Our card decoder under MicroPython: time and heap of whole three-track swipes."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from bench.card_score import by_name
from bench.card_swipes import swipe
from bench.card_texts import text
from posctl.paths import FIRMWARE

ESP32_FACTOR = 65
_HERE = Path(__file__).parent
_CASES = {  # the conditions of tracks 1, 2 and 3
    "typical": ("mix typical T1", "mix typical T2", "mix typical T3"),
    "repaired": ("mix bad T1", "lost 1.0%", "mix bad T3"),
}
_SWIPES = 3  # a case


def _swipes(names: tuple[str, ...]) -> list[list[list[int]]]:
    conditions = [by_name()[name] for name in names]
    return [
        [swipe(one, text(one.track, seed), seed, "a") for one in conditions]
        for seed in range(_SWIPES)
    ]


def measure() -> dict:
    """Return case -> {"ms", "heap"}, the worst of its swipes."""
    paths = [str(FIRMWARE), str(_HERE), ".frozen"]
    boot = f"import sys; sys.path[:] = {paths!r}; import card_device"
    interpreter = Path(sys.executable).with_name("micropython")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({case: _swipes(names) for case, names in _CASES.items()}, file)
        file.flush()
        done = subprocess.run(
            [interpreter, "-X", "heapsize=4M", "-c", boot, file.name],
            stdout=subprocess.PIPE,
            check=True,
        )
    return json.loads(done.stdout)


def show(console: Console, device: dict) -> None:
    """Print what was measured."""
    for case, one in device.items():
        console.print(
            f"MicroPython, three tracks, {case}: {one['ms']:.1f} ms worst of {_SWIPES} "
            f"(ESP32 estimate {one['ms'] * ESP32_FACTOR / 1000:.1f} s), "
            f"heap {one['heap']} bytes"
        )
