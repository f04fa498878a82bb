# SPDX-License-Identifier: MIT
"""The acquirer on PostgreSQL: the simulator's own tables of tests again, and what only a server
has: a password, two hosts on one database, a connection that breaks.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from acquirer_sim import AcquirerError, register_terminal
from acquirer_sim.core import Acquirer
from acquirer_sim.database import Conflict, DatabaseError, Url
from acquirer_sim.load.run import Plan, run
from acquirer_sim.store import open_store
from fakes import pg_server
from fakes.mini_terminal import TID, TMK, MiniTerminal
from fakes.on_postgres import URL_NAME, Schemas

FULL = os.environ.get("ESPOS_FULL") == "1"
_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_TABLES = ("books",)
_MORE_TABLES = (
    "model",
    "upload",
    "advices",
    "kinds",
    "preauth",
    "reversals",
    "rotation",
    "sale",
    "store",
)
_OF_FILES = (
    "what_is_no_database",
    "empty_file",
    "in_the_files",
    "database_of_before",
    "it_is_durable",
)
_SECRETS = (pg_server.PASSWORD, quote(pg_server.PASSWORD, safe=""))


@pytest.fixture(scope="module")
def server():
    try:
        with pg_server.running() as url:
            yield url
    except pg_server.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def url(server):
    return Schemas(server).url()


def posctl(*words, **env):
    env = {**os.environ, "PYTHONPATH": str(_ROOT / "tools"), **env}
    words = [sys.executable, "-m", "posctl.cli", *map(str, words)]
    return subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "tables", [_TABLES, pytest.param(_MORE_TABLES, marks=pytest.mark.slow)], ids=["quick", "more"]
)
def test_the_tables_of_the_simulator(server, tables, record_property):
    names = [str(_HERE / f"test_acquirer_{table}.py") for table in tables]
    words = [sys.executable, "-m", "pytest", "-q", "-p", "fakes.on_postgres", "-x", *names]
    words += ["-p", "no:cacheprovider", "-k", " and ".join("not " + name for name in _OF_FILES)]
    path = os.pathsep.join(str(_ROOT / name) for name in ("tools", "host_tests"))
    env = {**os.environ, URL_NAME: server, "PYTHONPATH": path}
    env.pop("ESPOS_FULL", None)  # the quick form proves the adapter
    done = subprocess.run(words, env=env, cwd=_ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    passed = int(re.search(r"(\d+) passed|$", done.stdout).group(1) or done.stdout.count("."))
    assert passed > 20
    record_property("figures", f"acquirer on PostgreSQL: {passed} tests of {', '.join(tables)}")


def test_what_was_answered_is_there_for_another_connection(url):
    assert register_terminal(url, TID, tmk=TMK) == TID
    terminal = MiniTerminal(Acquirer(url))
    terminal.sign_on()
    assert terminal.sale(100).code == "00"
    booked = Acquirer(url).ledger()["terminals"][TID]
    assert booked["batches"]["000001"]["debit_minor"] == 100
    assert isinstance(booked["batches"]["000001"]["debit_minor"], int)


def test_two_servers_never_book_one_stan_twice(url):
    register_terminal(url, TID, tmk=TMK)
    terminals = [MiniTerminal(Acquirer(url)) for _ in range(2)]
    terminals[0].sign_on()
    terminals[1].keys = terminals[0].keys
    frames = [
        terminals[0].frame("0200", {**terminals[0].sale_fields(100), 11: f"{stan:06d}"}, mac=True)
        for stan in range(1, 41)
    ]

    def play(terminal):
        for frame in frames:
            terminal.acquirer.handle(frame)

    threads = [threading.Thread(target=play, args=(terminal,)) for terminal in terminals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    booked = terminals[0].acquirer.ledger()["terminals"][TID]
    assert booked["batches"]["000001"]["debit_count"] == 40
    rrns = {entry["rrn"] for entry in booked["transactions"]}
    assert len(rrns) == len(booked["transactions"]) == 40
    rich = terminals[1].acquirer.cards()[0]["balance_minor"]
    assert rich == 100000000 - 40 * 100


def test_two_that_make_the_database_at_once(url):
    stores = []
    threads = [threading.Thread(target=lambda: stores.append(open_store(url))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({store.vault.fingerprint("6") for store in stores}) == 1 and len(stores) == 3


def test_a_broken_connection_is_made_anew(server, url):
    register_terminal(url, TID, tmk=TMK)
    terminal = MiniTerminal(Acquirer(url))
    terminal.sign_on()
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name='posctl acquirer' AND pid<>pg_backend_pid()"
        )
    with pytest.raises(DatabaseError):
        terminal.sale(100)
    assert terminal.sale(100).code == "00"
    states = [entry["state"] for entry in Acquirer(url).ledger()["terminals"][TID]["transactions"]]
    assert states == ["approved"]


def test_a_second_row_of_its_kind_is_a_conflict(url):
    store = open_store(url)
    with pytest.raises(Conflict), store.transaction():
        for _ in range(2):
            store.db.execute("INSERT INTO batches(tid, number) VALUES(?,?)", (TID, 1))
    with store.transaction(), pytest.raises(Conflict):
        with store.savepoint():
            for _ in range(2):
                store.db.execute("INSERT INTO batches(tid, number) VALUES(?,?)", (TID, 1))
    assert store.db.execute("SELECT count(*) FROM batches").fetchone()[0] == 0


def test_the_words_of_both(url):
    db = open_store(url).db
    db.define("CREATE TABLE made(id INTEGER PRIMARY KEY, what TEXT UNIQUE, sure INTEGER)")
    first = db.execute("INSERT INTO made(what, sure) VALUES(?, ?)", ("50 %?", True)).lastrowid
    db.execute("INSERT OR IGNORE INTO made(what) VALUES('50 %?')")
    rows = db.execute("SELECT id, what, sure FROM made WHERE what LIKE '50 %?'").fetchall()
    assert [dict(row) for row in rows] == [{"id": first, "what": "50 %?", "sure": 1}]
    assert rows[0][1] == "50 %?" and list(rows[0]) == [first, "50 %?", 1] and len(rows[0]) == 3


def test_not_an_acquirer_database(server, url):
    with pytest.raises(AcquirerError, match="is not an acquirer database"):
        open_store(url, create=False)
    schema = url.rpartition("%3D")[2]
    with psycopg.connect(server) as db:
        db.execute(f"CREATE TABLE {schema}.terminals(x int)")
    with pytest.raises(AcquirerError, match="is not an acquirer database"):
        open_store(url)


# the password


def test_a_url_as_text_has_no_password(server):
    shown = str(Url(server))
    assert shown.startswith("postgresql://acquirer@127.0.0.1:") and shown.endswith("/postgres")
    assert repr(Url(server)) == shown


@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: url.replace("127.0.0.1:", "127.0.0.1:1"),  # no such port
        lambda url: url.replace("/postgres?", "/nowhere?"),
        lambda url: url.replace("acquirer:", "somebody:"),
        lambda url: url.replace("@127", "x@127"),  # a wrong password, told no more than a right
        lambda url: url + "&colour=red",
        lambda url: url.replace("@127.0.0.1", "@[127.0.0.1"),
    ],
)
def test_no_error_holds_the_password(url, spoil):
    with pytest.raises(AcquirerError) as raised:
        open_store(spoil(url))
    told = str(raised.value)
    assert "postgresql" in told.lower() and "\n" not in told
    assert not [secret for secret in _SECRETS if secret in told]


def test_no_command_tells_the_password(url):
    for spoilt in (url.replace("acquirer:", "somebody:"), url + "&colour=red"):
        done = posctl("acquirer", "serve", "--port", "0", "--db", spoilt)
        assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr
        assert not [secret for secret in _SECRETS if secret in done.stdout + done.stderr]


def test_every_command_takes_the_url(url, tmp_path):
    made = posctl("terminal", "init", "--state", tmp_path / "t", "--db", url, "--json")
    assert made.returncode == 0, made.stderr
    tid = json.loads(made.stdout)["terminal"]
    pan = "4111141011111111116"
    card = ("--pan", pan, "--balance-minor", 5000, "--pin", "4321")
    assert posctl("acquirer", "card", "add", "--db", url, *card).returncode == 0
    assert pan in posctl("acquirer", "cards", "--db", url).stdout
    booked = json.loads(posctl("acquirer", "ledger", "--db", url, "--json").stdout)
    assert list(booked["terminals"]) == [tid]
    audit = posctl("keys", "audit", "--db", url, "--json")
    assert tid in audit.stdout, audit.stderr
    rotated = posctl("keys", "rotate", "--db", url, "--terminal", tid, "--state", tmp_path / "t")
    assert rotated.returncode == 0, rotated.stderr
    for secret in _SECRETS:
        assert secret not in made.stdout + audit.stdout + rotated.stdout


def test_the_password_may_come_from_the_environment(url):
    bare = url.replace(":" + quote(pg_server.PASSWORD, safe=""), "")
    assert pg_server.PASSWORD not in bare
    made = posctl("acquirer", "serve", "--port", "70000", "--db", url)
    assert "70000" in made.stderr
    assert posctl("acquirer", "cards", "--db", bare).returncode == 2
    assert posctl("acquirer", "cards", "--db", bare, PGPASSWORD=pg_server.PASSWORD).stdout


def test_killed_under_load_loses_nothing(url, record_property):
    kills = 20 if FULL else 1

    async def kill(server):
        for _ in range(kills):
            await asyncio.sleep(0.8)
            server.kill()
            await server.start()
        await asyncio.Event().wait()  # the day goes on

    result = run(Plan(8, kills * 1.2 + 1, db=Url(url), answer_s=5), kill)
    assert result["agrees"], result["details"] + result["server_errors"]
    assert result["kills"] >= 1 and result["transactions"]["approved"] > 10
    counted = sum(result["transactions"].values())
    record_property(
        "figures",
        f"acquirer on PostgreSQL killed {result['kills']} times: {counted} transactions agree",
    )
