# SPDX-License-Identifier: MIT
"""Void, reversal and settlement at the acquirer, in process, as truth tables."""

import pytest

from acquirer_sim import crypto
from fakes.mini_terminal import (
    PIN,
    RICH,
    RICH_MINOR,
    TID,
    TMK,
    MiniTerminal,
    balance,
    batch,
    f48,
    pin_block,
    states,
)

# void


def test_void(terminal, acquirer):
    answer = terminal.void(terminal.sale(12850))
    assert answer.code == "00" and answer.mac == "good"
    assert states(acquirer) == [("sale", "voided", "00"), ("void", "approved", "00")]
    assert balance(acquirer) == RICH_MINOR
    totals = batch(acquirer)
    assert (totals["debit_count"], totals["debit_minor"]) == (1, 12850)
    assert (totals["credit_count"], totals["credit_minor"]) == (1, 12850)


VOIDS = [
    ("rrn zeros", {"f37": "0" * 12}, "00"),
    ("no auth code", {"f38": None}, "00"),
    ("other amount", {"f4": "000000012849"}, "64"),
    ("unknown voucher", {"f61": "000001000999"}, "25"),
    ("other batch", {"f61": "000002000002"}, "25"),
    ("other rrn", {"f37": "123456789012"}, "25"),
    ("other auth code", {"f38": "000000"}, "25"),
    ("other card", {"pan": "6250930000000051"}, "22"),
    ("unknown card", {"pan": "6250930000000101"}, "14"),
    ("no original", {"f61": None}, "30"),
    ("no rrn", {"f37": None}, "30"),
]


@pytest.mark.parametrize("name, change, code", VOIDS, ids=[row[0] for row in VOIDS])
def test_void_truth_table(terminal, acquirer, name, change, code):
    sale = terminal.sale(12850)
    assert terminal.void(sale, **change).code == code
    assert states(acquirer)[0][1] == ("voided" if code == "00" else "approved")


def test_void_twice(terminal):
    sale = terminal.sale(100)
    assert [terminal.void(sale).code for _ in range(2)] == ["00", "12"]


def test_void_of_what_is_no_approved_sale(terminal, acquirer):
    declined = terminal.sale(1001, "6250930000000002")
    assert terminal.void(declined, "6250930000000002").code == "25"
    fields = terminal.sale_fields(100)
    reversed_ = terminal.exchange("0200", fields, mac=True)
    terminal.reverse(fields)
    assert terminal.void(reversed_).code == "25"
    void = terminal.void(terminal.sale(100))
    assert terminal.void(void).code == "25"


def test_void_after_settlement(terminal):
    sale = terminal.sale(100)
    terminal.settle(f48((1, 100)))
    assert terminal.void(sale).code == "77"  # still in the closed batch
    terminal.sign_on()
    assert terminal.void(sale).code == "22"


def test_void_from_another_terminal(terminal, acquirer):
    sale = terminal.sale(100)
    acquirer.register("12345679", TMK)
    other = MiniTerminal(acquirer, "12345679")
    other.sign_on()
    assert other.void(sale).code == "25"


def test_void_checks_a_pin_that_is_there(terminal):
    sale = terminal.sale(100)
    with_pin = {22: "021", 26: "12", 53: "2600000000000000"}
    for pin, code in (("111111", "55"), (PIN, "00")):
        f52 = crypto.encrypt(terminal.keys["pik"], pin_block(pin, RICH)).hex().upper()
        fields = {**terminal.void_fields(sale), **with_pin, 52: f52}
        assert terminal.exchange("0200", fields, mac=True).code == code


# reversal


def test_reversal_of_a_sale(terminal, acquirer):
    fields = terminal.sale_fields(12850)
    terminal.exchange("0200", fields, mac=True)
    for _ in range(3):
        answer = terminal.reverse(fields)
        assert answer.code == "00" and answer.mac == "good"
    assert sorted(answer.fields) == [3, 4, 11, 12, 13, 15, 25, 32, 37, 39, 41, 42, 49, 60, 64]
    assert states(acquirer) == [("sale", "reversed", "00")]
    assert balance(acquirer) == RICH_MINOR and batch(acquirer)["debit_count"] == 0


def test_reversal_of_a_void_brings_the_sale_back(terminal, acquirer):
    sale = terminal.sale(12850)
    fields = terminal.void_fields(sale)
    terminal.exchange("0200", fields, mac=True)
    assert [terminal.reverse(fields).code for _ in range(2)] == ["00", "00"]
    assert states(acquirer) == [("sale", "approved", "00"), ("void", "reversed", "00")]
    assert balance(acquirer) == RICH_MINOR - 12850
    assert terminal.void(sale).code == "00" and balance(acquirer) == RICH_MINOR


def test_reversal_of_a_void_names_itself(terminal):
    fields = terminal.void_fields(terminal.sale(100))
    terminal.exchange("0200", fields, mac=True)
    assert terminal.reverse(fields, f61="000001000999").code == "30"


def test_reversal_that_finds_nothing_keeps_the_original_out(terminal, acquirer):
    fields = terminal.sale_fields(100)
    assert [terminal.reverse(fields).code for _ in range(2)] == ["25", "25"]
    assert terminal.exchange("0200", fields, mac=True).code == "12"
    assert states(acquirer) == [("sale", "declined", "12")] and balance(acquirer) == RICH_MINOR
    assert terminal.reverse(fields).code == "25"
    (kept,) = acquirer.ledger()["terminals"][TID]["unmatched_reversals"]
    assert kept["stan"] == fields[11] and kept["type"] == "sale"


