# SPDX-License-Identifier: MIT
"""Parameters, hotlist and status at the acquirer: parts, versions, what the header asks for."""

import json
import sqlite3

import pytest

from acquirer_sim import downloads, tags
from acquirer_sim.core import Acquirer
from acquirer_sim.errors import AcquirerError
from fakes.mini_terminal import RICH, TID, TMK, MiniTerminal, signed_on
from posctl import cli

_PARAMETERS, _HOTLIST = ("360", "361"), ("390", "391")


@pytest.fixture
def terminal():
    made = signed_on()
    yield made
    made.acquirer.close()


def _ask(terminal: MiniTerminal, code: str, had: "str | None" = None, mti: str = "0800"):
    fields = {60: f"00{terminal.batch:06d}{code}"}
    if had is not None:
        fields[62] = had.encode().hex().upper()
    return terminal.exchange(mti, fields)


def _f62(answer) -> bytes:
    return bytes.fromhex(answer.fields[62])


def _digit(answer) -> str:
    """What the header of an answer asks for."""
    return answer.header[5]


def _store(terminal: MiniTerminal):
    return terminal.acquirer._store


def _listing(terminal: MiniTerminal, count: int) -> list:
    digits = [f"62{number:014d}" for number in range(count)]
    with _store(terminal).transaction():
        for entry in digits:
            downloads.add_entry(_store(terminal), entry)
    return digits


def _fetched(terminal: MiniTerminal, code: str) -> tuple:
    """Download to the last part; return (number of parts, all of what they bring)."""
    data, had = b"", 0
    while True:
        answer = _ask(terminal, code, f"{had:02d}" if had else None)
        assert answer.code == "00" and _digit(answer) == "0"
        data += _f62(answer)[1:]
        had += 1
        if _f62(answer)[:1] != b"2":
            return had, data


def _set(terminal: MiniTerminal, *settings: str) -> dict:
    with _store(terminal).transaction():
        return downloads.set_parameters(_store(terminal), TID, list(settings))


def test_nothing_to_download(terminal):
    for code, end in (_PARAMETERS, _HOTLIST):
        assert _f62(_ask(terminal, code)) == b"0"
        answer = _ask(terminal, end)
        assert sorted(answer.fields) == [12, 13, 32, 37, 39, 41, 42, 60]
    assert _digit(terminal.sale(100)) == "0"


def test_parameters_in_one_part(terminal):
    _set(terminal, "answer_timeout_s=30", "merchant_name=测试", "transactions=sale,void")
    assert _digit(terminal.sale(100)) == "1"
    name = "测试".encode("gbk").ljust(40)
    wanted = b"1" + b"1230" + b"22" + name + b"26" + b"\x06\0\0\0"
    assert _f62(_ask(terminal, "360")) == wanted
    assert _digit(terminal.sale(100)) == "1"  # not ended yet
    assert _digit(_ask(terminal, "361")) == "0"
    assert _digit(terminal.sale(100)) == "0"


def test_every_tag_there_and_back():
    settings = {
        "answer_timeout_s": "5",
        "connect_tries": "3",
        "phone_1": "02112345678",
        "tip_allowed": "true",
        "manual_pan_allowed": "false",
        "merchant_name": "便利店",
        "transactions": "sale,void,refund",
    }
    data = b"".join(tags.encode(name, value) for name, value in settings.items())
    assert tags.decode(data) == settings


@pytest.mark.parametrize(
    "text, said",
    [
        ("answer_timeout_s", "must be NAME=VALUE"),
        ("colour=red", "no such parameter"),
        ("answer_timeout_s=100", "number of up to 2 digits"),
        ("answer_timeout_s=x", "number of up to 2 digits"),
        ("tip_allowed=1", "true or false"),
        ("merchant_name=" + "测" * 21, "up to 40 bytes in GBK"),
        ("merchant_name=\u0e01", "a character that GBK has not"),
        ("transactions=sale,theft", "theft is none of all, balance"),
    ],
)
def test_a_bad_setting(terminal, text, said):
    with pytest.raises(AcquirerError, match=said):
        _set(terminal, text)


@pytest.mark.parametrize("data", [b"12", b"123", b"9912", b"12xx", b"1"])
def test_a_status_that_is_none(terminal, data):
    answer = _ask(terminal, "362", data.decode(), "0820")
    assert answer.code == "30"
    assert downloads.described(_store(terminal), TID)["status"] is None


def test_status(terminal):
    with _store(terminal).transaction():
        downloads.ask_status(_store(terminal), TID)
    assert _digit(terminal.sale(100)) == "2"
    assert _ask(terminal, "362", "123090espos 0.3   9100012", "0820").code == "00"
    assert _digit(terminal.sale(100)) == "0"
    told = downloads.described(_store(terminal), TID)
    assert told["status"] == {
        "answer_timeout_s": "30",
        "software": "espos 0.3",
        "hotlist_count": "12",
    }
    assert told["status_at"] == "2026-07-15T10:15:30"


