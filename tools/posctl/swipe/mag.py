# SPDX-License-Identifier: MIT
""".mag files of MAKStripe: a count, then levels and time of every transition, smoothed."""

import struct
from pathlib import Path

from posctl.errors import ToolError
from posctl.swipe import limits
from posctl.swipe.lines import Line

_MIDDLE_US = 500.0  # the unit of time is not known: so long a middling interval becomes
_TRACK_BITS = (0x10, 0x20, 0x40)


def read(path: Path) -> list[Line]:
    """Return a line for every track whose level changes."""
    data = limits.read_bytes(path)
    count = struct.unpack_from("<I", data)[0] if len(data) >= 4 else 0
    if not 1 < count <= limits.INTERVALS or len(data) < 4 + 8 * count:
        raise ToolError(f"{path}: not a MAKStripe file: {len(data)} bytes for {count} transitions")
    times: dict[int, list[float]] = {}
    before, last = 0, 0.0
    for n in range(count):
        levels, time = struct.unpack_from("<If", data, 4 + 8 * n)
        where = f"{path}: transition {n + 1}"
        last = limits.later(time, last, where)
        for track, bit in enumerate(_TRACK_BITS, 1):
            if (levels ^ before) & bit:
                times.setdefault(track, []).append(time)
        before = levels
    gaps = sorted(b - a for one in times.values() for a, b in zip(one, one[1:], strict=False))
    middle = gaps[len(gaps) // 2] if gaps else 0.0
    if middle <= 0:
        raise ToolError(f"{path}: no transitions in it")
    scale = _MIDDLE_US / middle
    return [Line(f"track {n}", [t * scale for t in one]) for n, one in sorted(times.items())]
