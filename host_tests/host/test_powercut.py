# SPDX-License-Identifier: MIT
"""Power cut at every flash operation: terminal, acquirer and paper agree after recovery.

Each scenario is run once to count its flash operations, then once more for every operation and
kind of cut. After each cut the terminal boots, recovers by itself and is compared; then it sells
and settles once more, so that a store that only looks healthy is found out. `make test-full` adds
a second cut at every operation of the recovery.
"""

import os

import pytest

from fakes.board import Sale, Settle, Void
from fakes.flash import KINDS
from fakes.lab import Lab

_PIN = "123456"
_FULL = os.environ.get("ESPOS_FULL") == "1"


def sale(lab):
    return [Sale(12850, lab.card("rich"), _PIN)]


def declined(lab):
    return [Sale(500000, lab.card("poor"), _PIN)]


def void(lab):
    return [Sale(700, lab.card("rich"), _PIN), Void(0, lab.card("rich"), _PIN)]


def settlement(lab):
    return [Sale(12850, lab.card("rich"), _PIN), Sale(990, lab.card("foreign"), _PIN), Settle()]


SCENARIOS = {"sale": sale, "declined": declined, "void": void, "settlement": settlement}


def agree(lab: Lab, where: str) -> None:
    """Recovery alone must bring agreement; trading on must keep it."""
    lab.run([])
    assert lab.disagreements() == [], where
    assert not lab.ledger().book.pending, where
    lab.run([Sale(100, lab.card("rich"), _PIN), Settle()])
    assert lab.disagreements() == [], where + ", traded on"


@pytest.mark.parametrize("name", SCENARIOS)
def test_cut_at_every_operation(name: str) -> None:
    scenario = SCENARIOS[name]
    lab = Lab()
    operations = lab.run(scenario(lab))
    assert lab.disagreements() == []
    cuts = 0
    for kind in KINDS:
        for cut_at in range(1, operations + 1):
            lab = Lab()
            lab.run(scenario(lab), cut_at, kind)
            assert lab.nor.dead, "the run is not the same as the one counted"
            agree(lab, "%s, %s cut at operation %d" % (name, kind, cut_at))
            cuts += 1
    print(
        "power cuts in %s: %d operations x %d kinds = %d, all agree"
        % (name, operations, len(KINDS), cuts)
    )


@pytest.mark.skipif(not _FULL, reason="second cuts: make test-full")
@pytest.mark.parametrize("name", SCENARIOS)
def test_second_cut_in_recovery(name: str) -> None:
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
            agree(lab, "%s, torn cut at %d and again at %d" % (name, cut_at, second))
            cuts += 1
    print("second power cuts in %s: %d, all agree" % (name, cuts))
