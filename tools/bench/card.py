# SPDX-License-Identifier: MIT
"""`make bench-card`: public clock rules beside ours on the same swipes, in one run.

Prints for each condition of the grid the share of right texts and of wrong ones, the times, and
how our decoder does under MicroPython; draws the plot build/bench-card.png. Figures only: nothing
here fails. `-n` swipes a condition and synthesiser (each its own text); `--full` is the long form.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from bench import card_plot
from bench.card_rules import RULES, read
from bench.card_swipes import Condition, grid, swipe
from bench.card_texts import text
from posctl import firmware
from posctl.paths import FIRMWARE, ROOT

QUICK, FULL = 4, 1700  # swipes a condition and synthesiser; FULL makes 200 600
MODELS = {"a": "displaced transitions", "b": "head voltage, wandering hand"}
OURS = "ours"


class Score(NamedTuple):
    """What one decoder made of the swipes of one condition."""

    right: int
    wrong: int
    seconds: list[float]


def _decoders(track: int) -> dict[str, Callable[[array], str | None]]:
    from pos.card.flux import Decoder

    decoder = Decoder()

    def ours(intervals: array) -> str | None:
        got = decoder.decode_track(track, intervals, len(intervals))
        return got.text.decode() if got.text is not None else None

    out = {
        name: (lambda intervals, rule=rule: read(rule, intervals, track))
        for name, rule in RULES.items()
    }
    return {**out, OURS: ours}


def measure(job: tuple[Condition, str, int, int]) -> dict[str, Score]:
    """Read the swipes of one condition with every decoder."""
    condition, model, first, count = job
    firmware.enable()
    decoders = _decoders(condition.track)
    scores = {name: Score(0, 0, []) for name in decoders}
    for seed in range(first, first + count):
        written = text(condition.track, seed)
        intervals = array("H", swipe(condition, written, seed, model))
        for name, decode in decoders.items():
            start = time.perf_counter()
            got = decode(intervals)
            old = scores[name]
            old.seconds.append(time.perf_counter() - start)
            right, wrong = got == written, got is not None and got != written
            scores[name] = Score(old.right + right, old.wrong + wrong, old.seconds)
    return scores


def upper_bound(wrong: int, total: int) -> float:
    """Return the upper 95 % confidence bound (Clopper-Pearson) of a share, in percent."""
    low, high = wrong / total, 1.0
    for _ in range(60):
        p = (low + high) / 2
        chance = sum(
            math.exp(
                math.lgamma(total + 1)
                - math.lgamma(k + 1)
                - math.lgamma(total - k + 1)
                + k * math.log(p)
                + (total - k) * math.log1p(-min(p, 1 - 1e-12))
            )
            for k in range(wrong + 1)
        )
        low, high = (p, high) if chance > 0.05 else (low, p)
    return 100 * high


def _summary(results: dict, count: int, model: str) -> dict:
    """Return the figures of one synthesiser, by decoder."""
    out = {}
    for name in (*RULES, OURS):
        scores = [results[model, condition.name][name] for condition in grid()]
        shares = [100 * score.right / count for score in scores]
        seconds = sorted(second for score in scores for second in score.seconds)
        wrong = sum(score.wrong for score in scores)
        out[name] = {
            "mean_percent": round(statistics.fmean(shares), 2),
            "at_99": sum(share >= 99 for share in shares),
            "wrong": wrong,
            "wrong_bound_percent": round(upper_bound(wrong, len(seconds)), 4),
            "median_us": round(statistics.median(seconds) * 1e6, 1),
            "worst_ms": round(seconds[-1] * 1e3, 1),
            "swipes": len(seconds),
        }
    return out


def _show(console: Console, results: dict, count: int, model: str) -> None:
    table = Table(title=f"right % / wrong texts, synthesiser {model}: {MODELS[model]}")
    table.add_column("condition")
    for name in (*RULES, OURS):
        table.add_column(name, justify="right")
    for condition in grid():
        cells = []
        for name in (*RULES, OURS):
            score = results[model, condition.name][name]
            cells.append(
                f"{100 * score.right / count:.1f}" + f" /{score.wrong}" * (score.wrong > 0)
            )
        table.add_row(condition.name, *cells)
    table.add_section()
    figures = _summary(results, count, model)
    for row in ("mean_percent", "at_99", "wrong", "wrong_bound_percent", "median_us", "worst_ms"):
        table.add_row(row, *(str(figures[name][row]) for name in (*RULES, OURS)))
    console.print(table)
    ratio = figures[OURS]["median_us"] / figures["ema"]["median_us"]
    console.print(f"median time a swipe: ours is {ratio:.2f} x the EMA rule's")


def micropython() -> dict:
    """Return the time and peak heap of whole three-track swipes under MicroPython."""
    names = {1: "mix typical T1", 2: "mix typical T2", 3: "mix typical T3"}
    hard = {1: "mix bad T1", 2: "lost 1.0 %", 3: "mix bad T3"}
    by_name = {condition.name: condition for condition in grid()}
    data = {}
    for case, chosen in (("typical", names), ("repaired", hard)):
        data[case] = [
            [swipe(by_name[chosen[n]], text(n, seed), seed, "a") for n in (1, 2, 3)]
            for seed in range(3)
        ]
    boot = (
        f"import sys; sys.path[:] = [{str(FIRMWARE)!r}, "
        f"{str(ROOT / 'tools' / 'bench')!r}, '.frozen']; import card_device"
    )
    interpreter = os.path.join(os.path.dirname(sys.executable), "micropython")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(data, file)
        file.flush()
        done = subprocess.run(
            [interpreter, "-X", "heapsize=4M", "-c", boot, file.name],
            stdout=subprocess.PIPE,
            check=True,
        )
    return json.loads(done.stdout)


def run(count: int, models: str, first: int = 0) -> dict:
    """Return {(model, condition): {decoder: Score}}, worked out on all processors."""
    jobs = [(condition, model, first, count) for model in models for condition in grid()]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        done = list(pool.map(measure, jobs))
    return {(job[1], job[0].name): scores for job, scores in zip(jobs, done, strict=True)}


def main() -> None:
    """Measure, print the tables and draw the plot."""
    parser = argparse.ArgumentParser(description="public card decoders beside ours")
    parser.add_argument(
        "-n", type=int, default=QUICK, help=f"swipes a condition (default {QUICK})"
    )
    parser.add_argument("--full", action="store_true", help=f"-n {FULL}: 200 000 swipes, hours")
    parser.add_argument("--models", default="ab", choices=("a", "b", "ab"))
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--json", action="store_true", help="the figures alone, as JSON")
    args = parser.parse_args()
    count = FULL if args.full else args.n
    results = run(count, args.models, args.first)
    figures = {model: _summary(results, count, model) for model in args.models}
    device = micropython()
    if args.json:
        print(json.dumps({"swipes": count, "models": figures, "micropython": device}))
        return
    console = Console(width=110)
    for model in args.models:
        _show(console, results, count, model)
    wrong = sum(figures[model][OURS]["wrong"] for model in args.models)
    total = sum(figures[model][OURS]["swipes"] for model in args.models)
    console.print(
        f"wrong texts accepted by ours: {wrong} in {total} swipes "
        f"(upper 95 % bound {upper_bound(wrong, total):.4f} %)"
    )
    for case, one in device.items():
        console.print(
            f"MicroPython, three tracks, {case}: {one['ms']:.1f} ms worst of 3 "
            f"(ESP32 estimate {one['ms'] * 65 / 1000:.1f} s), peak heap {one['heap']} bytes"
        )
    out = ROOT / "build" / "bench-card.png"
    out.parent.mkdir(exist_ok=True)
    card_plot.draw(results, count, out)
    console.print(f"plot: {out.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
