# SPDX-License-Identifier: MIT
"""Random days: every kind of transaction, settlements, reboots, power cuts and every fault of the
fault language.

When a day ends, terminal, acquirer and paper differ by nothing but what the terminal lists: what
is pending or unresolved, a slip that is due. Then it is left alone with a healthy acquirer, and
settles: now they agree. The seed of a failing day
is in the test's id and replays it: `pytest host_tests/host/test_random_days.py -k 'test_day[17]'`.
200 days here, 10,000 with ESPOS_FULL=1.
"""

import json
import os
import random

import pytest

from acquirer_sim import faults
from fakes import functions
from fakes.board import Press, Sale, Settle, Void
from fakes.flash import KINDS
from fakes.lab import Lab

_DAYS = 10000 if os.environ.get("ESPOS_FULL") == "1" else 200
_CARDS = ("rich", "debit", "poor", "foreign", "rich", "no-track-3", "partial", "approved-a2")
_TYPES = (
    "sale",
    "void",
    "refund",
    "preauth",
    "preauth_void",
    "completion",
    "completion_void",
    "balance",
    "transfer",
    "offline",
    "adjust",
    "reversal",
    "settlement",
    "batch_upload",
    "batch_end",
    "signon",
    "*",
)
_CODES = ("05", "51", "55", "77", "94", "96", "99", "A0")
_WRONG_PIN = 0.1
# "result" makes totals that agree look as if they did not: test_powercut_upload.py has that
_FAULTS = tuple(name for name in faults.NAMES if name != "result")


def _rules(rng: random.Random) -> faults.Faults:
    """Return a schedule of faults; most hit one occurrence."""
    lines = []
    for _ in range(rng.randint(0, 6)):
        rule = {"fault": rng.choice(_FAULTS), "type": rng.choice(_TYPES), "nth": rng.randint(1, 4)}
        if rule["fault"] in ("truncate", "flip"):
            rule["at"] = rng.randint(0, 150)
        if rule["fault"] == "decline":
            rule["code"] = rng.choice(_CODES)
        if rule["fault"] == "requirement":
            rule["code"] = rng.choice("0123456789")
        if rng.random() < 0.2:
            del rule["nth"]  # every time, so that tries run out
        lines.append(json.dumps(rule))
    return faults.parse("\n".join(lines))


class _Desk:
    """A cashier's choices; what is on the slips so far is known (codes, references)."""

    def __init__(self, rng: random.Random, lab: Lab) -> None:
        self._rng = rng
        self._lab = lab
        booked = lab.host_deals().values()
        self._codes = [row for row in booked if row["type"] == "preauth" and row["auth"]]
        self._references = [row["rrn"] for row in booked if row["type"] in ("sale", "completion")]
        self._cards = lab.acquirer.cards()

    def actions(self) -> list:
        """Return what the cashier does between two power-ons."""
        chosen = []
        for _ in range(self._rng.randint(1, 5)):
            chosen += self._rng.choice(_CHOICES)(self)
        return chosen

    def amount(self, most: int = 90000) -> int:
        return self._rng.randint(1, most)

    def card(self) -> tuple:
        return self._lab.card(self._rng.choice(_CARDS))

    def pin(self) -> str:
        return "000000" if self._rng.random() < _WRONG_PIN else "123456"

    def held_before(self) -> tuple:
        """Return code, date, amount and card of a pre-authorisation, mostly all of the same."""
        row = self._rng.choice(self._codes)
        ends = row["pan"][:6], row["pan"][-4:]
        kind = [c["kind"] for c in self._cards if (c["pan"][:6], c["pan"][-4:]) == ends][0]
        card = self._lab.card(kind) if self._rng.random() < 0.9 else self.card()
        code = row["auth"] if self._rng.random() < 0.9 else "123456"
        return code, row["amount_minor"], card

    def sale(self) -> list:
        return [Sale(self.amount(200000), self.card(), self.pin())]

    def voided(self) -> list:
        card = self.card()
        return [Sale(self.amount(), card, "123456"), Void(0, card, self.pin())]

    def void(self) -> list:
        return [Void(self._rng.randint(0, 12), self.card(), self.pin())]

    def refund(self) -> list:
        card = self.card()
        original = self._rng.choice([*self._references, "", "2", "998877665544"])
        first = [Sale(self.amount(), card, "123456")] if not original else []
        return [*first, functions.refund(original, self.amount(50000), card)]

    def held(self) -> list:
        if not self._codes or self._rng.random() < 0.3:
            return [functions.preauth(self.amount(), self.card(), self.pin())]
        code, held_minor, card = self.held_before()
        what = self._rng.choice(("preauthmore", "preauthvoid", "completion", "advice"))
        amount_minor = self._rng.choice((held_minor, self.amount(max(1, held_minor * 6 // 5))))
        chosen = [functions.about(what, code, amount_minor, card, self.pin())]
        if what in ("completion", "advice") and self._rng.random() < 0.5:
            chosen.append(functions.completion_void(card, 0, self.pin()))
        return chosen

    def balance(self) -> list:
        return [functions.balance(self.card(), self.pin())]

    def transfer(self) -> list:
        return [functions.transfer(self.card(), self.card(), self.amount(), self.pin())]

    def offline(self) -> list:
        return [functions.offline(self._rng.choice(self._cards)["pan"], self.amount())]

    def adjust(self) -> list:
        what = self._rng.choice(("adjust", "tip"))
        first = [Sale(self.amount(), self.card(), "123456")] if what == "tip" else self.offline()
        stan = self._rng.choice((0, 0, self._rng.randint(0, 12)))
        return [*first, *self.sale(), functions.adjust(what, self.amount(5000), stan)]

    def settle(self) -> list:
        return [Settle(self._rng.random() < 0.5)]

    def sign_on(self) -> list:
        return [Press("F4")]


_CHOICES = (
    _Desk.sale,
    _Desk.sale,
    _Desk.voided,
    _Desk.void,
    _Desk.refund,
    _Desk.refund,
    _Desk.held,
    _Desk.held,
    _Desk.balance,
    _Desk.transfer,
    _Desk.offline,
    _Desk.adjust,
    _Desk.settle,
    _Desk.sign_on,
)


def _live(rng: random.Random, lab: Lab) -> None:
    for _ in range(rng.randint(1, 5)):
        lab.linked = rng.random() < 0.9
        cut_at = rng.randint(1, 60) if rng.random() < 0.5 else 0
        lab.run(_Desk(rng, lab).actions(), cut_at, rng.choice(KINDS))
    lab.linked = True
    lab.acquirer.faults = faults.Faults()


@pytest.mark.parametrize("seed", range(_DAYS))
def test_day(seed: int) -> None:
    rng = random.Random(seed)
    lab = Lab(_rules(rng), partial_approval=rng.random() < 0.5)
    _live(rng, lab)
    assert lab.unlisted() == []  # whatever is different by now, the terminal says so
    lab.run([])
    lab.run([Settle()])
    assert not lab.ledger().book.pending  # a healthy acquirer answers whatever is sent again
    assert lab.disagreements() == []
