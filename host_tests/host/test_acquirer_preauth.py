# SPDX-License-Identifier: MIT
"""Pre-authorisation at the acquirer: holds, additions, voids, completions, and each reversed."""

import pytest

from acquirer_sim.core import Acquirer
from acquirer_sim.errors import AcquirerError
from acquirer_sim.keysets import Options
from fakes.mini_terminal import (
    DAY,
    NO_PLACE,
    PIN,
    RICH_MINOR,
    TID,
    TMK,
    MiniTerminal,
    balance,
    batch,
    open_keys,
    repeated,
    states,
)

POOR = "6250930000000002"  # 1000 minor units
OTHER = "6250930000000051"


def held(acquirer):
    """Return the amounts of the terminal's live holds."""
    return [hold["amount_minor"] for hold in acquirer.ledger()["terminals"][TID]["holds"]]


def card(acquirer, pan):
    return next(card for card in acquirer.cards() if card["pan"] == pan)


def code(terminal, kind, *values, **more):
    """Return F39 of what names a hold."""
    return terminal.play(kind, terminal.on_hold(kind, *values, **more)).code


# preauth


def test_a_preauth_holds_and_books_nothing(terminal, acquirer):
    answer = terminal.preauth(600, POOR)
    shape = [2, 3, 4, 11, 12, 13, 14, 15, 25, 32, 37, 38, 39, 41, 42, 44, 49, 60, 63, 64]
    assert (answer.code, answer.mac, answer.mti) == ("00", "good", "0110")
    assert sorted(answer.fields) == shape
    shown = card(acquirer, POOR)
    assert (shown["balance_minor"], shown["held_minor"], shown["available_minor"]) == (
        1000,
        600,
        400,
    )
    totals = batch(acquirer)
    assert totals["debit_count"] == totals["credit_count"] == 0 and held(acquirer) == [600]


def test_what_is_held_cannot_be_spent(terminal):
    terminal.preauth(600, POOR)
    assert terminal.preauth(401, POOR).code == "51" and terminal.sale(401, POOR).code == "51"
    left = terminal.play("balance", terminal.fields("balance", pan=POOR)).fields[54]
    assert left == "1002156C000000000400"
    assert terminal.sale(400, POOR).code == "00"


@pytest.mark.parametrize(
    "pan, pin, expected",
    [
        ("6250930000000010", None, "00"),  # the expiry is the track's, which is in order here
        ("6250930000000028", None, "41"),
        ("6216261000000000018", None, "55"),
        ("6216261000000000018", PIN, "00"),
        ("6216261000000000018", "000000", "55"),
        ("6250930000000077", None, "61"),
    ],
)
def test_the_issuer_looks_at_it_as_at_a_sale(terminal, pan, pin, expected):
    fields = terminal.fields("preauth", 100001, pan, pin)
    assert terminal.play("preauth", fields).code == expected


def test_an_addition_has_a_code_of_its_own(terminal, acquirer):
    first = terminal.preauth(600)
    for named in (first.fields[38], None):
        more = terminal.fields("additional", 50, f38=named, f61="0" * 16)
        answer = terminal.play("additional", more)
        assert answer.code == "00" and answer.fields[38] != first.fields[38]
    assert held(acquirer) == [600, 50, 50]
    entries = acquirer.ledger()["terminals"][TID]["transactions"]
    assert [entry.get("original_stan") for entry in entries] == [None, "000002", "000002"]


@pytest.mark.parametrize("change", [{"f38": "000000"}, {"pan": OTHER, "f38": None}])
def test_an_addition_to_nothing(terminal, change):
    terminal.preauth(600)
    fields = terminal.fields("additional", 50, **{"f61": "0" * 16, **change})
    assert terminal.play("additional", fields).code == "25"


# void


def test_preauth_void(terminal, acquirer):
    answer = terminal.preauth(600, POOR)
    fields = terminal.on_hold("preauth_void", answer, 600, POOR)
    assert terminal.play("preauth_void", fields).code == "00"
    assert held(acquirer) == [] and terminal.sale(1000, POOR).code == "00"
    assert states(acquirer)[:2] == [
        ("preauth", "voided", "00"),
        ("preauth_void", "approved", "00"),
    ]


