# SPDX-License-Identifier: MIT
"""Sign-on and sale at the acquirer, in process: answers, declines, PIN, MAC."""

import pytest

from acquirer_sim import crypto
from acquirer_sim.accounts import Card
from acquirer_sim.core import Acquirer
from fakes.mini_terminal import (
    MERCHANT,
    NOW,
    PIN,
    RICH,
    RICH_MINOR,
    TID,
    TMK,
    Answer,
    MiniTerminal,
    balance,
    batch,
    pin_block,
    states,
    track2,
)
from vectors_io import load

CRYPTO = {vector["name"]: vector for vector in load("crypto.json")}


# sign-on


@pytest.mark.parametrize("variant", ["001", "003", "004"])
def test_sign_on_carries_the_keys_of_the_vectors(variant):
    vector = CRYPTO["signin_f62_" + variant]
    keys = [vector[role] for role in ("pik", "mak", "tdk") if role in vector]
    left = [bytes.fromhex(key) for key in keys]
    acquirer = Acquirer(new_key=lambda size: left.pop(0))
    acquirer.register(TID, bytes.fromhex(vector["tmk"]))
    terminal = MiniTerminal(acquirer)
    answer = terminal.sign_on(variant)
    assert answer.fields[62] == vector["f62"]
    assert [key.hex().upper() for key in terminal.keys.values()] == keys


def test_sign_on_answer(acquirer):
    answer = MiniTerminal(acquirer).sign_on()
    assert sorted(answer.fields) == [11, 12, 13, 32, 37, 39, 41, 42, 60, 62]
    assert answer.fields[12] == "101530" and answer.fields[13] == "0715"
    assert answer.fields[60] == "00000001003"
    assert answer.tpdu == "6000000003" and answer.header == "603100311003"


def test_every_sign_on_makes_new_keys(terminal):
    before = dict(terminal.keys)
    terminal.sign_on()
    assert terminal.keys != before and terminal.sale(100).code == "00"


@pytest.mark.parametrize(
    "change, code",
    [({41: "99999999"}, "97"), ({42: "1" * 15}, "03"), ({60: "00000001005"}, "40")],
)
def test_sign_on_refused(acquirer, change, code):
    fields = {11: "000001", 60: "00000001003", **change}
    answer = MiniTerminal(acquirer).exchange("0800", fields)
    assert answer.code == code and 62 not in answer.fields


def test_sign_off_ends_it(terminal, acquirer):
    fields = {11: "000009", 60: "00000001002"}
    assert terminal.exchange("0820", fields).code == "00"
    assert terminal.sale(100).code == "77"
    assert states(acquirer) == []


def test_echo(acquirer):
    answer = MiniTerminal(acquirer).exchange("0820", {60: "00000001301"})
    assert sorted(answer.fields) == [12, 13, 32, 37, 39, 41, 42, 60] and answer.code == "00"


def test_registering_again_ends_the_sign_on(terminal, acquirer):
    acquirer.register(TID, bytes(range(16)))
    assert terminal.sale(100).code == "77"
    terminal.tmk = bytes(range(16))
    assert terminal.sign_on().code == "00" and terminal.sale(100).code == "00"


# sale


def test_sale_answer(terminal, acquirer):
    answer = terminal.sale(12850, pin=PIN)
    shape = [2, 3, 4, 11, 12, 13, 14, 15, 25, 32, 37, 38, 39, 41, 42, 44, 49, 60, 63, 64]
    assert sorted(answer.fields) == shape
    assert answer.code == "00" and answer.mac == "good"
    assert answer.fields[2] == RICH and answer.fields[4] == "000000012850"
    assert answer.fields[63] == "CUP" and len(answer.fields[44]) == 22
    assert answer.fields[15] == "0715" and len(answer.fields[38]) == 6
    assert balance(acquirer) == RICH_MINOR - 12850
    (entry,) = acquirer.ledger()["terminals"][TID]["transactions"]
    assert entry["pan"] == "620000******7892" and entry["rrn"] == answer.fields[37]
    assert entry["batch"] == "000001" and entry["stan"] == answer.fields[11]


