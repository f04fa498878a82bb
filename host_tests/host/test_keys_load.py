# SPDX-License-Identifier: MIT
"""`posctl keys load` against the real firmware image: a bench terminal, and one on a serial port.

The witness is `cryptography`; nothing secret may be in what either side said, or in any file.
"""

import io
import json
import sys

import pytest
import typer

from fakes.serial_terminal import SerialTerminal
from posctl import cli, keys, statedir
from posctl.cmd_keys import load as load_command
from posctl.keys import parts
from posctl.keys.load import Loader
from posctl.keys.tr31 import wrap_tmk

_ONE = "11223344556677889900AABBCCDDEEFF"
_TWO = "0123456789ABCDEFFEDCBA9876543210"
_THREE = "89ABCDEF0123456776543210FEDCBA98"
_KCVS = ["5ED7EA43", "08D7B4FB"]
_KCV = "E66F46DB"  # of _ONE xor _TWO
_TMK = "10017623DCCDBA6767DC1023BA89DCEF"  # the same, odd parity
_PASSWORD = "123456"
_OLD = "11111111111111112323232323232323"
_OPEN = ("MENU", "8", *_PASSWORD, "ENTER")


class _Pipe(io.StringIO):
    def isatty(self):
        return False


class _Person(_Pipe):
    def isatty(self):
        return True


@pytest.fixture
def state(tmp_path):
    made = statedir.create(tmp_path / "t1", {"terminal": "12345678", "lang": "en"})
    keys.inject(made.path, bytearray.fromhex(_OLD))
    return made


@pytest.fixture
def old(state):
    return keys.check_values(state)


@pytest.fixture
def load(capsys, monkeypatch):
    def run(*args: object, lines: tuple = ()) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", _Pipe("".join(line + "\n" for line in lines)))
        code = cli.main(["keys", "load", *map(str, args)])
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def terminal(state):
    with SerialTerminal(state.path) as board:
        board.wait("error")  # no acquirer to sign on to
        board.press("ENTER")
        board.wait("idle")
        yield board


def _opened(terminal):
    terminal.press(*_OPEN)
    terminal.wait("keys.load")
    return "--serial", terminal.port, "--wait", 0


def _no_secret_in(*texts: bytes) -> None:
    for text in texts:
        for secret in (_ONE, _TWO, _TMK):
            for at in range(0, 32 - 8, 4):
                assert secret[at : at + 8].encode() not in text.upper()
                assert bytes.fromhex(secret[at : at + 8]) not in text


def _files(state) -> bytes:
    return b"".join(path.read_bytes() for path in state.path.iterdir())


def test_bench_terminal(load, state):
    code, out, err = load("--state", state.path, "--json", lines=(_PASSWORD, _ONE, _TWO))
    assert code == 0, err
    wanted = {"terminal": str(state.path), "role": "TMK", "components": _KCVS, "kcv": _KCV}
    assert json.loads(out) == wanted
    assert keys.check_values(state) == [("TMK", _KCV)]
    _no_secret_in(out.encode(), err.encode(), _files(state))


def test_serial_port_opened_at_the_terminal(load, terminal, state):
    args = _opened(terminal)
    code, out, err = load(*args, "--kcv", _KCV.lower(), lines=(_ONE, _TWO.lower()))
    assert code == 0, err
    assert out == f"{terminal.port}: TMK stored, check value {_KCV}; the terminal signs on again\n"
    assert err.count("the terminal has the same") == 2
    terminal.wait("keys.done")
    terminal.press("ENTER")
    terminal.wait("signon")
    assert keys.check_values(state) == [("TMK", _KCV)]
    _no_secret_in(bytes(terminal.said), out.encode(), err.encode(), _files(state))
    assert _ONE.lower().encode() in terminal.heard  # the search would find one


def test_serial_port_opened_from_here(load, terminal, state):
    lines = (_PASSWORD, _ONE, _TWO, _THREE)
    args = ("--serial", terminal.port, "--open", "--components", 3, "--baud", 9600)
    code, _, err = load(*args, lines=lines)
    assert code == 0, err
    key = bytes(a ^ b ^ c for a, b, c in zip(*map(bytes.fromhex, lines[1:]), strict=True))
    assert keys.check_values(state) == [("TMK", parts.kcv(key))]


def test_a_second_attempt(load, terminal, state):
    args = _opened(terminal)
    assert load(*args, "--kcv", "000000", lines=(_ONE, _TWO))[0] == 2
    terminal.wait("idle")  # the loader left
    terminal.press(*_OPEN)
    terminal.wait("keys.load")
    assert load(*args, lines=(_ONE, _TWO))[0] == 0
    assert keys.check_values(state) == [("TMK", _KCV)]


