# SPDX-License-Identifier: MIT
"""Simulated terminals against a server process: their ledgers and the acquirer's are equal,
whatever the fault language does and however often the server is killed, and a difference is seen.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from acquirer_sim import AcquirerError, faults
from acquirer_sim.database import Url, connect, place
from acquirer_sim.load.figures import Figures
from acquirer_sim.load.host import Server
from acquirer_sim.load.run import Plan, run
from host.test_acquirer_server import serving

FULL = os.environ.get("ESPOS_FULL") == "1"
_KILLS = 40 if FULL else 3
_TERMINALS = 40 if FULL else 12
TOOLS = str(Path(__file__).parents[2] / "tools")
# the whole fault language, on the kinds that the terminals use
FAULTS = [
    {"fault": "drop_before", "type": "sale", "nth": 3},
    {"fault": "drop_after", "type": "sale", "nth": 9},
    {"fault": "delay", "type": "sale", "nth": 15, "seconds": 1.2},
    {"fault": "duplicate", "type": "sale", "nth": 21},
    {"fault": "truncate", "type": "sale", "nth": 27, "at": 30},
    {"fault": "flip", "type": "sale", "nth": 33},
    {"fault": "bad_mac", "type": "sale", "nth": 39},
    {"fault": "wrong_stan", "type": "sale", "nth": 45},
    {"fault": "close", "type": "sale", "nth": 51},
    {"fault": "decline", "type": "sale", "nth": 57, "code": "51"},
    {"fault": "requirement", "type": "sale", "nth": 63, "code": "1"},
    {"fault": "drop_after", "type": "void", "nth": 2},
    {"fault": "drop_before", "type": "void", "nth": 4},
    {"fault": "drop_after", "type": "reversal", "nth": 1},
    {"fault": "bad_mac", "type": "reversal", "nth": 3},
    {"fault": "drop_after", "type": "settlement", "nth": 1},
    {"fault": "flip", "type": "signon", "nth": 2},
    {"fault": "drop_after", "type": "refund", "nth": 1},
    {"fault": "drop_before", "type": "offline", "nth": 1},
    {"fault": "drop_after", "type": "offline", "nth": 3},
    {"fault": "bad_mac", "type": "preauth", "nth": 2},
    {"fault": "close", "type": "completion", "nth": 1},
    {"fault": "drop_after", "type": "completion", "nth": 2},
    {"fault": "drop_after", "type": "balance", "nth": 1},
]


def load(*words):
    words = [sys.executable, "-m", "posctl.cli", "acquirer", "load", *map(str, words)]
    env = {**os.environ, "PYTHONPATH": TOOLS}
    return subprocess.run(words, env=env, capture_output=True, text=True, timeout=120)


def none_wrong(result):
    names = ("lost", "duplicated", "different", "unresolved")
    return {name: result[name] for name in names} == dict.fromkeys(names, 0)


def test_a_day_of_many_terminals(tmp_path):
    done = load("--terminals", 8, "--seconds", 1.5, "--db", tmp_path / "a.db", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert result["agrees"] and none_wrong(result) and result["settlements"] >= 8
    sale = result["messages"]["sale"]
    assert sale["answered"] > 20 and sale["p50_ms"] <= sale["p99_ms"] <= sale["max_ms"]
    assert {"signon", "void", "settlement", "batch_end", "all"} <= set(result["messages"])
    again = load("--terminals", 4, "--seconds", 0.4, "--rate", 40, "--db", tmp_path / "a.db")
    assert again.returncode == 0 and "ledgers agree: 0 lost, 0 duplicated" in again.stdout


def test_every_fault_is_mended(tmp_path):
    path = tmp_path / "faults.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in FAULTS))
    assert {line["fault"] for line in FAULTS} >= set(faults.NAMES) - {"result"}
    result = run(Plan(10, 2.5, faults=path, answer_s=0.8))
    assert result["agrees"], result["details"] + result["server_errors"]
    assert result["transactions"]["reversed"] >= 8 and result["transactions"]["declined"] >= 1
    assert result["messages"]["reversal"]["answered"] >= 8


def test_killed_under_load_loses_nothing(record_property):
    dice = random.Random(11)

    async def kill(server):
        for _ in range(_KILLS):
            await asyncio.sleep(dice.uniform(0.1, 0.6))
            server.kill()
            await server.start()
        await asyncio.Event().wait()  # the day goes on

    result = run(Plan(_TERMINALS, _KILLS * 0.9 + 1, answer_s=3), kill)
    assert result["kills"] == _KILLS
    assert result["agrees"], result["details"] + result["server_errors"]
    assert result["transactions"]["approved"] > 50 and result["transactions"]["reversed"] > 0
    counted = sum(result["transactions"].values())
    record_property(
        "figures",
        f"acquirer killed {_KILLS} times under {_TERMINALS} terminals: {counted} transactions,"
        f" {result['transactions']['reversed']} reversed, 0 lost, 0 duplicated, 0 different",
    )


def test_a_server_that_runs_already(tmp_path):
    path = tmp_path / "a.db"
    with serving(path) as (_, port):
        result = run(Plan(3, 0.5, db=path, acquirer=("127.0.0.1", port), rate=60))
    assert result["agrees"] and result["transactions"]["approved"] > 5, result["details"]


TAMPERED = {
    "lost": "DELETE FROM transactions WHERE id=(SELECT max(id) FROM transactions WHERE"
    " type='sale' AND state='approved')",
    "duplicated": "INSERT INTO transactions(tid, batch, stan, type, amount_minor, pan, rrn, auth,"
    " state, response, scheme, at) SELECT tid, batch, 999000, type, amount_minor, pan, rrn, auth,"
    " state, response, scheme, at FROM transactions WHERE state='approved' LIMIT 1",
    "different": "UPDATE transactions SET amount_minor=amount_minor+1 WHERE id="
    "(SELECT max(id) FROM transactions WHERE state='approved')",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_difference_is_seen(tmp_path, what):
    path = tmp_path / "a.db"

    async def tamper(server):
        await asyncio.sleep(0.6)
        db = connect(path)
        db.execute(TAMPERED[what])
        db.close()
        await asyncio.Event().wait()

    result = run(Plan(3, 0.8, db=path, rate=60), tamper)
    assert not result["agrees"] and result[what] >= 1
    assert any(line.startswith(f"{what}: terminal L0") for line in result["details"])


def test_a_balance_that_moved_without_a_transaction_is_seen(tmp_path):
    path = tmp_path / "a.db"

    async def tamper(server):
        db = connect(path)
        db.execute("UPDATE accounts SET balance_minor=balance_minor-1 WHERE kind='load'")
        db.close()

    result = run(Plan(2, 0.5, db=path, rate=20), tamper)
    assert result["different"] == 2 and "card paid" in result["details"][0]


@pytest.mark.parametrize(
    "words, text",
    [
        (["--terminals", 901], "--terminals 901: at most 900"),
        (["--acquirer", "127.0.0.1:9001"], "--acquirer needs the --db"),
        (["--acquirer", "9001", "--db", "x.db"], "--acquirer 9001: must be HOST:PORT"),
        (["--faults", "none"], "none: cannot be read"),
        (["--db", "none/a.db"], "no such directory none"),
    ],
)
def test_bad_input_is_one_clear_line(tmp_path, monkeypatch, words, text):
    monkeypatch.chdir(tmp_path)
    done = load("--seconds", 0.2, *words)
    assert done.returncode == 2 and done.stdout == ""
    assert text in done.stderr and done.stderr.count("\n") == 1


def test_no_process_is_started_with_a_password(tmp_path):
    server = Server(
        Url("postgresql://me:s3cret@127.0.0.1/books?sslmode=disable"), tmp_path / "log"
    )
    words, env = server._command()
    assert "s3cret" not in " ".join(words) and env["PGPASSWORD"] == "s3cret"
    again = place(words[words.index("--db") + 1])
    assert again.parts["dbname"] == "books" and again.parts["sslmode"] == "disable"


def test_a_server_that_cannot_start_says_so(tmp_path):
    server = Server(tmp_path / "none" / "a.db", tmp_path / "log")
    with pytest.raises(AcquirerError, match="no such directory"):
        asyncio.run(server.start())


def test_percentiles():
    figures = Figures()
    for place_ in range(100):
        figures.answered("sale", (place_ + 1) / 1000)
    figures.unanswered("void")
    table = figures.by_kind()
    assert table["sale"] == {
        "answered": 100,
        "unanswered": 0,
        "p50_ms": 51.0,
        "p90_ms": 91.0,
        "p99_ms": 100.0,
        "max_ms": 100.0,
    }
    assert table["void"]["p50_ms"] is None and table["all"]["unanswered"] == 1
