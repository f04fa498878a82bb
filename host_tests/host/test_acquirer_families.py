# SPDX-License-Identifier: MIT
"""Both families of keys at the acquirer: sign-ons, options, PIN and MAC of SM4, sealed tracks."""

import sqlite3
from hashlib import sha256
from itertools import count

import pytest

from acquirer_sim import crypto, keysets
from acquirer_sim.core import Acquirer
from acquirer_sim.faults import parse
from acquirer_sim.keysets import Options
from acquirer_sim.store import open_store
from acquirer_sim.terminals import find, options, register_terminal
from fakes.mini_terminal import (
    NOW,
    PIN,
    RICH,
    TID,
    TMK,
    MiniTerminal,
    states,
    track2,
)
from vectors_io import load

CRYPTO = {vector["name"]: vector for vector in load("crypto.json")}
SM4_TMK = bytes.fromhex(CRYPTO["sm4_workkey_kcv"]["tmk"])
VARIANTS = {"tdes": ("001", "003", "004"), "sm4": ("005", "006")}


def _terminal(algorithm: str, variant: str, faults: str = "", **chosen: object) -> MiniTerminal:
    numbers = count()
    acquirer = Acquirer(
        clock=lambda: NOW,
        faults=parse(faults),
        new_key=lambda size: crypto.odd_parity(sha256(b"%d" % next(numbers)).digest()[:size]),
    )
    tmk = SM4_TMK if algorithm == "sm4" else TMK
    made = Options(**chosen)
    acquirer.register(TID, tmk, algorithm=algorithm, options=made)
    terminal = MiniTerminal(acquirer, tmk=tmk, algorithm=algorithm, mac=made.mac)
    assert terminal.sign_on(variant).code == "00"
    return terminal


# sign-on


@pytest.mark.parametrize("kcv_bytes", [4, 8])
@pytest.mark.parametrize("variant, keys", [("005", 2), ("006", 3)])
def test_sm4_sign_on_carries_the_published_key(variant, keys, kcv_bytes):
    vector = CRYPTO["sm4_workkey_kcv"]
    acquirer = Acquirer(new_key=lambda size: bytes.fromhex(vector["key"])[:size])
    acquirer.register(TID, SM4_TMK, algorithm="sm4", options=Options(kcv_bytes=kcv_bytes))
    answer = MiniTerminal(acquirer, tmk=SM4_TMK, algorithm="sm4").sign_on(variant)
    part = vector["key_cipher"] + vector["kcv8"][: 2 * kcv_bytes]
    assert answer.fields[62] == part * keys
    assert answer.fields[60][8:] == variant


@pytest.mark.parametrize("algorithm", ["tdes", "sm4"])
def test_a_sign_on_of_the_other_family_is_refused(algorithm):
    terminal = _terminal(algorithm, VARIANTS[algorithm][-1])
    other = "sm4" if algorithm == "tdes" else "tdes"
    for variant in (*VARIANTS[other], "000", "007"):
        fields = {11: terminal.next_stan(), 60: f"00000001{variant}"}
        answer = terminal.exchange("0800", fields)
        assert 62 not in answer.fields and answer.code in ("40", "12")
    assert terminal.sale(100).code == "00"  # still signed on


@pytest.mark.parametrize(
    "variant, mak_bytes, lengths",
    [
        ("001", 8, (8, 8)),
        ("001", 16, (8, 8)),
        ("003", 8, (16, 8)),
        ("003", 16, (16, 16)),
        ("004", 8, (16, 8, 16)),
        ("004", 16, (16, 16, 16)),
    ],
)
def test_tdes_key_lengths(variant, mak_bytes, lengths):
    terminal = _terminal("tdes", variant, mak_bytes=mak_bytes)
    assert tuple(len(key) for key in terminal.keys.values()) == lengths


def test_random_keys_of_des_have_odd_parity():
    assert all(crypto.odd_parity(key) == key for key in (crypto.new_key(16) for _ in range(20)))
    made = [crypto.new_key(16, "sm4") for _ in range(20)]
    assert any(crypto.odd_parity(key) != key for key in made) and len(set(made)) == 20


