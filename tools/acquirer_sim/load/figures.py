# SPDX-License-Identifier: MIT
"""How many and how fast: latencies by message type, as a table and as JSON."""

from rich.table import Table

_PERCENTILES = (50, 90, 99)


class Figures:
    """Collects what a run counts; times are seconds."""

    def __init__(self) -> None:
        self._times = {}  # kind: answered in, of each
        self._unanswered = {}  # kind: how many

    def answered(self, kind: str, seconds: float) -> None:
        """Count an answer."""
        self._times.setdefault(kind, []).append(seconds)

    def unanswered(self, kind: str) -> None:
        """Count a request that got no usable answer, or was never sent."""
        self._unanswered[kind] = self._unanswered.get(kind, 0) + 1

    @property
    def total(self) -> int:
        """All answers."""
        return sum(len(times) for times in self._times.values())

    def by_kind(self) -> "dict[str, dict]":
        """Return {kind: {"answered", "unanswered", "p50_ms", ..., "max_ms"}}, and "all"."""
        times = {**self._times, "all": [one for each in self._times.values() for one in each]}
        lost = {**self._unanswered, "all": sum(self._unanswered.values())}
        kinds = sorted({*self._times, *self._unanswered}) + ["all"]
        return {
            kind: {
                "answered": len(times.get(kind, ())),
                "unanswered": lost.get(kind, 0),
                **_spread(sorted(times.get(kind, ()))),
            }
            for kind in kinds
        }


def _spread(ordered: "list[float]") -> "dict[str, float | None]":
    if not ordered:
        return {**{f"p{share}_ms": None for share in _PERCENTILES}, "max_ms": None}
    found = {
        f"p{share}_ms": _ms(ordered[min(len(ordered) - 1, len(ordered) * share // 100)])
        for share in _PERCENTILES
    }
    return {**found, "max_ms": _ms(ordered[-1])}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def table(by_kind: "dict[str, dict]") -> Table:
    """Return the figures for people."""
    made = Table("message", "answered", "no answer", "p50 ms", "p90 ms", "p99 ms", "max ms")
    for kind, row in by_kind.items():
        times = [row[name] for name in ("p50_ms", "p90_ms", "p99_ms", "max_ms")]
        shown = ["-" if time is None else f"{time:.1f}" for time in times]
        made.add_row(kind, str(row["answered"]), str(row["unanswered"]), *shown)
    return made
