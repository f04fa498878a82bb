# SPDX-License-Identifier: MIT
"""Reversals of every kind that reverses: what they undo, how often, and when they come first."""

import pytest

from fakes.mini_terminal import DAY, PIN, RICH_MINOR, TID, balance, batch, states

RECEIVER = "6250930000000002"
KINDS = ["sale", "void", "preauth", "preauth_void", "completion", "completion_void", "transfer"]


def held(acquirer):
    """Return the amounts of the terminal's live holds."""
    return [hold["amount_minor"] for hold in acquirer.ledger()["terminals"][TID]["holds"]]


def prepared(terminal, kind):
    """Return the fields of a request that would be approved, what it needs being done."""
    if kind in ("sale", "preauth"):
        return terminal.fields(kind, 600)
    if kind == "transfer":
        f62 = RECEIVER.encode().hex().upper()
        return terminal.fields(kind, 600, pin=PIN, f62=f62)
    if kind == "void":
        return terminal.void_fields(terminal.sale(600))
    answer = terminal.preauth(600)
    if kind != "completion_void":
        return terminal.on_hold(kind, answer, 600)
    done = terminal.play("completion", terminal.on_hold("completion", answer, 600))
    return terminal.on_original(kind, done, 600)


def whole(acquirer):
    """Return all that a reversal could have to do with."""
    balances = [card["available_minor"] for card in acquirer.cards()]
    return held(acquirer), balances, states(acquirer)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reversal_undoes_exactly(terminal, acquirer, kind):
    """Holds, balances and states are what they were; asked again, nothing changes."""
    fields = prepared(terminal, kind)
    before = whole(acquirer)
    assert terminal.play(kind, fields).code == "00"
    assert whole(acquirer)[:2] != before[:2]
    for _ in range(3):
        assert terminal.reverse(fields).code == "00"
    after = whole(acquirer)
    assert after[:2] == before[:2] and after[2][:-1] == before[2]
    assert after[2][-1] == (kind, "reversed", "00")
    assert batch(acquirer)["credit_count"] == 0
    again = {**fields, 11: terminal.next_stan()}
    assert terminal.play(kind, again).code == "00"


@pytest.mark.parametrize("kind", KINDS)
def test_a_reversal_before_its_original(terminal, acquirer, kind):
    fields = prepared(terminal, kind)
    before = whole(acquirer)
    assert [terminal.reverse(fields).code for _ in range(2)] == ["25", "25"]
    assert terminal.play(kind, fields).code == "12"
    after = whole(acquirer)
    assert after[:2] == before[:2] and after[2][-1] == (kind, "declined", "12")
    assert terminal.reverse(fields).code == "25"
    (kept,) = acquirer.ledger()["terminals"][TID]["unmatched_reversals"]
    assert (kept["stan"], kept["type"], kept["amount_minor"]) == (fields[11], kind, 600)


@pytest.mark.parametrize("kind", KINDS)
def test_one_voucher_number_is_good_for_one(terminal, acquirer, kind):
    fields = prepared(terminal, kind)
    assert [terminal.play(kind, fields).code for _ in range(2)] == ["00", "94"]
    for other in ("sale", "refund", "offline"):
        asked = {**terminal.refund_fields(terminal.sale(600), 1), 11: fields[11]}
        if other != "refund":
            asked = terminal.fields("sale", 600) if other == "sale" else terminal.offline_fields(1)
        assert terminal.play(other, {**asked, 11: fields[11]}).code == "94"


@pytest.mark.parametrize("kind", KINDS)
def test_a_reversal_after_settlement(terminal, acquirer, kind):
    fields = prepared(terminal, kind)
    before = whole(acquirer)[:2]
    terminal.play(kind, fields)
    terminal.settle()
    terminal.sign_on()
    assert terminal.reverse(fields).code == "00" and whole(acquirer)[:2] == before


def test_what_something_was_built_on_is_not_reversed(terminal, acquirer):
    hold = terminal.fields("preauth", 600)
    answer = terminal.play("preauth", hold)
    completion = terminal.on_hold("completion", answer, 500)
    done = terminal.play("completion", completion)
    assert terminal.reverse(hold).code == "12"
    terminal.play("refund", terminal.refund_fields(done, 1))
    assert terminal.reverse(completion).code == "12"
    assert balance(acquirer) == RICH_MINOR - 499
    for change in ("refund", "tip"):
        sale = terminal.sale_fields(100)
        done = terminal.exchange("0200", sale, mac=True)
        if change == "tip":
            terminal.play("tip", terminal.adjust_fields("tip", done, 110, 10))
        else:
            terminal.play("refund", terminal.refund_fields(done, 1))
        assert terminal.reverse(sale).code == "12"


def test_a_sale_that_is_free_again(terminal, acquirer):
    """A voided sale is not reversed; its void reversed, it is."""
    fields = terminal.sale_fields(100)
    void = terminal.void_fields(terminal.exchange("0200", fields, mac=True))
    terminal.exchange("0200", void, mac=True)
    assert [terminal.reverse(one).code for one in (fields, void, fields)] == ["12", "00", "00"]
    assert balance(acquirer) == RICH_MINOR


def test_a_completion_void_reversed_when_its_hold_was_used_again(terminal, acquirer):
    """The terminal must find what it was told: the first completion stands again, too."""
    answer = terminal.preauth(600)
    done = terminal.play("completion", terminal.on_hold("completion", answer, 600))
    void = terminal.on_original("completion_void", done, 600)
    terminal.play("completion_void", void)
    assert terminal.play("completion", terminal.on_hold("completion", answer, 600)).code == "00"
    assert terminal.reverse(void).code == "00"
    assert balance(acquirer) == RICH_MINOR - 1200 and held(acquirer) == []


def test_a_reversal_of_another_kind_or_amount(terminal):
    fields = terminal.fields("preauth", 600)
    terminal.play("preauth", fields)
    assert terminal.reverse(fields, f4="000000000601").code == "64"
    other = {
        "f3": "000000",
        "f25": "06",
        "f60": "2000000100020",
        "f61": "000001" + fields[11] + DAY,
    }
    assert terminal.reverse(fields, **other).code == "25"
    assert terminal.reverse(fields).code == "00"
