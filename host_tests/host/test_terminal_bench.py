# SPDX-License-Identifier: MIT
"""The real firmware under `posctl terminal run`, on both runtimes, with the real acquirer."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.scripts import keys, wait
from posctl import cli, image
from posctl.bench.command import Boot, command
from posctl.bench.run import run
from posctl.bench.script import card_flux
from posctl.demo.programs import AcquirerServer, posctl

_TRACK2 = ";6200001234567892=30121200000012300000?"
_CARD = {"do": "card", "tracks": {"2": _TRACK2}}


def _sale(swipe: dict) -> list:
    return [
        wait("idle"),
        *keys(*"12850"),
        {"expect": {"screen": "sale.amount", "contains": "128.50"}},
        *keys("ENTER"),
        {"expect": "card.swipe"},
        swipe,
        wait("pin.enter"),
        *keys(*"123456", "ENTER"),
        wait("outcome.approved"),
        {"expect": {"print": "签购单"}},
        {"expect": {"print": "RMB 128.50"}},
        {"expect": {"ev": "beep", "kind": "ok"}},
        *keys("ENTER"),
        wait("idle"),
    ]


class Shop:
    """A terminal, an acquirer, and runs of the one against the other."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address

    def arguments(self, script: str, *more: str) -> list:
        """The command line of a run."""
        where = ["--state", str(self.folder / "state"), "--acquirer", self.address]
        return ["terminal", "run", script, *where, "--json", *more]

    def run(self, script: list, *more: str) -> int:
        """Play a script from a file."""
        path = self.folder / "script.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in script), "utf-8")
        return cli.main(self.arguments(str(path), *more))

    def states(self) -> list:
        """What became of each transaction, by the terminal's flash."""
        shown = posctl("ledger", "show", "--state", str(self.folder / "state"))
        assert shown["chain"] == "ok"
        assert not shown["pending"] and not shown["unresolved"]
        return [deal["state"] for batch in shown["batches"] for deal in batch["transactions"]]


@pytest.fixture
def shop(tmp_path: Path) -> object:
    database, faults = tmp_path / "acquirer.db", tmp_path / "faults.jsonl"
    faults.touch()
    init = ["terminal", "init", "--state", str(tmp_path / "state"), "--db", str(database)]
    posctl(*init, "--set", "tear_timeout_s=1")
    with AcquirerServer(database, faults, tmp_path / "acquirer.jsonl") as server:
        yield Shop(tmp_path, server.address)


@pytest.mark.parametrize("runtime", ["cpython", "micropython"])
def test_a_sale_by_track_text_and_one_by_flux(shop: Shop, runtime: str, capsys) -> None:
    flux = card_flux({"2": _TRACK2}, 30, True, 0.1, 9)
    script = _sale(_CARD) + _sale({"do": "swipe", "flux": flux})
    out = shop.folder / "out"
    assert shop.run(script, "--runtime", runtime, "--out", str(out)) == 0
    end = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (end["ev"], end["exit"]) == ("end", 0)
    assert end["flash_ops"] > 10
    assert shop.states() == ["approved", "approved"]
    assert len(list(out.glob("*.png"))) == 4


@pytest.mark.parametrize("torn", [[], ["--torn"]])
def test_a_cut_in_a_sale_is_made_good_at_the_next_boot(shop: Shop, torn: list, capsys) -> None:
    for _ in range(2):  # the second boot costs what the third will
        assert shop.run([wait("idle")], "--runtime", "cpython") == 0
    boot_ops = json.loads(capsys.readouterr().out.splitlines()[-1])["flash_ops"]
    cut = ["--cut-at", str(boot_ops + 3), *torn]  # the intent is written, the outcome is not
    assert shop.run(_sale(_CARD), "--runtime", "cpython", *cut) == 99
    assert shop.run([wait("idle")], "--runtime", "cpython") == 0
    assert shop.states() == ["reversed"]


def test_another_program_plays_the_cashier(shop: Shop) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "posctl.cli", *shop.arguments("-", "--runtime", "cpython")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        for line in process.stdout:
            if json.loads(line).get("id") == "idle":
                break
        process.stdin.write(json.dumps(keys("1")[0]) + "\n")
        process.stdin.write('{"expect":"sale.amount"}\n')
        process.stdin.flush()
        answers = [json.loads(line) for line in _until(process.stdout, "ok")]
        assert {"ev": "ok", "line": 2} in answers
        process.stdin.close()
        assert json.loads(list(process.stdout)[-1])["exit"] == 0
    assert process.returncode == 0


def _until(lines: object, kind: str) -> list:
    taken = []
    for line in lines:
        taken.append(line)
        if json.loads(line)["ev"] == kind:
            break
    return taken


def test_a_broken_journal_is_one_clear_line(shop: Shop, capsys) -> None:
    assert shop.run([wait("idle")], "--runtime", "cpython") == 0
    flash = shop.folder / "state" / "flash.bin"
    data = bytearray(flash.read_bytes())
    data[32768 + 48] ^= 0x55
    flash.write_bytes(data)
    capsys.readouterr()
    assert shop.run([wait("idle")], "--runtime", "cpython") == 3
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert errors[0].startswith("posctl: error: the firmware does not start: ")


def test_a_run_counts_its_names_when_asked(tmp_path: Path) -> None:
    state, database = tmp_path / "state", tmp_path / "a.db"
    posctl("terminal", "init", "--state", str(state), "--db", str(database))
    path = image.build("bench").path
    counted = [
        run(command(Boot(state, image=path, heap_bytes=1 << 20, names=names)), [], lambda _: None)
        for names in (False, True)
    ]
    assert [ending.error for ending in counted] == [None, None]
    assert counted[0].names == 0 and 300 < counted[1].names < 1240
