# SPDX-License-Identifier: MIT
"""The acquirer's money in process: sign-on, sale, void, reversal, settlement as truth tables."""

from datetime import datetime

import pytest

from acquirer_sim import crypto
from acquirer_sim.accounts import Card
from acquirer_sim.core import Acquirer
from fakes.mini_terminal import (
    MERCHANT,
    PIN,
    RICH,
    TID,
    TMK,
    Answer,
    MiniTerminal,
    f48,
    pin_block,
    track2,
)
from vectors_io import load

NOW = datetime(2026, 7, 15, 10, 15, 30)
CRYPTO = {vector["name"]: vector for vector in load("crypto.json")}
RICH_MINOR = 100000000


@pytest.fixture
def acquirer():
    made = Acquirer(clock=lambda: NOW)
    made.register(TID, TMK)
    yield made
    made.close()


@pytest.fixture
def terminal(acquirer):
    made = MiniTerminal(acquirer)
    assert made.sign_on().code == "00"
    return made


def balance(acquirer, pan=RICH):
    return next(card["balance_minor"] for card in acquirer.cards() if card["pan"] == pan)


def states(acquirer):
    entries = acquirer.ledger()["terminals"][TID]["transactions"]
    return [(entry["type"], entry["state"], entry["response"]) for entry in entries]


def batch(acquirer, number="000001"):
    return acquirer.ledger()["terminals"][TID]["batches"][number]


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


def test_not_supported_yet(terminal, acquirer):
    fields = {**terminal.sale_fields(100), 3: "030000", 25: "06", 60: "1000000100020"}
    answer = terminal.exchange("0100", fields, mac=True)
    assert answer.code == "40" and answer.mac == "good" and states(acquirer) == []


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


@pytest.mark.parametrize("code", ["201", "202", "207"])
def test_batch_upload_is_taken(terminal, code):
    fields = {11: "000060", 48: "0003", 60: "00000001" + code}
    answer = terminal.exchange("0320", fields)
    assert answer.code == "00" and answer.fields[48] == "0003" and answer.mac == "none"


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
