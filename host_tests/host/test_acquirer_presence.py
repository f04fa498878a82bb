# SPDX-License-Identifier: MIT
"""The presence table of unionpay.md 3.1, field by field: a request that lacks what its row has, or
carries what its row has not, is answered 30 and the log names the field."""

import pytest

from acquirer_sim import spec
from acquirer_sim.core import Acquirer
from acquirer_sim.keysets import Options
from fakes.mini_terminal import (
    DAY,
    KINDS,
    NO_PLACE,
    NOW,
    PIN,
    TID,
    TMK,
    MiniTerminal,
    f48,
    keyed_in,
    open_keys,
    repeated,
    states,
)
from vectors_io import load

RECEIVER = "6250930000000002"
SHARED = {3, 4, 11, 22, 25, 35, 49, 53, 60}
PIN_FIELDS = {26, 52}
# kind: what is mandatory beyond SHARED and a PIN, what may be there too
ROWS = {
    "balance": (set(), {36}),
    "sale": (set(), {36, 59}),
    "void": ({37, 61}, {36, 38}),
    "refund": ({37, 61, 63}, {36}),
    "preauth": (set(), {36, 59}),
    "additional": ({61}, {36, 38, 59}),
    "preauth_void": ({38, 61}, {36}),
    "completion": ({38, 61}, {36}),
    "advice": ({38, 61}, {36}),
    "completion_void": ({37, 38, 61}, {36}),
    "offline": ({2, 14, 38, 61, 63}, {48}),
    "adjust": ({2, 37, 61, 63}, {14, 38, 48}),
    "tip": ({2, 37, 48, 61, 63}, {14, 38}),
    "transfer": ({62}, {36}),
}
WITHOUT_PIN = ("refund", "advice", "offline", "adjust", "tip")
BY_HAND = ("offline", "adjust", "tip")
EXTRA = {
    2: "6200001234567892",
    12: "101530",
    13: "0715",
    14: "3012",
    15: "0715",
    23: "001",
    26: "12",
    32: "00010000",
    36: "996200001234567892D1561560",
    37: "071500000001",
    38: "445566",
    39: "98",
    44: " " * 22,
    48: "000000000100",
    52: "0123456789ABCDEF",
    54: "1002156C000000100000",
    55: "9F2608",
    58: "EP",
    59: "A2004abcd",
    61: NO_PLACE + DAY,
    62: "31",
    63: "CUP",
}


class Lab:
    """A terminal signed on, and what the log said last."""

    def __init__(self, algorithm="tdes"):
        self.said = {}
        self.acquirer = Acquirer(clock=lambda: NOW, log=self.said.update)
        self.acquirer.register(TID, TMK, algorithm=algorithm, options=Options())
        self.terminal = MiniTerminal(self.acquirer, algorithm=algorithm)
        self.terminal.sign_on("005" if algorithm == "sm4" else "003")

    def send(self, kind, fields, mti=None, mac=True):
        """Return F39 and the field that the log names."""
        self.said.clear()
        answer = self.terminal.exchange(mti or KINDS[kind][0], fields, mac)
        return answer.code, self.said.get("field")

    def request(self, kind):
        """Return a whole request of a kind, good enough for its row, with a PIN where it may."""
        pin = None if kind in WITHOUT_PIN else PIN
        fields = self.terminal.fields(kind, 100, pin=pin)
        values = {37: "0" * 12, 38: "445566", 61: NO_PLACE + DAY, 62: RECEIVER, 63: "000"}
        values[62] = RECEIVER.encode().hex().upper()
        values[48] = "000000000010"
        if kind in BY_HAND:
            fields = keyed_in(fields, EXTRA[2])
            values[61] += "01"
        if kind in ("adjust", "tip"):
            fields[22] = "022"
        if kind == "void":
            values[61] = "000001000001"
        return fields | {number: values[number] for number in ROWS[kind][0] if number in values}


@pytest.fixture(scope="module", params=["tdes", "sm4"])
def lab(request):
    made = Lab(request.param)
    yield made
    made.acquirer.close()


def mandatory(lab, kind):
    must = SHARED | ROWS[kind][0]
    if kind not in WITHOUT_PIN:
        must |= PIN_FIELDS | ({59} if lab.terminal.family[0] == "sm4" else set())
    if kind in BY_HAND:
        must -= {35} if lab.terminal.family[0] == "sm4" else {35, 53}
    return must - {4} if kind == "balance" else must


def whole(lab, kind):
    fields = lab.request(kind)
    if kind in BY_HAND and lab.terminal.family[0] == "sm4":
        fields[53] = "0300000000000000"
    return fields


@pytest.mark.parametrize("kind", ROWS)
def test_a_whole_request_passes_the_door(lab, kind):
    code, field = lab.send(kind, whole(lab, kind))
    assert code in ("00", "25") and field is None


