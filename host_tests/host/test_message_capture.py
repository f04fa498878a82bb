# SPDX-License-Identifier: MIT
"""A day through `message capture`, then `message replay` of it against another acquirer.

The proxy and the acquirers are processes; the terminal is fakes/mini_terminal.py.
"""

import json
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from acquirer_sim import register_terminal, spec, testcards
from acquirer_sim.core import Action
from acquirer_sim.frame import FrameReader
from fakes.mini_terminal import PIN, RICH, TID, TMK, MiniTerminal, f48
from posctl.cli import main
from posctl.message.redact import Redactor

POSCTL = [sys.executable, "-m", "posctl.cli"]
OTHER_TMK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
DEBIT = "6216261000000000018"
DETAILS = "02" + "00000002" + RICH.rjust(20, "0") + "000000000100"
DETAILS += "00000004" + DEBIT.rjust(20, "0") + "000000000300"


@contextmanager
def running(*words):
    """Start a posctl command that says where it listens; gives the port, ends it with SIGTERM."""
    process = subprocess.Popen(
        [*POSCTL, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield json.loads(process.stdout.readline())["port"]
    finally:
        process.terminate()
        process.communicate(timeout=20)


class Remote:
    """Stands for an Acquirer: a connection of its own for each request, as a terminal's."""

    def __init__(self, port):
        self.port = port
        self.seen = []

    def handle(self, frame):
        self.seen.append(frame)
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as link:
            link.sendall(frame)
            reader = FrameReader()
            while data := link.recv(4096):
                if frames := reader.feed(data):
                    self.seen.append(frames[0])
                    return [Action("send", frames[0])]
        raise ConnectionError("closed")


def a_day(terminal):
    """Return the F39 of each request, of the settlement the result digits."""
    codes = [terminal.sign_on("004").code]
    first = terminal.sale(100, pin=PIN)
    codes.append(first.code)
    codes.append(terminal.sale(200, pin="999999").code)
    codes.append(terminal.sale(300, DEBIT, pin=PIN).code)
    codes.append(terminal.void(first, pan=DEBIT).code)  # another card
    codes.append(terminal.void(first).code)
    lost = terminal.sale_fields(400)
    terminal.exchange("0200", lost, mac=True)
    codes.append(terminal.reverse(lost).code)
    held = terminal.preauth(1000)
    codes.append(held.code)
    codes.append(terminal.play("completion", terminal.on_hold("completion", held, 900)).code)
    settled = terminal.settle(f48((3, 1301), (1, 100))).fields[48]
    codes.append(settled[30] + settled[61])
    details = {11: terminal.next_stan(), 48: DETAILS, 60: "00000001201"}
    codes.append(terminal.exchange("0320", details).code)
    return codes


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """A captured day: (file, what went over the line, its outcome)."""
    folder = tmp_path_factory.mktemp("captured")
    db, file = folder / "acquirer.db", folder / "day.jsonl"
    register_terminal(db, TID, tmk=TMK)
    with running("acquirer", "serve", "--port", 0, "--db", db) as port:
        words = ("--listen", 0, "--acquirer", f"127.0.0.1:{port}", "--out", file)
        with running("message", "capture", *words) as through:
            remote = Remote(through)
            codes = a_day(MiniTerminal(remote))
            with socket.create_connection(("127.0.0.1", through), timeout=10) as link:
                link.sendall(b"GET / HTTP/1.0\r\n\r\n")
                assert link.recv(100) == b""
    return file, remote.seen, codes


def test_the_day_is_what_it_should_be(day):
    assert day[2] == ["00", "00", "55", "00", "22", "00", "00", "00", "00", "21", "00"]


def test_a_capture_holds_the_whole_day(day):
    file, seen, _ = day
    head, *entries = map(json.loads, file.read_text("utf-8").splitlines())
    assert head["capture"] == 1
    assert len(entries) == len(seen) + 1
    assert [entry["from"] for entry in entries[:2]] == ["terminal", "acquirer"]
    for entry, frame in zip(entries, seen, strict=False):
        mti, fields = spec.decode(frame[13:])
        assert entry["mti"] == mti
        assert sorted(map(int, entry["fields"])) == sorted(fields)
    assert "unreadable" in entries[-1]
    assert {entry["card"]["number"] for entry in entries if "card" in entry} == {1, 2}


def test_no_secret_is_in_a_capture(day):
    file, seen, _ = day
    text = file.read_text("utf-8")
    secrets = [card.pan for card in testcards.CARDS] + ["GET"]
    for frame in seen:
        _, fields = spec.decode(frame[13:])
        secrets += [fields[n] for n in (2, 14, 35, 36, 52) if n in fields]
        if len(fields.get(62, "")) > 8:
            secrets += [fields[62][at : at + 16] for at in range(0, len(fields[62]) - 16, 16)]
    assert len(secrets) > 40
    assert [secret for secret in secrets if secret in text and secret != "0" * 16] == []


@pytest.mark.parametrize("n", [2, 14, 35, 36, 52, 55, 58, 59, 62])
def test_these_fields_are_never_written(n):
    values = {2: "6250930000000051", 35: "6250930000000051D3012", 36: "996250930000000051D1"}
    value = values.get(n, "3132" * 4 if n in (52, 55, 62) else "3012")
    payload = bytes(11) + spec.encode("0200", {n: value})
    for mti in ("0200", "0210", "0800", "0810", "0320", "0820"):
        payload = payload[:11] + bytes.fromhex(mti) + payload[13:]
        text = json.dumps(Redactor().entry(len(payload).to_bytes(2, "big") + payload))
        assert value not in text
        assert bytes.fromhex(value).decode("latin-1") not in text if n == 62 else True
        assert "093000000005" not in text


def entry_of(mti, fields):
    payload = bytes(11) + spec.encode(mti, fields)
    return Redactor().entry(len(payload).to_bytes(2, "big") + payload)


def test_a_pan_in_other_fields_is_not_written():
    listed = b"216216261000000000018".hex()
    assert DEBIT not in json.dumps(entry_of("0810", {60: "00000001390", 62: listed}))
    assert RICH not in json.dumps(entry_of("0200", {3: "400000", 48: RICH.rjust(20, "0")}))
    assert RICH not in json.dumps(entry_of("0210", {63: "CUP" + RICH}))
    told = entry_of("0200", {3: "400000", 62: RICH.encode().hex()})
    assert RICH not in json.dumps(told)
    assert told["to"]["pan"] == "620000******7892"


def test_show(day, capsys):
    file = day[0]
    assert main(["message", "show", str(file), "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    assert "-> 0800" in shown
    assert "<- 0510" in shown
    assert "交易类型码: 消费撤销" in shown
    assert main(["message", "show", str(file), "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == file.read_text("utf-8").splitlines()[1:]


@pytest.mark.parametrize("algorithm", ["tdes", "sm4"])
def test_replay_against_another_acquirer(day, tmp_path, capsys, algorithm):
    db = tmp_path / "acquirer.db"
    register_terminal(db, TID, tmk=OTHER_TMK, algorithm=algorithm)
    with running("acquirer", "serve", "--port", 0, "--db", db) as port:
        words = ["message", "replay", str(day[0]), "--acquirer", f"127.0.0.1:{port}"]
        words += ["--db", str(db), "--json"]
        codes = [main(words), main(words)]  # the second time in a batch and with STANs of its own
        first, second = map(json.loads, capsys.readouterr().out.splitlines())
        different = [one for one in first["exchanges"] if one["differences"]]
    assert different == []
    assert codes == [0, 0]
    assert first["same"] == 12
    assert first["exchanges"][2]["captured"] == "0210 55"
    assert [one for one in second["exchanges"] if one["differences"]] == []


def test_replay_finds_a_difference(day, tmp_path, capsys):
    db = tmp_path / "acquirer.db"
    register_terminal(db, TID, tmk=OTHER_TMK)
    faults = tmp_path / "faults.jsonl"
    faults.write_text(
        '{"type":"sale","nth":1,"fault":"decline","code":"51"}\n'
        '{"type":"preauth","nth":1,"fault":"drop_after"}\n'
    )
    serve = ("acquirer", "serve", "--port", 0, "--db", db, "--faults", faults)
    with running(*serve) as port:
        words = ["message", "replay", str(day[0]), "--acquirer", f"127.0.0.1:{port}"]
        assert main([*words, "--db", str(db), "--timeout-s", "0.5"]) == 1
    shown = capsys.readouterr().out
    assert 'captured "00"' in shown
    assert 'now      "51"' in shown
    assert "answers" in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ('{"capture":2}\n', "no capture of version 1"),
        ('{"capture":1}\nnonsense\n', "line 2: is no JSON object"),
        ('{"capture":1}\n{"at":1}\n', "line 2: has no 'connection'"),
        ('{"capture":1}\n', "no request"),
        ('{"capture":1}\n' + "1" * 20000, "line 2: longer than"),
    ],
)
def test_files_that_are_none(tmp_path, capsys, text, said):
    file, db = tmp_path / "some.jsonl", tmp_path / "acquirer.db"
    register_terminal(db, TID, tmk=TMK)
    file.write_text(text)
    words = ["message", "replay", str(file), "--acquirer", "127.0.0.1:1", "--db", str(db)]
    assert main([*words, "--terminal", TID]) == 2
    assert said in capsys.readouterr().err


def test_replay_with_what_the_database_does_not_have(day, tmp_path, capsys):
    db = tmp_path / "acquirer.db"
    register_terminal(db, "87654321", tmk=TMK)
    words = ["message", "replay", str(day[0]), "--acquirer", "127.0.0.1:1"]
    assert main([*words, "--db", str(db)]) == 2
    assert "terminal 12345678: not registered" in capsys.readouterr().err
    assert main([*words, "--db", str(tmp_path / "absent.db")]) == 2
    assert "no such acquirer database" in capsys.readouterr().err
    file = tmp_path / "other.jsonl"
    file.write_text(day[0].read_text("utf-8").replace("620000******7892", "620000******0000"))
    words[2] = str(file)
    assert main([*words, "--db", str(db), "--terminal", "87654321"]) == 2
    assert "card 620000******0000: 0 test cards" in capsys.readouterr().err
