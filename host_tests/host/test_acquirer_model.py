# SPDX-License-Identifier: MIT
"""Random days of every kind of transaction against a model of the books."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from acquirer_sim.core import Acquirer
from fakes.book_model import ACTIONS, CARD, CARD_MINOR, RECEIVER, Day
from fakes.mini_terminal import TID, TMK, MiniTerminal

EXAMPLES = 1000 if os.environ.get("ESPOS_FULL") else 60
_WORDS = {"additional": "preauth", "advice": "completion", "tip": "adjust"}

step = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 30), st.integers(1, 700))


def shown(acquirer, pan):
    return next(card for card in acquirer.cards() if card["pan"] == pan)


def check_books(acquirer, day, begun_minor):
    """The acquirer's books are the model's, and no money came from nowhere."""
    ledger = acquirer.ledger()["terminals"][TID]
    booked = [(entry["type"], entry["state"], entry["amount_minor"], entry["response"])
              for entry in ledger["transactions"]]  # fmt: skip
    assert booked == [
        (_WORDS.get(i.kind, i.kind), i.state, i.amount, i.answer.code) for i in day.items
    ]
    card = shown(acquirer, CARD)
    assert (card["balance_minor"], card["held_minor"]) == (day.balance, day.held)
    assert sum(hold["amount_minor"] for hold in ledger["holds"]) == day.held
    sums = {"debit": 0, "credit": 0}
    for number, batch in ledger["batches"].items():
        debit, credit = day.totals(int(number))
        assert (batch["debit_count"], batch["debit_minor"]) == debit
        assert (batch["credit_count"], batch["credit_minor"]) == credit
        sums["debit"] += batch["debit_minor"]
        sums["credit"] += batch["credit_minor"]
    left = card["balance_minor"] + shown(acquirer, RECEIVER)["balance_minor"]
    assert begun_minor - left == sums["debit"] - sums["credit"]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(step, max_size=40))
def test_books_follow_the_model(steps):
    acquirer = Acquirer()
    acquirer.register(TID, TMK)
    begun_minor = CARD_MINOR + shown(acquirer, RECEIVER)["balance_minor"]
    terminal = MiniTerminal(acquirer)
    terminal.sign_on()
    day = Day(terminal)
    for action, which, amount in steps:
        day.play(action, which, amount)
    check_books(acquirer, day, begun_minor)
    acquirer.close()