@pytest.mark.parametrize("kind", ROWS)
def test_every_mandatory_field_is_missed(lab, kind):
    for number in sorted(mandatory(lab, kind)):
        if number in (3, 25, 60):
            continue  # without these it is no message of this kind
        fields = {**whole(lab, kind), number: None}
        before = len(states(lab.acquirer))
        code, field = lab.send(kind, fields)
        assert code == "30", number
        # what F22 makes mandatory may be missed in its place
        assert field == number or (number in (2, 35) and field in (2, 35)), (number, field)
        assert len(states(lab.acquirer)) == before


@pytest.mark.parametrize("kind", ROWS)
def test_every_other_field_is_one_too_many(lab, kind):
    fields = whole(lab, kind)
    fine = {n for n, value in fields.items() if value is not None} | ROWS[kind][1]
    if kind in ("refund", "advice"):
        fine |= {2}  # then it counts as one that is sent again
    for number in sorted(set(EXTRA) - fine):
        code, field = lab.send(kind, {**whole(lab, kind), number: EXTRA[number]})
        assert code == "30", number
        assert field == number or kind == "transfer" and number == 48, (number, field)


@pytest.mark.parametrize("kind", ROWS)
def test_what_may_be_there(lab, kind):
    for number in ROWS[kind][1] - {36 if kind in BY_HAND else 0, 59}:
        code, field = lab.send(kind, {**whole(lab, kind), number: EXTRA[number]})
        assert code in ("00", "25") and field is None, number


@pytest.mark.parametrize(
    "kind, change, named",
    [
        ("sale", {22: "052"}, 22),  # no chip here
        ("sale", {22: "023"}, 22),
        ("sale", {22: "022"}, 26),  # no PIN, yet its fields
        ("refund", {22: "021"}, 22),
        ("advice", {22: "021"}, 22),
        ("offline", {22: "011"}, 22),
        ("offline", {22: "022"}, 22),
        ("offline", {38: "   1  "}, 38),
        ("offline", {61: NO_PLACE + DAY + "02"}, 38),
        ("offline", {61: NO_PLACE + DAY}, 61),
        ("void", {61: NO_PLACE + DAY}, 61),
        ("completion", {61: NO_PLACE}, 61),
        ("refund", {61: NO_PLACE}, 61),
        ("refund", {61: "000001000001" + DAY}, 61),
        ("refund", {63: "CUP" + " " * 20}, 63),
        ("refund", {35: ""}, 35),
        ("additional", {61: "000001000001" + DAY}, 61),
        ("tip", {48: "0010"}, 48),
        ("transfer", {62: "31" * 12}, 62),
        ("transfer", {62: None}, 62),
        ("transfer", {48: "0" * 20}, 62),
        ("transfer", {22: "011", 35: None, 2: EXTRA[2]}, 35),
        ("transfer", {62: None, 48: "0" * 19}, 48),
        ("sale", {11: "000000"}, 11),
        ("sale", {60: "2200000000020"}, 60),
        ("sale", {60: "2299999900020"}, 60),
        ("sale", {60: "2200000"}, 60),
    ],
)
def test_conditions(kind, change, named):
    lab = Lab()
    assert lab.send(kind, {**whole(lab, kind), **change}) == ("30", named)
    assert states(lab.acquirer) == []


def test_a_0220_that_is_sent_again_has_no_track():
    lab = Lab()
    for kind in ("refund", "advice"):
        fields = repeated(lab.request(kind))
        assert lab.send(kind, fields) == ("25", None)
        assert lab.send(kind, {**lab.request(kind), 2: EXTRA[2], 53: None}) == ("30", 35)
    assert lab.send("sale", repeated(lab.request("sale"))) == ("30", 35)


REVERSED = {
    "sale": None,
    "preauth": None,
    "additional": None,
    "transfer": None,
    "void": 12,
    "preauth_void": 16,
    "completion": 16,
    "completion_void": 16,
}


@pytest.mark.parametrize("kind", REVERSED)
def test_reversals(lab, kind):
    fields = whole(lab, kind)
    shown = {n: fields[n] for n in (3, 4, 11, 22, 25, 49, 60)} | {39: "98"}
    if lab.terminal.family[0] == "sm4":
        shown[53] = "0300000000000000"
    if REVERSED[kind]:
        shown[61] = ("000001" + fields[11] + "0000")[: REVERSED[kind]]
    assert lab.send(kind, shown, "0400") == ("25", None)
    assert lab.send(kind, {**shown, 38: "445566"}, "0400") == ("25", None)
    for number in sorted(set(shown) - {3, 25, 60}):
        assert lab.send(kind, {**shown, number: None}, "0400") == ("30", number)
    for number in sorted(set(EXTRA) - set(shown) - {38}):
        assert lab.send(kind, {**shown, number: EXTRA[number]}, "0400") == ("30", number)
    if REVERSED[kind]:
        wrong = shown[61][:6] + "000999" + shown[61][12:]
        assert lab.send(kind, {**shown, 61: wrong}, "0400") == ("30", 61)
        assert lab.send(kind, {**shown, 61: "0" * 18}, "0400") == ("30", 61)
    by_hand = {**shown, 22: "012", 2: EXTRA[2], 14: "3012"}
    assert lab.send(kind, by_hand, "0400") == ("25", None)


