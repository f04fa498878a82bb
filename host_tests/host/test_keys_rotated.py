# SPDX-License-Identifier: MIT
"""The real firmware and the real acquirer through changes of TMK: near, far, and not yet come."""

import io
import json
import sys
from pathlib import Path

import pytest

from fakes.scripts import keys, wait
from posctl import cli
from posctl.demo.programs import AcquirerServer, posctl

_TID = "12345678"
_CARD = {"do": "card", "tracks": {"2": ";6200001234567892=30121200000012300000?"}}
_KBPK = "".join(f"{n:02X}" * 32 + "\n" for n in (0x5A, 0x1F))


_SALE = [
    wait("idle"),
    *keys(*"12850", "ENTER"),
    {"expect": "card.swipe"},
    _CARD,
    wait("pin.enter"),
    *keys(*"123456", "ENTER"),
    wait("outcome.approved"),
    *keys("ENTER"),
    wait("idle"),
]
# the acquirer tries the other TMK when the terminal asks again
_REFUSED_ONCE = [
    wait("error"),
    *keys("ENTER"),
    wait("idle"),
    *keys("F4"),
    wait("signon.done"),
    *keys("ENTER"),
]


@pytest.fixture
def algorithm() -> str:
    return "tdes"


@pytest.fixture
def play(tmp_path: Path, capsys, algorithm: str) -> object:
    """Return what plays a script on the terminal; its keys are in tmp_path."""
    database, faults = tmp_path / "acquirer.db", tmp_path / "faults.jsonl"
    state, path = tmp_path / "state", tmp_path / "script.jsonl"
    faults.touch()
    init = ["terminal", "init", "--state", str(state), "--db", str(database)]
    init += ["--algorithm", algorithm]
    posctl(*init, "--terminal", _TID, "--set", "tear_timeout_s=1")
    with AcquirerServer(database, faults, tmp_path / "acquirer.jsonl") as server:

        def run(script: list) -> int:
            path.write_text("".join(json.dumps(line) + "\n" for line in script), "utf-8")
            where = ["--state", str(state), "--acquirer", server.address]
            code = cli.main(["terminal", "run", str(path), *where, "--runtime", "cpython"])
            assert code == 0, capsys.readouterr().err
            return code

        yield run


def test_near(play, tmp_path) -> None:
    where = ["--db", str(tmp_path / "acquirer.db"), "--terminal", _TID]
    play(_SALE)
    posctl("keys", "rotate", *where, "--state", str(tmp_path / "state"))
    play(_SALE)


@pytest.mark.parametrize("algorithm", ["tdes", "sm4"])
def test_far(play, algorithm, tmp_path, monkeypatch, capsys) -> None:
    database, state = str(tmp_path / "acquirer.db"), str(tmp_path / "state")
    monkeypatch.setattr(sys, "stdin", io.StringIO(_KBPK))
    ceremony = ["keys", "ceremony", "--role", "kbpk", "--algorithm", "aes"]
    assert cli.main([*ceremony, "--state", state, "--db", database]) == 0
    told = posctl("keys", "rotate", "--db", database, "--terminal", _TID)
    play(_SALE)  # the old TMK
    imported = posctl("keys", "import-block", told["block"], "--state", state)
    assert imported["kcv"] == told["kcv"]
    play(_REFUSED_ONCE + _SALE)
    audit = posctl("keys", "audit", "--state", state, "--db", database)
    (host,) = audit["db"]["terminals"]
    assert [key["role"] for key in host["keys"]] == ["TMK", "KBPK", "PIK", "MAK"]
    assert {"role": "TMK", "algorithm": algorithm, "bytes": 16, "kcv": told["kcv"]} in host["keys"]
    held = {key["role"]: key["kcv"] for key in audit["state"]["keys"]}
    assert held == {key["role"]: key["kcv"] for key in host["keys"]}  # working keys too
