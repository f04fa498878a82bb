# SPDX-License-Identifier: MIT
"""Refund, offline sale, adjustment at the acquirer: rules, totals, the same answer twice."""

from datetime import timedelta

import pytest

from acquirer_sim.faults import parse
from fakes.mini_terminal import (
    DAY,
    NO_PLACE,
    NOW,
    RICH,
    RICH_MINOR,
    TID,
    TMK,
    MiniTerminal,
    balance,
    batch,
    repeated,
    states,
)

POOR = "6250930000000002"  # 1000 minor units
OTHER = "6250930000000051"
FOREIGN = "4012888888881881"


def entries(acquirer):
    return acquirer.ledger()["terminals"][TID]["transactions"]


def refund(terminal, done, amount, **more):
    return terminal.play("refund", terminal.refund_fields(done, amount, **more)).code


def credit(acquirer, number="000001"):
    totals = batch(acquirer, number)
    return totals["credit_count"], totals["credit_minor"]


def debit(acquirer, number="000001"):
    totals = batch(acquirer, number)
    return totals["debit_count"], totals["debit_minor"]


# refund


def test_refunds_up_to_the_whole(terminal, acquirer):
    sale = terminal.sale(1000)
    codes = [refund(terminal, sale, amount) for amount in (400, 601, 500, 101, 100, 1)]
    assert codes == ["00", "61", "00", "61", "00", "61"]
    assert balance(acquirer) == RICH_MINOR and credit(acquirer) == (3, 1000)
    original = entries(acquirer)[0]
    assert (original["state"], original["refunded_minor"]) == ("approved", 1000)
    assert terminal.void(sale).code == "12"


def test_a_refund_in_a_later_batch(terminal, acquirer):
    sale = terminal.sale(1000, FOREIGN)
    terminal.settle()
    terminal.sign_on()
    assert refund(terminal, sale, 1000, pan=FOREIGN) == "00"
    assert credit(acquirer, "000002") == (1, 1000) and credit(acquirer) == (0, 0)
    assert batch(acquirer, "000002")["foreign_credit_minor"] == 1000
    assert entries(acquirer)[1]["original_batch"] == "000001"


REFUNDS = [
    ("any day", {"f61": NO_PLACE + "0000"}, "00"),
    ("another day", {"f61": NO_PLACE + "0714"}, "25"),
    ("unknown reference", {"f37": "123456789012"}, "25"),
    ("no reference", {"f37": "0" * 12}, "25"),
    ("another card", {"pan": OTHER}, "25"),
    ("unknown card", {"pan": "6250930000000101"}, "14"),
    ("too much", {"f4": "000000001001"}, "61"),
    ("nothing", {"f4": "0" * 12}, "13"),
    ("chip", {"f35": RICH + "D301222000000123"}, "45"),
]


@pytest.mark.parametrize("name, change, expected", REFUNDS, ids=[row[0] for row in REFUNDS])
def test_refund_truth_table(terminal, acquirer, name, change, expected):
    assert refund(terminal, terminal.sale(1000), 1000, **change) == expected
    assert credit(acquirer) == ((1, 1000) if expected == "00" else (0, 0))


def test_what_is_refunded(terminal):
    hold = terminal.preauth(100)
    assert refund(terminal, hold, 100) == "25"
    done = terminal.play("completion", terminal.on_hold("completion", hold, 100))
    assert refund(terminal, done, 100) == "00"
    offline = terminal.play("offline", terminal.offline_fields(100))
    assert refund(terminal, offline, 100) == "00"
    assert refund(terminal, terminal.sale(1001, POOR), 100, pan=POOR) == "25"
    sale = terminal.sale(100)
    void = terminal.void(sale)
    assert refund(terminal, sale, 100) == "12" and refund(terminal, void, 100) == "25"
    fields = terminal.sale_fields(100)
    reversed_ = terminal.exchange("0200", fields, mac=True)
    terminal.reverse(fields)
    assert refund(terminal, reversed_, 100) == "25"


def test_a_refunded_completion_is_not_voided(terminal):
    hold = terminal.preauth(100)
    done = terminal.play("completion", terminal.on_hold("completion", hold, 100))
    assert refund(terminal, done, 1) == "00"
    void = terminal.on_original("completion_void", done, 100)
    assert terminal.play("completion_void", void).code == "12"


