# SPDX-License-Identifier: MIT
"""Every function of the menu on the firmware image, bytecode in the budget's heap, in one day.

The cashier works by screens; terminal and acquirer then list the same transactions, and the
settlement balances.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from posctl import image
from posctl.bench.command import HEAP_BYTES, Boot, command
from posctl.bench.errors import PowerGone
from posctl.bench.link import Link
from posctl.bench.player import Player
from posctl.bench.run import conclude
from posctl.demo.cashier import Cashier
from posctl.demo.programs import AcquirerServer, posctl

_PASSWORD = [*"123456", "ENTER"]


class _Shop:
    """A bench terminal with its acquirer, in one folder."""

    def __init__(self, folder: Path, rules: list = ()) -> None:
        self.state, self.database = folder / "state", folder / "a.db"
        places = ["--state", str(self.state), "--db", str(self.database)]
        posctl("terminal", "init", *places, "--set", "answer_timeout_s=2")
        self.cards = posctl("acquirer", "cards", "--db", str(self.database))["cards"]
        self.log, self.faults = folder / "log", folder / "faults"
        self.faults.write_text("".join(json.dumps(rule) + "\n" for rule in rules), "utf-8")

    @contextmanager
    def open(self) -> Iterator[Cashier]:
        """Power on, hand out the cashier, and see that the terminal ended well."""
        built = image.build("bench")
        with AcquirerServer(self.database, self.faults, self.log) as acquirer:
            heap = HEAP_BYTES + built.size
            boot = Boot(self.state, acquirer.address, image=built.path, heap_bytes=heap)
            with Link(command(boot), lambda event: None) as link:
                try:
                    cashier = Cashier(Player(link))
                    cashier.ready()
                    yield cashier
                except PowerGone:
                    pass  # conclude says how it died
                ending = conclude(link)
        assert ending.error is None, "\n".join(ending.noise)

    def booked(self) -> list:
        """Return the acquirer's transactions."""
        (one,) = posctl("acquirer", "ledger", "--db", str(self.database))["terminals"].values()
        return one["transactions"]

    def listed(self) -> list:
        """Return the terminal's."""
        ledger = posctl("ledger", "show", "--state", str(self.state))
        assert (ledger["pending"], ledger["unresolved"], ledger["chain"]) == ([], [], "ok")
        return [row for batch in ledger["batches"] for row in batch["transactions"]]


def _answers(card: dict, amount_minor: int, **more: list) -> dict:
    return {
        "role.password": _PASSWORD,
        "card.swipe": ["swipe"],
        "pin.enter": [*card["pin"], "ENTER"],
        "sale.amount": [*str(amount_minor), "ENTER"],
        **{screen.replace("_", "."): keys for screen, keys in more.items()},
    }


def _morning(cashier: Cashier, card: dict, other: dict) -> None:
    """What needs no number of an earlier slip."""
    code, sure = {"offline_code": [*"445566", "ENTER"]}, {"offline_confirm": ["ENTER"]}
    number = {"card_number": [*card["pan"], "ENTER"], "card_expiry": [*"1230", "ENTER"]}
    again = {"adjust_voucher": ["ENTER"], "adjust_confirm": ["ENTER"]}
    both = {"transfer_confirm": ["ENTER"], "transfer_sure": ["ENTER"], "transfer_card": [other]}
    for named, answers in (
        ("F5", _answers(card, 0)),
        ("F1", _answers(card, 5000)),
        ("小费调整", _answers(card, 250, **again)),
        ("F1", _answers(card, 6000)),
        ("F6", _answers(card, 1000, refund_original=["ENTER"])),
        ("离线结算", _answers(card, 700, **number, **code, **sure)),
        ("F1", _answers(card, 800)),
        ("F2", _answers(card, 0, void_voucher=["ENTER"])),
        ("转账", _answers(card, 300, **both)),
        ("F7", _answers(card, 9000)),
        ("F7", _answers(card, 9100)),
    ):
        assert cashier.function(named, answers, card) == "outcome.approved", named
    same = {**both, "transfer_card": [card]}  # refused before anything is sent
    assert cashier.function("转账", _answers(card, 300, **same), card) == "error"


