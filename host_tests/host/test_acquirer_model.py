# SPDX-License-Identifier: MIT
"""Random days against a model of the books that fits in one's head."""

from hypothesis import given, settings
from hypothesis import strategies as st

from acquirer_sim.core import Acquirer
from fakes.mini_terminal import TID, TMK, MiniTerminal, f48

POOR = "6250930000000002"  # 1000 minor units
POOR_MINOR = 1000

step = st.tuples(
    st.sampled_from(["sale", "void", "reverse", "reverse_void", "settle", "repeat"]),
    st.integers(0, 5),
    st.integers(1, 700),
)


class Model:
    """What the terminal side knows: its sales, whether each counts, and their voids."""

    def __init__(self):
        self.sales = []  # [fields, answer, state, fields of its last void]

    @property
    def spent(self):
        return sum(int(sale[0][4]) for sale in self.sales if sale[2] == "approved")


def play(terminal, model, kind, which, amount):
    if kind == "sale":
        fields = terminal.sale_fields(amount, POOR)
        answer = terminal.exchange("0200", fields, mac=True)
        fits = amount <= POOR_MINOR - model.spent
        assert answer.code == ("00" if fits else "51")
        model.sales.append([fields, answer, "approved" if fits else "declined", None])
    elif kind == "settle":
        settle(terminal, model)
    elif model.sales:
        CHANGES[kind](terminal, model.sales[which % len(model.sales)])


def settle(terminal, model):
    now = [sale for sale in model.sales if int(sale[0][60][2:8]) == terminal.batch]
    debit = [int(sale[0][4]) for sale in now if sale[2] in ("approved", "voided")]
    credit = [int(sale[0][4]) for sale in now if sale[2] == "voided"]
    totals = f48((len(debit), sum(debit)), (len(credit), sum(credit)))
    for _ in range(2):
        answer = terminal.settle(totals, terminal.batch)
        assert answer.fields[48] == totals[:30] + "1" + totals[31:61] + "1"
    terminal.sign_on()


def void(terminal, sale):
    fields = terminal.void_fields(sale[1], POOR)
    code = terminal.exchange("0200", fields, mac=True).code
    if sale[2] in ("declined", "reversed"):
        assert code == "25"
    elif sale[0][60][2:8] != fields[60][2:8]:
        assert code == "22"
    elif sale[2] == "voided":
        assert code == "12"
    else:
        assert code == "00"
        sale[2:] = ["voided", fields]


def reverse(terminal, sale):
    codes = {"approved": "00", "reversed": "00", "declined": "25", "voided": "12"}
    assert terminal.reverse(sale[0]).code == codes[sale[2]]
    if sale[2] == "approved":
        sale[2] = "reversed"


def reverse_void(terminal, sale):
    if sale[3] is None:
        return
    assert terminal.reverse(sale[3]).code == "00"
    if sale[2] == "voided":
        sale[2] = "approved"


def repeat(terminal, sale):
    # one STAN is good for one transaction; a sale of a settled batch is as much a repeat
    assert terminal.exchange("0200", sale[0], mac=True).code == "94"


CHANGES = {"void": void, "reverse": reverse, "reverse_void": reverse_void, "repeat": repeat}


@settings(max_examples=40, deadline=None)
@given(st.lists(step, max_size=25))
def test_books_follow_the_model(steps):
    acquirer = Acquirer()
    acquirer.register(TID, TMK)
    terminal, model = MiniTerminal(acquirer), Model()
    terminal.sign_on()
    for kind, which, amount in steps:
        play(terminal, model, kind, which, amount)
    booked = acquirer.ledger()["terminals"][TID]["transactions"]
    sales = [entry["state"] for entry in booked if entry["type"] == "sale"]
    assert sales == [sale[2] for sale in model.sales]
    balance = next(card for card in acquirer.cards() if card["pan"] == POOR)["balance_minor"]
    assert balance == POOR_MINOR - model.spent
    acquirer.close()