def test_reversal_of_a_declined_sale(terminal):
    fields = terminal.sale_fields(1001, "6250930000000002")
    assert terminal.exchange("0200", fields, mac=True).code == "51"
    assert terminal.reverse(fields).code == "25"


def test_reversal_with_another_amount_or_kind(terminal, acquirer):
    fields = terminal.sale_fields(100)
    terminal.exchange("0200", fields, mac=True)
    assert terminal.reverse(fields, f4="000000000101").code == "64"
    kind = {"f3": "200000", "f60": "2300000100020", "f61": "000001" + fields[11]}
    assert terminal.reverse(fields, **kind).code == "25"
    assert states(acquirer) == [("sale", "approved", "00")]


def test_reversal_of_a_voided_sale(terminal, acquirer):
    fields = terminal.sale_fields(100)
    terminal.void(terminal.exchange("0200", fields, mac=True))
    assert terminal.reverse(fields).code == "12" and balance(acquirer) == RICH_MINOR


def test_reversal_after_settlement(terminal, acquirer):
    fields = terminal.sale_fields(100)
    terminal.exchange("0200", fields, mac=True)
    terminal.settle()
    assert batch(acquirer)["result"] == "unbalanced"
    terminal.sign_on()
    assert terminal.reverse(fields).code == "00"
    assert batch(acquirer)["debit_count"] == 0 and batch(acquirer)["result"] == "unbalanced"


def test_reversal_with_bad_mac_changes_nothing(terminal, acquirer):
    fields = terminal.sale_fields(100)
    terminal.exchange("0200", fields, mac=True)
    terminal.keys["mak"] = bytes(range(8))
    answer = terminal.reverse(fields)
    assert answer.code == "A0" and answer.mac == "none"
    assert states(acquirer) == [("sale", "approved", "00")]


# settlement


def test_settlement_balances(terminal, acquirer):
    terminal.sale(100)
    terminal.void(terminal.sale(250))
    terminal.sale(900, "4012888888881881")
    totals = f48((2, 350), (1, 250), ((1, 900), (0, 0)))
    answer = terminal.settle(totals)
    assert sorted(answer.fields) == [11, 12, 13, 15, 32, 37, 41, 42, 48, 49, 60]
    assert answer.fields[48] == totals[:30] + "1" + totals[31:61] + "1"
    assert batch(acquirer)["result"] == "balanced"
    assert batch(acquirer)["debit_count"] == 3 and batch(acquirer)["debit_minor"] == 1250
    assert batch(acquirer)["foreign_debit_minor"] == 900
    assert terminal.sign_on().fields[60] == "00000002003"


@pytest.mark.parametrize(
    "totals, digits",
    [
        (f48((1, 100), foreign=((1, 900), (0, 0))), "11"),
        (f48((1, 101), foreign=((1, 900), (0, 0))), "21"),
        (f48((2, 100), foreign=((1, 900), (0, 0))), "21"),
        (f48((1, 100)), "12"),
        (f48((2, 1000)), "22"),
    ],
)
def test_settlement_results(terminal, acquirer, totals, digits):
    terminal.sale(100)
    terminal.sale(900, "4012888888881881")
    answer = terminal.settle(totals)
    assert answer.fields[48][30] + answer.fields[48][61] == digits
    assert batch(acquirer)["result"] == ("balanced" if digits == "11" else "unbalanced")


def test_settlement_repeated_gives_the_kept_answer(terminal, acquirer):
    terminal.sale(100)
    first = terminal.settle(f48((1, 101)))
    terminal.sign_on()
    assert terminal.batch == 2
    again = terminal.settle(f48((1, 100)), batch=1)
    assert again.fields[48] == first.fields[48] and again.fields[37] == first.fields[37]
    terminal.sign_on()
    assert terminal.batch == 2 and batch(acquirer)["result"] == "unbalanced"


def test_settlement_of_an_empty_batch(terminal, acquirer):
    answer = terminal.settle()
    assert answer.fields[48][30] + answer.fields[48][61] == "11"
    terminal.sign_on()
    assert terminal.batch == 2


def test_batch_number_wraps(acquirer, terminal):
    terminal.batch = 999998
    terminal.sale(100)
    terminal.settle(f48((1, 100)))
    terminal.sign_on()
    assert terminal.batch == 1 and terminal.sale(100).code == "00"


def test_sale_in_a_settled_batch(terminal, acquirer):
    terminal.settle()
    answer = terminal.sale(100)
    assert answer.code == "77" and answer.mac == "good"
    assert states(acquirer) == [("sale", "declined", "77")]
    terminal.sign_on()
    assert terminal.sale(100).code == "00"


def test_terminal_that_counts_its_batches_itself(terminal, acquirer):
    terminal.settle()
    terminal.batch = 2
    assert terminal.sale(100).code == "00" and batch(acquirer, "000002")["debit_count"] == 1


@pytest.mark.parametrize("change, code", [({48: "0" * 61}, "30"), ({60: "00000000201"}, "30")])
def test_settlement_refused(terminal, acquirer, change, code):
    fields = {11: "000050", 48: f48(), 49: "156", 60: "00000001201", **change}
    answer = terminal.exchange("0500", fields)
    assert answer.code == code and 48 not in answer.fields
    assert acquirer.ledger()["terminals"][TID]["batches"] == {}