@pytest.mark.parametrize(
    ("lines", "args", "text"),
    [
        ((_ONE, _ONE), (), "terminal refuses: components give a key with two equal halves"),
        ((_ONE, _TWO), ("--kcv", "E66F46DC"), "check value of the combined key is E66F46DB"),
        ((_ONE, _TWO[:-1]), (), "component 2: must be 32 hex digits"),
        ((_ONE, "z" * 32), (), "component 2: must be 32 hex digits"),
        (("0" * 32, _TWO), (), "component 1: is all zeros"),
        ((_ONE,), (), "component 2: nothing on stdin"),
    ],
)
def test_refused_and_the_old_key_stays(load, terminal, state, old, lines, args, text):
    code, out, err = load(*_opened(terminal), *args, lines=lines)
    assert (code, out) == (2, "")
    assert text in err.splitlines()[-1]
    terminal.wait("idle")
    assert keys.check_values(state) == old
    _no_secret_in(bytes(terminal.said), err.encode())


def test_a_garbled_digit_is_found_before_anything_is_stored(load, terminal, state, old):
    args = _opened(terminal)
    part = _ONE.lower().encode()
    terminal.garble = lambda data: data.replace(part, part[:-2] + b"0f")
    code, _, err = load(*args, lines=(_ONE, _TWO))
    assert code == 2
    assert "component 1: check value is 5ED7EA43, the terminal says " in err
    assert keys.check_values(state) == old


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ((b'"components":2', b'"components":4'), "components must be 2 or 3"),
        ((b'"component":1', b'"component":2'), "component out of order"),
        ((_ONE.lower().encode(), b""), "component is not 32 digits long"),
        ((_ONE.lower().encode(), b"g" * 32), "component has a character that is no hex digit"),
        ((_ONE.lower().encode(), b"0" * 32), "component is all zeros"),
        ((b'"kcv":"E66F46DB"', b'"kcv":"E66F46DA"'), "TMK check value"),
        ((b'"step":"store"', b'"step":"shop"'), "no such step"),
    ],
)
def test_the_terminal_itself_refuses(load, terminal, state, old, rule, text):
    """What the host would never send, made on the line."""
    args = _opened(terminal)
    terminal.garble = lambda data: data.replace(*rule)
    code, _, err = load(*args, lines=(_ONE, _TWO))
    assert code == 2
    assert err.splitlines()[-1] == f"posctl: error: {terminal.port}: the terminal refuses: {text}"
    assert keys.check_values(state) == old


def test_closed(load, terminal, state, old):
    code, _, err = load("--serial", terminal.port, "--wait", 0, lines=(_ONE, _TWO))
    assert code == 2
    assert "the terminal is not in its loading mode" in err
    assert b'"error": "closed"' in terminal.said
    assert keys.check_values(state) == old


def test_wrong_password(load, terminal, state, old):
    code, _, err = load("--serial", terminal.port, "--open", lines=("123457", _ONE, _TWO))
    assert code == 2
    assert err.splitlines()[-1].endswith("wrong password")
    terminal.wait("idle")
    assert keys.check_values(state) == old


def test_no_port(load, tmp_path):
    code, _, err = load("--serial", tmp_path / "none")
    assert (code, err.count("cannot be opened")) == (2, 1)


@pytest.mark.parametrize("args", [(), ("--serial", "x", "--state", "y")])
def test_one_way_in(load, args):
    assert load(*args)[0] == 2


@pytest.mark.parametrize("sure", [True, False])
def test_a_person_is_asked_unseen_and_may_correct(load, terminal, state, old, monkeypatch, sure):
    args = _opened(terminal)
    answers = [_ONE[:-1], _ONE, _TWO]
    asked = []

    def prompt(text, **options):
        assert options["hide_input"]
        asked.append(text)
        return answers.pop(0)

    monkeypatch.setattr(typer, "prompt", prompt)
    monkeypatch.setattr(typer, "confirm", lambda text, **_: asked.append(text) or sure)
    monkeypatch.setattr(_Pipe, "isatty", lambda self: True)
    assert load(*args)[0] == (0 if sure else 2)
    shown = "Component {} (not shown)".format
    assert asked == [shown(1), shown(1), shown(2), "As on the key letter?"]
    assert keys.check_values(state) == ([("TMK", _KCV)] if sure else old)


