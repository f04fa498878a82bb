# SPDX-License-Identifier: MIT
"""The fault language: every fault, every narrowing key, every bad line."""

import json

import pytest

from acquirer_sim import faults
from acquirer_sim.core import Acquirer
from acquirer_sim.errors import AcquirerError
from fakes.mini_terminal import TID, TMK, Answer, MiniTerminal, f48

BODY_AT = 2 + 11  # in a frame with its length


def rules(*lines):
    return faults.parse("\n".join(json.dumps(line) for line in lines))


def started(*lines):
    """An acquirer with a terminal signed on before the rules count."""
    acquirer = Acquirer()
    acquirer.register(TID, TMK)
    terminal = MiniTerminal(acquirer)
    terminal.sign_on()
    acquirer.faults = rules(*lines)
    return acquirer, terminal


def play(terminal, fields=None):
    """Send a sale; return the actions."""
    fields = fields or terminal.sale_fields(100)
    return terminal.acquirer.handle(terminal.frame("0200", fields, mac=True))


def booked(acquirer):
    return [
        (entry["state"], entry["response"])
        for entry in acquirer.ledger()["terminals"][TID]["transactions"]
    ]


def test_drop_before_books_nothing():
    acquirer, terminal = started({"fault": "drop_before"})
    assert play(terminal) == [] and booked(acquirer) == []


def test_drop_after_books():
    acquirer, terminal = started({"fault": "drop_after"})
    assert play(terminal) == [] and booked(acquirer) == [("approved", "00")]


def test_close_books():
    acquirer, terminal = started({"fault": "close"})
    (action,) = play(terminal)
    assert action.kind == "close" and booked(acquirer) == [("approved", "00")]


def test_delay():
    acquirer, terminal = started({"fault": "delay", "seconds": 3.5, "nth": 1}, {"fault": "delay"})
    assert [play(terminal)[0].delay_s for _ in range(2)] == [3.5, 61]
    assert booked(acquirer) == [("approved", "00")] * 2


def test_duplicate():
    _, terminal = started({"fault": "duplicate"})
    first, second = play(terminal)
    assert first == second and Answer(first.data, terminal.keys["mak"]).mac == "good"


def test_truncate():
    _, terminal = started({"fault": "truncate", "at": 12, "nth": 1}, {"fault": "truncate"})
    sent, closed = play(terminal)
    assert len(sent.data) == 2 + 12 and closed.kind == "close"
    announced = int.from_bytes(sent.data[:2], "big")
    assert announced > 100
    half = play(terminal)[0].data
    assert len(half) == 2 + int.from_bytes(half[:2], "big") // 2


def test_flip():
    _, terminal = started(
        {"fault": "flip", "at": 12, "nth": 1},
        {"fault": "flip", "at": 99999, "nth": 2},
        {"fault": "flip", "nth": 3},
    )
    assert play(terminal)[0].data[BODY_AT : BODY_AT + 2].hex() == "0211"
    last = Answer(play(terminal)[0].data, terminal.keys["mak"])
    assert last.mac == "bad" and last.code == "00"
    middle = play(terminal)[0].data
    good = play(terminal)[0].data
    assert len(middle) == len(good) and middle[2:BODY_AT] == good[2:BODY_AT]


def test_bad_mac():
    acquirer, terminal = started({"fault": "bad_mac"})
    answer = Answer(play(terminal)[0].data, terminal.keys["mak"])
    assert answer.mac == "bad" and answer.code == "00" and booked(acquirer) == [("approved", "00")]


def test_wrong_stan_has_a_right_mac():
    _, terminal = started({"fault": "wrong_stan"})
    answer = Answer(play(terminal)[0].data, terminal.keys["mak"])
    assert answer.mac == "good" and int(answer.fields[11]) == terminal.stan + 1


@pytest.mark.parametrize("line, code", [({}, "05"), ({"code": "51"}, "51")])
def test_decline(line, code):
    acquirer, terminal = started({"fault": "decline", **line})
    answer = Answer(play(terminal)[0].data, terminal.keys["mak"])
    assert (
        answer.mac == "good" and answer.code == code and booked(acquirer) == [("declined", code)]
    )