@pytest.mark.parametrize("kind", ["balance", "refund", "advice", "offline", "tip"])
def test_what_does_not_reverse(kind):
    lab = Lab()
    fields = {**lab.request(kind), 4: "000000000100"}
    shown = {n: fields[n] for n in (3, 4, 11, 22, 25, 49, 60)} | {39: "98"}
    assert lab.send(kind, shown, "0400")[0] == "40"
    assert lab.acquirer.ledger()["terminals"][TID]["unmatched_reversals"] == []


# without F64

MANAGED = {
    "sign-on": ("0800", "003", {11: "000050"}, {62: "31", 63: "01 "}),
    "sign-off": ("0820", "002", {11: "000050"}, {}),
    "echo": ("0820", "301", {}, {}),
    "settlement": ("0500", "201", {11: "000050", 48: f48(), 49: "156", 63: "01 "}, {}),
    "details": ("0320", "201", {11: "000050", 48: "00"}, {}),
    "end": ("0320", "202", {11: "000050", 48: "0000"}, {}),
    "end, balanced": ("0320", "207", {11: "000050", 48: "0000"}, {}),
    "parameters": ("0800", "360", {}, {62: "3031"}),
    "parameters end": ("0800", "361", {}, {}),
    "hotlist": ("0800", "390", {}, {62: "3031"}),
    "hotlist end": ("0800", "391", {}, {}),
    "status": ("0820", "362", {62: "31"}, {}),
}


@pytest.mark.parametrize("name", MANAGED)
def test_management(name):
    mti, code, must, may = MANAGED[name]
    must = {**must, 60: "00000001" + code}

    def sent(change):
        lab = Lab()
        return lab.send(name, {**must, **change}, mti, mac=False)

    def field_of(change):
        return sent(change)[1]

    assert field_of({}) is None and field_of(may) is None
    for number in set(must) - {60}:
        assert field_of({number: None}) == number
    for number in set(EXTRA) - set(must) - set(may):
        assert field_of({number: EXTRA[number]}) == number
    assert field_of({60: must[60] + "20"}) == 60
    assert sent({64: "00" * 8}) in (("30", 64), ("A0", None))


COPIES = {"24": "000000", "25": "200000", "30": "000000", "32": "000000", "34": "000000"}


@pytest.mark.parametrize("function", COPIES)
def test_copies_in_the_batch_upload(function):
    kind = next(kind for kind in KINDS if KINDS[kind][3] == function)
    lab = Lab()
    fields = {n: v for n, v in repeated(lab.request(kind)).items() if v is not None}
    assert lab.send(kind, fields, "0320", mac=False)[1] is None
    for number in set(fields) & (mandatory(lab, kind) | {2}) - {3, 25, 60}:
        assert lab.send(kind, {**fields, number: None}, "0320", mac=False) == ("30", number)
    for number in (35, 52, 53, 64):
        value = {35: "6200001234567892D3012", 53: "0" * 16}.get(number, "00" * 8)
        assert lab.send(kind, {**fields, number: value}, "0320", mac=False) == ("30", number)


def test_the_published_requests_fit_the_table():
    """Every computed request of the vectors: none lacks a field or has one too many."""
    seen = 0
    for vector in load("8583_computed.json"):
        body = bytes.fromhex(vector["hex"])[2 + 5 + 6 :]
        mti, fields = spec.decode(body)
        kinds = {"0100", "0200", "0220", "0320", "0400", "0500", "0800", "0820"}
        if mti not in kinds or fields[60][8:11] in ("800", "352"):
            continue
        lab = Lab()
        lab.acquirer.register(TID, TMK, fields[42])
        fields = {n: v for n, v in fields.items() if n not in (42, 64)}
        signed = {**fields, 42: vector["fields"]["42"]}
        sign_on = {11: "000099", 60: "00000001003", 42: signed[42]}
        answer = lab.terminal.exchange("0800", sign_on)
        lab.terminal.keys = open_keys(TMK, bytes.fromhex(answer.fields[62]), "003")
        assert lab.send("", signed, mti, mac="64" in vector["fields"])[1] is None, vector["name"]
        seen += 1
    assert seen == 20