def test_reference_numbers_never_repeat(terminal):
    numbers = [terminal.sale(100).fields[37] for _ in range(50)]
    assert len(set(numbers)) == 50 and all(len(number) == 12 for number in numbers)


DECLINES = [
    ("unknown card", {"pan": "6250930000000101"}, "14"),
    ("no track layout", {"f35": "6200001234567892"}, "14"),
    ("poor", {"pan": "6250930000000002", "amount": 1001}, "51"),
    ("expired", {"pan": "6250930000000010", "f35": track2("6250930000000010", "2001")}, "54"),
    ("expired last month", {"f35": track2(RICH, "2606")}, "54"),
    ("lost", {"pan": "6250930000000028"}, "41"),
    ("stolen", {"pan": "6250930000000036"}, "43"),
    ("restricted", {"pan": "6250930000000085"}, "57"),
    ("inactive", {"pan": "6250930000000093"}, "21"),
    ("above the limit", {"pan": "6250930000000077", "amount": 100001}, "61"),
    ("PIN needed", {"pan": "6216261000000000018"}, "55"),
    ("wrong PIN", {"pin": "654321"}, "55"),
    ("chip", {"pan": "6250930000000069", "f35": track2("6250930000000069", "3012", "220")}, "45"),
    ("no amount", {"amount": 0}, "13"),
    ("currency", {"f49": "840"}, "12"),
]


@pytest.mark.parametrize("name, request_, code", DECLINES, ids=[row[0] for row in DECLINES])
def test_declines(terminal, acquirer, name, request_, code):
    before = {card["pan"]: card["balance_minor"] for card in acquirer.cards()}
    answer = terminal.sale(**{"amount": 100, **request_})
    assert answer.code == code and answer.mac == "good" and 38 not in answer.fields
    assert states(acquirer) == [("sale", "declined", code)]
    assert {card["pan"]: card["balance_minor"] for card in acquirer.cards()} == before
    assert batch(acquirer)["debit_count"] == 0


GOOD = [
    ("to the last fen", {"pan": "6250930000000002", "amount": 1000}),
    ("at the limit", {"pan": "6250930000000077", "amount": 100000}),
    ("expires this month", {"f35": track2(RICH, "2607")}),
    ("no expiry", {"f35": track2(RICH, "4912")}),
    (
        "chip, fallback",
        {
            "pan": "6250930000000069",
            "f35": track2("6250930000000069", "3012", "220"),
            "f60": "2200000100022",
        },
    ),
    ("debit with PIN", {"pan": "6216261000000000018", "pin": PIN}),
    ("keyed in", {"f22": "012", "f35": None, "f2": RICH, "f14": "3012", "f53": None}),
]


@pytest.mark.parametrize("name, request_", GOOD, ids=[row[0] for row in GOOD])
def test_approvals(terminal, name, request_):
    assert terminal.sale(**{"amount": 100, **request_}).code == "00"


@pytest.mark.parametrize(
    "request_",
    [
        {"f35": None},
        {"f4": None},
        {"f49": None},
        {"f53": None},
        {"f26": "12"},
        {"f22": "021"},
        {"f60": "2200000000020"},
        {"f11": "000000"},
    ],
)
def test_malformed_sales_leave_no_trace(terminal, acquirer, request_):
    answer = terminal.sale(100, **request_)
    assert answer.code == "30" and answer.mac == "good"
    assert states(acquirer) == []


def test_pin_tries(terminal):
    pan = "6250930000000044"
    codes = [terminal.sale(100, pan, pin).code for pin in ("0000", "0000", "246810")]
    assert codes == ["55", "55", "00"]
    codes = [terminal.sale(100, pan, pin).code for pin in ("0000",) * 3 + ("246810",)]
    assert codes == ["55", "55", "55", "75"]


