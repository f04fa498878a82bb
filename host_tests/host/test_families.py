# SPDX-License-Identifier: MIT
"""A day with each kind of keys: firmware image under MicroPython with a board's heap, acquirer
simulator in another process, nothing shared but the wire.

Sale with PIN, wrong PIN, lost answer with its reversal, void, settlement; then terminal, acquirer
and paper are compared, and the keys that the two hold.
"""

from pathlib import Path

import pytest

from acquirer_sim import terminals
from acquirer_sim.crypto import check_value
from acquirer_sim.store import open_store
from posctl import image
from posctl.bench.command import Boot, command
from posctl.bench.link import Link
from posctl.bench.player import Player
from posctl.bench.run import conclude
from posctl.bench.sinks import SlipFolder
from posctl.demo.cashier import Cashier, Swipe
from posctl.demo.paper import read_paper
from posctl.demo.programs import AcquirerServer, posctl
from posctl.demo.reconcile import reconcile

_SWIPE = Swipe("families")
_FAULT = '{"type":"sale","nth":3,"fault":"drop_after"}\n'
_ROLES = ("pik", "mak", "tdk")
# what `terminal init` is told, and the length of each working key
FAMILIES = {
    "tdes-001": (["--set", "key_length=001"], (8, 8)),
    "tdes-003-mak8": ([], (16, 8)),
    "tdes-003-mak16": (["--mak-bytes", "16"], (16, 16)),
    "tdes-003-cbc": (["--set", "mac_method=cbc"], (16, 8)),
    "tdes-004": (["--set", "key_length=004"], (16, 8, 16)),
    "tdes-004-clear": (
        ["--set", "key_length=004", "--set", "encrypt_tracks=false"],
        (16, 8, 16),
    ),
    "sm4-005": (["--algorithm", "sm4"], (16, 16)),
    "sm4-005-cbc": (["--algorithm", "sm4", "--set", "mac_method=cbc"], (16, 16)),
    "sm4-006": (["--algorithm", "sm4", "--set", "key_length=006"], (16, 16, 16)),
}
_QUICK = ("tdes-001", "tdes-003-mak16", "tdes-004", "sm4-005", "sm4-006")


def _work(boot: Boot, card: dict, out: Path) -> None:
    with SlipFolder(out) as slips, Link(command(boot), slips) as link:
        cashier = Cashier(Player(link))
        cashier.ready()
        assert cashier.sale(12850, card, _SWIPE) == "outcome.approved"
        assert cashier.sale(100, {**card, "pin": "000000"}, _SWIPE) == "outcome.declined"
        assert cashier.sale(200, card, _SWIPE) == "outcome.unknown"
        assert cashier.sale(300, card, _SWIPE) == "outcome.approved"
        assert cashier.void_last(card, _SWIPE) == "outcome.approved"
        cashier.settle()
        ending = conclude(link)
    assert ending.error is None and ending.exit == 0


def _keys(database: Path) -> dict:
    """Return the working keys from the host's side."""
    store = open_store(database)
    try:
        row = store.db.execute("SELECT * FROM terminals").fetchone()
        return {"algorithm": row["algorithm"], **terminals.working_keys(store, row)}
    finally:
        store.close()


@pytest.mark.parametrize(
    "family",
    [pytest.param(name, marks=() if name in _QUICK else pytest.mark.slow) for name in FAMILIES],
)
def test_a_day(tmp_path: Path, family: str) -> None:
    settings, lengths = FAMILIES[family]
    database, state, out = tmp_path / "acquirer.db", tmp_path / "state", tmp_path / "out"
    settings = [*settings, "--set", "answer_timeout_s=2"]
    posctl("terminal", "init", "--state", str(state), "--db", str(database), *settings)
    cards = posctl("acquirer", "cards", "--db", str(database))["cards"]
    faults = tmp_path / "faults"
    faults.write_text(_FAULT, "utf-8")
    built = image.build("bench")
    with AcquirerServer(database, faults, tmp_path / "log") as acquirer:
        boot = Boot(state, acquirer.address, image=built.path)
        boot = Boot(
            state, acquirer.address, image=built.path, heap_bytes=boot.heap_bytes + built.size
        )
        _work(boot, cards[0], out)

    shown = {
        key["role"]: key["kcv"] for key in posctl("keys", "show", "--state", str(state))["keys"]
    }
    held = _keys(database)
    algorithm = held.pop("algorithm")
    assert tuple(len(key) for key in held.values()) == lengths
    for role, key in held.items():
        assert shown[role.upper()] == check_value(key, algorithm).hex().upper()

    ledger = posctl("ledger", "show", "--state", str(state))
    booked = posctl("acquirer", "ledger", "--db", str(database))
    report = reconcile(ledger, booked, read_paper(out))
    assert report.problems == []
    told = [(row.acquirer["type"], row.acquirer["state"]) for row in report.rows if row.acquirer]
    assert told == [
        ("sale", "approved"),
        ("sale", "declined"),
        ("sale", "reversed"),
        ("sale", "voided"),
        ("void", "approved"),
    ]
    codes = [row.acquirer["response"] for row in report.rows if row.acquirer]
    assert codes[1] == "55"
    (batch,) = booked["terminals"][ledger["terminal"]]["batches"].values()
    assert batch["result"] == "balanced"
