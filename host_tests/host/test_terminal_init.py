# SPDX-License-Identifier: MIT
"""`posctl terminal init`: a whole terminal on both sides, or one clear line and nothing made."""

import json
from pathlib import Path

import pytest

from posctl import cli, statedir
from posctl.bench import make
from posctl.errors import ToolError


def _init(folder: Path, *more: str) -> int:
    state, database = folder / "state", folder / "acquirer.db"
    return cli.main(["terminal", "init", "--state", str(state), "--db", str(database), *more])


def test_a_terminal_is_known_to_both_sides(tmp_path: Path, capsys) -> None:
    assert _init(tmp_path, "--json", "--lang", "en", "--set", "answer_timeout_s=3") == 0
    made = json.loads(capsys.readouterr().out)
    state = statedir.open_state(tmp_path / "state")
    assert state.profile == {
        **statedir.BENCH_DEFAULTS,
        "terminal": made["terminal"],
        "lang": "en",
        "answer_timeout_s": 3,
    }
    assert cli.main(["acquirer", "ledger", "--db", str(tmp_path / "acquirer.db"), "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["terminals"]) == [made["terminal"]]
    assert cli.main(["keys", "show", "--state", str(tmp_path / "state"), "--json"]) == 0
    assert made["tmk_kcv"] in capsys.readouterr().out


def test_the_master_key_is_in_no_file(tmp_path: Path, monkeypatch) -> None:
    key = make.new_tmk("tdes")
    monkeypatch.setattr(make, "new_tmk", lambda algorithm: key)
    assert _init(tmp_path) == 0
    for path in tmp_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for part in (key[:8], key[8:]):
                assert part not in data
                assert part.hex().encode() not in data.lower()


def test_a_second_terminal_gets_the_next_number(tmp_path: Path) -> None:
    assert _init(tmp_path) == 0
    made = make.make_terminal(
        tmp_path / "other", tmp_path / "acquirer.db", None, dict(statedir.BENCH_DEFAULTS)
    )
    assert made["terminal"] == "12345679"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            ["--algorithm", "sm4", "--set", "key_length=003"],
            "--set: key_length must be 005 or 006 with sm4",
        ),
        (["--set", "encrypt_tracks=true"], "--set: encrypt_tracks needs key_length 004 or 006"),
        (["--terminal", "123"], "terminal: must be 8"),
        (["--set", "answer_timeout_s=0"], "--set: answer_timeout_s must be 1 to 300"),
        (["--set", "colour=red"], "--set colour: no such parameter"),
        (["--set", "merchant=1"], "merchant must be text of 15 characters"),
    ],
)
def test_a_refusal_is_one_line_and_makes_nothing(tmp_path, capsys, more, said) -> None:
    assert _init(tmp_path, *more) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error
    assert not (tmp_path / "state").exists()
    assert not (tmp_path / "acquirer.db").exists() or more[0] == "--terminal"


def test_a_folder_that_holds_a_terminal_is_left_alone(tmp_path: Path, capsys) -> None:
    assert _init(tmp_path) == 0
    before = {path: path.read_bytes() for path in (tmp_path / "state").iterdir()}
    capsys.readouterr()
    assert _init(tmp_path) == 2
    assert "already holds a terminal" in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in (tmp_path / "state").iterdir()}


def test_nothing_half_made_stays(tmp_path: Path, monkeypatch) -> None:
    def fails(state: Path, key: bytearray) -> str:
        raise ToolError("flash.bin: broken")

    monkeypatch.setattr("posctl.keys.inject", fails)
    assert _init(tmp_path) == 2
    assert list((tmp_path / "state").iterdir()) == []
    monkeypatch.undo()
    assert _init(tmp_path) == 0


def test_keys_have_odd_parity_and_two_halves() -> None:
    for _ in range(50):
        key = make.new_tmk("tdes")
        assert all(bin(byte).count("1") % 2 for byte in key)
        assert key[:8] != key[8:]
