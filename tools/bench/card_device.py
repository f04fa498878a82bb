# SPDX-License-Identifier: MIT
"""Our card decoder under MicroPython: worst time and peak heap of whole swipes.

Usage: card_device.py DATA (JSON made by bench/card.py: case -> swipes of three interval lists).
The peak is the growth of the heap while collection is off, code of the search included: more than
the terminal needs, which collects.
"""

import gc
import json
import sys
import time
from array import array


def measure(swipes: list) -> dict:
    """Return the worst time in ms and the most bytes allocated for one swipe of a case."""
    from pos.card.reader import read_card

    worst = most = 0
    for tracks in swipes:
        fluxes = []
        for intervals in tracks:
            fluxes.append((array("H", intervals), len(intervals)))
        fluxes = tuple(fluxes)
        gc.collect()
        before = gc.mem_alloc()
        start = time.ticks_us()
        read_card(fluxes)
        worst = max(worst, time.ticks_diff(time.ticks_us(), start))
        gc.collect()
        gc.disable()
        before = gc.mem_alloc()
        read_card(fluxes)
        most = max(most, gc.mem_alloc() - before)
        gc.enable()
    return {"ms": worst / 1000, "heap": most}


def main() -> None:
    """Measure every case of the data."""
    with open(sys.argv[-1]) as file:
        data = json.load(file)
    out = {}
    for case in sorted(data):
        out[case] = measure(data[case])
    print(json.dumps(out))


main()
