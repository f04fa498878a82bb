# SPDX-License-Identifier: MIT
"""Power cut at every flash operation of a settlement that does not balance.

What the host has in the end is each detail once and the end of the upload, whatever was cut; what
differs from its books is what the terminal lists as unresolved, and nothing else. `make test-full`
cuts in all kinds, and a second time at every operation of the recovery.
"""

import os

import pytest

from acquirer_sim import faults
from fakes.board import PROFILE, Sale, Settle, Void
from fakes.flash import KINDS
from fakes.lab import Lab

_PIN = "123456"
_KINDS = KINDS if os.environ.get("ESPOS_FULL") == "1" else ("clean", "torn")
_LOST = (
    '{"type":"sale","nth":2,"fault":"drop_after"}',
    '{"type":"reversal","fault":"drop_before"}',
)


def forced() -> Lab:
    """Nine sales and a void in the journal, equal books, and a host that could not compare."""
    lab = Lab(faults.parse('{"fault":"result","code":"23"}'))
    sales = [Sale(100 + number, lab.card("rich"), _PIN) for number in range(8)]
    lab.run([*sales, Sale(990, lab.card("foreign"), _PIN), Void(2, lab.card("rich"), _PIN)])
    return lab


def lost() -> Lab:
    """One sale on both sides, and one whose answer and reversals all got lost."""
    lab = Lab(faults.parse("\n".join(_LOST)))
    lab.run([Sale(12850, lab.card("rich"), _PIN), Sale(700, lab.card("rich"), _PIN)])
    return lab


def books(lab: Lab) -> dict:
    """Return the first batch of the acquirer's ledger."""
    return lab.acquirer.ledger()["terminals"][PROFILE["terminal"]]["batches"]["000001"]


def check_forced(lab: Lab, where: str) -> None:
    """All is on both sides, once."""
    assert lab.disagreements() == [], where
    found = books(lab)
    assert (found["upload"]["records"], found["upload"]["end"]) == (10, "202"), where
    assert found["reconciliation"] == [] and found["result"] == "unbalanced", where


def check_lost(lab: Lab, where: str) -> None:
    """The host has one more, and the terminal knows it."""
    deals = lab.terminal_deals().values()
    unresolved = ["%06d" % deal.stan for deal in deals if deal.unresolved]
    found = books(lab)
    differs = [(entry["what"], entry["stan"]) for entry in found["reconciliation"]]
    assert differs == [("only at host", stan) for stan in unresolved] and len(differs) == 1, where
    assert found["upload"]["records"] == 1, where
    assert lab.settlements() >= {1}, where


SCENARIOS = {"not compared": (forced, check_forced), "one more at the host": (lost, check_lost)}


def settle(lab: Lab, check, where: str) -> None:
    """Recovery alone finishes what was begun; what was not begun is settled by key."""
    lab.run([])
    if books(lab)["result"] == "open":
        lab.run([Settle()])
    assert lab.ledger().batch == 2, where
    check(lab, where)


@pytest.mark.parametrize("name", SCENARIOS)
def test_cut_at_every_operation(name: str, record_property) -> None:
    new_lab, check = SCENARIOS[name]
    lab = new_lab()
    operations = lab.run([Settle()])
    check(lab, name)
    for kind in _KINDS:
        for cut_at in range(1, operations + 1):
            lab = new_lab()
            lab.run([Settle()], cut_at, kind)
            assert lab.nor.dead, "the run is not the same as the one counted"
            settle(lab, check, f"{name}, {kind} cut at operation {cut_at}")
    cuts = f"{operations} operations x {len(_KINDS)} kinds = {operations * len(_KINDS)}"
    record_property("figures", f"power cuts in a settlement, {name}: {cuts}, all agree")


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_second_cut_in_recovery(name: str, record_property) -> None:
    new_lab, check = SCENARIOS[name]
    operations = new_lab().run([Settle()])
    cuts = 0
    for cut_at in range(1, operations + 1):
        for second in range(1, 200):
            lab = new_lab()
            lab.run([Settle()], cut_at, "torn")
            lab.run([], second, "torn")
            if not lab.nor.dead:
                break
            settle(lab, check, f"{name}, torn cut at {cut_at} and again at {second}")
            cuts += 1
    record_property("figures", f"second cuts in a settlement, {name}: {cuts}, all agree")
