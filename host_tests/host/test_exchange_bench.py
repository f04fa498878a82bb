# SPDX-License-Identifier: MIT
"""The firmware image and the acquirer simulator: TLS, two hosts, and keys while it waits."""

import asyncio
import json
import threading
from pathlib import Path

import pytest

from acquirer_sim.certificate import make
from fakes.scripts import keys, wait
from posctl import cli
from posctl.demo.programs import AcquirerServer, posctl

_CARD = {"do": "card", "tracks": {"2": ";6200001234567892=30121200000012300000?"}}
_DEAD = "127.0.0.1:9"  # nobody listens there


_SALE = [
    wait("idle"),
    *keys("1", "0", "0", "ENTER"),
    {"expect": "card.swipe"},
    _CARD,
    wait("pin.enter"),
    *keys(*"123456", "ENTER"),
]
_APPROVED = [wait("outcome.approved"), *keys("ENTER"), wait("idle")]


class Silent:
    """A host that takes connections and says nothing; it keeps what came."""

    def __init__(self, closes: bool = False) -> None:
        self._closes = closes
        self.frames = []
        self.address = ""
        self._ready = threading.Event()

    def __enter__(self) -> "Silent":
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.address = "127.0.0.1:%d" % server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(2000):
            self.frames.append(data)
            if self._closes:
                break
        writer.close()


