# SPDX-License-Identifier: MIT
"""`posctl acquirer` as a process: the server over loopback, the ledger and the cards."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from acquirer_sim import register_terminal
from acquirer_sim.core import Acquirer, Action
from acquirer_sim.frame import FrameReader
from fakes.mini_terminal import RICH, TID, TMK, MiniTerminal, f48

TOOLS = str(Path(__file__).parents[2] / "tools")


def command(*words):
    return [sys.executable, "-m", "posctl.cli", "acquirer", *map(str, words)]


def run(*words):
    env = {**os.environ, "PYTHONPATH": TOOLS}
    return subprocess.run(command(*words), env=env, capture_output=True, text=True, timeout=60)


@contextmanager
def serving(db, *words):
    """Start a server on a free port; gives (process, port)."""
    process = subprocess.Popen(
        command("serve", "--port", 0, "--db", db, *words),
        env={**os.environ, "PYTHONPATH": TOOLS},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        first = json.loads(process.stdout.readline())
        assert first["ev"] == "listening"
        yield process, first["port"]
    finally:
        process.kill()
        process.communicate()


class Remote:
    """Stands for an Acquirer; carries frames over one TCP connection."""

    def __init__(self, port):
        self.link = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = FrameReader()

    def handle(self, frame):
        for at in range(0, len(frame), 7):
            self.link.sendall(frame[at : at + 7])
        return [Action("send", self.receive())]

    def receive(self):
        while data := self.link.recv(4096):
            if frames := self.reader.feed(data):
                return frames[0]
        raise ConnectionError("closed")


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    path = tmp_path_factory.mktemp("acquirer") / "acquirer.db"
    register_terminal(path, TID, tmk=TMK)
    register_terminal(path, None, tmk=TMK)
    return path


def test_a_day_over_tcp_survives_kill(db):
    with serving(db) as (process, port):
        one, two = (MiniTerminal(Remote(port), tid) for tid in (TID, "12345679"))
        assert one.sign_on().code == "00" and two.sign_on().code == "00"
        assert one.sale(100).code == "00" and two.sale(200).code == "00"
        process.kill()
        log = process.stdout.read()
    with serving(db) as (process, port):
        one.acquirer = Remote(port)
        assert one.sale(300).code == "00"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
        assert process.returncode == 0 and err == ""
    lines = [json.loads(line) for line in (log + out).splitlines()]
    assert [line["response"] for line in lines] == ["00"] * 5
    assert lines[2]["type"] == "sale" and lines[2]["pan"] == "620000******7892"
    assert RICH not in log + out
    booked = json.loads(run("ledger", "--db", db, "--json").stdout)["terminals"]
    assert booked[TID]["batches"]["000001"]["debit_minor"] == 400
    assert booked["12345679"]["batches"]["000001"]["debit_count"] == 1


@pytest.mark.parametrize("garbage", [b"\x00\x01", b"\xff\xff", b"GET / HTTP/1.0\r\n\r\n"])
def test_garbage_closes_only_its_connection(db, garbage):
    with serving(db) as (process, port):
        good = MiniTerminal(Remote(port))
        with socket.create_connection(("127.0.0.1", port), timeout=10) as bad:
            bad.sendall(garbage)
            assert bad.recv(10) == b""
        assert json.loads(process.stdout.readline())["ev"] == "rejected"
        body = b"\x60" + bytes(30)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as bad:
            bad.sendall(len(body).to_bytes(2, "big") + body)
            assert bad.recv(10) == b""
        assert good.sign_on().code == "00"


def test_faults_on_the_wire(db, tmp_path):
    lines = [
        {"mti": "0800", "nth": 1, "fault": "delay", "seconds": 0.3},
        {"type": "sale", "nth": 1, "fault": "drop_after"},
        {"type": "sale", "nth": 2, "fault": "truncate", "at": 12},
        {"type": "sale", "nth": 3, "fault": "close"},
        {"type": "sale", "nth": 4, "fault": "duplicate"},
    ]
    path = tmp_path / "faults.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with serving(db, "--faults", path) as (_, port):
        terminal = MiniTerminal(Remote(port))
        started = time.monotonic()
        assert terminal.sign_on().code == "00" and time.monotonic() - started >= 0.3
        terminal.stan = 100
        frames = [terminal.frame("0200", terminal.sale_fields(1), mac=True) for _ in range(4)]
        silent = Remote(port)
        silent.link.settimeout(0.3)
        with pytest.raises(TimeoutError):
            silent.handle(frames[0])
        cut = Remote(port).link
        cut.sendall(frames[1])
        assert len(cut.makefile("rb").read()) == 14
        with pytest.raises(ConnectionError):
            Remote(port).handle(frames[2])
        twice = Remote(port).link
        twice.sendall(frames[3])
        twice.shutdown(socket.SHUT_WR)
        both = twice.makefile("rb").read()
        assert both[: len(both) // 2] == both[len(both) // 2 :]


def test_a_log_nobody_reads_does_not_stop_the_host(db):
    with serving(db) as (_, port):
        terminal = MiniTerminal(Remote(port))
        frame = terminal.frame("0820", {60: "00000001301"}, mac=False)
        for _ in range(700):  # far more than a pipe holds
            assert terminal.acquirer.handle(frame)


@pytest.mark.parametrize(
    "words, text",
    [
        (["ledger", "--db", "none.db"], "none.db: no such acquirer database"),
        (["cards", "--db", "none.db"], "none.db: no such acquirer database"),
        (["serve", "--port", "0", "--db", "none/a.db"], "no such directory none"),
        (["serve", "--port", "70000", "--db", ":memory:"], "70000"),
        (["serve", "--port", "0", "--db", ":memory:", "--faults", "bad"], "bad: line 2: "),
        (["serve", "--port", "0", "--db", ":memory:", "--faults", "none"], "none: cannot be read"),
        (
            ["card", "add", "--db", "a.db", "--pan", "1", "--balance-minor", "1", "--pin", "1234"],
            "pan: must be 13 to 19 digits",
        ),
    ],
)
def test_bad_input_is_one_clear_line(tmp_path, monkeypatch, words, text):
    monkeypatch.chdir(tmp_path)
    Path("bad").write_text('{"fault":"close"}\n{"fault":"boom"}\n')
    done = run(*words)
    assert done.returncode == 2 and done.stdout == ""
    assert text in done.stderr and done.stderr.count("\n") == 1
    assert not Path("a.db").exists() and not Path("none.db").exists()


def test_port_in_use(db):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--port", port, "--db", db)
    assert done.returncode == 2 and done.stderr.strip().endswith(f"port {port}: is in use")


# many connections


def test_five_hundred_terminals_connect_at_once(db):
    with serving(db) as (_, port):
        links = [socket.socket() for _ in range(500)]
        try:
            for link in links:
                link.setblocking(False)
                link.connect_ex(("127.0.0.1", port))
            terminal = MiniTerminal(Remote(port))
            frame = terminal.frame("0820", {60: "00000001301"}, mac=False)
            for link in links:
                link.settimeout(30)
                link.sendall(frame)
            for link in links:
                assert FrameReader().feed(link.recv(4096))
        finally:
            for link in links:
                link.close()


def test_one_connection_too_many_is_closed(db, monkeypatch):
    code = "import acquirer_sim.server as s; s.MAX_CONNECTIONS = 3; from posctl.cli import main;"
    monkeypatch.setattr(__name__ + ".command", lambda *words: _limited(code, words))
    with serving(db) as (process, port):
        held = [MiniTerminal(Remote(port)) for _ in range(3)]
        frame = held[0].frame("0820", {60: "00000001301"}, mac=False)
        for terminal in held:
            assert terminal.acquirer.handle(frame)
        with pytest.raises(ConnectionError):
            Remote(port).handle(frame)
        held[0].acquirer.link.close()
        lines = [json.loads(process.stdout.readline())["ev"] for _ in range(4)]
        assert lines == ["exchange"] * 3 + ["refused"]


def _limited(code, words):
    return [sys.executable, "-c", code + "main(['acquirer', *__import__('sys').argv[1:]])"] + [
        str(word) for word in words
    ]


def test_a_silent_connection_is_closed(db):
    with serving(db, "--idle", "0.3") as (process, port):
        terminal = MiniTerminal(Remote(port))
        assert terminal.sign_on().code == "00"
        assert terminal.acquirer.link.recv(10) == b""
        lines = [json.loads(process.stdout.readline())["ev"] for _ in range(2)]
        assert lines == ["exchange", "idle"]


def test_a_bug_of_the_host_ends_one_connection_and_is_told_without_values(db):
    code = (
        "import acquirer_sim.core as c, acquirer_sim.money as m\n"
        "def broken(exchange): raise KeyError(exchange.request.fields[35])\n"
        "c._HANDLERS['sale'] = broken\nfrom posctl.cli import main\n"
    )
    with serving(db) as (_, port):
        terminal = MiniTerminal(Remote(port))
        terminal.sign_on()
    process = subprocess.Popen(
        _limited(code, ("serve", "--port", 0, "--db", db)),
        env={**os.environ, "PYTHONPATH": TOOLS},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = json.loads(process.stdout.readline())["port"]
        other = Remote(port)
        terminal.acquirer = Remote(port)
        with pytest.raises(ConnectionError):
            terminal.sale(100)
        line = json.loads(process.stdout.readline())
        assert line["ev"] == "error" and line["reason"].startswith("KeyError in ")
        assert RICH not in json.dumps(line)
        assert other.handle(terminal.frame("0820", {60: "00000001301"}, mac=False))
    finally:
        process.kill()
        process.communicate()


def test_cards_and_card_add(tmp_path):
    path = tmp_path / "acquirer.db"
    card = ["--pan", "4111141011111111116", "--balance-minor", "5000", "--pin", "4321"]
    added = json.loads(run("card", "add", "--db", path, *card, "--json").stdout)
    assert added["tracks"]["2"] == ";4111141011111111116=30121200000012300?"
    listed = json.loads(run("cards", "--db", path, "--json").stdout)["cards"]
    assert listed[-1] == added and listed[0]["pin"] == "123456" and len(listed) > 6
    assert run("card", "add", "--db", path, *card).returncode == 2
    assert "4111141011111111116" in run("cards", "--db", path).stdout
    assert json.loads(run("ledger", "--db", path, "--json").stdout) == {"terminals": {}}


def test_ledger_for_people(db):
    shown = run("ledger", "--db", db).stdout
    assert f"terminal {TID}" in shown and "620000******7892" in shown and RICH not in shown


def test_ledger_of_one_terminal_and_batch(tmp_path):
    path = tmp_path / "acquirer.db"
    acquirer = Acquirer(path)
    for tid in (TID, "12345679"):
        acquirer.register(tid, TMK)
    terminal = MiniTerminal(acquirer)
    terminal.sign_on()
    sale = terminal.sale(100)
    assert terminal.void(sale).code == "00" and terminal.sale(10**9).code == "51"
    terminal.settle(f48((1, 100), (1, 100)))
    terminal.sign_on()
    fields = terminal.sale_fields(7)
    terminal.exchange("0200", fields, mac=True)
    terminal.reverse(fields)
    assert terminal.reverse(terminal.sale_fields(9)).code == "25"

    def ledger(*words):
        return json.loads(run("ledger", "--db", path, *words, "--json").stdout)["terminals"]

    (one,) = ledger("--terminal", TID).values()
    counts = {"booked": 2, "approved": 1, "voided": 1, "reversed": 1, "declined": 1}
    assert one["counts"] == {**counts, "settled": 2, "unmatched": 1}
    (second,) = ledger("--terminal", TID, "--batch", "2").values()
    assert list(second["batches"]) == ["000002"]
    assert [entry["state"] for entry in second["transactions"]] == ["reversed"]
    assert second["counts"]["settled"] == 0 and len(second["unmatched_reversals"]) == 1
    assert list(ledger("--batch", "000001")) == [TID, "12345679"]
    shown = run("ledger", "--db", path, "--terminal", TID).stdout
    assert "2 booked, 1 approved, 1 voided, 1 reversed, 1 declined, 2 settled" in shown
    assert "reversal of what was never seen: batch 000002" in shown
    for words, text in (
        (["--terminal", "99999999"], "not registered"),
        (["--batch", "x"], "digits"),
    ):
        done = run("ledger", "--db", path, *words)
        assert done.returncode == 2 and text in done.stderr and done.stderr.count("\n") == 1