def _afternoon(cashier: Cashier, card: dict, first: str, second: str) -> None:
    """What names a pre-authorisation, and its voids."""
    one, two = {"preauth_code": [*first, "ENTER"]}, {"preauth_code": [*second, "ENTER"]}
    last = {"void_voucher": ["ENTER"]}
    for named, answers in (
        ("追加预授权", _answers(card, 500, **one)),
        ("预授权完成(请求)", _answers(card, 9500, **one)),
        ("预授权完成撤销", _answers(card, 0, **last)),
        ("预授权完成(通知)", _answers(card, 8000, **one)),
        ("预授权撤销", _answers(card, 0, **two)),
    ):
        assert cashier.function(named, answers, card) == "outcome.approved", named


def test_every_function(tmp_path: Path) -> None:
    shop = _Shop(tmp_path)
    card = shop.cards[0]
    with shop.open() as cashier:
        _morning(cashier, card, shop.cards[1])
    codes = [row["auth"] for row in shop.booked() if row["type"] == "preauth"]
    with shop.open() as cashier:
        _afternoon(cashier, card, *codes)
        cashier.settle()
    _agree(shop)


def _doubtful(cashier: Cashier, card: dict) -> None:
    """What is repeated ends well, and what is reversed is gone; each brings a new sign-on."""
    code, sure = {"offline_code": [*"445566", "ENTER"]}, {"offline_confirm": ["ENTER"]}
    number = {"card_number": [*card["pan"], "ENTER"], "card_expiry": [*"1230", "ENTER"]}
    again = {"adjust_voucher": ["ENTER"], "adjust_confirm": ["ENTER"]}
    for named, answers, outcome in (
        ("F5", _answers(card, 0), "error"),
        ("F1", _answers(card, 5000), "outcome.unknown"),
        ("F1", _answers(card, 5100), "outcome.approved"),
        ("小费调整", _answers(card, 250, **again), "outcome.approved"),
        ("F1", _answers(card, 6000), "outcome.approved"),
        ("F6", _answers(card, 1000, refund_original=["ENTER"]), "outcome.approved"),
        ("离线结算", _answers(card, 700, **number, **code, **sure), "outcome.approved"),
        ("F7", _answers(card, 9000), "outcome.unknown"),
        ("F1", _answers(card, 800), "outcome.approved"),
        ("F2", _answers(card, 0, void_voucher=["ENTER"]), "outcome.unknown"),
        ("F7", _answers(card, 9100), "outcome.approved"),
    ):
        assert cashier.function(named, answers, card) == outcome, named


def test_answers_nobody_can_trust(tmp_path: Path) -> None:
    kinds = ("balance", "sale", "adjust", "refund", "preauth", "void", "completion", "reversal")
    rules = [{"type": kind, "nth": 1, "fault": "bad_mac"} for kind in kinds]
    rules.append({"type": "offline", "nth": 1, "fault": "drop_after"})
    shop = _Shop(tmp_path, rules)
    card = shop.cards[0]
    with shop.open() as cashier:
        _doubtful(cashier, card)
        (code,) = [row["auth"] for row in shop.booked() if _live(row, "preauth")]
        told = _answers(card, 9100, preauth_code=[*code, "ENTER"])
        assert cashier.function("预授权完成(通知)", told, card) == "outcome.approved"
        cashier.settle()
    _agree(shop)


def _live(row: dict, kind: str) -> bool:
    return row["type"] == kind and row["state"] == "approved"


def _agree(shop: _Shop) -> None:
    """Both list the same but for balances nobody got, and the settlement balanced."""
    assert _facts(shop.listed()) == _facts(shop.booked())
    (terminal,) = posctl("acquirer", "ledger", "--db", str(shop.database))["terminals"].values()
    assert [batch["result"] for batch in terminal["batches"].values()] == ["balanced"]


def _facts(rows: list) -> list:
    keys = ("batch", "stan", "type", "amount_minor", "pan", "state")
    answered = ("rrn", "response")  # what was reversed has none of the terminal's knowledge
    return sorted(
        tuple(row[key] for key in (keys if row["state"] == "reversed" else keys + answered))
        for row in rows
        if row["type"] != "balance"
    )
