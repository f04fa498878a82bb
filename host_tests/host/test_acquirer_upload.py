# SPDX-License-Identifier: MIT
"""Batch upload at the acquirer, in process: what it takes, what it refuses, what it finds out."""

import io

import pytest
from rich.console import Console

from acquirer_sim import report
from acquirer_sim.core import Acquirer
from acquirer_sim.faults import parse
from fakes.mini_terminal import NOW, RICH, TID, TMK, MiniTerminal, batch, f48, signed_on
from fakes.mini_upload import copy, differences, end, entry, upload

_FOREIGN = "4012888888881881"


@pytest.fixture
def terminal():
    made = signed_on()
    yield made
    made.acquirer.close()


@pytest.fixture
def sales(terminal):
    """Three sales and one with a foreign card; the terminal has settled other totals."""
    made = [terminal.sale(100), terminal.sale(250), terminal.sale(999)]
    made.append(terminal.sale(700, _FOREIGN))
    terminal.settle(f48((1, 1), foreign=((2, 2), (0, 0))))
    return made


def entries(sales: list) -> list:
    """The records of a terminal that has what the host has."""
    return [entry(sale) for sale in sales[:3]] + [entry(sales[3], _FOREIGN, "01")]


# what is found out


def test_nothing_differs(terminal, sales):
    answer = upload(terminal, entries(sales))
    assert answer.code == "00" and answer.mac == "none"
    assert {11, 12, 13, 32, 37, 39, 41, 42, 60} <= set(answer.fields)
    assert end(terminal, 4).code == "00"
    assert differences(terminal) == []
    kept = batch(terminal.acquirer)
    assert kept["result"] == "unbalanced"
    assert kept["upload"] == {"records": 4, "end": "202", "time": "2026-07-15T10:15:30"}


def other_card(found):
    found[0]["pan"] = "6250930000000051"


def other_amount(found):
    found[1]["minor"] = 251


def other_scheme(found):
    found[3]["flag"] = "00"


def host_alone(found):
    del found[2]


def terminal_alone(found):
    found.append({"flag": "00", "stan": "000099", "pan": RICH, "minor": 5})


DIFFERENCES = [
    (other_card, ("000002", "card differs", 100, 100)),
    (other_amount, ("000003", "amount differs", 251, 250)),
    (other_scheme, ("000005", "scheme differs", 700, 700)),
    (host_alone, ("000004", "only at host", None, 999)),
    (terminal_alone, ("000099", "only at terminal", 5, None)),
]


@pytest.mark.parametrize("change, found", DIFFERENCES, ids=[row[1][1] for row in DIFFERENCES])
def test_what_differs_is_named(terminal, sales, change, found):
    records = entries(sales)
    change(records)
    assert upload(terminal, records).code == "00"
    assert end(terminal, len(records)).code == "00"
    assert differences(terminal) == [found]
    assert batch(terminal.acquirer)["result"] == "unbalanced"


def test_declined_and_reversed_at_the_host(terminal):
    declined = terminal.sale(1001, "6250930000000002")
    fields = terminal.sale_fields(100)
    undone = terminal.exchange("0200", fields, mac=True)
    terminal.reverse(fields)
    terminal.settle(f48((2, 1101)))
    upload(terminal, [entry(declined, "6250930000000002", minor=1001), entry(undone)])
    end(terminal, 2)
    only = "only at terminal"
    assert differences(terminal) == [
        (declined.fields[11], only, 1001, None),
        (undone.fields[11], only, 100, None),
    ]


def test_void_and_its_sale_agree(terminal):
    sale = terminal.sale(100)
    void = terminal.void(sale)
    terminal.settle()
    upload(terminal, [entry(sale), entry(void)])
    end(terminal, 2)
    assert differences(terminal) == []


SIDES = [
    (f48((3, 1349), foreign=((1, 1), (0, 0))), "12", ["000005"]),
    (f48((3, 1), foreign=((1, 700), (0, 0))), "21", ["000002", "000003", "000004"]),
    (f48((3, 1), foreign=((1, 1), (0, 0))), "22", ["000002", "000003", "000004", "000005"]),
]