NAMED = [
    ("any day", {"f61": NO_PLACE + "0000"}, "00"),
    ("batch and voucher", {"f61": "000001000002" + DAY}, "00"),
    ("another batch", {"f61": "000002000002" + DAY}, "25"),
    ("another voucher", {"f61": "000001000003" + DAY}, "25"),
    ("another day", {"f61": NO_PLACE + "0714"}, "25"),
    ("another code", {"f38": "000000"}, "25"),
    ("another card", {"pan": OTHER}, "25"),
    ("unknown card", {"pan": "6250930000000101"}, "14"),
]


@pytest.mark.parametrize("kind", ["preauth_void", "completion", "advice"])
@pytest.mark.parametrize("name, change, expected", NAMED, ids=[row[0] for row in NAMED])
def test_how_a_hold_is_named(terminal, acquirer, kind, name, change, expected):
    answer = terminal.preauth(600)
    assert code(terminal, kind, answer, 600, **change) == expected
    assert held(acquirer) == ([] if expected == "00" else [600])


@pytest.mark.parametrize("amount", [599, 601])
def test_a_void_is_for_the_whole_amount(terminal, amount):
    assert code(terminal, "preauth_void", terminal.preauth(600), amount) == "64"


def test_what_is_over_is_not_voided(terminal):
    answer = terminal.preauth(600)
    assert [code(terminal, "preauth_void", answer, 600) for _ in range(2)] == ["00", "12"]
    assert code(terminal, "completion", answer, 600) == "25"
    answer = terminal.preauth(600)
    assert code(terminal, "completion", answer, 600) == "00"
    assert code(terminal, "preauth_void", answer, 600) == "12"


# completion


@pytest.mark.parametrize("kind", ["completion", "advice"])
@pytest.mark.parametrize("amount, expected", [(1, "00"), (600, "00"), (690, "00"), (691, "61")])
def test_a_completion_is_up_to_115_percent(terminal, acquirer, kind, amount, expected):
    answer = terminal.preauth(600)
    assert code(terminal, kind, answer, amount) == expected
    debit = 0 if expected == "61" else amount
    assert balance(acquirer) == RICH_MINOR - debit
    assert batch(acquirer)["debit_minor"] == debit
    assert held(acquirer) == ([600] if expected == "61" else [])


def test_a_completion_is_guaranteed(terminal, acquirer):
    answer = terminal.preauth(1000, POOR)
    assert code(terminal, "completion", answer, 1150, POOR) == "00"
    assert balance(acquirer, POOR) == -150
    left = terminal.play("balance", terminal.fields("balance", pan=POOR)).fields[54]
    assert left == "1002156D000000000150"


@pytest.mark.parametrize(
    "percent, amount, expected", [(100, 101, "61"), (100, 100, "00"), (200, 200, "00")]
)
def test_the_percentage_is_an_option(percent, amount, expected):
    acquirer = Acquirer()
    acquirer.register(TID, TMK, options=Options(completion_percent_max=percent))
    terminal = MiniTerminal(acquirer)
    terminal.sign_on()
    answer = terminal.preauth(100)
    fields = terminal.on_hold("completion", answer, amount, f61="0" * 16)
    assert terminal.play("completion", fields).code == expected


@pytest.mark.parametrize("percent", [99, 1000])
def test_an_option_that_cannot_be(percent):
    with pytest.raises(AcquirerError, match="completion_percent_max: must be 100 to 999"):
        Acquirer().register(TID, TMK, options=Options(completion_percent_max=percent))


def test_a_completion_takes_the_additions_with_it(terminal, acquirer):
    answer = terminal.preauth(600)
    more = terminal.fields("additional", 400, f38=answer.fields[38], f61="0" * 16)
    other = terminal.play("additional", more)
    assert code(terminal, "completion", answer, 1151) == "61"
    assert code(terminal, "completion", answer, 1150) == "00"
    assert held(acquirer) == []
    assert code(terminal, "completion", other, 1) == "12"
    assert terminal.reverse(more).code == "12"