class Shop:
    """A terminal and its acquirer; `run` plays a script and returns the events."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture, *init: str) -> None:
        self.folder, self._capsys = folder, capsys
        self.database, self.faults = folder / "acquirer.db", folder / "faults.jsonl"
        self.faults.touch()
        where = ["--state", str(folder / "state"), "--db", str(self.database), "--lang", "en"]
        posctl("terminal", "init", *where, "--set", "tear_timeout_s=1", *init)

    def serve(self, *tls: str) -> AcquirerServer:
        server = AcquirerServer(self.database, self.faults, self.folder / "acquirer.jsonl")
        server._command += list(tls)
        return server

    def run(self, script: list, acquirer: str) -> list:
        path = self.folder / "script.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in script), "utf-8")
        where = ["--state", str(self.folder / "state"), "--acquirer", acquirer, "--json"]
        code = cli.main(["terminal", "run", str(path), *where])
        out, err = self._capsys.readouterr()
        assert code == 0, err + out[-2000:]
        return [json.loads(line) for line in out.splitlines()]

    def types(self) -> list:
        """Return (type, state) of what the acquirer booked."""
        booked = posctl("acquirer", "ledger", "--db", str(self.database))["terminals"]
        rows = [row for one in booked.values() for row in one["transactions"]]
        return [(row["type"], row["state"]) for row in rows]

    def pending(self) -> list:
        return posctl("ledger", "show", "--state", str(self.folder / "state"))["pending"]


def _logs(events: list, kind: str) -> list:
    return [event["text"] for event in events if event["ev"] == "log" and event["event"] == kind]


def test_a_sale_over_tls_and_a_certificate_that_ended(tmp_path: Path, capsys: object) -> None:
    files = make(tmp_path / "tls", "localhost", 30)
    shop = Shop(tmp_path, capsys, "--tls-ca", str(files.ca_pem), "--tls-name", "localhost")
    tls = ["--tls-cert", str(files.cert), "--tls-key", str(files.key)]
    with shop.serve(*tls) as server:
        shop.run([*_SALE, *_APPROVED], server.address)
    assert shop.types() == [("sale", "approved")]
    make(tmp_path / "tls", "localhost", 30, "past")
    with shop.serve(*tls) as server:
        script = [{"expect": {"screen": "error", "contains": "EXPIRED"}}, *keys("ENTER")]
        events = shop.run([wait("error"), *script, wait("idle")], server.address)
    assert _logs(events, "flow") == ["tls.expired"]


def test_without_its_ca_a_terminal_does_not_start(tmp_path: Path, capsys: object) -> None:
    files = make(tmp_path / "tls", "localhost", 30)
    shop = Shop(tmp_path, capsys, "--tls-ca", str(files.ca_der))
    (tmp_path / "state" / "ca.der").unlink()
    where = ["--state", str(tmp_path / "state"), "--acquirer", "-", "--json"]
    (tmp_path / "empty").write_text("")
    assert cli.main(["terminal", "run", str(tmp_path / "empty"), *where]) == 3
    assert "tls needs the CA's certificate" in capsys.readouterr().out
    assert shop.types() == []


def test_the_backup_serves_a_day(tmp_path: Path, capsys: object) -> None:
    shop = Shop(tmp_path, capsys)
    with shop.serve() as server:
        events = shop.run([*_SALE, *_APPROVED], f"{_DEAD},{server.address}")
    assert shop.types() == [("sale", "approved")]
    assert _logs(events, "host") == ["primary: connection refused", "backup in use"]


def test_a_host_that_dies_with_the_request(tmp_path: Path, capsys: object) -> None:
    """Nothing is sent again; the reversal goes to whichever host is up."""
    shop = Shop(tmp_path, capsys, "--set", "answer_timeout_s=3")
    with shop.serve() as server:
        shop.run([wait("idle")], server.address)
    shop.faults.write_text('{"type":"sale","nth":1,"fault":"drop_after"}\n', "utf-8")
    with shop.serve() as server:
        ended = [wait("outcome.unknown"), *keys("ENTER"), wait("idle")]
        events = shop.run([*_SALE, *ended], f"{_DEAD},{server.address}")
    assert shop.types() == [("sale", "reversed")]
    assert shop.pending() == []
    assert len(_logs(events, "host")) == 2


def test_the_primary_takes_the_request_and_dies(tmp_path: Path, capsys: object) -> None:
    shop = Shop(tmp_path, capsys, "--set", "answer_timeout_s=2", "--set", "backup_exchanges=1")
    with Silent(closes=True) as primary, shop.serve() as server:
        # the sign-on gets no answer from the primary, so it is not sent to the backup either
        script = [wait("error"), *keys("ENTER"), wait("idle")]
        events = shop.run(script, f"{primary.address},{server.address}")
        assert len(primary.frames) == 1
    assert _logs(events, "host") == []
    log = (tmp_path / "acquirer.jsonl").read_text("utf-8")
    assert '"signon"' not in log


def test_cancel_while_connecting(tmp_path: Path, capsys: object) -> None:
    """A TLS terminal at a host that never answers its handshake."""
    files = make(tmp_path / "tls", "localhost", 30)
    shop = Shop(tmp_path, capsys, "--tls-ca", str(files.ca_pem), "--set", "connect_timeout_s=60")
    with Silent() as host:
        script = [wait("signon"), *keys("CANCEL"), wait("error")]
        script += [{"expect": {"screen": "error", "contains": "NOTHING WAS SENT"}}]
        events = shop.run([*script, *keys("ENTER"), wait("idle")], host.address)
    assert _logs(events, "flow") == ["cancelled"]


def test_cancel_after_sending_is_refused(tmp_path: Path, capsys: object) -> None:
    shop = Shop(tmp_path, capsys)
    shop.faults.write_text('{"type":"sale","nth":1,"fault":"delay","seconds":2}\n', "utf-8")
    with shop.serve() as server:
        waits = [wait("host.wait"), *keys("CANCEL", "ENTER", "5")]
        waits += [{"expect": {"screen": "host.wait", "contains": "SENT, PLEASE WAIT"}}]
        events = shop.run([*_SALE, *waits, *_APPROVED], server.address)
    assert shop.types() == [("sale", "approved")]
    shown = [event["id"] for event in events if event["ev"] == "screen"]
    assert shown[shown.index("outcome.approved") + 1] == "print.tear"


def test_a_link_that_goes_down_ends_the_wait_at_once(tmp_path: Path, capsys: object) -> None:
    shop = Shop(tmp_path, capsys, "--set", "answer_timeout_s=60")
    shop.faults.write_text('{"type":"sale","nth":1,"fault":"delay","seconds":50}\n', "utf-8")
    with shop.serve() as server:
        sent = {"expect": {"screen": "host.wait", "contains": "4 S"}, "timeout_s": 20}
        down = [sent, {"do": "link", "state": "down"}, wait("outcome.unknown")]
        up = [{"do": "link", "state": "up"}, *keys("ENTER"), wait("idle")]
        shop.run([*_SALE, *down, *up], server.address)
    assert [deal["amount_minor"] for deal in shop.pending()] == [100]
