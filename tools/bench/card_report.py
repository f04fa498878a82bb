# SPDX-License-Identifier: MIT
"""The card bench on paper: tables, what is wrong, PASS and MISS."""

from rich.console import Console
from rich.table import Table

from bench import card_score
from bench.card_grid import grid
from bench.card_score import OURS, Check, Results
from bench.card_swipes import written

MODELS = {"a": "displaced transitions", "b": "head voltage, wandering hand"}
_REFERENCE = {"fixed": "52.5", "last": "61.2", "dab": "58.1", "avg4": "72.2", "ema": "74.1"}
_ROWS = {
    "mean_percent": "mean %",
    "at_99": "conditions at 99 %",
    "wrong": "wrong texts",
    "wrong_bound_percent": "  upper 95 % bound, %",
    "median_us": "median us a swipe",
    "p95_ms": "p95 ms",
    "worst_ms": "worst ms",
}


def show(console: Console, results: Results, model: str) -> None:
    """Print the table of one synthesiser: a row a condition, a column a decoder."""
    figures = card_score.summary(results, model)
    rows = [c for c in grid() if (model, c.name) in results]
    count = max(len(results[model, c.name][OURS].seconds) for c in rows)
    table = Table(
        title=f"synthesiser {model} ({MODELS[model]}): right % / wrong texts of {count} a line",
        title_justify="left",
    )
    table.add_column("condition")
    for decoder in figures:
        table.add_column(decoder, justify="right", no_wrap=True)
    was_extra = False
    for condition in rows:
        if condition.extra and not was_extra:
            table.add_section()
        was_extra = condition.extra
        scores = results[model, condition.name]
        table.add_row(condition.name, *(_cell(scores[decoder]) for decoder in figures))
    table.add_section()
    for key, label in _ROWS.items():
        table.add_row(label, *(str(figures[decoder][key]) for decoder in figures))
    if model == "a":
        table.add_row("  mean of the reference", *(_REFERENCE.get(d, "") for d in figures))
    console.print(table)


def _cell(score: card_score.Score) -> str:
    wrong = f" /{len(score.wrong)}" if score.wrong else ""
    return f"{score.percent:.1f}{wrong}"


def show_failures(console: Console, results: Results) -> None:
    """Print every wrong text of ours beside what was written."""
    conditions = card_score.by_name()
    for (model, name), scores in results.items():
        for seed, got in scores[OURS].wrong:
            expected = written(conditions[name], seed, model)
            line = f"WRONG TEXT {model}, {name}, seed {seed}: {got} for {expected}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def show_checks(console: Console, results: Results, models: str) -> None:
    """Print the acceptance, a line a figure."""
    for model in models:
        for check in card_score.checks(results, model):
            _line(console, check, f"{model}: ")
    for check in card_score.common_checks(results):
        _line(console, check, "")
    ms, model, name = card_score.worst(results)
    console.print(f"     worst case of the search: {ms:.1f} ms ({model}: {name})")
    overall = card_score.ratio(results, ordinary=False)
    if overall is not None:
        console.print(f"     median time over all conditions: {overall:.2f} x the EMA rule's")


def _line(console: Console, check: Check, prefix: str) -> None:
    state = "PASS" if check.passed else "MISS"
    console.print(f"{state} {prefix}{check.what}: {check.figure}", markup=False, highlight=False)
