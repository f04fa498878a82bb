# SPDX-License-Identifier: MIT
"""Measures the heap of the firmware image on the bench, for `make size`.

The unix port keeps the image in its heap, where a board has it in flash; every figure here is
without it. A bench byte stands for about two thirds of one on an ESP32 (feasibility.md section 2).
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from posctl import image
from posctl.bench.command import Boot, command
from posctl.bench.errors import PowerGone
from posctl.bench.link import Link
from posctl.bench.player import Player
from posctl.bench.run import Ending, conclude
from posctl.demo.cashier import Cashier, Swipe
from posctl.demo.programs import AcquirerServer, posctl
from posctl.errors import ToolError

_STEP_BYTES = 1024
_AMPLE_BYTES = 512 * 1024  # beside the image
_AMOUNT_MINOR = 12850
_SWIPE = Swipe("forward, 20 ips")
# The second sale's answer cannot be trusted: the keys are fetched anew in the middle of that sale.
_FAULT = '{"type":"sale","nth":2,"fault":"bad_mac"}\n'

Flow = Callable[[Cashier, dict], None]


class Heap(NamedTuple):
    """What the bench terminal needs, in bytes beside the image."""

    idle_live: int  # alive on the idle screen after a whole day, signed on
    sale_live: int  # most alive on any screen up to the end of a sale
    day_live: int  # the same over sale, void, a sale in doubt and its reversal, settlement
    smallest: int  # the smallest heap in which that day passes
    names: int  # interned by the end of that day: a count, not bytes


def _sale(cashier: Cashier, card: dict, wanted: str = "outcome.approved") -> None:
    outcome = cashier.sale(_AMOUNT_MINOR, card, _SWIPE)
    if outcome != wanted:
        raise ToolError(f"the sale of the size report ended on {outcome}, not {wanted}")


def _day(cashier: Cashier, card: dict) -> None:
    """Every flow there is, so that `peak of any flow` means any."""
    _sale(cashier, card)
    cashier.void_last(card, _SWIPE)
    _sale(cashier, card, "outcome.unknown")
    _sale(cashier, card)
    _functions(cashier, card)
    cashier.settle()


def _functions(cashier: Cashier, card: dict) -> None:
    """The functions that are neither a sale nor its void; ToolError when one is not approved."""
    password, pin = [*"123456", "ENTER"], [*card["pin"], "ENTER"]
    swipes = {"card.swipe": ["swipe"], "pin.enter": pin, "role.password": password}
    amount = {"sale.amount": [*"1000", "ENTER"]}
    typed = {"card.number": [*card["pan"], "ENTER"], "card.expiry": [*"1230", "ENTER"]}
    typed.update({"offline.code": [*"445566", "ENTER"], "offline.confirm": ["ENTER"]})
    tip = {"adjust.voucher": ["ENTER"], "adjust.confirm": ["ENTER"]}
    for named, answers in (
        ("F6", {**swipes, **amount, "refund.original": ["ENTER"]}),
        ("F5", swipes),
        ("F7", {**swipes, **amount}),
        ("离线结算", {**typed, **amount, **swipes}),
        ("F1", {**swipes, **amount}),
        ("小费调整", {**tip, **amount, **swipes}),
    ):
        outcome = cashier.function(named, answers, card)
        if outcome != "outcome.approved":
            raise ToolError(f"{named} of the size report ended on {outcome}")


def _live(heap_bytes: int, flow: Flow, prefix: str = "espos-size-") -> Ending:
    """Run a flow on a new terminal and return how it ended; ToolError if it fails."""
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        folder = Path(name)
        state, database, faults = folder / "state", folder / "acquirer.db", folder / "faults"
        faults.write_text(_FAULT, "utf-8")
        posctl("terminal", "init", "--state", str(state), "--db", str(database))
        cards = posctl("acquirer", "cards", "--db", str(database))["cards"]
        with AcquirerServer(database, faults, folder / "log") as acquirer:
            built = image.default_path("bench")
            boot = Boot(state, acquirer.address, image=built, heap_bytes=heap_bytes, names=True)
            return _played(boot, flow, cards[0])


def _played(boot: Boot, flow: Flow, card: dict) -> Ending:
    with Link(command(boot), lambda event: None) as link:
        try:
            cashier = Cashier(Player(link))
            cashier.ready()
            flow(cashier, card)
        except PowerGone:
            pass  # conclude says how it died
        ending = conclude(link)
    if ending.error or not (ending.heap_peak and ending.names):
        raise ToolError(f"size report: {ending.error or 'the terminal gave no heap figure'}")
    return ending


def _passes(heap_bytes: int, flow: Flow) -> bool:
    try:
        _live(heap_bytes, flow)
        return True
    except ToolError:
        return False


def _smallest(fails: int, passes: int, flow: Flow) -> int:
    """Return the smallest heap with which the flow passes, to the kilobyte, by bisection."""
    while passes - fails > _STEP_BYTES:
        middle = (fails + passes) // 2
        if _passes(middle, flow):
            passes = middle
        else:
            fails = middle
    return passes


def measure() -> Heap:
    """Run the bench terminal as often as it takes; ToolError when it fails with ample heap."""
    own = image.build("bench").size
    ample = own + _AMPLE_BYTES
    sale = _least(ample, _sale)
    day = _least(ample, _day)
    smallest = _smallest(day.heap_peak, ample, _day)
    return Heap(
        day.heap_idle - own, sale.heap_peak - own, day.heap_peak - own, smallest - own, day.names
    )


def _least(heap_bytes: int, flow: Flow) -> Ending:
    """Return the run with the least alive at idle, of three that differ in the length of a path.

    The collector takes any word on the C stack for a pointer. A stale one keeps some 3 KB of dead
    objects, or not, as the length of an argument shifts the addresses: no part of what is alive.
    """
    runs = [_live(heap_bytes, flow, "s" * length) for length in (1, 3, 12)]
    return min(runs, key=lambda ending: ending.heap_idle)
