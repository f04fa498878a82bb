# SPDX-License-Identifier: MIT
"""Power cut at every flash operation: terminal, acquirer and paper agree after recovery.

Each scenario is run once to count its flash operations, then once more for every operation and
kind of cut. After each cut the terminal boots, recovers by itself and is compared; then it sells
and settles once more, so that a store that only looks healthy is found out. `make test-full` adds
cuts where the journal enters a sector, and a second cut at every operation of the recovery.
"""

import os

import pytest

from fakes import functions
from fakes.board import Sale, Settle, Void
from fakes.flash import KINDS
from fakes.lab import Lab

FULL = os.environ.get("ESPOS_FULL") == "1"
_PIN = "123456"
_SALES_A_SECTOR = 9  # then the settlement scenario enters the second sector of the journal


def sale(lab):
    return [Sale(12850, lab.card("rich"), _PIN)]


def declined(lab):
    return [Sale(500000, lab.card("poor"), _PIN)]


def void(lab):
    return [Sale(700, lab.card("rich"), _PIN), Void(0, lab.card("rich"), _PIN)]


def settlement(lab):
    return [Sale(12850, lab.card("rich"), _PIN), Sale(990, lab.card("foreign"), _PIN), Settle()]


def refund(lab):
    return [functions.refund("2", 300, lab.card("rich"))]


def completion(lab):
    (code,) = [row["auth"] for row in lab.host_deals().values() if row["type"] == "preauth"]
    card = lab.card("rich")
    done = functions.about("completion", code, 900, card, _PIN)
    return [done, functions.completion_void(card, 0, _PIN)]


def preauth_void(lab):
    (code,) = [row["auth"] for row in lab.host_deals().values() if row["type"] == "preauth"]
    return [functions.about("preauthvoid", code, 0, lab.card("rich"), _PIN)]


def advice(lab):
    (code,) = [row["auth"] for row in lab.host_deals().values() if row["type"] == "preauth"]
    return [functions.about("advice", code, 1100, lab.card("rich"))]


def offline(lab):
    pan = lab.acquirer.cards()[0]["pan"]
    return [functions.offline(pan, 400), Sale(100, lab.card("rich"), _PIN)]


def others(lab):
    rich, debit = lab.card("rich"), lab.card("debit")
    return [
        functions.balance(rich, _PIN),
        functions.transfer(rich, debit, 70, _PIN),
        functions.adjust("tip", 20, 2),
    ]


SCENARIOS = {"sale": sale, "declined": declined, "void": void, "settlement": settlement}
LATER = {
    "refund": refund,
    "completion and its void": completion,
    "pre-authorisation void": preauth_void,
    "completion advice": advice,
    "offline sale": offline,
    "balance, transfer, tip": others,
}
_QUICK = ("clean", "garbage")


def agree(lab: Lab, where: str) -> None:
    """Recovery alone must bring agreement; trading on must keep it."""
    lab.run([])
    assert lab.disagreements() == [], where
    assert not lab.ledger().book.pending, where
    lab.run([Sale(100, lab.card("rich"), _PIN), Settle()])
    assert lab.disagreements() == [], where + ", traded on"


def with_a_sale_and_a_hold() -> Lab:
    lab = Lab()
    card = lab.card("rich")
    lab.run([Sale(700, card, _PIN), functions.preauth(1000, card, _PIN)])
    return lab


def cut_everywhere(name: str, new_lab, scenario, record_property, kinds=KINDS) -> None:
    """Cut the scenario at each operation in each way; every cut begins with a new lab."""
    lab = new_lab()
    operations = lab.run(scenario(lab))
    assert lab.disagreements() == []
    for kind in kinds:
        for cut_at in range(1, operations + 1):
            lab = new_lab()
            lab.run(scenario(lab), cut_at, kind)
            assert lab.nor.dead, "the run is not the same as the one counted"
            agree(lab, f"{name}, {kind} cut at operation {cut_at}")
    cuts = f"{operations} operations x {len(kinds)} kinds = {operations * len(kinds)}"
    record_property("figures", f"power cuts in {name}: {cuts}, all agree")


@pytest.mark.parametrize("name", SCENARIOS)
def test_cut_at_every_operation(name: str, record_property) -> None:
    cut_everywhere(name, Lab, SCENARIOS[name], record_property)


@pytest.mark.parametrize("name", LATER)
def test_cut_behind_a_sale_and_a_hold(name: str, record_property) -> None:
    kinds = KINDS if FULL else _QUICK
    cut_everywhere(name, with_a_sale_and_a_hold, LATER[name], record_property, kinds)


def with_a_sector_nearly_full() -> Lab:
    lab = Lab()
    lab.run([Sale(700, lab.card("rich"), _PIN)] * _SALES_A_SECTOR)
    return lab


@pytest.mark.slow
def test_cut_where_the_journal_enters_a_sector(record_property) -> None:
    lab = with_a_sector_nearly_full()
    lab.run(settlement(lab))
    assert lab.nor.erases == 1
    name = f"settlement behind {_SALES_A_SECTOR} sales"
    cut_everywhere(name, with_a_sector_nearly_full, settlement, record_property)


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_second_cut_in_recovery(name: str, record_property) -> None:
    scenario = SCENARIOS[name]
    lab = Lab()
    operations = lab.run(scenario(lab))
    cuts = 0
    for cut_at in range(1, operations + 1):
        for second in range(1, 200):
            lab = Lab()
            lab.run(scenario(lab), cut_at, "torn")
            lab.run([], second, "torn")
            if not lab.nor.dead:
                break
            agree(lab, f"{name}, torn cut at {cut_at} and again at {second}")
            cuts += 1
    record_property("figures", f"second power cuts in {name}: {cuts}, all agree")
