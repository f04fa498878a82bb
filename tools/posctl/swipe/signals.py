# SPDX-License-Identifier: MIT
"""Lines of a recording -> swipes: cut at pauses, find out which track a line carries.

A line has a name and the times of its transitions, perhaps in several readings. When the name does
not tell the track, the firmware's decoder does: the coding that reads is the track. It also tells
which reading is right, and whether a short pause parts two swipes or a finger stopped for a while.
"""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from posctl import firmware
from posctl.swipe import limits
from posctl.swipe.fluxfile import Flux
from posctl.swipe.lines import Line

_PAUSE_US = 150_000  # without a transition on any line: the next swipe, unless it reads as one
_MAYBE_US = 30_000  # the same swipe, unless its parts read
_STOP_US = 1_500_000  # the longest stop of a finger
_MIN_TRANSITIONS = 16  # of a burst, on its busiest line
_CELLS_TRACK2 = 320  # a stripe has 253 at 75 bpi, 708 at 210
_NAMED = re.compile(r"(?i)(?<![a-z])(?:track|trk|tk|t)[ _.:#-]?([123])(?![0-9])")


def intervals_of(times: Sequence[float]) -> list[int]:
    """Return whole microseconds between transitions, without adding up rounding errors."""
    whole = [round(time) for time in times]
    return [min(b - a, limits.INTERVAL_US) for a, b in zip(whole, whole[1:], strict=False)]


def bursts(lines: Sequence[Line], pause_us: float = _PAUSE_US) -> list[list[Line]]:
    """Cut the recording where all lines are quiet; bursts too short for a swipe are dropped."""
    every = sorted(time for line in lines for time in line.times)
    if not every:
        return []
    edges = [every[0] - _PAUSE_US]
    for a, b in zip(every, every[1:], strict=False):
        if b - a > pause_us:
            edges.append((a + b) / 2)
    edges.append(every[-1] + _PAUSE_US)
    out = []
    for start, end in zip(edges, edges[1:], strict=False):
        part = [line.between(start, end) for line in lines]
        if max(len(line.times) for line in part) >= _MIN_TRANSITIONS:
            out.append(part)
    return out


def _cells(intervals: Sequence[int]) -> float:
    """Return about how many cells the intervals make up."""
    total = 0.0
    for n in range(0, len(intervals), 16):
        near = sorted(intervals[max(0, n - 8) : n + 24])
        cell = near[-2] if len(near) > 1 else near[-1]
        total += min(sum(intervals[n : n + 16]) / max(cell, 1), 16)
    return total


def _likely(intervals: Sequence[int]) -> tuple[int, ...]:
    return (1, 3, 2) if _cells(intervals) > _CELLS_TRACK2 else (2, 3, 1)


class _Reading(NamedTuple):
    track: int
    text: bytes
    surely: bool  # it has a layout of that track
    times: Sequence[float]


def _read(times: Sequence[float], free: Sequence[int]) -> "_Reading | None":
    """Return what the transitions say in the coding of a free track, None when nothing."""
    firmware.enable()
    from pos.card import flux, layout

    decoder = flux.Decoder()
    intervals = intervals_of(times)
    if len(intervals) > flux.MAX_INTERVALS:
        return None
    fallback = None
    for track in _likely(intervals):
        if track not in free:
            continue
        read = decoder.decode_track(track, intervals, len(intervals))
        if read.status != "ok":
            continue
        surely = layout.PARSERS[track](read.text) is not None
        found = _Reading(track, bytes(read.text), surely, times)
        if surely:
            return found
        fallback = fallback or found
    return fallback


def _agreed(line: Line, free: Sequence[int]) -> tuple["_Reading | None", bool]:
    """Return the reading of a line, and whether another of the same line says another text."""
    found: list[_Reading] = []
    for times in (line.times, *line.others):
        one = _read(times, free)
        if one:
            found.append(one)
        if len(found) > 1 and found[-1].text == found[0].text:
            break
    if not found:
        return None, False
    best = next((one for one in found if one.surely), found[0])
    return best, any(one.text != best.text for one in found)


class Swipe(NamedTuple):
    """One swipe: intervals by track, and which line of the recording each came from.

    `doubts` are the tracks of which two readings give different texts.
    """

    flux: Flux
    sources: dict[int, tuple[int, Line]]
    doubts: frozenset[int] = frozenset()