# what comes after it


@pytest.mark.parametrize("method", crypto.MAC_METHODS)
@pytest.mark.parametrize("algorithm, variant", [("tdes", "003"), ("sm4", "005"), ("sm4", "006")])
def test_a_day(algorithm, variant, method):
    terminal = _terminal(algorithm, variant, mac=method)
    sale = terminal.sale(12850, pin=PIN)
    assert (sale.code, sale.mac) == ("00", "good")
    assert terminal.sale(100, pin="000000").code == "55"
    assert terminal.void(sale).code == "00"
    fields = terminal.sale_fields(300)
    assert terminal.exchange("0200", fields, mac=True).code == "00"
    assert terminal.reverse(fields).code == "00"
    assert [state for _, state, _ in states(terminal.acquirer)] == [
        "voided", "declined", "approved", "reversed",
    ]  # fmt: skip


@pytest.mark.parametrize("algorithm", ["tdes", "sm4"])
@pytest.mark.parametrize("method", crypto.MAC_METHODS)
def test_a_wrong_mac_either_way(algorithm, method):
    terminal = _terminal(algorithm, VARIANTS[algorithm][-1], '{"fault":"bad_mac","type":"sale"}',
                         mac=method)  # fmt: skip
    assert terminal.sale(100).mac == "bad"
    good = dict(terminal.keys)
    terminal.keys["mak"] = bytes(reversed(good["mak"]))
    assert terminal.sale(100).code == "A0"
    terminal.keys = good
    terminal.family = (algorithm, "cbc" if method == "ecb" else "ecb")
    assert terminal.sale(100).code == "A0"


def test_the_macs_of_the_vectors():
    for name, field in (("mac_sm4_ecb", "f64"), ("mac_sm4_cbc", "left8")):
        vector = CRYPTO[name]
        key, data = bytes.fromhex(vector["mak"]), bytes.fromhex(vector["data"])
        assert crypto.mac(key, data, "sm4", name[-3:]).hex().upper() == vector[field]
    vector = CRYPTO["mac_x99"]
    key, data = bytes.fromhex(vector["mak"]), bytes.fromhex(vector["data"])
    assert crypto.mac(key, data, "tdes", "cbc").hex().upper() == vector["mac"]


def test_the_pin_block_of_the_vector():
    vector = CRYPTO["pin_block_sm4"]
    pik, block = bytes.fromhex(vector["pik"]), bytes.fromhex(vector["cipher"])
    assert crypto.open_pin_block(pik, block, vector["pan"], "sm4") == vector["pin"]
    assert crypto.open_pin_block(pik, block, "6250930000000002", "sm4") is None
    assert crypto.open_pin_block(pik, block[:8], vector["pan"], "sm4") is None


# what SM4 requests must be like


def _spoilt(terminal: MiniTerminal, change: dict) -> str:
    fields = {**terminal.sale_fields(100, pin=PIN), **change}
    return terminal.exchange("0200", fields, mac=True).code


@pytest.mark.parametrize(
    "change",
    [
        {52: "0123456789ABCDEF"},  # the block belongs into F59
        {52: None},
        {59: None},
        {59: "A2004abcd"},
        {59: "A1016tooshort"},
        {59: "A1xxx0123456789abcdef"},
        {53: "2600000000000000"},
        {53: "2000000000000000"},
        {53: "0300000000000000"},
        {53: "2310000000000000"},  # 005 has no track key
        {53: None},
    ],
)
def test_sm4_requests_refused(change):
    assert _spoilt(_terminal("sm4", "005"), change) == "30"


def test_other_tags_beside_the_block():
    terminal = _terminal("sm4", "005")
    extension = terminal.pin_fields(PIN, RICH)[59]
    assert _spoilt(terminal, {59: "A2004abcd" + extension}) == "00"
    assert _spoilt(terminal, {59: extension + "A3000"}) == "00"
    # a block of eight bytes is none of this PAN
    assert _spoilt(terminal, {59: "A1008" + extension[5:13]}) == "99"


