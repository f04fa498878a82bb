# SPDX-License-Identifier: MIT
"""`posctl keys export-block`, `import-block`, `rotate`: a TMK changed near and far, interrupted
anywhere, and never shown."""

import json
import warnings

import psec
import pytest

from fakes.key_desk import KeyDesk
from fakes.mini_terminal import TID, TMK
from posctl import keys, statedir
from posctl.errors import ToolError
from posctl.keys import acquirer, parts

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # psec: triple DES is old

_ONE = "11223344556677889900AABBCCDDEEFF89ABCDEF0123456776543210FEDCBA98"
_TWO = "0123456789ABCDEFFEDCBA9876543210000102030405060708090A0B0C0D0E0F"
_KBPK = (int(_ONE, 16) ^ int(_TWO, 16)).to_bytes(32, "big")
_PIPE = f"{_ONE}\n{_TWO}\n"


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    made = KeyDesk(tmp_path, monkeypatch, capsys)
    made.secrets.update((bytes.fromhex(_ONE), bytes.fromhex(_TWO), _KBPK))
    yield made
    made.check_nothing_seen()


@pytest.fixture
def far(desk):
    """A terminal and an acquirer that share an AES KBPK."""
    desk.run("ceremony", "--role", "kbpk", "--algorithm", "aes", "--state", desk.state, "--db",
             desk.db, stdin=_PIPE)  # fmt: skip
    return desk


def _rotate(desk, *more):
    return desk.run("rotate", "--db", desk.db, "--terminal", TID, *more)


def _kcv(desk):
    return dict(keys.check_values(statedir.open_state(desk.state)))["TMK"]


# with the terminal at hand


def test_rotate(desk):
    code, out, _ = _rotate(desk, "--state", desk.state)
    assert (code, out) == (0, f"terminal {TID}: new TMK in use, check value {_kcv(desk)}\n")
    assert desk.terminal_key()[1] == desk.host_key() != TMK
    assert not desk.changing()
    assert desk.trades()


def test_rotate_again_and_again(desk):
    seen = {_kcv(desk)}
    for _ in range(3):
        assert _rotate(desk, "--state", desk.state, "--json")[0] == 0
        assert desk.trades()
        seen.add(_kcv(desk))
    assert len(seen) == 4


def _never(*args, **kwargs):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("place", "name", "tries"),
    [
        (acquirer, "begin_change", 1),  # before anything was written down
        (keys, "inject", 1),  # the acquirer has the new key, the terminal not
        (acquirer, "finish_change", 2),  # the terminal has it, the acquirer does not know
    ],
)
def test_rotate_interrupted(desk, monkeypatch, place, name, tries):
    with monkeypatch.context() as broken:
        broken.setattr(place, name, _never)
        assert _rotate(desk, "--state", desk.state)[0] == 130
    assert desk.trades(tries)
    assert _rotate(desk, "--state", desk.state)[0] == 0
    assert desk.terminal_key()[1] == desk.host_key()
    assert not desk.changing()
    assert desk.trades()


