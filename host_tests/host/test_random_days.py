# SPDX-License-Identifier: MIT
"""Random days: sales, voids, settlements, reboots, power cuts and every fault of the fault
language.

After each day the terminal is left alone with a healthy acquirer. Then terminal, acquirer and
paper agree, or differ exactly by what the terminal lists as unresolved. The seed of a failing day
is in the test's id and replays it. 60 days here, 2,000 with ESPOS_FULL=1.
"""

import json
import os
import random

import pytest

from acquirer_sim import faults
from fakes.board import Press, Sale, Settle, Void
from fakes.flash import KINDS
from fakes.lab import Lab

_DAYS = 2000 if os.environ.get("ESPOS_FULL") == "1" else 60
_CARDS = ("rich", "debit", "poor", "foreign", "lost", "no-track-3")
_FAULTS = [name for name in faults.NAMES if name != "delay"]  # time does not pass in process
_TYPES = (
    "sale",
    "void",
    "reversal",
    "settlement",
    "batch_upload",
    "batch_end",
    "signon",
    "*",
)
_CODES = ("05", "51", "55", "77", "94", "96", "99", "A0")


def _rules(rng: random.Random) -> faults.Faults:
    """Return a schedule of faults; each hits one occurrence."""
    lines = []
    for _ in range(rng.randint(0, 6)):
        rule = {"fault": rng.choice(_FAULTS), "type": rng.choice(_TYPES), "nth": rng.randint(1, 4)}
        if rule["fault"] in ("truncate", "flip"):
            rule["at"] = rng.randint(0, 150)
        if rule["fault"] == "decline":
            rule["code"] = rng.choice(_CODES)
        if rule["fault"] == "result":
            rule["type"], rule["code"] = "settlement", rng.choice(("12", "21", "22", "33", "13"))
        if rng.random() < 0.2:
            del rule["nth"]  # every time, so that tries run out
        lines.append(json.dumps(rule))
    return faults.parse("\n".join(lines))


def _actions(rng: random.Random, lab: Lab) -> list:
    """Return what the cashier does between two power-ons."""
    actions = []
    for _ in range(rng.randint(1, 5)):
        flux = lab.card(rng.choice(_CARDS))
        pin = rng.choice(("123456", "123456", "000000"))
        what = rng.random()
        if what < 0.4:
            actions.append(Sale(rng.randint(1, 200000), flux, pin))
        elif what < 0.7:
            actions += [Sale(rng.randint(1, 90000), flux, "123456"), Void(0, flux, pin)]
        elif what < 0.8:
            actions.append(Void(rng.randint(0, 12), flux, pin))
        elif what < 0.95:
            actions.append(Settle(rng.random() < 0.5))
        else:
            actions.append(Press("F4"))
    return actions


def _live(rng: random.Random, lab: Lab) -> None:
    for _ in range(rng.randint(1, 4)):
        lab.linked = rng.random() < 0.9
        cut_at = rng.randint(1, 60) if rng.random() < 0.5 else 0
        lab.run(_actions(rng, lab), cut_at, rng.choice(KINDS))
    lab.linked = True
    lab.acquirer.faults = faults.Faults()


@pytest.mark.parametrize("seed", range(_DAYS))
def test_day(seed: int) -> None:
    rng = random.Random(seed)
    lab = Lab(_rules(rng))
    _live(rng, lab)
    lab.run([])
    lab.run([Settle()])
    assert not lab.ledger().book.pending  # a healthy acquirer answers every reversal
    assert lab.disagreements() == []