def test_hotlist_in_parts(terminal):
    digits = _listing(terminal, 120)
    assert _digit(terminal.sale(100)) == "7"
    parts, data = _fetched(terminal, "390")
    assert parts == 3 and data == b"".join(b"16" + entry.encode() for entry in digits)
    assert _ask(terminal, "391").code == "00"
    assert _digit(terminal.sale(100)) == "0"


def test_parameters_come_before_the_hotlist(terminal):
    _listing(terminal, 1)
    _set(terminal, "reversal_tries=2")
    assert _digit(terminal.sale(100)) == "1"
    _fetched(terminal, "360")
    assert _digit(_ask(terminal, "361")) == "7"  # one thing leads to the next


def test_no_mix_of_two_versions(terminal):
    _listing(terminal, 120)
    assert _f62(_ask(terminal, "390"))[:1] == b"2"
    with _store(terminal).transaction():
        downloads.remove_entry(_store(terminal), "62" + "0" * 14)
    assert _ask(terminal, "390", "01").code == "30"
    assert _fetched(terminal, "390")[0] == 3
    with _store(terminal).transaction():
        downloads.add_entry(_store(terminal), "620000")
    _ask(terminal, "391")
    assert _digit(terminal.sale(100)) == "7"  # what was ended is not the newest


@pytest.mark.parametrize("had", ["1", "xx", "99", "001"])
def test_a_part_that_there_is_not(terminal, had):
    _listing(terminal, 1)
    assert _ask(terminal, "390").code == "00"
    assert _ask(terminal, "390", had).code == "30"


def test_terminals_apart(terminal):
    other = MiniTerminal(terminal.acquirer, "87654321", bytes(range(16)))
    terminal.acquirer.register("87654321", bytes(range(16)))
    _set(terminal, "reversal_tries=2")
    other.sign_on()
    assert _digit(other.sale(100)) == "0" and _digit(terminal.sale(100)) == "1"


def test_a_fault_asks_for_something_else():
    from acquirer_sim import faults

    rules = faults.parse('{"type":"sale","fault":"requirement","code":"4"}')
    acquirer = Acquirer(faults=rules)
    acquirer.register(TID, TMK)
    terminal = MiniTerminal(acquirer)
    terminal.sign_on()
    _set(terminal, "reversal_tries=2")
    assert _digit(terminal.sale(100)) == "4" and _digit(terminal.sign_on()) == "1"
    acquirer.close()


# posctl


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "acquirer.db"
    acquirer = Acquirer(path)
    acquirer.register(TID, TMK)
    acquirer.close()
    return path


def _posctl(capsys, *arguments: str) -> dict:
    assert cli.main(["acquirer", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_commands(database, capsys):
    db = ("--db", str(database))
    told = _posctl(capsys, "parameters", *db, "--terminal", TID, "--set", "tip_allowed=true")
    assert told["parameters"] == {"tip_allowed": "true"} and told["parameters_version"] == 1
    told = _posctl(capsys, "hotlist", "add", *db, "--pan", RICH)
    assert told["entries"] == [{"kind": "pan", "digits": "620000******7892"}]
    told = _posctl(capsys, "hotlist", "add", *db, "--bin", "622202")
    assert told["version"] == 2 and told["entries"][1] == {"kind": "bin", "digits": "622202"}
    assert _posctl(capsys, "hotlist", "add", *db, "--bin", "622202")["version"] == 2
    assert _posctl(capsys, "hotlist", "remove", *db, "--pan", RICH)["version"] == 3
    assert len(_posctl(capsys, "hotlist", "list", *db)["entries"]) == 1
    told = _posctl(capsys, "status", *db, "--terminal", TID, "--ask")
    assert told["status_wanted"] and told["hotlist_version"] == 3


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["hotlist", "add"], "either --pan or --bin"),
        (["hotlist", "add", "--pan", RICH, "--bin", "622202"], "either --pan or --bin"),
        (["hotlist", "add", "--bin", "62220"], "6 to 19 digits"),
        (["hotlist", "add", "--bin", RICH], "--bin: must be 6 to 12 digits"),
        (["hotlist", "add", "--pan", "622202"], "--pan: must be 13 to 19 digits"),
        (["hotlist", "add", "--pan", "x" * 16], "must be digits"),
        (["hotlist", "remove", "--pan", RICH], "620000******7892: is not on the hotlist"),
        (["parameters", "--terminal", "00000000"], "00000000: is not registered"),
        (["status", "--terminal", "00000000"], "00000000: is not registered"),
    ],
)
def test_commands_refuse(database, capsys, arguments, said):
    assert cli.main(["acquirer", *arguments, "--db", str(database)]) == 2
    error = capsys.readouterr().err
    assert said in error and RICH not in error


def test_no_card_number_in_the_file(database, capsys):
    _posctl(capsys, "hotlist", "add", "--db", str(database), "--pan", "6225880000000001")
    sqlite3.connect(database).execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    assert b"6225880000000001" not in database.read_bytes()
