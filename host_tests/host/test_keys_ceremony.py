# SPDX-License-Identifier: MIT
"""`posctl keys ceremony` and `audit`: check values at each step, and never a key."""

import json

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from fakes.key_desk import KeyDesk
from fakes.mini_terminal import TID
from pos.core import parameters
from posctl import statedir

_ONE = "11223344556677889900AABBCCDDEEFF"
_TWO = "0123456789ABCDEFFEDCBA9876543210"
_THREE = "89ABCDEF0123456776543210FEDCBA98"
_KCV = "E66F46DB"  # of _ONE xor _TWO as triple DES
_TMK = bytes.fromhex("10017623DCCDBA6767DC1023BA89DCEF")  # the same, odd parity


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    made = KeyDesk(tmp_path, monkeypatch, capsys)
    made.secrets.update(map(bytes.fromhex, (_ONE, _TWO, _THREE)))
    yield made
    made.check_nothing_seen()


def _xor(*texts: str) -> bytes:
    value = 0
    for text in texts:
        value ^= int(text, 16)
    return value.to_bytes(len(texts[0]) // 2, "big")


def _aes_kcv(key: bytes) -> str:
    code = CMAC(algorithms.AES(key))
    code.update(bytes(16))
    return code.finalize()[:5].hex().upper()


def _sm4_kcv(key: bytes) -> str:
    work = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
    return work.update(bytes(16))[:4].hex().upper()


def test_a_tmk_for_both_sides(desk):
    args = ("ceremony", "--state", desk.state, "--db", desk.db)
    code, out, err = desk.people(*args, typed=(_ONE, _TWO), answers="yyy")
    assert code == 0
    assert out.splitlines() == [
        f"{place}: terminal {TID}, TMK stored, check value {_KCV}"
        for place in (desk.state, desk.db)
    ]
    assert [line for line in err.splitlines() if "check value" in line] == [
        "component 1: check value 5ED7EA43",
        "component 2: check value 08D7B4FB",
        f"components 1 to 2: check value {_KCV}",
        f"TMK of 2 components: check value {_KCV}",
    ]
    assert desk.terminal_key() == (1, _TMK)
    assert desk.host_key() == _TMK
    assert desk.trades()


def test_a_component_mistyped_is_typed_again(desk):
    code, _, err = desk.people(
        *("ceremony", "--state", desk.state),
        typed=("hello", _THREE, _ONE, _TWO),
        answers="nyyy",
    )
    assert code == 0
    assert "component 1: must be 32 hex digits" in err
    assert "hello" not in err
    assert desk.terminal_key() == (1, _TMK)


def test_given_up_at_the_last_question(desk):
    before = desk.state.joinpath("flash.bin").read_bytes()
    code, out, err = desk.people(
        *("ceremony", "--state", desk.state, "--db", desk.db), typed=(_ONE, _TWO), answers="yyn"
    )
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == "given up: nothing was stored"
    assert desk.state.joinpath("flash.bin").read_bytes() == before
    assert desk.trades()


def test_three_custodians_from_a_pipe(desk):
    args = ("ceremony", "--custodians", 3, "--db", desk.db, "--terminal", TID, "--json")
    code, out, _ = desk.run(*args, stdin=f"{_ONE}\n{_TWO}\n{_THREE}\n")
    told = json.loads(out)
    assert code == 0
    assert told["running"][:2] == ["5ED7EA43", _KCV]
    assert told["running"][2] == told["kcv"]
    assert len(told["components"]) == 3
    assert desk.host_key()[0] | 1 == _xor(_ONE, _TWO, _THREE)[0] | 1


@pytest.mark.parametrize("size", [16, 32])
def test_an_aes_kbpk_for_both_sides(desk, size):
    one, two = (_ONE + _THREE)[: 2 * size], (_TWO + _ONE)[: 2 * size]
    key = _xor(one, two)
    desk.secrets.add(key)
    args = ("--role", "kbpk", "--algorithm", "aes", "--length", size, "--kcv", _aes_kcv(key)[:6])
    code, out, _ = desk.run(
        "ceremony", *args, "--state", desk.state, "--db", desk.db, stdin=f"{one}\n{two}\n"
    )
    assert code == 0
    assert out.count(f"KBPK stored, check value {_aes_kcv(key)}") == 2
    assert desk.terminal_key(5) == (3, key)
    assert desk.trades()  # the TMK is what it was


def test_a_triple_des_kbpk(desk):
    args = ("ceremony", "--role", "kbpk", "--state", desk.state)
    assert desk.run(*args, stdin=f"{_ONE}\n{_TWO}\n")[0] == 0
    assert desk.terminal_key(5) == (1, _TMK)


def test_an_sm4_tmk(desk, tmp_path, monkeypatch):
    monkeypatch.setitem(parameters._CHOICES, "algorithm", ("tdes", "sm4"))
    desk.state = tmp_path / "sm4"
    statedir.create(desk.state, {"terminal": TID, "algorithm": "sm4"})
    key = _xor(_ONE, _TWO)
    args = ("ceremony", "--algorithm", "sm4", "--state", desk.state, "--kcv", _sm4_kcv(key))
    assert desk.run(*args, stdin=f"{_ONE}\n{_TWO}\n")[0] == 0
    assert desk.terminal_key() == (2, key)
    _, out, _ = desk.run("audit", "--state", desk.state)
    assert out.splitlines()[1].split() == [
        "TMK",
        "sm4",
        "128",
        "bits",
        "check",
        "value",
        _sm4_kcv(key),
    ]


def test_components_of_other_algorithms(desk):
    for args, size in ((("aes", "--length", 32), 32), (("aes",), 16), (("sm4",), 16)):
        _, out, _ = desk.run("component", "--json", "--algorithm", *args)
        told = json.loads(out)
        made = [bytes.fromhex(one["component"]) for one in told["components"]]
        kcv = _aes_kcv if args[0] == "aes" else _sm4_kcv
        assert [len(part) for part in made] == [size, size]
        assert [one["kcv"] for one in told["components"]] == [kcv(part) for part in made]
        assert told["kcv"] == kcv(_xor(*(part.hex() for part in made)))


@pytest.mark.parametrize(
    ("args", "stdin", "said"),
    [
        ((), "", "needs --state, --db or both"),
        (("--db", "DB"), "", "--db without --state needs --terminal"),
        (("--db", "DB", "--terminal", "99999999"), "", "terminal 99999999: not registered"),
        (("--state", "STATE", "--terminal", "99999999"), "", "is terminal 12345678, not 99999999"),
        (("--state", "NONE"), "", "no such state directory"),
        (("--db", "NONE", "--terminal", TID), "", "no such acquirer database"),
        (("--state", "STATE", "--algorithm", "aes"), "", "--algorithm aes: not for a TMK"),
        (("--state", "STATE", "--algorithm", "sm4"), "", "works with tdes, not sm4"),
        (("--db", "DB", "--terminal", TID, "--algorithm", "sm4"), "", "works with tdes, not sm4"),
        (("--state", "STATE", "--length", "32"), "", "--length 32: must be 16"),
        (("--state", "STATE", "--role", "kbpk", "--algorithm", "sm4"), "", "not for a KBPK"),
        (("--state", "STATE"), "", "no components on stdin"),
        (("--state", "STATE"), f"{_ONE}\n", "1 components on stdin, --custodians is 2"),
        (("--state", "STATE"), f"{_ONE}\n{_TWO[:-1]}\n", "component 2: must be 32 hex digits"),
        (("--state", "STATE"), f"{_ONE}\n{_ONE}\n", "two equal halves"),
        (("--state", "STATE", "--kcv", "E66F46DC"), f"{_ONE}\n{_TWO}\n", "E66F46DB, --kcv is"),
    ],
)
def test_refused_with_one_line_and_nothing_stored(desk, args, stdin, said):
    places = {"STATE": desk.state, "DB": desk.db, "NONE": desk.folder / "none"}
    code, out, err = desk.run("ceremony", *(places.get(arg, arg) for arg in args), stdin=stdin)
    assert (code, out) == (2, "")
    assert said in err.splitlines()[-1]
    assert desk.trades()


def test_audit_of_both_sides(desk):
    desk.run("ceremony", "--role", "kbpk", "--algorithm", "aes", "--db", desk.db, "--state",
             desk.state, stdin=f"{_ONE}{_THREE}\n{_TWO}{_ONE}\n")  # fmt: skip
    desk.run("rotate", "--db", desk.db, "--terminal", TID)
    kbpk = _aes_kcv(_xor(_ONE + _THREE, _TWO + _ONE))
    _, out, _ = desk.run("audit", "--state", desk.state, "--db", desk.db, "--json")
    told = json.loads(out)
    tmk = told["state"]["keys"][0]
    assert {"role": "KBPK", "algorithm": "aes", "bytes": 32, "kcv": kbpk} in told["state"]["keys"]
    (host,) = told["db"]["terminals"]
    assert [key["role"] for key in host["keys"]] == ["TMK", "next TMK", "KBPK"]
    assert host["keys"][0] == {"role": "TMK", "algorithm": "tdes", "bytes": 16, "kcv": tmk["kcv"]}
    assert host["keys"][2]["kcv"] == kbpk
    whats = [event["what"] for event in host["events"]]
    assert whats == ["TMK registered", "KBPK registered", "change of TMK begun"]
    _, out, _ = desk.run("audit", "--db", desk.db)
    assert out.count("check value") == 6
    assert f"{desk.db}: terminal {TID}, not signed on" in out


def test_audit_of_nothing(desk):
    assert "needs --state, --db or both" in desk.run("audit")[2]
    code, _, err = desk.run("audit", "--db", desk.db, "--terminal", "99999999")
    assert (code, len(err.splitlines())) == (2, 1)
