# SPDX-License-Identifier: MIT
"""The host's clock: set, moved on, running faster or standing still, and what follows it."""

import json
from datetime import datetime, timedelta

import pytest

from acquirer_sim import AcquirerError, clock, register_terminal
from acquirer_sim.core import Acquirer
from acquirer_sim.store import open_store
from fakes.mini_terminal import TID, TMK, MiniTerminal, f48
from host.test_acquirer_server import Remote, run, serving

_REAL = datetime(2026, 7, 15, 10, 15, 30)


@pytest.fixture
def store(tmp_path):
    made = open_store(tmp_path / "acquirer.db")
    yield made
    made.close()


def after(store, setting, passed=timedelta(0)):
    """Set the clock at _REAL; return the host's time when `passed` has gone by."""
    with store.transaction():
        clock.change(store, setting, _REAL)
    return clock.now(store, _REAL + passed)


def test_untouched_it_is_the_machines(store):
    assert clock.now(store, _REAL) == _REAL
    assert clock.describe(store, _REAL)["speed"] == 1


@pytest.mark.parametrize(
    "setting, expected",
    [
        ("2026-12-01T08:00:00", datetime(2026, 12, 1, 8, 0, 10)),
        ("2026-12-01", datetime(2026, 12, 1, 0, 0, 10)),
        ("+10d", datetime(2026, 7, 25, 10, 15, 40)),
        ("-2h", datetime(2026, 7, 15, 8, 15, 40)),
        ("+30m,+45s", datetime(2026, 7, 15, 10, 46, 25)),
        ("x60", datetime(2026, 7, 15, 10, 25, 30)),
        ("2026-12-31T23:59:59, x0", datetime(2026, 12, 31, 23, 59, 59)),
        ("x0.5", datetime(2026, 7, 15, 10, 15, 35)),
        ("2026-12-01,real", datetime(2026, 7, 15, 10, 15, 40)),
    ],
)
def test_settings_ten_seconds_later(store, setting, expected):
    assert after(store, setting, timedelta(seconds=10)) == expected


def test_a_speed_begins_where_the_clock_stands(store):
    after(store, "2026-12-01")
    with store.transaction():
        clock.change(store, "x60", _REAL + timedelta(seconds=30))
    minute = timedelta(seconds=60)
    assert clock.now(store, _REAL + minute) == datetime(2026, 12, 1, 0, 30, 30)


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "tomorrow",
        "+10",
        "+1w",
        "x",
        "x-1",
        "x999999",
        "1999-12-31",
        "+999999d",
        "+1d,nonsense",
    ],
)
def test_a_bad_setting_changes_nothing(store, setting):
    with pytest.raises(AcquirerError, match="clock"), store.transaction():
        clock.change(store, setting, _REAL)
    assert clock.now(store, _REAL) == _REAL


def test_what_the_host_dates_follows_it():
    acquirer = Acquirer(clock=lambda: _REAL)
    acquirer.register(TID, TMK)
    acquirer.set_clock("2030-12-31T23:59:00")
    terminal = MiniTerminal(acquirer)
    assert terminal.sign_on().fields[13] == "1231"
    sale = terminal.sale(100)
    assert (sale.code, sale.fields[12], sale.fields[13]) == ("00", "235900", "1231")
    assert sale.fields[15] == "1231" and sale.fields[37].startswith("1231")
    assert terminal.settle(f48((1, 100))).fields[15] == "1231"
    terminal.sign_on()
    acquirer.set_clock("+1m")
    answer = terminal.sale(100)
    assert (answer.code, answer.fields[13]) == ("54", "0101")  # the cards' expiry is 3012
    held = acquirer.ledger()["terminals"][TID]
    assert held["transactions"][0]["time"] == "2030-12-31T23:59:00"
    assert held["batches"]["000001"]["settled"]["time"].startswith("2030-12-31")


def test_a_running_server_follows_and_a_restart_keeps_it(tmp_path):
    path = tmp_path / "acquirer.db"
    register_terminal(path, TID, tmk=TMK)
    with serving(path, "--clock", "2026-12-01T08:00:00,x0") as (_, port):
        terminal = MiniTerminal(Remote(port))
        assert terminal.sign_on().fields[13] == "1201"
        told = json.loads(run("clock", "--db", path, "+1d", "--json").stdout)
        assert told["clock"] == "2026-12-02T08:00:00" and told["speed"] == 0
        assert terminal.sale(1).fields[13] == "1202"
    with serving(path) as (_, port):
        terminal.acquirer = Remote(port)
        answer = terminal.sale(1).fields
        assert (answer[12], answer[13]) == ("080000", "1202")
    shown = run("clock", "--db", path, "real").stdout
    assert shown.startswith(datetime.now().strftime("%Y-%m-")) and "x1" in shown


def test_bad_input_is_one_clear_line(tmp_path):
    path = tmp_path / "acquirer.db"
    open_store(path).close()
    for words in (["clock", "--db", path, "soon"], ["clock", "--db", tmp_path / "none"]):
        done = run(*words)
        assert done.returncode == 2 and done.stderr.count("\n") == 1 and not done.stdout
    done = run("serve", "--port", 0, "--db", path, "--clock", "soon")
    assert done.returncode == 2 and "clock soon: must be" in done.stderr
