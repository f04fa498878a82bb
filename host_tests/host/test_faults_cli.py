# SPDX-License-Identifier: MIT
"""Every fault of the fault language, through the command line alone: how each deal must end.

One row is one fault and the ending it must lead to. All rows of a message type are played in one
day: row i faults the i-th message of its type and is known by its amount. After the day the power
is switched on again with a healthy acquirer; then terminal, acquirer and paper tell the same of
each row, nothing is pending, and the batch balances.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.scripts import keys, wait
from posctl.demo.programs import AcquirerServer, posctl

_BOTH = ["cpython", "micropython"]
_FAST = ("answer_timeout_s=1", "connect_timeout_s=2", "slip_copies=1", "print_detail=never")
_AMOUNT_MINOR = 12300  # of the first row
_APPROVED = ("outcome.approved", "approved", "approved")
_DECLINED = ("outcome.declined", "declined", "declined")
_BOOKED = ("outcome.unknown", "reversed", "reversed")  # booked, and taken back
_LOST = ("outcome.unknown", "reversed", None)  # the acquirer never saw it

# the fault, then: the screen, the terminal's state, the acquirer's state
_FINANCIAL = [
    ({"fault": "drop_before"}, *_LOST),
    ({"fault": "drop_after"}, *_BOOKED),
    ({"fault": "delay", "seconds": 1.5}, *_BOOKED),
    ({"fault": "duplicate"}, *_APPROVED),
    ({"fault": "close"}, *_BOOKED),
    ({"fault": "bad_mac"}, *_BOOKED),
    ({"fault": "wrong_stan"}, *_BOOKED),
    ({"fault": "decline", "code": "51"}, *_DECLINED),
    ({"fault": "decline", "code": "77"}, *_DECLINED),  # signs on again before the next one
    ({"fault": "requirement", "code": "3"}, *_APPROVED),
    ({"fault": "requirement", "code": "9"}, *_APPROVED),
    *(({"fault": "truncate", "at": at}, *_BOOKED) for at in (0, 1, 5, 11, 20, 60, 120, 147)),
    # behind TPDU and header, which nobody signs, every byte counts
    *(({"fault": "flip", "at": at}, *_BOOKED) for at in (11, 12, 13, 20, 33, 60, 99, 140, 147)),
    ({"fault": "flip", "at": 3}, *_APPROVED),
]

# of the answer to a reversal; the sale before it is booked and its answer lost
_REVERSAL = [
    {"fault": "drop_after"},
    {"fault": "duplicate"},
    {"fault": "close"},
    {"fault": "bad_mac"},
    {"fault": "wrong_stan"},
    {"fault": "decline", "code": "96"},
    {"fault": "requirement"},
    {"fault": "truncate", "at": 40},
    {"fault": "flip", "at": 30},
    {"fault": "flip", "at": 90},
]

# of the answer to a settlement, and whether it is asked for once more: by the terminal itself,
# by the operator where the host said no
_SETTLEMENT = [
    ({"fault": "drop_before"}, True),
    ({"fault": "drop_after"}, True),
    ({"fault": "duplicate"}, False),
    ({"fault": "close"}, True),
    ({"fault": "wrong_stan"}, True),
    ({"fault": "decline", "code": "96"}, True),
    ({"fault": "requirement"}, False),
    ({"fault": "truncate", "at": 50}, True),
    ({"fault": "flip", "at": 60}, True),  # F42
    ({"fault": "flip", "at": 103}, True),  # a result that is none
]

_SIGNON = [
    ({"fault": "drop_after"}, "error"),
    ({"fault": "duplicate"}, "signon.done"),
    ({"fault": "close"}, "error"),
    ({"fault": "wrong_stan"}, "error"),
    ({"fault": "decline", "code": "97"}, "error"),
    ({"fault": "requirement"}, "signon.done"),
    ({"fault": "truncate", "at": 70}, "error"),
    *(({"fault": "flip", "at": at}, "error") for at in (80, 95, 100, 115)),  # keys, check values
]


class Day:
    """A bench terminal, its acquirer and its paper, all in one folder."""

    def __init__(self, folder: Path, runtime: str) -> None:
        self.folder = folder
        self.runtime = runtime
        settings = [word for value in _FAST for word in ("--set", value)]
        posctl(
            "terminal", "init", "--state", self._at("state"), "--db", self._at("a.db"), *settings
        )
        self.card = posctl("acquirer", "cards", "--db", self._at("a.db"))["cards"][0]

    def _at(self, name: str) -> str:
        return str(self.folder / name)

    def run(self, script: list, rules: list = ()) -> None:
        """Play a script against an acquirer with these faults; it must end well."""
        (self.folder / "script.jsonl").write_text("\n".join(map(json.dumps, script)), "utf-8")
        faults = self.folder / "faults.jsonl"
        faults.write_text("\n".join(map(json.dumps, rules)), "utf-8")
        database = self.folder / "a.db"
        log = self.folder / f"a{len(list(self.folder.glob('*.log')))}.log"
        with AcquirerServer(database, faults, log) as acquirer:
            done = _terminal(self, "script.jsonl", "--acquirer", acquirer.address)
        assert done.stderr == ""
        assert done.returncode == 0
        assert json.loads(done.stdout.splitlines()[-1])["exit"] == 0

    def sale(self, amount_minor: int, pin: str = "") -> list:
        """A sale, up to its outcome."""
        swipe = {"do": "card", "tracks": self.card["tracks"]}
        amount = keys(*str(amount_minor), "ENTER")
        return [*amount, wait("card.swipe"), swipe, wait("pin.enter"), *keys(*pin, "ENTER")]

    def void(self) -> list:
        """A void of the last sale, up to its outcome."""
        swipe = {"do": "card", "tracks": self.card["tracks"], "reverse": True}
        role = [*keys("F2"), wait("role.password"), *keys(*"123456", "ENTER")]
        return [*role, *keys("ENTER"), wait("card.swipe"), swipe, *keys("ENTER")]

    def recover(self) -> None:
        """Power on with a healthy acquirer and settle."""
        self.run([wait("idle"), *_settle(), wait("settle.done"), *_to_idle()])

    def endings(self, kind: str = "sale") -> dict:
        """Return {amount: (terminal's state, acquirer's)}; nothing may be left open."""
        ours, theirs = self.books()
        mine = [row for batch in ours["batches"] for row in batch["transactions"]]
        assert (ours["pending"], ours["unresolved"], ours["chain"]) == ([], [], "ok")
        assert {batch["result"] for batch in theirs["batches"].values()} == {"balanced"}
        found = {row["amount_minor"]: (row["state"], None) for row in mine if row["type"] == kind}
        for row in theirs["transactions"]:
            if row["type"] == kind:
                own = found.get(row["amount_minor"], (None,))[0]
                found[row["amount_minor"]] = (own, row["state"])
        self._check_paper(mine)
        return found

    def books(self) -> tuple:
        """Return the terminal's ledger and the acquirer's."""
        ours = posctl("ledger", "show", "--state", self._at("state"))
        theirs = posctl("acquirer", "ledger", "--db", self._at("a.db"))
        return ours, theirs["terminals"][ours["terminal"]]

    def _check_paper(self, deals: list) -> None:
        """A deal is on paper if and only if it is alive."""
        slips = [path.read_text("utf-8") for path in self.folder.glob("out/*.txt")]
        slips = [text for text in slips if "POS签购单" in text]
        for deal in deals:
            alive = deal["state"] in ("approved", "voided")
            named = [text for text in slips if f"(VOUCHER NO):       {deal['stan']}" in text]
            assert bool(named) == alive, deal
            assert (deal["printed"] == "yes") == alive, deal
            amount = f"{deal['amount_minor'] // 100}.{deal['amount_minor'] % 100:02d}"
            assert all(amount in text for text in named), deal


def _terminal(day: Day, script: str, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "posctl.cli", "terminal", "run", str(day.folder / script)]
    command += ["--state", str(day.folder / "state"), "--out", str(day.folder / "out")]
    command += ["--runtime", day.runtime, "--json", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def _to_idle() -> list:
    return [*keys("ENTER"), wait("idle")]


def _settle() -> list:
    confirmed = [*keys("F3"), wait("settle.confirm"), *keys("ENTER"), wait("settle.sure")]
    return [*confirmed, *keys("ENTER")]


def _numbered(faults: list, kind: str) -> list:
    return [{**fault, "type": kind, "nth": number} for number, fault in enumerate(faults, 1)]


def _wanted(table: list) -> dict:
    rows = enumerate(table, _AMOUNT_MINOR)
    return {amount_minor: tuple(row[2:]) for amount_minor, row in rows}


@pytest.mark.parametrize("runtime", _BOTH)
def test_sale(tmp_path: Path, runtime: str) -> None:
    table = _FINANCIAL if runtime == "cpython" else _FINANCIAL[1::3]
    day = Day(tmp_path, runtime)
    script = [wait("idle")]
    for amount_minor, row in enumerate(table, _AMOUNT_MINOR):
        script += [*day.sale(amount_minor), wait(row[1]), *_to_idle()]
    day.run(script, _numbered([row[0] for row in table], "sale"))
    day.recover()
    assert day.endings() == _wanted(table)
    _check_no_card_data(day)


def _check_no_card_data(day: Day) -> None:
    """No PAN in what terminal and acquirer wrote (their database is the acquirer's safe)."""
    pan = day.card["pan"]
    forms = [pan.encode(), pan.encode().hex().encode(), bytes.fromhex(pan)]
    forms += [bytes.fromhex(pan[1:-1]), day.card["tracks"]["2"][1:-1].encode()]
    written = [*day.folder.glob("state/*"), *day.folder.glob("out/*"), *day.folder.glob("*.log")]
    assert len(written) > 10
    assert [path for path in written if any(form in path.read_bytes() for form in forms)] == []


def test_void(tmp_path: Path) -> None:
    table = _FINANCIAL[1::2]
    day = Day(tmp_path, "cpython")
    script = [wait("idle")]
    for amount_minor, row in enumerate(table, _AMOUNT_MINOR):
        script += [*day.sale(amount_minor), wait("outcome.approved"), *_to_idle()]
        script += [*day.void(), wait(row[1]), *_to_idle()]
    day.run(script, _numbered([row[0] for row in table], "void"))
    day.recover()
    assert day.endings("void") == _wanted(table)
    gone = {amount_minor: row[0] == "approved" for amount_minor, row in _wanted(table).items()}
    states = {minor: "voided" if voided else "approved" for minor, voided in gone.items()}
    assert day.endings("sale") == {minor: (state, state) for minor, state in states.items()}


def test_reversal(tmp_path: Path) -> None:
    day = Day(tmp_path, "cpython")
    script = [wait("idle")]
    amounts = range(_AMOUNT_MINOR, _AMOUNT_MINOR + len(_REVERSAL))
    for amount_minor in amounts:
        lost = [*day.sale(amount_minor), wait("outcome.unknown"), *_to_idle()]
        # the next deal takes the reversal along that is still due; its own goes through
        later = [*day.sale(amount_minor + 1000), wait("outcome.approved"), *_to_idle()]
        script += lost + later
    rules = [{"fault": "close", "type": "sale", "nth": 2 * row + 1} for row in range(len(amounts))]
    day.run(script, rules + _every_other_try())
    ours, _ = day.books()
    assert (ours["pending"], ours["unresolved"]) == ([], [])  # without a reboot
    day.recover()
    reversed_ = {amount: ("reversed", "reversed") for amount in amounts}
    approved = {amount + 1000: ("approved", "approved") for amount in amounts}
    assert day.endings() == {**reversed_, **approved}


def _every_other_try() -> list:
    """Each row spoils the first try of one reversal; where it does so, a second one follows."""
    rules, number = [], 1
    for fault in _REVERSAL:
        rules.append({**fault, "type": "reversal", "nth": number})
        number += 1 if fault["fault"] in ("duplicate", "requirement") else 2
    return rules


def test_pin_after_a_reversal_that_brought_new_keys(tmp_path: Path) -> None:
    day = Day(tmp_path, "cpython")
    lost = [*day.sale(_AMOUNT_MINOR), wait("outcome.unknown"), *_to_idle()]
    later = [*day.sale(_AMOUNT_MINOR + 1, day.card["pin"]), wait("outcome.approved"), *_to_idle()]
    rules = [{"fault": "close", "type": "sale", "nth": 1}]
    rules += [{"fault": "bad_mac", "type": "reversal", "nth": number} for number in (1, 2)]
    day.run([wait("idle"), *lost, *later], rules)
    day.recover()
    states = {_AMOUNT_MINOR: ("reversed",) * 2, _AMOUNT_MINOR + 1: ("approved",) * 2}
    assert day.endings() == states


def test_settlement(tmp_path: Path) -> None:
    day = Day(tmp_path, "cpython")
    script = [wait("idle")]
    rules, number = [], 1
    for amount_minor, (fault, again) in enumerate(_SETTLEMENT, _AMOUNT_MINOR):
        script += [*day.sale(amount_minor), wait("outcome.approved"), *_to_idle(), *_settle()]
        if (
            fault["fault"] == "decline"
        ):  # the second F3 takes the settlement up where it stood: nothing to confirm
            script += [wait("error"), *_to_idle(), *keys("F3")]
        script += [wait("settle.done"), *_to_idle()]
        rules.append({**fault, "type": "settlement", "nth": number})
        number += 2 if again else 1
    day.run(script, rules)
    day.recover()
    assert set(day.endings().values()) == {("approved", "approved")}
    ours, theirs = day.books()
    closed = [batch for batch in ours["batches"] if batch["state"] == "closed"]
    assert len(closed) == len(_SETTLEMENT) + 1
    for batch in closed:
        booked = theirs["batches"][batch["batch"]]
        for name in ("debit_count", "debit_minor", "credit_count", "credit_minor"):
            assert batch[name] == booked[name]
        assert batch["result"] == ["balanced", "balanced"]


def test_sign_on(tmp_path: Path) -> None:
    day = Day(tmp_path, "cpython")
    script = [wait("idle")]
    rules, number = [], 2  # the first one is that of power-on
    for amount_minor, (fault, screen) in enumerate(_SIGNON, _AMOUNT_MINOR):
        script += [*keys("F4"), wait(screen), *_to_idle()]
        rules.append({**fault, "type": "signon", "nth": number})
        number += 1
        if screen == "error":  # by hand again: the keys of both sides meet
            script += [*keys("F4"), wait("signon.done"), *_to_idle()]
            number += 1
        script += [*day.sale(amount_minor), wait("outcome.approved"), *_to_idle()]
    day.run(script, rules)
    day.recover()
    assert set(day.endings().values()) == {("approved", "approved")}


@pytest.fixture(scope="module")
def traded(tmp_path_factory) -> tuple:
    """A terminal with a few deals, and its flash."""
    day = Day(tmp_path_factory.mktemp("traded"), "cpython")
    sales = [[*day.sale(minor), wait("outcome.approved"), *_to_idle()] for minor in (100, 200)]
    day.run([wait("idle"), *sales[0], *sales[1]])
    return day, (day.folder / "state" / "flash.bin").read_bytes()


def _flip(image: bytes, at: int) -> bytes:
    spoilt = bytearray(image)
    spoilt[at] ^= 0x10
    return bytes(spoilt)


# where: a function from the good flash to a broken one
_BROKEN = {
    "zeros": lambda image: bytes(len(image)),
    "noise": lambda image: bytes((at * 7919 >> 3) & 0xFF for at in range(len(image))),
    "keys": lambda image: image[:8] + bytes(16376) + image[16384:],
    "sector header": lambda image: _flip(image, 32768 + 20),
    "record": lambda image: _flip(image, 32768 + 150),
    "last record": lambda image: _flip(image, len(image[:36864].rstrip(b"\xff")) - 9),
    "unused sector": lambda image: _flip(image, 32768 + 9 * 4096 + 77),
    "cut short": lambda image: image[:300000],
}


@pytest.mark.parametrize(
    ("name", "runtime"), [*((name, "cpython") for name in _BROKEN), ("record", "micropython")]
)
def test_broken_flash_is_one_line_and_left_alone(traded: tuple, name: str, runtime: str) -> None:
    day, good = traded
    day.runtime = runtime
    flash = day.folder / "state" / "flash.bin"
    broken = _BROKEN[name](good)
    flash.write_bytes(broken)
    (day.folder / "idle.jsonl").write_text('{"do":"wait","screen":"idle"}\n', "utf-8")
    done = _terminal(day, "idle.jsonl", "--acquirer", "-")
    assert done.returncode in (2, 3)
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("posctl: error: ")
    assert flash.read_bytes() == broken