def test_decline_of_reversal_settlement_and_sign_on_changes_nothing():
    acquirer, terminal = started({"fault": "decline", "code": "96"})
    acquirer.faults.rules[0].match["type"] = "reversal"
    fields = terminal.sale_fields(100)
    play(terminal, fields)
    answer = terminal.reverse(fields)
    assert (
        answer.code == "96" and answer.mac == "good" and booked(acquirer) == [("approved", "00")]
    )
    acquirer.faults.rules[0].match["type"] = "settlement"
    assert terminal.settle(f48((1, 100))).code == "96"
    assert acquirer.ledger()["terminals"][TID]["batches"]["000001"]["result"] == "open"
    acquirer.faults.rules[0].match["type"] = "signon"
    assert 62 not in terminal.sign_on().fields
    acquirer.faults = rules()
    assert terminal.sale(100).code == "00"  # the keys are still those of before


@pytest.mark.parametrize("line, digit", [({}, "3"), ({"code": "1"}, "1")])
def test_requirement(line, digit):
    _, terminal = started({"fault": "requirement", **line})
    assert terminal.sale(100).header == f"6031{'0'}{digit}311003"


def test_faults_of_one_exchange_add_up():
    _, terminal = started(
        {"fault": "delay", "seconds": 2}, {"fault": "duplicate"}, {"fault": "bad_mac"}
    )
    first, second = play(terminal)
    assert (first.delay_s, second.delay_s) == (2, 0)
    assert Answer(second.data, terminal.keys["mak"]).mac == "bad"


@pytest.mark.parametrize(
    "narrow, hits",
    [
        ({"terminal": TID, "mti": "0200", "type": "sale", "nth": 1}, [True, False]),
        ({"terminal": "*", "nth": 2}, [False, True]),
        ({}, [True, True]),
        ({"terminal": "12345679"}, [False, False]),
        ({"mti": "0400"}, [False, False]),
        ({"type": "void"}, [False, False]),
    ],
)
def test_narrowing(narrow, hits):
    _, terminal = started({"fault": "drop_before", **narrow})
    assert [play(terminal) == [] for _ in range(2)] == hits


def test_nth_counts_only_what_matches():
    _, terminal = started({"fault": "drop_after", "type": "reversal", "nth": 2})
    fields = terminal.sale_fields(100)
    play(terminal, fields)
    assert terminal.reverse(fields).code == "00"
    frame = {**{n: fields[n] for n in (3, 4, 11, 22, 25, 49, 60)}, 39: "98"}
    assert terminal.acquirer.handle(terminal.frame("0400", frame, mac=True)) == []
    assert terminal.reverse(fields).code == "00"


@pytest.mark.parametrize(
    "kind, request_",
    [
        ("signon", ("0800", {11: "000001", 60: "00000001003"})),
        ("signoff", ("0820", {11: "000001", 60: "00000001002"})),
        ("echo", ("0820", {60: "00000001301"})),
        ("settlement", ("0500", {11: "000001", 48: f48(), 49: "156", 60: "00000001201"})),
        ("batch_upload", ("0320", {11: "000001", 48: "00", 60: "00000001201"})),
        ("batch_end", ("0320", {11: "000001", 48: "0000", 60: "00000001202"})),
    ],
)
def test_types(kind, request_):
    acquirer, terminal = started({"fault": "drop_before", "type": kind})
    assert acquirer.handle(terminal.frame(*request_, mac=False)) == []


BAD = [
    ("{", "is not JSON"),
    ("[]", "must be a JSON object"),
    ('"drop"', "must be a JSON object"),
    ("{}", "has no fault"),
    ('{"fault":"explode"}', "fault must be one of"),
    ('{"fault":"delay","second":3}', "unknown key second"),
    ('{"fault":"delay","seconds":-1}', "seconds must be"),
    ('{"fault":"delay","seconds":true}', "seconds must be"),
    ('{"fault":"delay","nth":0}', "nth must be"),
    ('{"fault":"flip","at":"12"}', "at must be"),
    ('{"fault":"decline","code":51}', "code must be"),
    ('{"fault":"decline","code":"5"}', "code must be"),
    ('{"fault":"decline","code":"00"}', "is an approval, not a decline"),
    ('{"fault":"result","code":"04"}', "code must be two result digits"),
    ('{"fault":"close","mti":"0210"}', "mti must be"),
    ('{"fault":"close","type":"sales"}', "type must be one of"),
    ('{"fault":"close","terminal":"123"}', "terminal must be"),
    ('{"fault":null}', "fault must be one of"),
]


@pytest.mark.parametrize("line, text", BAD)
def test_bad_lines_are_named(line, text):
    with pytest.raises(AcquirerError, match="faults: line 3: .*" + text):
        faults.parse('{"fault":"close"}\n\n' + line)


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(AcquirerError, match="cannot be read"):
        faults.load(tmp_path / "none")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(AcquirerError, match="UTF-8"):
        faults.load(tmp_path / "bytes")