@pytest.mark.parametrize("totals, result, missing", SIDES, ids=[row[1] for row in SIDES])
def test_only_the_sides_that_were_asked_for_are_missed(terminal, totals, result, missing):
    for amount in (100, 250, 999):
        terminal.sale(amount)
    terminal.sale(700, _FOREIGN)
    answer = terminal.settle(totals)
    assert answer.fields[48][30] + answer.fields[48][61] == result
    assert end(terminal, 0).code == "00"
    assert [found[:2] for found in differences(terminal)] == [(m, "only at host") for m in missing]


def test_not_compared_asks_for_all():
    faults = parse('{"mti":"0500","fault":"result","code":"13"}')
    acquirer = Acquirer(faults=faults, clock=lambda: NOW)
    acquirer.register(TID, TMK)
    terminal = MiniTerminal(acquirer)
    terminal.sign_on()
    sale = terminal.sale(100)
    answer = terminal.settle(f48((1, 100)))
    assert answer.fields[48][30] + answer.fields[48][61] == "13"
    assert end(terminal, 0, "207").code == "12"
    assert end(terminal, 0).code == "00"
    assert differences(terminal) == [(sale.fields[11], "only at host", None, 100)]
    assert batch(acquirer)["result"] == "unbalanced"
    acquirer.close()


def test_found_in_the_list_for_people(terminal, sales):
    upload(terminal, entries(sales)[1:])
    end(terminal, 3)
    out = io.StringIO()
    report.print_ledger(terminal.acquirer.ledger(), Console(file=out, width=100))
    assert "only at host" in out.getvalue() and "000002" in out.getvalue()


# the copies of advices


def test_copy_of_a_refund(terminal, sales):
    assert upload(terminal, entries(sales)).code == "00"
    answer = copy(terminal, "000050", 300)
    assert answer.code == "00" and answer.mac == "none" and answer.fields[11] == "000050"
    assert end(terminal, 5).code == "00"
    assert differences(terminal) == [("000050", "only at terminal", 300, None)]


ADVICE = {"f3": "000000", "f25": "06", "f37": None, "f38": "123456", "f63": None}
OFFLINE = {"f3": "000000", "f14": "3012", "f22": "012", "f37": None, "f38": "123456"}
ADJUST = {"f3": "000000", "f38": "123456", "f48": "000000000010"}
MODE = "000001000002071500"
COPIES = [
    ("refund", {}, "00"),
    ("completion advice", {**ADVICE, "f60": "24000001000200"}, "00"),
    ("offline sale", {**OFFLINE, "f60": "30000001000200", "f61": MODE}, "00"),
    ("adjustment", {**ADJUST, "f60": "32000001000200", "f61": MODE}, "00"),
    ("tip", {**ADJUST, "f60": "34000001000200", "f61": MODE}, "00"),
    ("scheme unknown", {"f63": "000"}, "00"),
    ("no scheme", {"f63": None}, "30"),
    ("sale", {"f3": "000000", "f60": "22000001000200"}, "30"),
    ("no card", {"f2": None}, "30"),
    ("with a track", {"f35": RICH + "D3012120"}, "30"),
    ("with a MAC", {"f64": "00" * 8}, "30"),
    ("with a PIN", {"f52": "00" * 8}, "30"),
    ("no amount", {"f4": None}, "30"),
    ("chip notice", {"f60": "25000001205"}, "40"),
    ("other batch", {"f60": "25000002000200"}, "12"),
]


@pytest.mark.parametrize("name, change, code", COPIES, ids=[row[0] for row in COPIES])
def test_copies(terminal, sales, name, change, code):
    assert copy(terminal, "000050", 300, **change).code == code


def test_scheme_of_a_copy(terminal, sales):
    for stan, change in (("000051", {}), ("000052", {"f63": "VIS"}), ("000053", {"f63": "000"})):
        assert copy(terminal, stan, 1, f2=_FOREIGN, **change).code == "00"
    rows = terminal.acquirer._store.db.execute("SELECT domestic FROM uploads ORDER BY stan")
    assert [row["domestic"] for row in rows.fetchall()] == [1, 0, 0]


# what is refused, and what is repeated


