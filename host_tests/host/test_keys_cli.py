# SPDX-License-Identifier: MIT
"""`posctl keys`: what it makes, what it refuses, and that no clear key leaves it."""

import hmac
import io
import json
import sys

import pytest
import typer

from posctl import cli, keys, statedir
from posctl.errors import ToolError
from posctl.keys import parts

_ONE = "11223344556677889900AABBCCDDEEFF"
_TWO = "0123456789ABCDEFFEDCBA9876543210"
_THREE = "89ABCDEF0123456776543210FEDCBA98"
_KCV = "E66F46DB"  # of _ONE xor _TWO, computed with `cryptography`
_TMK = "10017623DCCDBA6767DC1023BA89DCEF"  # the same, odd parity


# the keys of the device key, and what each is derived with
_OWN = {
    "storage": b"keystore cipher 1",
    "storage MAC": b"keystore tag 1",
    "audit": b"journal 1",
    "card hash": b"card hash 1",
}


class _Pipe(io.StringIO):
    def isatty(self):
        return False


@pytest.fixture
def state(tmp_path):
    return statedir.create(tmp_path / "t1", {"terminal": "12345678"})


@pytest.fixture
def posctl(capsys, monkeypatch):
    def run(*args: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", _Pipe(stdin))
        code = cli.main(["keys", *map(str, args)])
        return (code, *capsys.readouterr())

    return run


def _both(state):
    return ("--state", state.path, "--component", _ONE, "--component", _TWO)


def test_components_have_odd_parity_and_their_check_values(posctl):
    for count in (1, 2, 3):
        code, out, _ = posctl("component", "--custodians", count, "--json")
        told = json.loads(out)
        made = [bytearray.fromhex(one["component"]) for one in told["components"]]
        assert code == 0
        assert len(made) == count
        for one, part in zip(told["components"], made, strict=True):
            assert len(part) == 16
            assert all(byte.bit_count() % 2 for byte in part)
            assert parts.kcv(part) == one["kcv"]
        assert told["kcv"] == (parts.kcv(parts.combine(made)) if count > 1 else None)


def test_components_are_random(posctl):
    outs = {posctl("component", "--json")[1] for _ in range(20)}
    assert len(outs) == 20


def test_component_for_people(posctl):
    code, out, _ = posctl("component")
    assert code == 0
    assert out.count("check value") == 3


@pytest.mark.parametrize("count", [0, 4])
def test_component_count(posctl, count):
    assert posctl("component", "--custodians", count)[0] == 2


def test_inject_and_show(posctl, state):
    code, out, err = posctl("show", "--state", state.path)
    assert (code, out.splitlines()[0], err) == (0, f"{state.path}: no keys", "")
    code, out, err = posctl("inject", *_both(state))
    assert (code, out) == (0, f"{state.path}: TMK stored, check value {_KCV}\n")
    assert err.splitlines() == [
        f"component {n}: check value {parts.kcv(bytearray.fromhex(text))}"
        for n, text in ((1, _ONE), (2, _TWO))
    ]
    shown = posctl("show", "--state", state.path)[1].splitlines()
    assert shown[0] == f"TMK  check value {_KCV}"
    assert [line.split(" key, ")[0] for line in shown[1:]] == list(_OWN)


def test_json(posctl, state):
    _, out, _ = posctl("inject", *_both(state), "--kcv", _KCV.lower(), "--json")
    assert json.loads(out) == {
        "state": str(state.path),
        "role": "TMK",
        "components": ["5ED7EA43", "08D7B4FB"],
        "kcv": _KCV,
    }
    _, out, _ = posctl("show", "--state", state.path, "--json")
    shown = json.loads(out)
    assert (shown["terminal"], shown["keys"]) == ("12345678", [{"role": "TMK", "kcv": _KCV}])
    own = {
        role: hmac.digest(state.device_key, b"espos " + use, "sha256")
        for role, use in _OWN.items()
    }
    assert {key["role"]: key["kcv"] for key in shown["derived"]} == {
        role: hmac.digest(key, b"", "sha256")[:4].hex().upper() for role, key in own.items()
    }


def test_no_clear_key_is_shown_or_stored(posctl, state):
    shown = "".join(posctl("inject", *_both(state), "--json")[1:])
    shown += "".join(posctl("show", "--state", state.path)[1:])
    files = b"".join(path.read_bytes() for path in state.path.iterdir())
    for secret in (_ONE, _TWO, _TMK):
        for half in (secret[:16], secret[16:]):
            assert half not in shown
            assert bytes.fromhex(half) not in files
            assert half.lower().encode() not in files.lower()


def test_only_the_key_partition_is_written(posctl, state):
    posctl("inject", *_both(state))
    flash = state.flash.read_bytes()
    assert set(flash[16384:]) == {0xFF}
    assert len(flash) == statedir.FLASH_SIZE_BYTES


def test_pipe(posctl, state):
    code, _, _ = posctl("inject", "--state", state.path, stdin=f"{_ONE}\n\n{_TWO.lower()}\n")
    assert code == 0
    assert keys.check_values(state) == [("TMK", _KCV)]


@pytest.mark.parametrize("answers", [(_ONE, _TWO, ""), (_ONE, _TWO, _THREE)])
def test_prompts_are_hidden(posctl, state, monkeypatch, answers):
    asked = []

    def prompt(text, **options):
        assert options["hide_input"]
        asked.append(text)
        return answers[len(asked) - 1]

    monkeypatch.setattr(typer, "prompt", prompt)
    monkeypatch.setattr(_Pipe, "isatty", lambda self: True)
    assert posctl("inject", "--state", state.path)[0] == 0
    assert len(asked) == 3
    typed = [bytearray.fromhex(text) for text in answers if text]
    assert keys.check_values(state) == [("TMK", parts.kcv(parts.combine(typed)))]


def test_three_components_by_hand():
    typed = [bytearray.fromhex(text) for text in (_ONE, _TWO, _THREE)]
    value = int(_ONE, 16) ^ int(_TWO, 16) ^ int(_THREE, 16)
    key = bytes(parts.combine(typed))
    assert all(byte.bit_count() % 2 for byte in key)
    assert [byte | 1 for byte in key] == [byte | 1 for byte in value.to_bytes(16, "big")]


@pytest.mark.parametrize(
    ("args", "stdin", "text"),
    [
        (("--component", _ONE), "", "two or three components make a key, not 1"),
        (("--component", _ONE) * 4, "", "two or three components make a key, not 4"),
        (("--component", _ONE) * 2, "", "two equal halves"),
        (("--component", _ONE, "--component", _TWO[:-1]), "", "--component 2: must be 32 hex"),
        (("--component", _ONE, "--component", "g" * 32), "", "--component 2: must be 32 hex"),
        (("--component", _ONE, "--component", "0" * 32), "", "--component 2: is all zeros"),
        (("--component", _ONE, "--component", _TWO, "--kcv", "E66F46DC"), "", "E66F46DB, --kcv"),
        (("--component", _ONE, "--component", _TWO, "--kcv", "E66F"), "", "--kcv: must be 6 or 8"),
        ((), "", "no --component, and none on stdin"),
        ((), f"{_ONE}\nhello\n", "component 2: must be 32 hex digits"),
        ((), f"{_ONE}\n", "not 1"),
    ],
)
def test_refused_with_one_line_and_nothing_stored(posctl, state, args, stdin, text):
    before = state.flash.read_bytes()
    code, out, err = posctl("inject", "--state", state.path, *args, stdin=stdin)
    assert (code, out) == (2, "")
    assert text in err.splitlines()[-1]
    assert _ONE not in err and _TWO[:-1] not in err and "hello" not in err
    assert state.flash.read_bytes() == before


def test_no_state_directory(posctl, tmp_path):
    for command in ("show", "inject"):
        code, _, err = posctl(command, "--state", tmp_path / "none")
        assert (code, len(err.splitlines())) == (2, 1)
        assert "no such state directory" in err


def test_damaged_store_is_reported_and_left_alone(posctl, state):
    posctl("inject", *_both(state))
    flash = bytearray(state.flash.read_bytes())
    flash[60] ^= 1
    state.flash.write_bytes(flash)
    for args in (("show", "--state", state.path), ("inject", *_both(state))):
        code, _, err = posctl(*args)
        assert code == 2
        assert err.splitlines()[-1] == f"posctl: error: {state.flash}: key store damaged"
    assert state.flash.read_bytes() == flash


def test_another_device_key(posctl, state):
    posctl("inject", *_both(state))
    (state.path / "device.key").write_text("00" * 32)
    assert "key store damaged" in posctl("show", "--state", state.path)[2]


def test_running_terminal_is_not_disturbed(posctl, state):
    with state.locked():
        code, _, err = posctl("inject", *_both(state))
    assert code == 2
    assert "in use" in err


def test_library_inject(state):
    key = bytearray.fromhex(_TMK)
    assert keys.inject(state.path, key) == _KCV
    assert key == bytes.fromhex(_TMK)  # the caller wipes it
    assert keys.check_values(state) == [("TMK", _KCV)]


def test_library_inject_refuses_a_short_key(state):
    with pytest.raises(ToolError, match="TMK length"):
        keys.inject(state.path, bytearray(8))
