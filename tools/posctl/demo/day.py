# SPDX-License-Identifier: MIT
"""A business day at a small shop, with everything that can happen to it before lunch.

Each power-on of the terminal is one `_Shift`. The acquirer is told beforehand to lose one answer;
the power cut falls between the acquirer's booking and the terminal's: the worst moment there is.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from posctl.bench.command import HEAP_BYTES, Boot, command
from posctl.bench.errors import EXIT_CUT, PowerGone
from posctl.bench.link import Link, Sink
from posctl.bench.player import Player
from posctl.bench.run import Ending, conclude
from posctl.demo.cashier import Cashier, Swipe
from posctl.errors import ToolError

FORWARD = Swipe("forward, 20 ips")
REVERSED = Swipe("reversed, 15 ips", ips=15, reverse=True, seed=2)
FAST = Swipe("fast, 50 ips", ips=50, seed=3)
JITTERY = Swipe("jittery, 15 %", ips=12, jitter=0.15, seed=4)

_LOST_ANSWER = 6  # which sale's answer the acquirer loses
_INTENT_OPS = 2  # a record of the journal: its bytes, then the counter
FAULTS = ({"mti": "0200", "type": "sale", "nth": _LOST_ANSWER, "fault": "drop_after"},)
SETTINGS = {"answer_timeout_s": 3, "connect_timeout_s": 3}


def write_faults(path: Path) -> None:
    """Write the acquirer's faults file."""
    path.write_text("".join(json.dumps(fault) + "\n" for fault in FAULTS), "utf-8")


@dataclass
class Day:
    """Who takes part, and where what happens is told."""

    state: Path
    acquirer: str
    image: Path
    cards: dict  # kind -> card
    sink: Sink
    tell: Callable[[str], None]

    def run(self) -> None:
        """Live through the day; ToolError when it goes another way than it should."""
        self._morning()
        ops = self._lunch()
        self._cut(ops + _INTENT_OPS + 1)
        self._evening()

    def _morning(self) -> None:
        with self._shift("morning: power on, sign-on") as cashier:
            self._sale(cashier, 12850, "rich", FORWARD)
            self._sale(cashier, 3200, "debit", REVERSED)
            self._sale(cashier, 999, "rich", FAST)
            self._sale(cashier, 45000, "no-track-3", JITTERY)
            self._sale(cashier, 8800, "poor", FORWARD, "outcome.declined")
            self.tell("the acquirer will lose the next answer")
            self._sale(cashier, 6600, "rich", FORWARD, "outcome.unknown")

    def _lunch(self) -> int:
        endings: list = []
        with self._shift("lunch: off and on again", endings=endings):
            pass
        return endings[0].flash_ops

    def _cut(self, op: int) -> None:
        endings: list = []
        title = f"a sale, and power is cut at flash operation {op}"
        with self._shift(title, cut_at=op, endings=endings) as cashier:
            self._sale(cashier, 7700, "rich", FORWARD)
        if endings[0].exit != EXIT_CUT:
            raise ToolError("the power cut did not happen where it was meant to")
        self.tell("power is gone")

    def _evening(self) -> None:
        with self._shift("power is back: recovery, sign-on") as cashier:
            self._sale(cashier, 7700, "rich", FORWARD)
            self._sale(cashier, 2500, "foreign", FORWARD)
            self.tell("void of the last sale")
            self._met(cashier.void_last(self.cards["foreign"], REVERSED), "outcome.approved")
            self.tell("settlement, with the transaction list")
            cashier.settle()

    def _sale(
        self,
        cashier: Cashier,
        amount_minor: int,
        kind: str,
        swipe: Swipe,
        outcome: str = "outcome.approved",
    ) -> None:
        card = self.cards[kind]
        amount = f"{amount_minor // 100}.{amount_minor % 100:02d}"
        self.tell(f"sale {amount}, card {card['pan'][:6]}...{card['pan'][-4:]}, {swipe.words}")
        self._met(cashier.sale(amount_minor, card, swipe), outcome)

    def _met(self, screen: str, wanted: str) -> None:
        if screen != wanted:
            raise ToolError(f"the sale ended with {screen}, not with {wanted}")

    @contextmanager
    def _shift(
        self, title: str, cut_at: int = 0, endings: list | None = None
    ) -> Iterator[Cashier]:
        """Power the terminal on, hand it to the cashier, let it end; PowerGone ends it early."""
        self.tell(title)
        with Link(command(self._boot(cut_at)), self.sink) as link:
            cashier = Cashier(Player(link))
            try:
                cashier.ready()
                yield cashier
            except PowerGone:
                pass  # the ending says how
            ending = conclude(link)
        self._check(ending, bool(cut_at))
        if endings is not None:
            endings.append(ending)

    def _boot(self, cut_at: int) -> Boot:
        heap = HEAP_BYTES + self.image.stat().st_size
        return Boot(self.state, self.acquirer, "micropython", self.image, heap, cut_at)

    def _check(self, ending: Ending, may_be_cut: bool) -> None:
        if ending.exit and not (may_be_cut and ending.exit == EXIT_CUT):
            raise ToolError(ending.error or f"the run ended with {ending.exit}")


def by_kind(cards: list) -> dict:
    """Return the first test card of each kind."""
    return {card["kind"]: card for card in reversed(cards)}
