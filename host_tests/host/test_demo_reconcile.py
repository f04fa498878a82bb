# SPDX-License-Identifier: MIT
"""The reconciliation finds every kind of disagreement, and none where there is none."""

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from posctl.demo.paper import Paper, Settlement, Slip
from posctl.demo.reconcile import reconcile

_TOTALS = {"debit_count": 2, "debit_minor": 22850, "credit_count": 1, "credit_minor": 10000}


def _deal(stan: str, kind: str, amount: int, state: str) -> dict:
    return {"batch": "000017", "stan": stan, "type": kind, "amount_minor": amount,
            "pan": "622202******0123", "rrn": "102436" + stan, "state": state,
            "response": "00"}  # fmt: skip


def _slip(deal: dict, which: str) -> Slip:
    names = ("batch", "stan", "type", "amount_minor", "pan", "rrn")
    return Slip(*(deal[name] for name in names), which, False, deal["stan"] + which[0])


class Day:
    """A day on which all agree: a sale, a voided sale and its void, a decline, a reversal."""

    def __init__(self) -> None:
        self.deals = [
            _deal("000001", "sale", 12850, "approved"),
            _deal("000002", "sale", 10000, "voided"),
            _deal("000003", "void", 10000, "approved"),
            _deal("000004", "sale", 99999, "declined"),
            _deal("000005", "sale", 700, "reversed"),
        ]
        closed = {"batch": "000017", "state": "closed", **_TOTALS, "transactions": self.deals}
        empty = {"batch": "000018", "state": "open", **dict.fromkeys(_TOTALS, 0)}
        self.ledger = {"terminal": "12345678", "batches": [closed, {**empty, "transactions": []}],
                       "pending": [], "unresolved": [], "chain": "ok"}  # fmt: skip
        self.batch = {**_TOTALS, "result": "balanced"}
        self.booked = copy.deepcopy(self.deals)
        self.paper = Paper()
        for deal in self.deals[:3]:
            self.paper.slips += [_slip(deal, "merchant"), _slip(deal, "cardholder")]
        self.paper.settlements = [Settlement("000017", True, False, dict(_TOTALS))]

    def problems(self) -> list:
        """What the reconciliation finds."""
        mine = {"batches": {"000017": self.batch}, "transactions": self.booked}
        return reconcile(self.ledger, {"terminals": {"12345678": mine}}, self.paper).problems

    def change_slip(self, at: int, **values: object) -> None:
        """Let one slip say something else."""
        self.paper.slips[at] = replace(self.paper.slips[at], **values)


def test_a_day_on_which_all_agree() -> None:
    assert Day().problems() == []


def test_a_reversed_or_declined_sale_the_acquirer_never_saw_is_agreed() -> None:
    day = Day()
    del day.booked[3:]
    assert day.problems() == []


def test_a_marked_reprint_is_no_second_slip() -> None:
    day = Day()
    day.paper.slips.append(replace(day.paper.slips[0], duplicate=True))
    assert day.problems() == []


def _acquirer_lost(day: Day) -> None:
    del day.booked[0]


def _terminal_lost(day: Day) -> None:
    del day.deals[0]


def _paper_lost(day: Day) -> None:
    del day.paper.slips[:2]


def _paper_invented(day: Day) -> None:
    day.paper.slips.append(_slip(_deal("000009", "sale", 1, "approved"), "merchant"))


def _left_pending(day: Day) -> None:
    day.ledger["pending"] = [day.deals.pop()]


_KINDS = [
    (_acquirer_lost, "000001: approved at the terminal, unknown to the acquirer"),
    (_terminal_lost, "000001: not in the terminal's ledger, but known to acquirer and paper"),
    (_paper_lost, "000001: approved, but no slip is on paper"),
    (_paper_invented, "000009: not in the terminal's ledger, but known to paper"),
    (lambda d: d.booked[0].update(state="reversed"),
     "000001: approved at the terminal, reversed at the acquirer"),
    (lambda d: d.booked[4].update(state="approved"),
     "000005: reversed at the terminal, approved at the acquirer"),
    (lambda d: d.booked[3].update(state="approved"),
     "000004: declined at the terminal, approved at the acquirer"),
    (lambda d: d.booked[1].update(state="approved"),
     "000002: voided at the terminal, approved at the acquirer"),
    (lambda d: d.booked[0].update(amount_minor=12851),
     "000001: amount_minor is 12850 at the terminal, 12851 at the acquirer"),
    (lambda d: d.booked[0].update(pan="622202******9999"), "000001: pan is"),
    (lambda d: d.booked[0].update(rrn="102436999999"), "000001: rrn is"),
    (lambda d: d.booked[0].update(type="void"), "000001: type is sale"),
    (lambda d: d.change_slip(0, amount_minor=12851), "12851 on 000001m"),
    (lambda d: d.change_slip(1, amount_minor=1), "1 on 000001c"),
    (lambda d: d.change_slip(0, pan="622202******0000"), "622202******0000 on 000001m"),
    (lambda d: d.change_slip(0, rrn="x" * 12), "xxxxxxxxxxxx on 000001m"),
    (lambda d: d.change_slip(0, type="void"), "void on 000001m"),
    (lambda d: d.change_slip(1, copy="merchant"), "merchant copy is on paper twice"),
    (lambda d: d.paper.slips.append(_slip(d.deals[4], "merchant")),
     "000005: reversed, but a slip is on paper"),
    (lambda d: d.paper.slips.append(_slip(d.deals[3], "merchant")),
     "000004: declined, but a slip is on paper"),
    (lambda d: d.ledger["batches"][0].update(debit_minor=1), "batch 000017: the terminal's tr"),
    (lambda d: d.batch.update(credit_count=2), "the acquirer's batch: debit 2/22850"),
    (lambda d: d.batch.update(result="unbalanced"), "unbalanced at the acquirer"),
    (lambda d: d.ledger["batches"][0].update(state="open"), "open at the terminal, but a"),
    (lambda d: d.paper.settlements.clear(), "closed, but no settlement slip"),
    (lambda d: d.paper.settlements.append(d.paper.settlements[0]), "slip is on paper twice"),
    (lambda d: setattr(d.paper.settlements[0], "balanced", False), "does not say that it"),
    (lambda d: d.paper.settlements[0].totals.update(debit_count=3), "settlement slip: debit 3"),
    (_left_pending, "000005: still pending at the terminal"),
    (_left_pending, "1 reversals are pending"),
    (lambda d: d.ledger.update(unresolved=[d.deals[4]]), "1 reversals are unresolved"),
    (lambda d: d.ledger.update(chain="broken"), "chain is broken"),
    (lambda d: d.paper.scrap.append("003.txt"), "003.txt: is no whole slip"),
    (lambda d: d.ledger.update(terminal="87654321"), "unknown to the acquirer"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "said"), _KINDS, ids=[said[:40] for _, said in _KINDS])
def test_a_disagreement_is_found(spoil: Callable[[Day], object], said: str) -> None:
    day = Day()
    spoil(day)
    assert any(said in problem for problem in day.problems()), day.problems()


def test_a_batch_only_the_acquirer_has_is_found() -> None:
    day = Day()
    acquirer = {"batches": {"000017": day.batch, "000099": {**_TOTALS, "result": "open"}},
                "transactions": day.booked}  # fmt: skip
    found = reconcile(day.ledger, {"terminals": {"12345678": acquirer}}, day.paper).problems
    assert found == ["batch 000099: the acquirer has debit 2/22850, credit 1/10000, "
                     "the terminal has none"]  # fmt: skip
