# SPDX-License-Identifier: MIT
"""`posctl terminal run` from its command line: everything wrong is one line before the boot."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from posctl import cli, cmd_terminal, statedir
from posctl.bench.command import Boot, command
from posctl.errors import ToolError

_FAKE = Path(__file__).parent.parent / "fakes" / "bench_firmware.py"
_IDLE = [{"ev": "screen", "id": "idle", "lines": ["ready"]}, {"ev": "idle"}]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    statedir.create(folder, {"terminal": "12345678"})
    return folder


@pytest.fixture
def fake(state: Path, monkeypatch) -> object:
    """Let the scripted firmware stand for the real one; returns what sets its scenario."""

    def started(boot: Boot) -> list:
        return [sys.executable, str(_FAKE), *command(boot)[-5:]]

    def scenario(**values: object) -> None:
        (state / "fake.json").write_text(json.dumps(values), "utf-8")

    monkeypatch.setattr(cmd_terminal, "command", started)
    monkeypatch.setattr(cmd_terminal.preflight, "bench_image", lambda path: _FAKE)
    return scenario


def _run(state: Path, *more: str, script: str = "") -> int:
    path = state / "script.jsonl"
    path.write_text(script, "utf-8")
    return cli.main(
        ["terminal", "run", str(path), "--state", str(state), "--acquirer", "-", *more]
    )


def _error(capsys) -> str:
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("posctl: error: ")
    return lines[0][15:]


def _broken_states(folder: Path) -> list:
    flash, profile, key = (folder / n for n in ("flash.bin", "profile.json", "device.key"))
    return [
        (lambda: flash.write_bytes(b"\xff" * 100), "is 100 bytes, must be 573440"),
        (flash.unlink, "flash.bin: cannot be read: No such file"),
        (lambda: profile.write_text("{"), "profile.json: is not JSON"),
        (lambda: profile.write_text("[]"), "profile.json: must be a JSON object"),
        (lambda: profile.write_text("{}"), "profile.json: "),
        (lambda: profile.write_bytes(b"\xff"), "profile.json: is not JSON"),
        (lambda: key.write_text("00"), "device.key: must be 64 hex digits"),
        (lambda: key.write_text("z" * 64), "device.key: must be 64 hex digits"),
        (key.unlink, "device.key: cannot be read"),
    ]


@pytest.mark.parametrize("case", range(9))
def test_a_broken_state_directory(state: Path, capsys, case: int) -> None:
    spoil, said = _broken_states(state)[case]
    spoil()
    assert _run(state) == 2
    assert said in _error(capsys)


def test_no_state_directory(tmp_path: Path, capsys) -> None:
    arguments = ["terminal", "run", "x", "--acquirer", "-", "--state", str(tmp_path / "none")]
    assert cli.main(arguments) == 2
    assert "no such state directory" in _error(capsys)


def test_a_bad_line_is_named_before_anything_is_started(state: Path, capsys) -> None:
    assert _run(state, script='\n{"do":"dance"}\n') == 2
    assert "script.jsonl: line 2: unknown verb 'dance'" in _error(capsys)


def test_an_acquirer_that_is_not_there(state: Path, fake, capsys) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        assert _run(state, "--acquirer", address) == 2
    assert _error(capsys) == f"--acquirer {address}: no connection: Connection refused"


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1:x", ":80", "127.0.0.1:70000"])
def test_an_acquirer_address_that_is_none(state: Path, fake, capsys, address: str) -> None:
    assert _run(state, "--acquirer", address) == 2
    assert "must be HOST:PORT" in _error(capsys)


def test_an_image_that_is_none(state: Path, tmp_path: Path, capsys) -> None:
    damaged = tmp_path / "damaged.romfs"
    damaged.write_bytes(b"\xd2\xcd\x31" + bytes(200))
    assert _run(state, "--image", str(damaged)) == 2
    assert "damaged.romfs: " in _error(capsys)


def test_torn_needs_a_cut(state: Path, capsys) -> None:
    assert _run(state, "--torn") == 2
    assert _error(capsys) == "--torn needs --cut-at"


def test_a_heap_too_small(state: Path, fake, capsys) -> None:
    assert _run(state, "--heap", "100") == 2
    assert "at least" in _error(capsys)


def test_a_terminal_in_use(state: Path, fake, capsys) -> None:
    with statedir.open_state(state).locked():
        assert _run(state) == 2
    assert "in use by another run" in _error(capsys)


def test_cut_and_torn_reach_the_firmware(state: Path, fake, capsys) -> None:
    fake(boot=[{"fake": "arguments"}, *_IDLE])
    assert _run(state, "--cut-at", "41", "--torn", "--json") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[0]["arguments"] == [str(_FAKE), str(state), "-", "41", "1"]
    heap = {"heap_peak": 4242, "heap_idle": 2424}
    assert events[-1] == {"ev": "end", "exit": 0, "flash_ops": 7, **heap}


def test_a_cut_is_99(state: Path, fake, capsys) -> None:
    fake(boot=[{"ev": "cut", "op": 41}, {"fake": "hang"}])
    assert _run(state, "--cut-at", "41") == 99
    assert "power cut at flash operation 41" in capsys.readouterr().out


def test_an_unmet_wait_is_4_and_the_end_is_the_last_line(state: Path, fake, capsys) -> None:
    fake(boot=_IDLE)
    script = '{"do":"wait","screen":"menu","timeout_s":0.1}\n'
    assert _run(state, "--json", script=script) == 4
    out, error = capsys.readouterr()
    assert error == "posctl: error: line 1: waited 0.1 s for menu, the screen is idle\n"
    events = [json.loads(line) for line in out.splitlines()]
    assert events[-2] == {
        "ev": "error",
        "line": 1,
        "error": "line 1: waited 0.1 s for menu, the screen is idle",
    }
    assert events[-1]["exit"] == 4


def test_a_firmware_death_is_5_with_its_words(state: Path, fake, capsys) -> None:
    fake(boot=[{"fake": "die", "code": 1, "stderr": "Traceback\nMemoryError: heap\n"}])
    assert _run(state) == 5
    assert capsys.readouterr().err.splitlines() == [
        "  Traceback",
        "  MemoryError: heap",
        "posctl: error: the firmware died (exit code 1): MemoryError: heap",
    ]


def test_a_fatal_error_is_3(state: Path, fake, capsys) -> None:
    fake(boot=[{"ev": "fatal", "error": "journal: sector 3 broken"}, {"fake": "die", "code": 3}])
    assert _run(state) == 3
    assert _error(capsys) == "the firmware does not start: journal: sector 3 broken"


def test_slips_go_to_a_folder_and_numbers_go_on(state: Path, fake, tmp_path: Path) -> None:
    out = tmp_path / "out"
    slip = {"ev": "print", "hex": b"SALE 128.50\n".hex()}
    fake(boot=[*_IDLE, slip, slip])
    assert _run(state, "--out", str(out)) == 0
    assert _run(state, "--out", str(out)) == 0
    names = sorted(path.name for path in out.iterdir())
    stems = ("001", "002", "003", "004")
    assert names == sorted(
        [*(stem + end for stem in stems for end in (".bin", ".txt", ".png")), "events.jsonl"]
    )
    assert (out / "003.bin").read_bytes() == b"SALE 128.50\n"
    assert "SALE 128.50" in (out / "003.txt").read_text("utf-8")
    assert len((out / "events.jsonl").read_text("utf-8").splitlines()) == 8


def test_the_view_is_plain_when_nobody_watches(state: Path, fake, capsys) -> None:
    fake(boot=[*_IDLE, {"ev": "print", "hex": b"SALE 128.50\n".hex()}])
    assert _run(state) == 0
    out = capsys.readouterr().out
    assert "idle              ready" in out
    assert "| SALE 128.50" in out
    assert "\x1b" not in out


def test_commands_of_both_runtimes(state: Path) -> None:
    boot = Boot(state, "127.0.0.1:1", "micropython", Path("x.romfs"), 200000, 5, True)
    line = command(boot)
    assert line[1:4] == ["-X", "heapsize=200000", "-c"]
    assert line[-5:] == ["x.romfs", str(state), "127.0.0.1:1", "5", "1"]
    assert "/rom" in line[4]
    line = command(Boot(state, runtime="cpython"))
    assert line[0] == sys.executable
    assert line[-5:] == ["-", str(state), "-", "0", "0"]


def test_a_setting_is_typed_and_checked() -> None:
    values = dict(statedir.BENCH_DEFAULTS)
    for setting in ("answer_timeout_s=3", "test_mode=true", "merchant=000000000000001"):
        statedir.set_value(values, setting)
    assert values["answer_timeout_s"] == 3
    assert values["test_mode"] is True
    assert values["merchant"] == "000000000000001"
    for bad in ("answer_timeout_s=x", "test_mode=1", "nonsense=1", "lang"):
        with pytest.raises(ToolError, match="--set"):
            statedir.set_value(values, bad)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_takes_the_firmware_along(state: Path, tmp_path: Path, number: int) -> None:
    program = (
        "import sys;from pathlib import Path;from posctl import cli,cmd_terminal as c;"
        f"c.command=lambda b:[sys.executable,{str(_FAKE)!r},*['-',str(b.state),'-','0','0']];"
        f"c.preflight.bench_image=lambda p:Path({str(_FAKE)!r});sys.exit(cli.main(sys.argv[1:]))"
    )
    hang = {"boot": [{"fake": "pid"}, *_IDLE, {"fake": "hang"}]}
    (state / "fake.json").write_text(json.dumps(hang), "utf-8")
    arguments = ["terminal", "run", "-", "--state", str(state), "--acquirer", "-", "--json"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )
    child = json.loads(process.stdout.readline())["pid"]
    process.send_signal(number)
    assert process.wait(10) == 130
    process.stdin.close()
    process.stdout.close()
    assert _is_gone(child)


def _is_gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