def test_malformed_pin_block(terminal):
    block = crypto.encrypt(terminal.keys["pik"], pin_block(PIN, "6250930000000002")).hex()
    answer = terminal.sale(100, pin=PIN, f52=block.upper())
    assert answer.code == "99" and answer.mac == "good"


def test_encrypted_track(acquirer):
    terminal = MiniTerminal(acquirer)
    terminal.sign_on("004")
    vector = CRYPTO["track2_encrypt"]
    clear, start = vector["track2"].replace("=", "D"), len(vector["track2"]) - 17
    block = crypto.encrypt(terminal.keys["tdk"], bytes.fromhex(clear[start : start + 16]))
    track = clear[:start] + block.hex().upper() + clear[start + 16 :]
    assert terminal.sale(100, f35=track, f53="0610000000000000").code == "00"


def test_same_stan_again(terminal, acquirer):
    fields = terminal.sale_fields(100)
    assert terminal.exchange("0200", fields, mac=True).code == "00"
    assert terminal.exchange("0200", fields, mac=True).code == "94"
    other = {**fields, 4: "000000000200"}
    assert terminal.exchange("0200", other, mac=True).code == "94"
    assert len(states(acquirer)) == 1 and balance(acquirer) == RICH_MINOR - 100


def test_bad_mac(terminal, acquirer):
    frame = bytearray(terminal.frame("0200", terminal.sale_fields(100), mac=True))
    frame[40] ^= 0x01  # within the amount or the STAN: decodes, but is not what was signed
    (action,) = acquirer.handle(bytes(frame))
    assert b"A0" in action.data and states(acquirer) == []
    for f64 in (None, "00" * 8):
        answer = terminal.exchange("0200", {**terminal.sale_fields(100), 64: f64})
        assert answer.code == "A0" and answer.mac == "none"
    assert states(acquirer) == []


def test_no_flipped_bit_of_the_signed_part_gets_through(terminal, acquirer):
    frame = terminal.frame("0200", terminal.sale_fields(100, pin=PIN), mac=True)
    for bit in range(13 * 8, len(frame) * 8):
        spoilt = bytearray(frame)
        spoilt[bit // 8] ^= 1 << bit % 8
        for action in acquirer.handle(bytes(spoilt)):
            assert action.kind == "close" or Answer(action.data, None).code in ("A0", "97", "03")
    assert states(acquirer) == []


def test_not_supported(terminal, acquirer):
    fields = {**terminal.sale_fields(100), 60: "3600000100020"}  # an off-line sale by chip
    answer = terminal.exchange("0200", fields, mac=True)
    assert answer.code == "40" and answer.mac == "good" and states(acquirer) == []


# the published request, byte for byte


def test_computed_sale_of_the_vectors_is_approved():
    keys = [bytes.fromhex(CRYPTO["pin_block_tdes"]["pik"]), bytes.fromhex("1A2B3C4D5E6F7081")]
    acquirer = Acquirer(clock=lambda: NOW, new_key=lambda size: keys.pop(0))
    with acquirer._store.transaction():
        from acquirer_sim import terminals

        terminals.register(acquirer._store, TID, "123456789012345", "", TMK)
    terminal = MiniTerminal(acquirer)
    fields = {11: "000001", 42: "123456789012345", 60: "00000001003"}
    assert terminal.exchange("0800", fields).code == "00"
    vectors = {vector["name"]: vector for vector in load("8583_computed.json")}
    for name, code in (("c_sale_req_mag_pin", b"00"), ("c_sale_req_mag_nopin", b"94")):
        (action,) = acquirer.handle(bytes.fromhex(vectors[name]["hex"]))
        assert code + TID.encode("ascii") in action.data
    assert balance(acquirer) == RICH_MINOR - 12345


def test_added_card(terminal, acquirer):
    acquirer.add_card(Card("4111141011111111116", "4321", 5000))
    assert terminal.sale(5000, "4111141011111111116", "4321").fields[63] == "VIS"
    assert terminal.sale(1, "4111141011111111116", "4321").code == "51"
    assert MERCHANT == acquirer.ledger()["terminals"][TID]["merchant"]
