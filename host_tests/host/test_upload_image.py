# SPDX-License-Identifier: MIT
"""The firmware image and an acquirer whose books differ: a reversal that never gets through.

MicroPython, bytecode, the heap of the budget. The settlement does not balance, the upload shows
exactly the one sale that the terminal lists as unresolved, and the paper has the host's totals.
"""

import os
from pathlib import Path

import pytest

from posctl import image
from posctl.bench.command import HEAP_BYTES, Boot, command
from posctl.bench.link import Link
from posctl.bench.player import Player
from posctl.bench.run import conclude
from posctl.bench.sinks import SlipFolder
from posctl.demo.cashier import Cashier, Swipe
from posctl.demo.programs import AcquirerServer, posctl

_SWIPE = Swipe("forward")
_FAULTS = (
    '{"type":"sale","nth":2,"fault":"drop_after"}\n{"type":"reversal","fault":"drop_before"}\n'
)
_SETTINGS = ("answer_timeout_s=1", "tear_timeout_s=1", "slip_copies=1", "print_detail=never")
_SALES = (5000, 700, 120)


class Shop:
    """A terminal, its acquirer and its paper in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state, self.database = folder / "state", folder / "acquirer.db"
        (folder / "faults").write_text(_FAULTS, "utf-8")
        settings = [word for setting in _SETTINGS for word in ("--set", setting)]
        made = ("--state", str(self.state), "--db", str(self.database), *settings)
        self.terminal = posctl("terminal", "init", *made)["terminal"]

    def day(self) -> None:
        """Sales, the second of which nobody hears of again, and the settlement."""
        card = posctl("acquirer", "cards", "--db", str(self.database))["cards"][0]
        with AcquirerServer(self.database, self.folder / "faults", self.folder / "log") as server:
            path = image.build("bench").path
            heap = int(os.environ.get("ESPOS_HEAP", HEAP_BYTES)) + path.stat().st_size
            boot = Boot(self.state, server.address, image=path, heap_bytes=heap)
            with Link(command(boot), SlipFolder(self.folder / "slips")) as link:
                cashier = Cashier(Player(link))
                cashier.ready()
                outcomes = [cashier.sale(amount, card, _SWIPE) for amount in _SALES]
                settle(cashier)
                ending = conclude(link)
        assert ending.exit == 0, ending.error
        assert [outcome.split(".")[1] for outcome in outcomes] == [
            "approved",
            "unknown",
            "approved",
        ]

    def batch(self) -> dict:
        """Return the first batch as the acquirer has it."""
        booked = posctl("acquirer", "ledger", "--db", str(self.database))
        return booked["terminals"][self.terminal]["batches"]["000001"]

    def paper(self) -> str:
        """Return all slips as text."""
        files = sorted((self.folder / "slips").glob("*.txt"))
        return "\n".join(file.read_text("utf-8") for file in files)


def settle(cashier: Cashier) -> None:
    """Settle without the transaction list."""
    cashier._at("idle")
    cashier._player.press("F3")
    for screen in ("settle.confirm", "settle.sure", "settle.done"):
        cashier._at(screen)
        cashier._player.press("ENTER")
    cashier._at("idle")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    made = Shop(tmp_path_factory.mktemp("shop"))
    made.day()
    return made


def test_the_upload_shows_exactly_the_unresolved_sale(shop: Shop) -> None:
    ledger = posctl("ledger", "show", "--state", str(shop.state))
    (lost,) = ledger["unresolved"]
    assert lost["amount_minor"] == _SALES[1]
    batch = shop.batch()
    assert batch["result"] == "unbalanced"
    assert (batch["upload"]["records"], batch["upload"]["end"]) == (2, "202")
    assert batch["reconciliation"] == [
        {
            "stan": lost["stan"],
            "what": "only at host",
            "terminal_minor": None,
            "host_minor": _SALES[1],
        }
    ]


def test_the_next_batch_is_open(shop: Shop) -> None:
    ledger = posctl("ledger", "show", "--state", str(shop.state))
    states = {batch["batch"]: batch["state"] for batch in ledger["batches"]}
    assert states == {"000001": "closed", "000002": "open"}
    assert ledger["chain"] == "ok"


def test_the_paper_has_both_totals(shop: Shop) -> None:
    paper = shop.paper()
    assert "内卡: 对账不平" in paper
    for words in ("借记合计           2       51.20", "主机借记           3       58.20"):
        assert words in paper
    assert "已上送明细 2 笔" in paper


def test_no_clear_pan_stays_anywhere(shop: Shop) -> None:
    card = posctl("acquirer", "cards", "--db", str(shop.database))["cards"][0]
    for path in [*shop.state.rglob("*"), shop.folder / "log"]:
        if path.is_file():
            raw = path.read_bytes()
            assert card["pan"].encode() not in raw, path
            assert bytes.fromhex(card["pan"]) not in raw, path
