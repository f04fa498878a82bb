# SPDX-License-Identifier: MIT
"""Our card decoder from the firmware image, under MicroPython with a heap like a terminal's.

Arguments: image, data, bytes to keep alive beside the image. The data: a line of counts, three a
swipe, then the intervals as 16-bit words. Prints `microseconds statuses` of each swipe, last what
was alive before the first. A MemoryError means that the heap was too small.
"""

import gc
import os
import sys
import time
from array import array

_BALLAST_BYTES = 512  # a piece


def swipes(path: str) -> list:
    """Return the swipes of the data, each three (intervals, count)."""
    out = []
    with open(path, "rb") as file:
        counts = [int(word) for word in file.readline().split()]
        for at in range(0, len(counts), 3):
            tracks = []
            for count in counts[at : at + 3]:
                intervals = array("H", bytes(2 * count))
                file.readinto(intervals)
                tracks.append((intervals, count))
            out.append(tuple(tracks))
    return out


def ballast(target: int) -> list:
    """Allocate until `target` bytes are alive, as they are in a terminal that waits for a card."""
    gc.collect()
    out = []
    while gc.mem_alloc() < target:
        out.append(bytearray(_BALLAST_BYTES))
    return out


def main() -> None:
    """Read every swipe."""
    image_bytes = os.stat(sys.argv[-3])[6]
    data = swipes(sys.argv[-2])
    from pos.card.reader import read_card

    kept = ballast(image_bytes + int(sys.argv[-1]))
    alive = gc.mem_alloc() - image_bytes
    for fluxes in data:
        gc.collect()
        start = time.ticks_us()
        read = read_card(fluxes)
        spent = time.ticks_diff(time.ticks_us(), start)
        print(spent, *[read.tracks[number].status for number in (1, 2, 3)])
        read = None
    print(alive, len(kept))


main()
