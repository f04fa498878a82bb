# SPDX-License-Identifier: MIT
"""The crypto bench on paper: tables, ratios, PASS and MISS.

The ESP32 estimate is the unix port's time x 65 (feasibility.md section 4, 160 MHz). It is measured
for bytecode; for machine code the same factor stands in for one that nobody has measured.
"""

from collections.abc import Callable
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

ESP32_FACTOR = 65
_SALE_BUDGET_S = 0.5  # swipe end -> request on the wire (DESIGN.md 7)
_PORTABLE_BLOCKS = 10_000
_WANTED = {"TDES block, two keys": 100, "TDES block, three keys": 100, "SM4 block": 50}
_STORE = "key store: "
_LOAD = "load the triple DES code"


class Times(NamedTuple):
    """Seconds a piece by case, of each run; `peers` with the peer's name."""

    cpython: dict[str, float]
    portable: dict[str, float]
    fast: dict[str, float]
    peers: dict[str, tuple[str, float]]


class Check(NamedTuple):
    """A figure of the acceptance."""

    good: bool
    text: str


def sale_seconds(times: dict[str, float]) -> float:
    """Return what sign-on, PIN and MAC of one sale take, the code loaded anew for each."""
    parts = [seconds for case, seconds in times.items() if case.startswith(_STORE)]
    return sum(parts) + len(parts) * times[_LOAD]


def checks(times: Times) -> list[Check]:
    """Return the acceptance: speed against the peers, bytecode alone, the time of a sale."""
    found = []
    for case, wanted in _WANTED.items():
        peer, theirs = times.peers[case]
        ratio = theirs / times.fast[case]
        text = f"{case}: machine code is {ratio:,.0f} x {peer} on CPython (wanted: {wanted} x)"
        found.append(Check(ratio >= wanted, text))
    for case in _WANTED:
        rate = 1 / times.portable[case]
        text = f"{case}: {rate:,.0f} a second in bytecode (wanted: {_PORTABLE_BLOCKS:,})"
        found.append(Check(rate >= _PORTABLE_BLOCKS, text))
    for name, taken in (("machine code", times.fast), ("bytecode", times.portable)):
        seconds = sale_seconds(taken) * ESP32_FACTOR
        text = f"sign-on + PIN + MAC of a sale, {name}: {seconds:.3f} s on an ESP32 (estimate)"
        found.append(Check(seconds <= _SALE_BUDGET_S, f"{text}, budget {_SALE_BUDGET_S} s"))
    return found


def _rate(seconds: float | None) -> str:
    return f"{1 / seconds:,.0f}" if seconds else ""


def _time(seconds: float | None) -> str:
    return f"{seconds * 1e6:,.1f}" if seconds else ""


def show(console: Console, times: Times) -> None:
    """Print blocks a second, then microseconds a piece."""
    names = [*times.cpython, *(case for case in times.fast if case not in times.cpython)]
    rates = _table("Blocks a second, a buffer at a time", ())
    each = _table("Microseconds a piece", ("ESP32, bytecode", "ESP32, viper"))
    for case in names:
        if case in _WANTED:
            rates.add_row(*_row(times, case, _rate))
        else:
            estimates = [_time(run[case] * ESP32_FACTOR) for run in (times.portable, times.fast)]
            each.add_row(*_row(times, case, _time), *estimates)
    console.print(rates)
    console.print(each)
    console.print(
        "bytecode: no integer reaches 2**30; viper: machine code. Ratio: peer / viper. "
        f"ESP32: an estimate, the unix port's time x {ESP32_FACTOR} (160 MHz); for viper the "
        "factor is a guess.",
        soft_wrap=True,
        highlight=False,
    )


def _row(times: Times, case: str, text: Callable[[float | None], str]) -> tuple[str, ...]:
    runs = [text(run.get(case)) for run in (times.cpython, times.portable, times.fast)]
    peer, theirs = times.peers.get(case, ("", None))
    ratio = f"{theirs / times.fast[case]:,.0f} x" if theirs else ""
    return (case, *runs, f"{peer} {text(theirs)}".strip(), ratio)


def _table(title: str, more: tuple) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=True)
    runs = ("CPython bytecode", "MicroPython bytecode", "MicroPython viper", "peer on CPython")
    for heading in (*runs, "ratio", *more):
        table.add_column(heading, justify="right")
    return table


def show_checks(console: Console, times: Times) -> None:
    """Print the acceptance, a line a figure."""
    for check in checks(times):
        style = "green" if check.good else "red"
        console.print("PASS" if check.good else "MISS", style=style, end=" ")
        console.print(check.text, highlight=False, soft_wrap=True)