def test_sm4_needs_f53_without_pin_too():
    terminal = _terminal("sm4", "005")
    sale = terminal.sale_fields(100)
    assert terminal.exchange("0200", {**sale, 53: None}, mac=True).code == "30"
    assert terminal.reverse(sale, f53=None).code == "30"
    assert terminal.reverse(sale).code == "25"


@pytest.mark.parametrize("variant, digit", [("001", "0"), ("003", "6"), ("004", "6")])
def test_digit_two_of_f53(variant, digit):
    terminal = _terminal("tdes", variant)
    for tried in "0136":
        fields = {**terminal.sale_fields(100), 53: "0" + tried + "0" * 14}
        code = terminal.exchange("0200", fields, mac=True).code
        assert code == ("00" if tried == digit else "30")


# tracks


@pytest.mark.parametrize("algorithm, variant", [("tdes", "004"), ("sm4", "006")])
@pytest.mark.parametrize("tail", ["", "1", "12"])
def test_encrypted_track(algorithm, variant, tail):
    terminal = _terminal(algorithm, variant)
    clear = track2(RICH) + tail
    digit = "3" if algorithm == "sm4" else "6"
    change = {35: _sealed(clear, terminal.keys["tdk"], algorithm), 53: f"2{digit}1" + "0" * 13}
    assert change[35] != clear
    assert _spoilt(terminal, change) == "00"
    assert _spoilt(terminal, {**change, 35: clear}) == "14"  # clear, yet called sealed
    assert _spoilt(terminal, {**change, 53: f"2{digit}" + "0" * 14}) == "14"


def _sealed(track: str, key: bytes, algorithm: str) -> str:
    nibbles = 2 * crypto.BLOCK_LENS_BYTES[algorithm]
    track = track.rjust(nibbles + 1, "F")
    end = len(track) - (1 if len(track) % 2 else 2)
    block = bytes.fromhex(track[end - nibbles : end])
    return (
        track[: end - nibbles] + crypto.encrypt(key, block, algorithm).hex().upper() + track[end:]
    )


def test_tracks_of_the_vectors():
    for name in ("track2_encrypt", "track2_encrypt_even"):
        vector = CRYPTO[name]
        opened = crypto.open_track(bytes.fromhex(vector["tdk"]), vector["track2_encrypted"])
        assert opened == vector["track2"].replace("=", "D")


@pytest.mark.parametrize("algorithm", ["tdes", "sm4"])
@pytest.mark.parametrize("length", range(14, 38))
def test_short_tracks_are_filled_up(algorithm, length):
    key = bytes(range(16))
    clear = "62000012345678D30121201234567890123456"[:length]
    assert crypto.open_track(key, _sealed(clear, key, algorithm), algorithm) == clear


def test_a_track_with_no_room_for_a_block():
    assert crypto.open_track(bytes(16), "6200001234567") == ""
    assert crypto.open_track(bytes(16), "6200001234567892D301", "sm4") == ""


# registration


def test_options_are_kept_with_the_terminal(tmp_path):
    path = tmp_path / "acquirer.db"
    chosen = Options(mak_bytes=16, kcv_bytes=8, mac="cbc")
    register_terminal(path, TID, tmk=TMK, options=chosen)
    store = open_store(path)
    assert options(find(store, TID)) == chosen
    store.close()
    for given, held in ((None, chosen), (keysets.USUAL, keysets.USUAL)):
        register_terminal(path, TID, tmk=TMK, options=given)
        store = open_store(path)
        assert options(find(store, TID)) == held
        store.close()


def test_a_database_made_before_there_were_options(tmp_path):
    path = tmp_path / "acquirer.db"
    register_terminal(path, TID, tmk=TMK)
    db = sqlite3.connect(path)
    db.execute("ALTER TABLE terminals DROP COLUMN options")
    db.commit()
    db.close()
    terminal = MiniTerminal(Acquirer(path))
    assert terminal.sign_on().code == "00" and terminal.sale(100).code == "00"