def of_flux(flux: Flux) -> Swipe:
    """Return the swipe of a recording that is flux already."""
    sources = {
        number: (number, Line("", list(accumulate(intervals, initial=0))))
        for number, intervals in flux.items()
        if intervals
    }
    return Swipe(flux, sources)


class _Assignment:
    """Gives the lines of one swipe their tracks."""

    def __init__(self, lines: Sequence[Line], given: Sequence[int]) -> None:
        self.lines = lines
        self.given = given  # tracks by line, 0 for a line left out; none: find out
        self.flux: Flux = {}
        self.sources: dict[int, tuple[int, Line]] = {}
        self.doubts: set[int] = set()
        self.reads = 0
        self.texts: list[bytes] = []

    def _named(self, number: int) -> "int | None":
        if self.given:
            return self.given[number] if number < len(self.given) else 0
        match = _NAMED.search(self.lines[number].name)
        return int(match.group(1)) if match else None

    def _take(self, number: int, free: Sequence[int]) -> bool:
        """Give a line the track it reads as; False when it does not."""
        found, doubt = _agreed(self.lines[number], free)
        if not found:
            return False
        if found.text in self.texts:  # the same line recorded twice
            return True
        self.texts.append(found.text)
        self._put(number, found.track, found.times)
        self.reads += 1
        if doubt:
            self.doubts.add(found.track)
        return True

    def _put(self, number: int, track: int, times: Sequence[float]) -> None:
        self.flux[track] = intervals_of(times)
        self.sources[track] = (number, self.lines[number]._replace(times=times))

    def _free(self) -> list[int]:
        return [n for n in (1, 2, 3) if n not in self.flux]

    def run(self) -> "_Assignment":
        """By name, else by the coding that reads, else by the order of the lines and density."""
        unnamed, unread = [], []
        for number, line in enumerate(self.lines):
            track = self._named(number)
            if track in self._free():
                if not self._take(number, [track]):
                    self._put(number, track, line.times)
            elif track != 0 and len(line.times) >= _MIN_TRANSITIONS:
                unnamed.append(number)
        for number in unnamed:
            if not self._take(number, self._free()):
                unread.append(number)
        for number in unread:
            line = self.lines[number]
            free = [n for n in _likely(intervals_of(line.times)) if n in self._free()]
            if number + 1 in free and len(self.lines) == 3:
                free = [number + 1]
            if free:
                self._put(number, free[0], line.times)
        return self

    def swipe(self) -> Swipe:
        """Return the outcome."""
        return Swipe(self.flux, self.sources, frozenset(self.doubts))


def assign(lines: Sequence[Line], given: Sequence[int] = ()) -> Swipe:
    """Give each line of one swipe its track."""
    return _Assignment(lines, given).run().swipe()


def _joined(first: Sequence[Line], second: Sequence[Line]) -> list[Line]:
    return [
        Line(
            a.name,
            [*a.times, *b.times],
            tuple([*p, *q] for p, q in zip(a.others, b.others, strict=True)),
            a.wave,
        )
        for a, b in zip(first, second, strict=True)
    ]


def _pause(first: Sequence[Line], second: Sequence[Line]) -> float:
    ends = [line.times[-1] for line in first if len(line.times)]
    starts = [line.times[0] for line in second if len(line.times)]
    return min(starts) - max(ends)


def located(lines: Sequence[Line], given: Sequence[int] = ()) -> list[Swipe]:
    """Return the swipes of a recording; one without any transitions is one empty swipe."""
    out: list[tuple[list[Line], _Assignment]] = []
    for part in bursts(lines):
        one = _Assignment(part, given).run()
        pieces = [] if one.reads else bursts(part, _MAYBE_US)
        apart = [(piece, _Assignment(piece, given).run()) for piece in pieces]
        if len(apart) > 1 and any(piece.reads for _, piece in apart):
            out += apart
            continue
        before = out[-1] if out else None
        if before and not one.reads and not before[1].reads:
            if _pause(before[0], part) < _STOP_US:
                whole = _joined(before[0], part)
                stopped = _Assignment(whole, given).run()
                if stopped.reads:
                    out[-1] = (whole, stopped)
                    continue
        out.append((part, one))
    return [one.swipe() for _, one in out] or [Swipe({}, {})]


def swipes(lines: Sequence[Line], given: Sequence[int] = ()) -> list[Flux]:
    """Return the flux of each swipe of a recording."""
    return [swipe.flux for swipe in located(lines, given)]