def test_kbpk_then_a_tmk_in_a_block(load, terminal, state, old, tmp_path):
    kbpk = bytes(a ^ b for a, b in zip(*map(bytes.fromhex, (_ONE, _TWO)), strict=True))
    args = ("--role", "kbpk", "--algorithm", "aes", "--kcv", parts.kcv(kbpk, "aes"))
    code, out, err = load(*_opened(terminal), *args, lines=(_ONE, _TWO))
    assert (code, out.endswith(f"KBPK stored, check value {args[-1]}\n")) == (0, True), err
    terminal.press("ENTER")
    terminal.wait("idle")
    assert sorted(keys.check_values(state)) == sorted([("KBPK", args[-1]), *old])
    block = tmp_path / "block"
    block.write_text(wrap_tmk("aes", kbpk, "tdes", bytes.fromhex(_TMK)) + "\n")
    damaged = tmp_path / "damaged"
    damaged.write_text(block.read_text()[:-3] + "00")
    code, _, err = load(*_opened(terminal), "--block", damaged)
    assert code == 2 and "the terminal refuses: " in err
    terminal.wait("idle")
    code, out, err = load(*_opened(terminal), "--block", block)
    assert code == 0, err
    assert ("TMK", _KCV) in keys.check_values(state)
    _no_secret_in(bytes(terminal.said), out.encode(), err.encode())


def test_block_files(tmp_path):
    path = tmp_path / "block"
    for text in ("", "B00", "B" * 2000, "B0096P0TE00N0000 4", "B0096\n" * 9):
        path.write_text(text)
        with pytest.raises(load_command.ToolError, match="is not a key block"):
            load_command._read_block(path)


class _Silent:
    name = "port"

    def __init__(self, *events):
        self.events = list(events)
        self.sent = []

    def send(self, message):
        self.sent.append(message)

    def event(self, timeout_s):
        return self.events.pop(0)


def test_a_store_that_is_answered_with_another_check_value_is_told():
    channel = _Silent({"ev": "idle"}, {"ev": "key", "stored": True, "kcv": "00000000"})
    with pytest.raises(load_command.ToolError, match="stored with check value 00000000"):
        Loader(channel).store(_KCV)


def test_script_verb(state, tmp_path, capsys):
    """The same steps as lines of `terminal run`, from a pipe or a file."""
    steps = [{"do": "wait", "screen": "error"}, {"do": "key", "key": "ENTER"}]
    steps += [{"do": "wait", "screen": "idle"}, *({"do": "key", "key": key} for key in _OPEN)]
    steps += [{"do": "wait", "screen": "keys.load"}]
    steps += [{"do": "load", "step": "begin", "role": "TMK", "components": 2}]
    for number, digits in enumerate((_ONE, _TWO), 1):
        line = {"do": "load", "step": "component", "component": number, "hex": digits}
        steps += [line, {"expect": {"ev": "key", "component": number, "kcv": _KCVS[number - 1]}}]
    steps += [{"do": "load", "step": "store", "kcv": _KCV}]
    steps += [{"expect": {"ev": "key", "stored": True, "kcv": _KCV}}]
    steps += [{"do": "wait", "screen": "keys.done"}]
    script = tmp_path / "load.jsonl"
    script.write_text("".join(json.dumps(step) + "\n" for step in steps))
    arguments = ["terminal", "run", str(script), "--acquirer", "-", "--state", str(state.path)]
    assert cli.main([*arguments, "--out", str(tmp_path / "out"), "--json"]) == 0
    out, err = capsys.readouterr()
    assert keys.check_values(state) == [("TMK", _KCV)]
    events = (tmp_path / "out" / "events.jsonl").read_bytes()
    _no_secret_in(out.encode(), err.encode(), events, _files(state))


@pytest.mark.parametrize("kind", [[], ["--torn"]])
def test_power_cut_in_the_final_store_leaves_old_or_new(state, old, tmp_path, capsys, kind):
    steps = [{"do": "wait", "screen": "error"}, {"do": "key", "key": "ENTER"}]
    steps += [{"do": "wait", "screen": "idle"}, *({"do": "key", "key": key} for key in _OPEN)]
    steps += [{"do": "wait", "screen": "keys.load"}]
    steps += [{"do": "load", "step": "begin", "role": "TMK", "components": 2}]
    for number, digits in enumerate((_ONE, _TWO), 1):
        steps += [{"do": "load", "step": "component", "component": number, "hex": digits}]
    steps += [{"do": "load", "step": "store", "kcv": _KCV}, {"do": "wait", "screen": "keys.done"}]
    script = tmp_path / "load.jsonl"
    script.write_text("".join(json.dumps(step) + "\n" for step in steps))
    before = state.flash.read_bytes()
    found, cut_at, code = [], 0, 99
    while code == 99:
        state.flash.write_bytes(before)
        cut_at += 1
        arguments = ["terminal", "run", str(script), "--acquirer", "-", "--state", str(state.path)]
        code = cli.main([*arguments, "--cut-at", str(cut_at), *kind, "--json"])
        found.append(keys.check_values(state))
        assert found[-1] in (old, [("TMK", _KCV)])
    assert code == 0 and cut_at > 2
    assert found[0] == old and found[-1] != old
    assert found == sorted(found, key=lambda held: held != old)  # old up to a point, then new
