# SPDX-License-Identifier: MIT
"""What the card bench makes of its counts: shares, confidence, times, PASS or MISS."""

import math
import statistics
from array import array
from collections.abc import Iterable
from typing import NamedTuple

from bench.card_grid import Condition, grid

OURS, YARDSTICK = "ours", "ema"
_KEPT = 5  # seeds of failures, a job
_CONFIDENCE = 0.05

Results = dict[tuple[str, str], dict[str, "Score"]]  # (model, condition) -> decoder -> score


class Score(NamedTuple):
    """What one decoder made of the swipes of one condition."""

    right: int
    wrong: list[tuple[int, str]]  # every wrong text, with the seed of its swipe
    missed: list[int]  # some seeds that gave no text
    seconds: array

    @property
    def percent(self) -> float:
        """The share of right texts."""
        return 100 * self.right / len(self.seconds)

    def plus(self, other: "Score") -> "Score":
        """Return the sum of two parts of the same condition."""
        missed = [*self.missed, *other.missed][:_KEPT]
        wrong, seconds = self.wrong + other.wrong, self.seconds + other.seconds
        return Score(self.right + other.right, wrong, missed, seconds)


def no_score() -> Score:
    """Return the score of no swipe."""
    return Score(0, [], [], array("d"))


def scored(written: str, got: str | None, seed: int, seconds: float) -> Score:
    """Return the score of one swipe."""
    wrong = [(seed, got)] if got is not None and got != written else []
    missed = [seed] if got is None else []
    return Score(int(got == written), wrong, missed, array("d", [seconds]))


def upper_bound(wrong: int, total: int) -> float:
    """Return the one-sided 95 % bound (Clopper-Pearson) of a share, in percent."""
    if wrong >= total:
        return 100.0
    low, high = wrong / total, 1.0
    for _ in range(60):
        share = (low + high) / 2
        low, high = (share, high) if _at_most(wrong, total, share) > _CONFIDENCE else (low, share)
    return 100 * high


def _at_most(wrong: int, total: int, share: float) -> float:
    """Return the chance of at most so many in all, each with this share."""
    if share >= 1:
        return 0.0
    yes, no = math.log(share), math.log1p(-share)
    all_ways = math.lgamma(total + 1)
    return sum(
        math.exp(
            all_ways - math.lgamma(k + 1) - math.lgamma(total - k + 1) + k * yes + (total - k) * no
        )
        for k in range(wrong + 1)
    )


def summary(results: Results, model: str) -> dict[str, dict]:
    """Return the figures of one synthesiser by decoder; the extra conditions count for wrong."""
    out = {}
    of_model = {name: scores for (m, name), scores in results.items() if m == model}
    main = [c.name for c in grid() if not c.extra and c.name in of_model]
    for decoder in next(iter(of_model.values())):
        every = [scores[decoder] for scores in of_model.values()]
        shares = [of_model[name][decoder].percent for name in main] or [math.nan]
        wrong = sum(len(score.wrong) for score in every)
        out[decoder] = {
            "mean_percent": round(statistics.fmean(shares), 2),
            "at_99": sum(share >= 99 for share in shares),
            "conditions": len(main),
            "wrong": wrong,
            "swipes": sum(len(score.seconds) for score in every),
            **times(every),
        }
        bound = upper_bound(wrong, out[decoder]["swipes"])
        out[decoder]["wrong_bound_percent"] = round(bound, 4)
    return out


def times(scores: Iterable[Score]) -> dict[str, float]:
    """Return median, 95th percentile and worst time a swipe."""
    seconds = sorted(second for score in scores for second in score.seconds)
    return {
        "median_us": round(seconds[len(seconds) // 2] * 1e6, 1),
        "p95_ms": round(seconds[len(seconds) * 95 // 100] * 1e3, 2),
        "worst_ms": round(seconds[-1] * 1e3, 1),
    }


def ratio(results: Results, ordinary: bool) -> float | None:
    """Return our median time over the yardstick's, over ordinary swipes or over all."""
    names = {c.name for c in grid() if not c.extra and (c.ordinary or not ordinary)}
    picked = [scores for (_, name), scores in results.items() if name in names]
    if not picked or YARDSTICK not in picked[0]:
        return None
    ours, theirs = (
        times(scores[decoder] for scores in picked)["median_us"] for decoder in (OURS, YARDSTICK)
    )
    return ours / theirs


def worst(results: Results) -> tuple[float, str, str]:
    """Return our longest time in ms, with its synthesiser and condition."""
    return max((max(scores[OURS].seconds) * 1e3, *key) for key, scores in results.items())


class Check(NamedTuple):
    """One line of the acceptance: what was measured and whether it is enough."""

    what: str
    figure: str
    passed: bool


def checks(results: Results, model: str) -> list[Check]:
    """Return what the acceptance asks of one synthesiser, as far as its conditions were run."""
    shares = {name: scores[OURS].percent for (m, name), scores in results.items() if m == model}
    main = [shares[c.name] for c in grid() if not c.extra and c.name in shares]
    out = []
    if len(main) == sum(not c.extra for c in grid()):
        mean, good = statistics.fmean(main), sum(share >= 99 for share in main)
        out.append(Check("mean of the grid >= 93 %", f"{mean:.2f} %", mean >= 93))
        out.append(Check("conditions at 99 % >= 48", f"{good} of {len(main)}", good >= 48))
    for name, least in _LEAST.items():
        if name in shares:
            share = shares[name]
            out.append(Check(f"{name} >= {least} %", f"{share:.1f} %", share >= least))
    return out


_LEAST = {
    "lost 0.1%": 98,
    "lost 0.3%": 95,
    "lost 1.0%": 75,
    "mix worn T2": 100,
    "mix worn T1": 100,
    "mix worn T3": 100,
    "mix bad T2": 90,
    "mix bad T1": 80,
    "mix bad T3": 80,
}


def common_checks(results: Results) -> list[Check]:
    """Return what the acceptance asks of all swipes together."""
    every = [scores[OURS] for scores in results.values()]
    wrong, total = sum(len(s.wrong) for s in every), sum(len(s.seconds) for s in every)
    bound = upper_bound(wrong, total)
    out = [Check("wrong texts 0", f"{wrong} in {total}, bound {bound:.4f} %", wrong == 0)]
    quick = ratio(results, ordinary=True)
    if quick is not None:
        out.append(Check("first stage <= 1.5 x EMA", f"{quick:.2f} x", quick <= 1.5))
    return out


def by_name() -> dict[str, Condition]:
    """Return the conditions by their names."""
    return {condition.name: condition for condition in grid()}