def test_repeats_are_answered_the_same_and_count_once(terminal, sales):
    records = entries(sales)
    assert [upload(terminal, records).code for _ in range(3)] == ["00"] * 3
    assert [copy(terminal, "000050", 300).code for _ in range(2)] == ["00"] * 2
    assert end(terminal, 4).code == "30"
    assert [end(terminal, 5).code for _ in range(3)] == ["00"] * 3
    assert end(terminal, 6).code == "30"
    assert upload(terminal, records).code == "00"
    assert batch(terminal.acquirer)["upload"]["records"] == 5
    assert len(differences(terminal)) == 1


def test_a_record_that_says_something_else(terminal, sales):
    records = entries(sales)
    upload(terminal, records)
    more = {"flag": "00", "stan": "000099", "pan": RICH, "minor": 5}
    assert upload(terminal, [more, {**records[0], "minor": 101}]).code == "64"
    assert batch(terminal.acquirer)["upload"]["records"] == 4, "all of a message or nothing"
    copy(terminal, "000050", 300)
    assert copy(terminal, "000050", 301).code == "64"


def test_a_new_record_after_the_end(terminal, sales):
    assert end(terminal, 0).code == "00"
    assert upload(terminal, entries(sales)).code == "12"
    assert len(differences(terminal)) == 4


def test_before_the_settlement(terminal):
    sale = terminal.sale(100)
    assert upload(terminal, [entry(sale)]).code == "12"
    assert end(terminal, 0).code == "12"
    assert "upload" not in batch(terminal.acquirer)


@pytest.mark.parametrize("count", [0, 1])
def test_the_end_must_tell_how_many_came(terminal, sales, count):
    upload(terminal, entries(sales)[:count] or entries(sales)[:2])
    assert end(terminal, 3 - count).code == "30"
    assert "reconciliation" not in batch(terminal.acquirer)
    assert batch(terminal.acquirer)["upload"]["end"] is None


def test_the_end_must_go_with_the_result(terminal, sales):
    assert end(terminal, 0, "207").code == "12"
    terminal.sign_on()
    terminal.settle(batch=2)
    assert end(terminal, 0, "202", batch=2).code == "12"
    assert end(terminal, 0, "207", batch=2).code == "00"
    kept = batch(terminal.acquirer, "000002")
    assert kept["result"] == "balanced" and kept["reconciliation"] == []


RECORD = "00000099" + "0000" + RICH + "000000000005"
SHAPES = [
    ("none", "00", "30"),
    ("nine", "09" + RECORD * 8, "30"),
    ("fewer than said", "02" + RECORD, "30"),
    ("more than said", "01" + RECORD + "00", "30"),
    ("twice the same voucher", "02" + RECORD * 2, "30"),
    ("no voucher", "01" + RECORD.replace("000099", "000000"), "30"),
    ("no such flag", "01" + "02" + RECORD[2:], "30"),
    ("no PAN", "01" + RECORD.replace(RICH, "0" * 16), "30"),
    ("one", "01" + RECORD, "00"),
]


@pytest.mark.parametrize("name, text, code", SHAPES, ids=[row[0] for row in SHAPES])
def test_shape_of_the_details(terminal, sales, name, text, code):
    fields = {11: "000060", 48: text, 60: "00000001201"}
    assert terminal.exchange("0320", fields).code == code


def test_signed_off(terminal, sales):
    terminal.exchange("0820", {11: terminal.next_stan(), 60: "00000001002"})
    assert upload(terminal, entries(sales)).code == "77"


def test_it_is_durable_in_the_files(tmp_path):
    path = tmp_path / "acquirer.db"
    acquirer = Acquirer(path, clock=lambda: NOW)
    acquirer.register(TID, TMK)
    terminal = MiniTerminal(acquirer)
    terminal.sign_on()
    sale = terminal.sale(100)
    terminal.settle(f48((1, 99)))
    upload(terminal, [entry(sale, minor=99)])
    acquirer.close()
    terminal.acquirer = Acquirer(path, clock=lambda: NOW)
    assert end(terminal, 1).code == "00"
    assert differences(terminal) == [(sale.fields[11], "amount differs", 99, 100)]
    assert RICH.encode() not in path.read_bytes()
    terminal.acquirer.close()
