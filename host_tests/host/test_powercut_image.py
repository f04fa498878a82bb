# SPDX-License-Identifier: MIT
"""Power cuts of the firmware image itself, under MicroPython with the capped heap: a sample.

The exhaustive run is test_powercut.py, in process. Here a sale and a settlement are cut at
flash operations spread over it, clean and torn; the terminal boots again, and terminal ledger,
acquirer ledger and paper are compared by the demo's reconciliation. ESPOS_FULL=1 cuts at every
one.
"""

import os
from pathlib import Path

import pytest

from posctl import image
from posctl.bench.command import HEAP_BYTES, Boot, command
from posctl.bench.errors import PowerGone
from posctl.bench.link import Link
from posctl.bench.player import Player
from posctl.bench.run import Ending, conclude
from posctl.bench.sinks import SlipFolder
from posctl.demo.cashier import Cashier, Swipe
from posctl.demo.paper import read_paper
from posctl.demo.programs import AcquirerServer, posctl
from posctl.demo.reconcile import reconcile

_FULL = os.environ.get("ESPOS_FULL") == "1"
_SAMPLE = 5  # cuts of each kind in the quick run
_SWIPE = Swipe("forward")


class Shop:
    """A terminal, its acquirer and its paper in one folder."""

    def __init__(self, folder: Path, acquirer: AcquirerServer, database: Path) -> None:
        self.folder = folder
        self.database = database
        self.acquirer = acquirer.address
        self.state = folder / "state"
        settings = ["--set", "answer_timeout_s=3", "--set", "tear_timeout_s=1"]
        made = ["--state", str(self.state), "--db", str(database), *settings]
        self.terminal = posctl("terminal", "init", *made)["terminal"]

    def power_on(self, work: object, cut_at: int = 0, torn: bool = False) -> Ending:
        """Run the terminal until its work is done or its power is gone."""
        path = image.build("bench").path
        heap = HEAP_BYTES + path.stat().st_size
        boot = Boot(
            self.state, self.acquirer, image=path, heap_bytes=heap, cut_at=cut_at, torn=torn
        )
        with Link(command(boot), SlipFolder(self.folder / "slips")) as link:
            try:
                cashier = Cashier(Player(link))
                cashier.ready()
                work(cashier)
            except PowerGone:
                pass  # the cut that was asked for: conclude says which
            return conclude(link)

    def problems(self) -> list[str]:
        """Return what the three do not agree on."""
        ledger = posctl("ledger", "show", "--state", str(self.state))
        booked = posctl("acquirer", "ledger", "--db", str(self.database))
        report = reconcile(ledger, booked, read_paper(self.folder / "slips"))
        return report.problems + [f"pending {deal['stan']}" for deal in ledger["pending"]]


def _day(card: dict) -> object:
    def work(cashier: Cashier) -> None:
        cashier.sale(12850, card, _SWIPE)
        cashier.settle()

    return work


def _cuts(operations: int) -> list[int]:
    if _FULL:
        return list(range(1, operations + 1))
    return sorted({1 + number * (operations - 1) // (_SAMPLE - 1) for number in range(_SAMPLE)})


@pytest.mark.parametrize("torn", [False, True], ids=["clean", "torn"])
def test_sample_of_cuts(tmp_path: Path, torn: bool) -> None:
    database, faults = tmp_path / "acquirer.db", tmp_path / "faults"
    faults.touch()
    posctl("terminal", "init", "--state", str(tmp_path / "unused"), "--db", str(database))
    card = posctl("acquirer", "cards", "--db", str(database))["cards"][0]
    with AcquirerServer(database, faults, tmp_path / "log") as acquirer:
        counted = Shop(tmp_path / "counted", acquirer, database).power_on(_day(card))
        assert counted.exit == 0 and counted.flash_ops > 20
        cuts = _cuts(counted.flash_ops)
        for cut_at in cuts:
            shop = Shop(tmp_path / f"cut{cut_at}", acquirer, database)
            ending = shop.power_on(_day(card), cut_at, torn)
            assert (ending.exit, ending.flash_ops) == (99, cut_at)
            assert shop.power_on(lambda cashier: None).exit == 0
            assert shop.problems() == [], f"cut at operation {cut_at}"
    print(f"power cuts of the image: {len(cuts)} of {counted.flash_ops} operations, all agree")