def test_a_refund_of_another_merchant(terminal, acquirer):
    sale = terminal.sale(100)
    acquirer.register("12345679", TMK)
    other = MiniTerminal(acquirer, "12345679")
    other.sign_on()
    assert refund(other, sale, 40) == "00"
    acquirer.register(TID, TMK, merchant="1" * 15)
    assert refund(other, sale, 60) == "25"


# offline sale


def test_offline_sale(terminal, acquirer):
    answer = terminal.play("offline", terminal.offline_fields(1500, POOR))
    assert answer.code == "00" and answer.mti == "0230" and answer.fields[38] == "445566"
    assert balance(acquirer, POOR) == -500 and debit(acquirer) == (1, 1500)
    assert states(acquirer) == [("offline", "approved", "00")]


OFFLINE = [
    ("a code by telephone, lost card", {"pan": "6250930000000028"}, "00"),
    ("stand-in", {"auth": None}, "00"),
    ("stand-in, lost card", {"auth": None, "pan": "6250930000000028"}, "41"),
    ("stand-in, not enough", {"auth": None, "pan": POOR, "f4": "000000001001"}, "51"),
    ("expired", {"f14": "2606"}, "54"),
    ("expiry unknown", {"f14": "0000"}, "00"),
    ("unknown card", {"pan": "6250930000000101"}, "14"),
    ("no amount", {"f4": "0" * 12}, "13"),
]


@pytest.mark.parametrize("name, change, expected", OFFLINE, ids=[row[0] for row in OFFLINE])
def test_offline_truth_table(terminal, acquirer, name, change, expected):
    fields = terminal.offline_fields(100, **change)
    assert terminal.play("offline", fields).code == expected
    assert debit(acquirer) == ((1, 100) if expected == "00" else (0, 0))


# adjustment


def test_an_offline_sale_gets_another_amount(terminal, acquirer):
    done = terminal.play("offline", terminal.offline_fields(1000))
    answer = terminal.play("adjust", terminal.adjust_fields("adjust", done, 650))
    assert answer.code == "00" and answer.fields[38] == "445566"
    assert debit(acquirer) == (1, 650) and balance(acquirer) == RICH_MINOR - 650
    original, adjustment = entries(acquirer)
    assert (original["amount_minor"], original["adjusted_minor"]) == (1000, 650)
    assert (adjustment["type"], adjustment["amount_minor"]) == ("adjust", 650)
    assert refund(terminal, done, 651) == "61" and refund(terminal, done, 650) == "00"


@pytest.mark.parametrize("kind", ["sale", "offline"])
def test_a_tip(terminal, acquirer, kind):
    asked = terminal.offline_fields(1000) if kind == "offline" else terminal.sale_fields(1000)
    done = terminal.play(kind, asked)
    tip = terminal.adjust_fields("tip", done, 1150, 150)
    assert terminal.play("tip", tip).code == "00"
    assert debit(acquirer) == (1, 1150) and balance(acquirer) == RICH_MINOR - 1150
    assert entries(acquirer)[1]["tip_minor"] == 150
    again = {**tip, 11: terminal.next_stan()}
    assert terminal.play("tip", again).code == "12"
    assert kind == "offline" or terminal.void(done).code == "12"


ADJUSTMENTS = [
    ("rrn zeros", {37: "0" * 12}, "00"),
    ("no code", {38: None}, "00"),
    ("any day", {61: "000001000002" + "0000" + "00"}, "00"),
    ("another day", {61: "000001000002" + "0714" + "00"}, "25"),
    ("another voucher", {61: "000001000001" + DAY + "00"}, "25"),
    ("another rrn", {37: "1" * 12}, "25"),
    ("another code", {38: "000000"}, "25"),
    ("another card", {2: OTHER}, "22"),
    ("sum and tip disagree", {48: "000000000149"}, "64"),
]


@pytest.mark.parametrize(
    "name, change, expected", ADJUSTMENTS, ids=[row[0] for row in ADJUSTMENTS]
)
def test_tip_truth_table(terminal, acquirer, name, change, expected):
    tip = terminal.adjust_fields("tip", terminal.sale(1000), 1150, 150)
    assert terminal.play("tip", {**tip, **change}).code == expected
    assert debit(acquirer) == (1, 1150 if expected == "00" else 1000)


