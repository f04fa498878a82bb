# SPDX-License-Identifier: MIT
"""A change of TMK at the acquirer: both keys live until the terminal has shown the new one."""

from datetime import timedelta

import pytest

from acquirer_sim import keylog, masterkeys, terminals
from acquirer_sim.core import Acquirer
from acquirer_sim.errors import AcquirerError
from acquirer_sim.store import open_store
from fakes.mini_terminal import NOW, TID, TMK, MiniTerminal

_NEW = bytes.fromhex("10017623DCCDBA6767DC1023BA89DCEF")
_KBPK = bytes(range(32))


class Host:
    """An acquirer whose database is open beside it, and a clock to turn."""

    def __init__(self, path) -> None:
        self.now = NOW
        self.acquirer = Acquirer(path, clock=lambda: self.now)
        self.acquirer.register(TID, TMK)
        self.store = open_store(path)

    def begin(self) -> None:
        with self.store.transaction():
            masterkeys.begin(self.store, TID, lambda: _NEW)

    def using(self) -> bytes:
        return self.store.vault.open(terminals.find(self.store, TID)["tmk"])

    def pending(self) -> bool:
        return masterkeys.pending(self.store, TID) is not None

    def terminal(self, tmk: bytes) -> MiniTerminal:
        return MiniTerminal(self.acquirer, tmk=tmk)


@pytest.fixture
def host(tmp_path):
    made = Host(tmp_path / "acquirer.db")
    yield made
    made.store.close()
    made.acquirer.close()


def _refused(terminal: MiniTerminal) -> bool:
    """Sign on; whether the terminal finds a wrong check value."""
    try:
        return terminal.sign_on().code != "00"
    except AcquirerError:
        return True


def test_the_old_key_works_as_before(host):
    host.begin()
    terminal = host.terminal(TMK)
    for _ in range(3):
        assert not _refused(terminal)
        assert terminal.sale(100).code == "00"
    assert host.using() == TMK
    assert host.pending()


def test_the_old_key_works_day_after_day_without_a_sale(host):
    host.begin()
    for _ in range(3):
        assert not _refused(host.terminal(TMK))
        host.now += timedelta(seconds=121)


def test_the_new_key_is_found_at_the_second_sign_on_and_a_sale_ends_the_change(host):
    host.begin()
    terminal = host.terminal(_NEW)
    assert [_refused(terminal), _refused(terminal)] == [True, False]
    assert host.pending()
    assert terminal.sale(100).code == "00"
    assert not host.pending()
    assert host.using() == _NEW
    assert not _refused(terminal)
    assert _refused(host.terminal(TMK))
    assert [event["what"] for event in keylog.events(host.store, TID)] == [
        "TMK registered",
        "change of TMK begun",
        "change of TMK done",
    ]


def test_a_terminal_with_the_old_key_that_signs_on_twice_comes_back_to_it(host):
    host.begin()
    terminal = host.terminal(TMK)
    assert [_refused(terminal) for _ in range(3)] == [False, True, False]
    assert terminal.sale(100).code == "00"
    assert host.using() == TMK


def test_a_bad_mac_proves_nothing(host):
    host.begin()
    terminal = host.terminal(_NEW)
    assert [_refused(terminal), _refused(terminal)] == [True, False]
    terminal.keys["mak"] = bytes(8)
    assert terminal.sale(100).code == "A0"
    assert host.pending()


def test_begun_twice_is_the_same_change(host):
    host.begin()
    with host.store.transaction():
        again = masterkeys.begin(host.store, TID, lambda: bytes(16))
    assert (again.old, again.new) == (TMK, _NEW)
    terminal = host.terminal(_NEW)
    assert [_refused(terminal), _refused(terminal)] == [True, False]  # now the new one is in use
    with host.store.transaction():
        again = masterkeys.begin(host.store, TID, lambda: bytes(16))
    assert (again.old, again.new) == (TMK, _NEW)


def test_finished_by_hand(host):
    host.begin()
    with host.store.transaction():
        masterkeys.finish(host.store, TID)
    assert not host.pending()
    assert not _refused(host.terminal(_NEW))
    with pytest.raises(AcquirerError, match="no change of TMK"):
        masterkeys.finish(host.store, TID)


def test_a_new_registration_ends_the_change(host):
    host.begin()
    with host.store.transaction():
        masterkeys.replace_tmk(host.store, TID, "tdes", TMK)
    assert not host.pending()
    terminal = host.terminal(TMK)
    assert [_refused(terminal), _refused(terminal)] == [False, False]


def test_kbpk(host):
    assert masterkeys.kbpk(host.store, TID) is None
    with host.store.transaction():
        masterkeys.set_kbpk(host.store, TID, "aes", _KBPK)
        masterkeys.set_kbpk(host.store, TID, "tdes", _NEW)
    assert masterkeys.kbpk(host.store, TID) == ("tdes", _NEW)
    for algorithm, key in (("aes", _KBPK[:24]), ("sm4", _NEW), ("tdes", _NEW[:8])):
        with pytest.raises(AcquirerError):
            masterkeys.set_kbpk(host.store, TID, algorithm, key)
    with pytest.raises(AcquirerError, match="not registered"):
        masterkeys.set_kbpk(host.store, "99999999", "aes", _KBPK)


def test_no_key_of_a_change_is_in_the_file(host, tmp_path):
    host.begin()
    with host.store.transaction():
        masterkeys.set_kbpk(host.store, TID, "aes", _KBPK)
    data = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for key in (_NEW, TMK, _KBPK):
        assert key[:8] not in data
        assert key[:8].hex().encode() not in data.lower()


def test_a_database_made_before_gets_its_tables(host, tmp_path):
    for table in ("kbpks", "rotations", "key_events"):
        host.store.db.execute(f"DROP TABLE {table}")
    older = open_store(tmp_path / "acquirer.db")
    assert masterkeys.pending(older, TID) is None
    older.close()
