# SPDX-License-Identifier: MIT
"""Canaries: a card, a PIN and keys that stand nowhere else, looked for in all a run leaves behind.

The firmware image runs under MicroPython through approval, wrong PIN, a lost answer with its
reversal, a void and a settlement. Then every file, flash byte and line of output is searched, in
every form the data could take. A planted leak proves that the search finds one.
"""

import json

import pytest

from fakes import canaries
from fakes.canaries import digits_forms
from posctl import image
from posctl.bench.command import Boot, command
from posctl.bench.link import Link
from posctl.bench.player import Player
from posctl.bench.run import conclude
from posctl.bench.sinks import SlipFolder, tee
from posctl.demo.cashier import Cashier, Swipe
from posctl.demo.programs import AcquirerServer, posctl

_PAN = "6250947305913366"
_PIN = "739184"
_SWIPE = Swipe("canary")
_ALLOWED = ("acquirer.db", "device.key")  # the host's own cards; what stands for the eFuse


def _canaries(card: dict, keys: list[bytes]) -> list[bytes]:
    tail = canaries.track_tail(card)
    found = digits_forms(_PAN) + digits_forms(_PAN[4:14]) + digits_forms(_PIN)
    found += [f"{mark}{tail}".encode() for mark in "=D^"] + digits_forms(tail[7:])
    return found + [form for key in keys for form in canaries.key_forms(key)]


def _hits(files: dict[str, bytes], canaries: list[bytes]) -> list[tuple]:
    return [(name, form) for name, data in files.items() for form in canaries if form in data]


@pytest.fixture(scope="module")
def day(tmp_path_factory) -> tuple:
    """Run the canary day once; return what it left and what must not be in it."""
    folder = tmp_path_factory.mktemp("canary")
    database, state, out = folder / "acquirer.db", folder / "state", folder / "out"
    settings = ["--set", "answer_timeout_s=2"]
    posctl("terminal", "init", "--state", str(state), "--db", str(database), *settings)
    added = ["--pan", _PAN, "--pin", _PIN, "--balance-minor", "999999", "--pin-required"]
    posctl("acquirer", "card", "add", "--db", str(database), *added)
    cards = posctl("acquirer", "cards", "--db", str(database))["cards"]
    card = canaries.marked(next(card for card in cards if card["pan"] == _PAN))
    faults = folder / "faults"
    faults.write_text('{"type":"sale","nth":3,"fault":"drop_after"}\n')
    events: list = []
    with AcquirerServer(database, faults, folder / "acquirer.log") as acquirer:
        boot = Boot(state, acquirer.address, image=image.build("bench").path)
        heap = boot.heap_bytes + boot.image.stat().st_size
        boot = Boot(state, acquirer.address, image=boot.image, heap_bytes=heap)
        _work(boot, card, tee(events.append, SlipFolder(out)))
        keys = list(canaries.held_keys(database).values())
    files = {
        p.name: p.read_bytes() for p in folder.rglob("*") if p.name not in _ALLOWED and p.is_file()
    }
    files["stdout"] = json.dumps(events, ensure_ascii=False).encode()
    return files, _canaries(card, keys), events


def _work(boot: Boot, card: dict, sink: object) -> None:
    with Link(command(boot), sink) as link:
        cashier = Cashier(Player(link))
        cashier.ready()
        assert cashier.sale(12850, card, _SWIPE) == "outcome.approved"
        wrong = {**card, "pin": "000000"}
        assert cashier.sale(100, wrong, _SWIPE) == "outcome.declined"
        assert cashier.sale(200, card, _SWIPE) == "outcome.unknown"
        assert cashier.void_last(card, _SWIPE) == "outcome.approved"
        cashier.settle()
        assert conclude(link).error is None


def test_nothing_is_left_behind(day) -> None:
    files, canaries, events = day
    assert len(files) > 10 and "flash.bin" in files
    assert any(event["ev"] == "print" for event in events)
    assert _hits(files, canaries) == []


@pytest.mark.parametrize("form", range(7))
def test_a_planted_leak_is_found(day, form: int) -> None:
    files, canaries, _ = day
    leaks = [*digits_forms(_PAN)[:5], digits_forms(_PIN)[0], canaries[-1]]
    planted = {"flash.bin": files["flash.bin"] + b"..." + leaks[form] + b"..."}
    assert _hits(planted, canaries)


def test_the_masked_pan_is_what_people_see(day) -> None:
    slips = [data for name, data in day[0].items() if name.endswith(".txt")]
    assert any(b"625094******3366" in data for data in slips)