def test_what_is_not_adjusted(terminal):
    sale = terminal.sale(1000)
    assert terminal.play("adjust", terminal.adjust_fields("adjust", sale, 900)).code == "25"
    assert refund(terminal, sale, 1) == "00"
    assert terminal.play("tip", terminal.adjust_fields("tip", sale, 1100, 100)).code == "12"
    sale = terminal.sale(1000)
    terminal.void(sale)
    assert terminal.play("tip", terminal.adjust_fields("tip", sale, 1100, 100)).code == "12"
    sale = terminal.sale(1000)
    terminal.settle()
    terminal.sign_on()
    assert terminal.play("tip", terminal.adjust_fields("tip", sale, 1100, 100)).code == "22"


# sent again


def asked(terminal, kind):
    if kind == "offline":
        return terminal.offline_fields(1000)
    sale = terminal.sale(1000)
    if kind == "refund":
        return terminal.refund_fields(sale, 1000)
    if kind == "advice":
        return terminal.on_hold(kind, terminal.preauth(1000), 1000)
    return terminal.adjust_fields("tip", sale, 1150, 150)


REPEATABLE = ["refund", "advice", "offline", "tip"]


@pytest.mark.parametrize("kind", REPEATABLE)
def test_a_0220_sent_again_is_answered_as_the_first_time(terminal, acquirer, kind):
    fields = asked(terminal, kind)
    first = terminal.play(kind, fields)
    before = (acquirer.ledger(), acquirer.cards())
    terminal.settle()  # even then
    terminal.sign_on()
    acquirer._clock = lambda: NOW + timedelta(hours=17)
    kept = (12, 13, 15, 37, 38, 39)
    for again in (fields, repeated(fields)):
        answer = terminal.play(kind, again)
        assert answer.code == "00" and answer.mac == "good"
        assert [answer.fields[n] for n in kept] == [first.fields[n] for n in kept]
    after = (acquirer.ledger(), acquirer.cards())
    assert after[1] == before[1]
    assert (
        after[0]["terminals"][TID]["transactions"] == before[0]["terminals"][TID]["transactions"]
    )


@pytest.mark.parametrize("kind", REPEATABLE)
def test_the_first_to_arrive_may_be_one_sent_again(terminal, kind):
    assert terminal.play(kind, repeated(asked(terminal, kind))).code == "00"


@pytest.mark.parametrize("kind", REPEATABLE)
def test_a_declined_one_stays_declined(terminal, acquirer, kind):
    fields = {**asked(terminal, kind), 49: "840"}
    codes = [terminal.play(kind, {**fields, 49: cur}).code for cur in ("840", "156", "156")]
    assert codes == ["12", "12", "12"]


@pytest.mark.parametrize("kind", REPEATABLE)
def test_the_number_used_for_something_else(terminal, kind):
    fields = asked(terminal, kind)
    terminal.play(kind, fields)
    other = {**repeated(fields), 4: "000000000999"}
    assert terminal.play(kind, other).code == "94"
    assert terminal.play(kind, {**repeated(fields), 2: OTHER}).code == "94"
    sale = {**terminal.sale_fields(1000), 11: fields[11]}
    assert terminal.play("sale", sale).code == "94"


@pytest.mark.parametrize("kind", REPEATABLE)
def test_one_that_has_to_sign_on_first_was_not_looked_at(terminal, acquirer, kind):
    """The terminal sends it again with the same number: it must not find that used up."""
    fields = asked(terminal, kind)
    before = states(acquirer)
    for code in ("77", "99", "A0"):
        acquirer.faults = parse('{"fault":"decline","mti":"0220","code":"%s"}' % code)
        assert terminal.play(kind, fields).code == code and states(acquirer) == before
    acquirer.faults = parse("")
    assert terminal.play(kind, repeated(fields)).code == "00"


@pytest.mark.parametrize("kind", REPEATABLE)
def test_one_that_comes_after_its_batch_was_settled(terminal, kind):
    """It cannot be told to sign on: its number would stay that of the old batch."""
    fields = asked(terminal, kind)
    terminal.settle()
    terminal.sign_on()
    assert [terminal.play(kind, repeated(fields)).code for _ in range(2)] == ["22", "22"]


def test_a_track_without_layout_twice(terminal):
    fields = {**terminal.refund_fields(terminal.sale(100), 100), 35: RICH}
    assert [terminal.play("refund", fields).code for _ in range(2)] == ["14", "14"]