def test_rotate_goes_on_where_it_was_interrupted(desk, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(acquirer, "finish_change", _never)
        _rotate(desk, "--state", desk.state)
    given = _kcv(desk)
    assert _rotate(desk, "--state", desk.state)[0] == 0
    assert _kcv(desk) == given  # not yet another


def test_rotate_of_a_terminal_in_use(desk):
    with statedir.open_state(desk.state).locked():
        code, _, err = _rotate(desk, "--state", desk.state)
    assert (code, "in use" in err) == (2, True)
    assert desk.trades()
    assert _rotate(desk, "--state", desk.state)[0] == 0
    assert desk.trades()


def test_rotate_of_strangers(desk, tmp_path):
    keys.inject(desk.state, parts.make())
    code, _, err = _rotate(desk, "--state", desk.state)
    assert (code, "has a TMK of check value" in err) == (2, True)
    statedir.create(tmp_path / "other", {"terminal": "87654321"})
    code, _, err = _rotate(desk, "--state", tmp_path / "other")
    assert (code, "is terminal 87654321, not 12345678" in err) == (2, True)
    assert (
        "--kcv is for a terminal elsewhere"
        in _rotate(desk, "--state", desk.state, "--kcv", "112233")[2]
    )
    assert not desk.changing()
    assert desk.host_key() == TMK


# far away


def test_rotate_prints_the_block_that_import_takes(far):
    code, block, err = _rotate(far)
    assert code == 0
    header, key = psec.tr31.unwrap(_KBPK, block.strip())
    far.secrets.add(key)
    assert str(header) == "D0016K0TD00N0000"
    assert f"next TMK, check value {parts.kcv(bytearray(key))}" in err
    assert far.trades()  # the old one, until the block is in
    code, out, _ = far.run("import-block", "--state", far.state, stdin=block)
    assert (code, out) == (
        0,
        f"{far.state}: TMK stored, check value {parts.kcv(bytearray(key))}\n",
    )
    assert far.terminal_key() == (1, key)
    assert far.terminal_key(5) == (3, _KBPK)  # stays for the next time
    assert far.changing()
    assert far.trades(tries=2)
    assert not far.changing()
    assert far.trades()


def test_a_block_asked_for_again_has_the_same_key(far):
    told = [json.loads(_rotate(far, "--json")[1]) for _ in range(2)]
    assert told[0]["kcv"] == told[1]["kcv"]
    assert told[0]["block"] != told[1]["block"]  # other padding
    for one in told:
        assert far.run("import-block", one["block"], "--state", far.state)[0] == 0
    assert far.trades(tries=2)


def test_told_by_check_value(far):
    kcv = json.loads(_rotate(far, "--json")[1])["kcv"]
    assert "is " + kcv in _rotate(far, "--kcv", "000000")[2]
    block = _rotate(far)[1]
    far.run("import-block", block.strip(), "--state", far.state)
    for _ in range(2):  # twice is no harm
        code, out, _ = _rotate(far, "--kcv", kcv[:6].lower())
        assert (code, out) == (0, f"terminal {TID}: new TMK in use, check value {kcv}\n")
    assert not far.changing()
    assert far.trades()


def test_export_under_typed_kbpk(desk):
    assert "has no KBPK" in desk.run("export-block", "--db", desk.db, "--terminal", TID)[2]
    assert not desk.changing()
    args = ("export-block", "--db", desk.db, "--terminal", TID, "--type-kbpk")
    code, block, err = desk.run(*args, stdin=_PIPE)
    assert code == 0
    assert err.startswith("KBPK: check value ")
    _, key = psec.tr31.unwrap(_KBPK, block.strip())
    desk.secrets.add(key)
    assert desk.trades()
    code, block, _ = desk.run(*args, "--algorithm", "tdes", stdin=f"{_ONE[:32]}\n{_TWO[:32]}\n")
    kbpk = bytes(parts.combine([bytearray.fromhex(_ONE[:32]), bytearray.fromhex(_TWO[:32])]))
    header, again = psec.tr31.unwrap(kbpk, block.strip())
    assert (header.version_id, again) == ("B", key)


def test_a_block_in_version_b(desk):
    pipe = f"{_ONE[:32]}\n{_TWO[:32]}\n"
    desk.run("ceremony", "--role", "kbpk", "--state", desk.state, "--db", desk.db, stdin=pipe)
    block = _rotate(desk)[1]
    assert block.startswith("B0096K0TD00N0000")
    assert desk.run("import-block", "--state", desk.state, stdin=block)[0] == 0
    assert desk.trades(tries=2)


def _wrapped(header, key=TMK, kbpk=_KBPK):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return psec.tr31.KeyBlock(kbpk, header).wrap(key)


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (_wrapped("D0000P0TD00N0000"), "key block usage"),
        (_wrapped("D0000K04D00N0000"), "key block algorithm"),
        (_wrapped("D0000K0TE00N0000"), "key block mode"),
        (_wrapped("D0000K0TD00N0000", kbpk=bytes(32)), "key block MAC"),
        (_wrapped("D0000K0TD00N0000", TMK + TMK[:8]), "TMK length"),
        (_wrapped("D0000K0TD00N0000", bytes(16)), "TMK parity"),
        (_wrapped("B0000K0TD00N0000", kbpk=_KBPK[:16]), "key block version"),
        (_wrapped("D0000K0TD00N0000")[:-2], "key block length"),
        (_wrapped("D0000K0TD00N0000").lower(), "key block version"),
        ("", "must be one key block, has 0 lines"),
        ("a\nb", "must be one key block, has 2 lines"),
        ("\u5bc6", "must be ASCII"),
        (2000 * "D", "must be ASCII, 1024 characters at most"),
    ],
    ids=str.isascii,  # not the block: it is another one in every process
)
def test_a_block_that_is_refused_changes_nothing(far, block, said):
    before = far.state.joinpath("flash.bin").read_bytes()
    code, out, err = far.run("import-block", "--state", far.state, stdin=block)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert said in err
    assert far.state.joinpath("flash.bin").read_bytes() == before
    assert far.trades()


def test_import_without_a_kbpk(desk):
    block = _wrapped("D0000K0TD00N0000")
    assert "no KBPK" in desk.run("import-block", block, "--state", desk.state)[2]


def test_no_such_terminal(desk):
    for command in ("rotate", "export-block"):
        code, _, err = desk.run(command, "--db", desk.db, "--terminal", "99999999")
        assert (code, len(err.splitlines())) == (2, 1)
        assert "terminal 99999999: not registered" in err


def test_an_sm4_tmk_needs_an_aes_kbpk():
    from posctl.keys.tr31 import wrap_tmk

    with pytest.raises(ToolError, match="needs an AES KBPK"):
        wrap_tmk("tdes", TMK, "sm4", TMK)
    header, key = psec.tr31.unwrap(_KBPK, wrap_tmk("aes", _KBPK, "sm4", TMK))
    assert (str(header), key) == ("D0016K04D00N0000", TMK)
