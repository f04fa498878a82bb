# SPDX-License-Identifier: MIT
"""`make bench-card`: public clock rules beside ours on the same swipes, in one run.

Prints for each condition of the grid the share of right texts and the wrong ones, the times, how
our decoder does under MicroPython, and the acceptance as PASS or MISS; draws the plot
build/bench-card.png. Figures only: nothing here fails on them.
"""

import argparse
import json
import os
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import NamedTuple

from rich.console import Console

from bench import card_micropython, card_plot, card_report, card_score, card_serve
from bench.card_grid import Condition, grid
from bench.card_rules import RULES, read
from bench.card_score import OURS, Results, Score
from bench.card_swipes import swipe, written
from posctl import firmware
from posctl.paths import BUILD, ROOT

QUICK, FULL = 40, 1613  # swipes a condition and synthesiser; FULL makes 200 012
_CHUNK = 40  # swipes, a job
_WIDTH = 110

Decode = Callable[[int, array], str | None]


class Job(NamedTuple):
    """A part of the work: `count` swipes of one condition, from seed `first` on."""

    condition: Condition
    model: str
    first: int
    count: int
    ours_only: bool
    on_device: bool = False


def our_decoder() -> Decode:
    """Return the firmware's decoder as a function of track and intervals."""
    firmware.enable()
    from pos.card.flux import Decoder

    decoder = Decoder()

    def decode(track: int, intervals: array) -> str | None:
        got = decoder.decode_track(track, intervals, len(intervals))
        return got.text.decode() if got.text is not None else None

    return decode


def decoders(ours_only: bool, on_device: bool = False) -> dict[str, Decode]:
    """Return what is compared, ours last: on CPython, or as on the device."""
    out = {OURS: card_serve.decoder() if on_device else our_decoder()}
    if ours_only:
        return out
    rules = {
        name: (lambda track, intervals, rule=rule: read(rule, intervals, track))
        for name, rule in RULES.items()
    }
    return {**rules, **out}


def measure(job: Job, compared: dict[str, Decode] | None = None) -> dict[str, Score]:
    """Read the swipes of a job with every decoder; times are of the processor, not of the wall."""
    compared = compared or decoders(job.ours_only, job.on_device)
    scores = {name: card_score.no_score() for name in compared}
    track = job.condition.track
    for seed in range(job.first, job.first + job.count):
        expected = written(job.condition, seed, job.model)
        intervals = array("H", swipe(job.condition, expected, seed, job.model))
        for name, decode in compared.items():
            if seed == job.first:
                decode(track, intervals)  # modules are imported, code is warm
            start = time.process_time_ns()
            got = decode(track, intervals)
            spent = (time.process_time_ns() - start) / 1e9
            if job.on_device and name == OURS:
                spent = decode.seconds
            scores[name] = scores[name].plus(card_score.scored(expected, got, seed, spent))
    return scores


def jobs(args: argparse.Namespace) -> Iterator[Job]:
    """Return the work asked for, in parts that keep every processor busy."""
    for model in args.models:
        for condition in grid():
            if args.only.lower() not in condition.name.lower():
                continue
            for first in range(args.first, args.first + args.n, _CHUNK):
                count = min(_CHUNK, args.first + args.n - first)
                yield Job(condition, model, first, count, args.ours_only, args.on_device)


def run(args: argparse.Namespace) -> Results:
    """Measure on all processors; progress goes to stderr."""
    todo = list(jobs(args))
    if not todo:
        raise SystemExit(f"bench-card: no condition has {args.only!r} in its name")
    parts: dict[int, dict[str, Score]] = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        futures = {pool.submit(measure, job): n for n, job in enumerate(todo)}
        for future in as_completed(futures):
            parts[futures[future]] = future.result()
            _progress(todo, parts)
    results: Results = {}
    for n, job in enumerate(todo):
        key = job.model, job.condition.name
        old = results.get(key)
        results[key] = (
            {name: old[name].plus(score) for name, score in parts[n].items()} if old else parts[n]
        )
    return results


def _progress(todo: list[Job], parts: dict[int, dict[str, Score]]) -> None:
    """Say on stderr how far it is: always anew on a terminal, in twenty lines elsewhere."""
    live = sys.stderr.isatty()
    if not live and len(parts) % max(len(todo) // 20, 1) and len(parts) < len(todo):
        return
    swipes = sum(todo[n].count for n in parts)
    wrong = sum(len(part[OURS].wrong) for part in parts.values())
    line = f"{len(parts)}/{len(todo)} parts, {swipes} swipes, {wrong} wrong texts"
    end = "\r" if live and len(parts) < len(todo) else "\n"
    print(line, end=end, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.card", description=__doc__.split("\n")[0])
    parser.add_argument("-n", type=int, default=QUICK, help="swipes a condition and synthesiser")
    parser.add_argument("--full", action="store_true", help=f"-n {FULL}: 200 000 swipes")
    parser.add_argument("--models", default="ab", choices=("a", "b", "ab"), help="synthesisers")
    parser.add_argument("--first", type=int, default=0, help="first seed, of texts and swipes")
    parser.add_argument("--only", default="", help="conditions with this in their name")
    parser.add_argument("--ours-only", action="store_true", help="leave the public rules out")
    parser.add_argument("--on-device", action="store_true", help="ours under MicroPython")
    parser.add_argument("--json", action="store_true", help="the figures alone, as JSON")
    args = parser.parse_args()
    args.n = FULL if args.full else args.n
    if args.n < 1:
        parser.error("-n: at least one swipe")
    return args


def _as_json(results: Results, models: str, device: dict) -> str:
    lines = {
        f"{model}: {name}": {
            decoder: {
                "percent": round(score.percent, 2),
                "wrong": score.wrong,
                "missed_seeds": score.missed,
                **card_score.times([score]),
            }
            for decoder, score in scores.items()
        }
        for (model, name), scores in results.items()
    }
    return json.dumps(
        {
            "models": {model: card_score.summary(results, model) for model in models},
            "ratio_ordinary": card_score.ratio(results, ordinary=True),
            "ratio_all": card_score.ratio(results, ordinary=False),
            "checks": {model: card_score.checks(results, model) for model in models},
            "common_checks": card_score.common_checks(results),
            "conditions": lines,
            "micropython": device,
        }
    )


def main() -> None:
    """Measure, print the tables and draw the plot."""
    args = _arguments()
    results = run(args)
    device = card_micropython.measure() if not args.only else {}
    if args.json:
        print(_as_json(results, args.models, device))
        return
    console = Console(width=_WIDTH)
    for model in args.models:
        card_report.show(console, results, model)
    card_report.show_failures(console, results)
    card_report.show_checks(console, results, args.models)
    card_micropython.show(console, device)
    out = BUILD / "bench-card.png"
    out.parent.mkdir(exist_ok=True)
    card_plot.draw(results, out)
    console.print(f"plot: {out.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
