# SPDX-License-Identifier: MIT
"""Balance, transfer, approval in part and the other approvals at the acquirer."""

import sqlite3

import pytest

from acquirer_sim.core import Acquirer
from acquirer_sim.faults import parse
from fakes.mini_terminal import (
    KINDS,
    PIN,
    RICH,
    RICH_MINOR,
    TID,
    TMK,
    MiniTerminal,
    balance,
    batch,
    states,
)

POOR = "6250930000000002"  # 1000 minor units
PARTIAL = "6212345678901232"  # 5000
IN_PART = "22000001000201"  # F60 whose last digit says that less will do


def transactions(acquirer):
    return acquirer.ledger()["terminals"][TID]["transactions"]


# balance


def test_balance(terminal, acquirer):
    answer = terminal.play("balance", terminal.fields("balance", pin=PIN))
    shape = [2, 3, 11, 12, 13, 14, 15, 25, 32, 37, 39, 41, 42, 44, 49, 54, 60, 63, 64]
    assert (answer.code, answer.mac) == ("00", "good") and sorted(answer.fields) == shape
    assert answer.fields[54] == "1002156C000100000000"
    (entry,) = transactions(acquirer)
    assert (entry["type"], entry["amount_minor"]) == ("balance", 0)
    totals = batch(acquirer)
    assert totals["debit_count"] == totals["credit_count"] == 0


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"pan": "6250930000000101"}, "14"),
        ({"pan": "6250930000000028"}, "41"),
        ({"pan": "6216261000000000018"}, "55"),
        ({"pin": "000000"}, "55"),
        ({"f49": "840"}, "12"),
        ({"f35": RICH + "D200112000000123"}, "54"),
        ({"f35": RICH + "D301222000000123"}, "45"),
    ],
)
def test_balance_declined(terminal, acquirer, change, expected):
    answer = terminal.play("balance", terminal.fields("balance", **change))
    assert answer.code == expected and 54 not in answer.fields
    assert states(acquirer) == [("balance", "declined", expected)]


# transfer


def to(pan=POOR, layout="f62"):
    value = pan.encode().hex().upper() if layout == "f62" else pan.rjust(20, "0")
    return {layout: value}


@pytest.mark.parametrize("layout", ["f62", "f48"])
def test_transfer(terminal, acquirer, layout):
    fields = terminal.fields("transfer", 700, pin=PIN, **to(layout=layout))
    answer = terminal.play("transfer", fields)
    assert answer.code == "00" and answer.mac == "good" and len(answer.fields[38]) == 6
    assert balance(acquirer) == RICH_MINOR - 700 and balance(acquirer, POOR) == 1700
    (entry,) = transactions(acquirer)
    assert (entry["type"], entry["to_pan"]) == ("transfer", "625093******0002")
    totals = batch(acquirer)
    assert totals["debit_count"] == totals["credit_count"] == 0


TRANSFERS = [
    ("no PIN", {"pin": None}, "55"),
    ("wrong PIN", {"pin": "000000"}, "55"),
    ("to nobody", to("6250930000000101"), "A3"),
    ("to itself", to(RICH), "A3"),
    ("to a lost card", to("6250930000000028"), "A3"),
    ("to no number", {"f62": "FF" * 16}, "A3"),
    ("too much", {"pan": POOR, "amount": 1001, **to(RICH)}, "51"),
    ("above the limit", {"pan": "6250930000000077", "amount": 100001}, "61"),
    ("from a lost card", {"pan": "6250930000000028"}, "41"),
]


@pytest.mark.parametrize("name, change, expected", TRANSFERS, ids=[row[0] for row in TRANSFERS])
def test_transfer_declined(terminal, acquirer, name, change, expected):
    before = [card["balance_minor"] for card in acquirer.cards()]
    values = {"amount": 700, "pin": PIN, **to(), **change}
    assert terminal.play("transfer", terminal.fields("transfer", **values)).code == expected
    assert [card["balance_minor"] for card in acquirer.cards()] == before
    assert states(acquirer) == [("transfer", "declined", expected)]


# in part


def test_a_sale_in_part(terminal, acquirer):
    fields = {**terminal.sale_fields(9000, PARTIAL), 60: IN_PART}
    answer = terminal.exchange("0200", fields, mac=True)
    assert (answer.code, answer.fields[4]) == ("10", "000000005000") and 38 in answer.fields
    assert balance(acquirer, PARTIAL) == 0 and batch(acquirer)["debit_minor"] == 5000
    (entry,) = transactions(acquirer)
    assert (entry["state"], entry["amount_minor"], entry["asked_minor"]) == (
        "approved",
        5000,
        9000,
    )
    assert terminal.void(answer, PARTIAL).code == "00" and balance(acquirer, PARTIAL) == 5000


