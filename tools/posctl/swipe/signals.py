# SPDX-License-Identifier: MIT
"""Lines of a recording -> swipes: cut at pauses, find out which track a line carries.

A line is a name and the times of its transitions. When the name does not tell the track, the
firmware's decoder does: the coding that reads is the track.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from posctl import firmware
from posctl.swipe import limits
from posctl.swipe.fluxfile import Flux

_PAUSE_US = 150_000  # without a transition on any line: the next swipe
_MIN_TRANSITIONS = 16  # of a burst, on its busiest line
_DENSE = 450  # transitions: only tracks 1 and 3 have so many
_NAMED = re.compile(r"(?i)(?<![a-z])(?:track|trk|t)[ _-]?([123])\b")


class Line(NamedTuple):
    """One recorded line; times in microseconds, ascending."""

    name: str
    times: Sequence[float]


def intervals_of(times: Sequence[float]) -> list[int]:
    """Return whole microseconds between transitions, without adding up rounding errors."""
    whole = [round(time) for time in times]
    return [min(b - a, limits.INTERVAL_US) for a, b in zip(whole, whole[1:], strict=False)]


def bursts(lines: Sequence[Line]) -> list[list[Line]]:
    """Cut the recording where all lines are quiet; bursts too short for a swipe are dropped."""
    every = sorted(time for line in lines for time in line.times)
    if not every:
        return []
    edges = [every[0]]
    for a, b in zip(every, every[1:], strict=False):
        if b - a > _PAUSE_US:
            edges.append(b)
    edges.append(every[-1] + 1)
    out = []
    for start, end in zip(edges, edges[1:], strict=False):
        part = [
            Line(ln.name, ln.times[bisect_left(ln.times, start) : bisect_left(ln.times, end)])
            for ln in lines
        ]
        if max(len(line.times) for line in part) >= _MIN_TRANSITIONS:
            out.append(part)
    return out


def _reads_as(intervals: list[int], free: Sequence[int]) -> int:
    """Return the free track whose coding reads, 0 when none does."""
    firmware.enable()
    from pos.card import flux, layout

    decoder = flux.Decoder()
    fallback = 0
    for track in (2, 3, 1):
        if track not in free or len(intervals) > flux.MAX_INTERVALS:
            continue
        read = decoder.decode_track(track, intervals, len(intervals))
        if read.status != "ok":
            continue
        if layout.PARSERS[track](read.text) is not None:
            return track
        fallback = fallback or track
    return fallback


class Swipe(NamedTuple):
    """One swipe: intervals by track, and which line of the recording each came from."""

    flux: Flux
    sources: dict[int, tuple[int, Line]]


def assign(lines: Sequence[Line]) -> Swipe:
    """Give each line its track: by name, else by the coding that reads, else by density."""
    out = Swipe({}, {})

    def take(track: int, number: int) -> None:
        out.flux[track] = intervals_of(lines[number].times)
        out.sources[track] = (number, lines[number])

    unnamed = []
    for number, line in enumerate(lines):
        named = _NAMED.search(line.name)
        if named and int(named.group(1)) not in out.flux:
            take(int(named.group(1)), number)
        elif len(line.times) >= _MIN_TRANSITIONS:
            unnamed.append(number)
    unread = []
    for number in unnamed:
        free = [n for n in (1, 2, 3) if n not in out.flux]
        track = _reads_as(intervals_of(lines[number].times), free)
        if track:
            take(track, number)
        else:
            unread.append(number)
    for number in unread:
        order = (1, 3, 2) if len(lines[number].times) > _DENSE else (2, 1, 3)
        free = [n for n in order if n not in out.flux]
        if free:
            take(free[0], number)
    return out


def located(lines: Sequence[Line]) -> list[Swipe]:
    """Return the swipes of a recording; one without any transitions is one empty swipe."""
    return [assign(part) for part in bursts(lines)] or [Swipe({}, {})]


def swipes(lines: Sequence[Line]) -> list[Flux]:
    """Return the flux of each swipe of a recording."""
    return [swipe.flux for swipe in located(lines)]