def test_a_completion_once(terminal):
    answer = terminal.preauth(600)
    codes = [code(terminal, kind, answer, 600) for kind in ("completion", "completion", "advice")]
    assert codes == ["00", "12", "12"]


def test_the_hold_of_a_batch_that_is_settled(terminal, acquirer):
    answer = terminal.preauth(600)
    terminal.settle()
    terminal.sign_on()
    assert code(terminal, "completion", answer, 600) == "00"
    assert batch(acquirer, "000002")["debit_minor"] == 600


def test_another_terminal_of_the_merchant(terminal, acquirer):
    answer = terminal.preauth(600)
    acquirer.register("12345679", TMK)
    other = MiniTerminal(acquirer, "12345679")
    other.sign_on()
    assert code(other, "completion", answer, 600) == "00" and held(acquirer) == []


def test_another_merchant(terminal, acquirer):
    answer = terminal.preauth(600)
    acquirer.register("12345679", TMK, merchant="1" * 15)
    other = MiniTerminal(acquirer, "12345679")
    fields = {11: "000001", 42: "1" * 15, 60: "00000001003"}
    signed = other.exchange("0800", fields)
    other.keys = terminal.keys  # only to have some
    other.keys = open_keys(TMK, bytes.fromhex(signed.fields[62]), "003")
    assert code(other, "completion", answer, 600, f42="1" * 15) == "25"


def test_an_advice_sent_again(terminal, acquirer):
    fields = terminal.on_hold("advice", terminal.preauth(600), 500)
    first = terminal.play("advice", fields)
    for again in (fields, repeated(fields)):
        answer = terminal.play("advice", again)
        assert [answer.fields[n] for n in (37, 38, 39)] == [first.fields[n] for n in (37, 38, 39)]
    assert balance(acquirer) == RICH_MINOR - 500 and batch(acquirer)["debit_count"] == 1


# completion void


def completed(terminal, kind="completion", amount=600):
    request = terminal.on_hold(kind, terminal.preauth(600), amount)
    return request, terminal.play(kind, request)


@pytest.mark.parametrize("kind", ["completion", "advice"])
def test_completion_void_brings_the_hold_back(terminal, acquirer, kind):
    _, done = completed(terminal, kind, 500)
    void = terminal.on_original("completion_void", done, 500)
    assert terminal.play("completion_void", void).code == "00"
    assert held(acquirer) == [600] and balance(acquirer) == RICH_MINOR
    totals = batch(acquirer)
    assert (totals["debit_minor"], totals["credit_minor"]) == (500, 500)
    assert states(acquirer)[1:] == [
        ("completion", "voided", "00"),
        ("completion_void", "approved", "00"),
    ]
    assert terminal.play("completion_void", {**void, 11: terminal.next_stan()}).code == "12"


VOIDS = [
    ("rrn zeros", {37: "0" * 12}, "00"),
    ("any day", {61: "000001000003" + "0000"}, "00"),
    ("another day", {61: "000001000003" + "0714"}, "25"),
    ("another voucher", {61: "000001000002" + DAY}, "25"),
    ("another rrn", {37: "1" * 12}, "25"),
    ("another code", {38: "000000"}, "25"),
    ("another amount", {4: "000000000599"}, "64"),
    ("another card", {35: OTHER + "D301212000000123"}, "22"),
]


@pytest.mark.parametrize("name, change, expected", VOIDS, ids=[row[0] for row in VOIDS])
def test_completion_void_truth_table(terminal, acquirer, name, change, expected):
    _, done = completed(terminal)
    void = {**terminal.on_original("completion_void", done, 600), **change}
    assert terminal.play("completion_void", void).code == expected
    assert held(acquirer) == ([600] if expected == "00" else [])


def test_completion_void_after_settlement(terminal):
    _, done = completed(terminal)
    terminal.settle()
    terminal.sign_on()
    void = terminal.on_original("completion_void", done, 600)
    assert terminal.play("completion_void", void).code == "22"