@pytest.mark.parametrize("amount", ["000000009000", "000000005000"])
def test_what_was_approved_in_part_is_reversed(terminal, acquirer, amount):
    """The terminal may not have learned how much it was."""
    fields = {**terminal.sale_fields(9000, PARTIAL), 60: IN_PART}
    terminal.exchange("0200", fields, mac=True)
    assert terminal.reverse(fields, f4="000000004999").code == "64"
    assert terminal.reverse(fields, f4=amount).code == "00"
    assert balance(acquirer, PARTIAL) == 5000


def test_not_in_part(terminal, acquirer):
    codes = [
        terminal.sale(9000, PARTIAL, f60=f60).code for f60 in (IN_PART[:-1], IN_PART[:-1] + "0")
    ]
    assert codes == ["51", "51"]
    terminal.sale(5000, PARTIAL)
    assert terminal.sale(1, PARTIAL, f60=IN_PART).code == "51"  # nothing is left
    assert terminal.sale(100001, "6250930000000077", f60=IN_PART).code == "61"


# other approvals

APPROVALS = [("vip", "11")] + [
    (f"approved-{code.lower()}", code) for code in ("A2", "A4", "A5", "A6")
]


@pytest.mark.parametrize("kind, code", APPROVALS)
def test_other_approvals(terminal, acquirer, kind, code):
    pan = next(card["pan"] for card in acquirer.cards() if card["kind"] == kind)
    sale = terminal.sale(100, pan)
    assert sale.code == code and sale.mac == "good" and 38 in sale.fields
    held = terminal.preauth(200, pan)
    assert held.code == code
    assert terminal.play("completion", terminal.on_hold("completion", held, 200, pan)).code == code
    assert terminal.play("refund", terminal.refund_fields(sale, 40, pan)).code == code
    assert {state for _, state, _ in states(acquirer)} == {"approved"}
    assert batch(acquirer)["debit_minor"] == 300 and balance(acquirer, pan) == 5000000 - 260


# faults and old files


@pytest.mark.parametrize("kind", KINDS)
def test_a_forced_decline_is_booked(terminal, acquirer, kind):
    word = {"advice": "completion", "tip": "adjust", "additional": "preauth"}.get(kind, kind)
    sale, held = terminal.sale(100), terminal.preauth(100)
    done = terminal.play("completion", terminal.on_hold("completion", held, 100))
    held = terminal.preauth(100)
    offline = terminal.play("offline", terminal.offline_fields(100))
    fields = {
        "void": lambda: terminal.void_fields(sale),
        "refund": lambda: terminal.refund_fields(sale, 100),
        "additional": lambda: terminal.fields(kind, 100, f38=held.fields[38], f61="0" * 16),
        "preauth_void": lambda: terminal.on_hold(kind, held, 100),
        "completion": lambda: terminal.on_hold(kind, held, 100),
        "advice": lambda: terminal.on_hold(kind, held, 100),
        "completion_void": lambda: terminal.on_original(kind, done, 100),
        "offline": lambda: terminal.offline_fields(100),
        "adjust": lambda: terminal.adjust_fields(kind, offline, 50),
        "tip": lambda: terminal.adjust_fields(kind, offline, 110, 10),
        "transfer": lambda: terminal.fields(kind, 100, pin=PIN, **to()),
    }.get(kind, lambda: terminal.fields(kind, 100))
    rules = '{"fault":"decline","type":"%s","code":"91","nth":1}' % word
    acquirer.faults = parse(rules)
    before = [card["available_minor"] for card in acquirer.cards()]
    assert terminal.play(kind, fields()).code == "91"
    assert states(acquirer)[-1] == (word, "declined", "91")
    assert [card["available_minor"] for card in acquirer.cards()] == before
    assert terminal.play(kind, fields()).code == "00"


def test_a_database_of_before(tmp_path):
    """A file that knew sales and voids only is taken over with what it holds."""
    path = tmp_path / "acquirer.db"
    terminal = MiniTerminal(Acquirer(path))
    terminal.acquirer.register(TID, TMK)
    terminal.sign_on()
    fields = terminal.sale_fields(1000)
    sale = terminal.exchange("0200", fields, mac=True)
    terminal.acquirer.close()
    db = sqlite3.connect(path)
    for name in ("preauths", "references_of", "followers"):
        db.execute(f"DROP INDEX {name}")
    for column in (
        *("function", "asked_minor", "refunded_minor", "adjusted_minor"),
        *("tip_minor", "other_id", "other_pan", "closed_by"),
    ):
        db.execute(f"ALTER TABLE transactions DROP COLUMN {column}")
    db.commit()
    db.close()
    terminal.acquirer = Acquirer(path)
    assert terminal.exchange("0200", fields, mac=True).code == "94"
    assert terminal.play("refund", terminal.refund_fields(sale, 400)).code == "00"
    assert terminal.void(sale).code == "12"
    assert terminal.reverse(terminal.fields("sale", 1000, f11=sale.fields[11])).code == "12"
    assert terminal.preauth(100).code == "00"
    assert batch(terminal.acquirer)["credit_minor"] == 400
