# SPDX-License-Identifier: MIT
"""The acquirer's database: durable, shared, sealed, and clear about what it is given."""

import sqlite3

import pytest

from acquirer_sim import AcquirerError, accounts, register_terminal
from acquirer_sim.core import Acquirer
from acquirer_sim.keysets import Options
from acquirer_sim.store import open_store
from acquirer_sim.testcards import CARDS
from fakes.mini_terminal import RICH, TID, TMK, MiniTerminal, f48


def test_books_survive_a_restart(tmp_path):
    path = tmp_path / "acquirer.db"
    assert register_terminal(path, TID, tmk=TMK) == TID
    terminal = MiniTerminal(Acquirer(path))
    terminal.sign_on()
    fields = terminal.sale_fields(100)
    first = terminal.exchange("0200", fields, mac=True)
    terminal.acquirer = Acquirer(path)  # the first one is not closed: as after kill -9
    assert terminal.exchange("0200", fields, mac=True).code == "94"
    assert terminal.sale(200).fields[37] > first.fields[37]
    assert terminal.reverse(fields).code == "00"
    terminal.settle(f48((1, 200)))
    again = Acquirer(path).ledger()["terminals"][TID]
    assert again["batches"]["000001"]["result"] == "balanced"
    assert [entry["state"] for entry in again["transactions"]] == ["reversed", "approved"]


def test_terminal_numbers_are_given_out(tmp_path):
    path = tmp_path / "acquirer.db"
    given = [register_terminal(path, None, tmk=TMK) for _ in range(3)]
    assert given == ["12345678", "12345679", "12345680"]
    assert register_terminal(path, "12345679", tmk=bytes(16)) == "12345679"
    assert register_terminal(path, None, tmk=TMK) == "12345681"


def test_registering_while_another_serves(tmp_path):
    path = tmp_path / "acquirer.db"
    acquirer = Acquirer(path)
    register_terminal(path, TID, tmk=TMK)
    assert MiniTerminal(acquirer).sign_on().code == "00"


def test_a_new_device_starts_in_an_unused_batch(tmp_path):
    path = tmp_path / "acquirer.db"
    register_terminal(path, TID, tmk=TMK, new_device=True)
    terminal = MiniTerminal(Acquirer(path))
    terminal.sign_on()
    assert terminal.batch == 1 and terminal.sale(100).code == "00"
    register_terminal(path, TID, tmk=TMK)
    terminal.sign_on()
    assert terminal.batch == 1  # only the key changed
    register_terminal(path, TID, tmk=TMK, new_device=True)
    fresh = MiniTerminal(Acquirer(path))
    fresh.sign_on()
    assert fresh.batch == 2 and fresh.sale(100).code == "00"


@pytest.mark.parametrize(
    "change, text",
    [
        ({"terminal": "123"}, "terminal: must be 8"),
        ({"merchant": "1"}, "merchant: must be 15"),
        ({"tmk": bytes(8)}, "tmk: must be 16"),
        ({"algorithm": "rsa"}, "algorithm rsa: must be tdes or sm4"),
        ({"algorithm": "sm4", "tmk": bytes(24)}, "tmk: must be 16 bytes"),
        ({"options": Options(mak_bytes=24)}, "mak_bytes: must be 8 or 16"),
        ({"options": Options(kcv_bytes=3)}, "kcv_bytes: must be 4 or 8"),
        ({"options": Options(mac="x919")}, "mac: must be ecb or cbc"),
    ],
)
def test_registration_is_checked(tmp_path, change, text):
    values = {"terminal": TID, "tmk": TMK, **change}
    with pytest.raises(AcquirerError, match=text):
        register_terminal(tmp_path / "acquirer.db", **values)


def test_no_card_data_or_key_in_the_files(tmp_path):
    path = tmp_path / "acquirer.db"
    register_terminal(path, TID, tmk=TMK)
    terminal = MiniTerminal(Acquirer(path))
    terminal.sign_on("004")
    terminal.sale(100)
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    secret = [card.pan.encode("ascii") for card in CARDS] + [b"D3012120", b"=3012120"]
    for key in [TMK, *terminal.keys.values()]:
        secret += [key, key.hex().encode("ascii"), key.hex().upper().encode("ascii")]
    assert len(held) > 10000 and not [value for value in secret if value in held]


def test_failed_requests_roll_back(monkeypatch):
    acquirer = Acquirer()
    acquirer.register(TID, TMK)
    terminal = MiniTerminal(acquirer)
    terminal.sign_on()

    def fail(*values):
        raise sqlite3.OperationalError("disk is full")

    monkeypatch.setattr("acquirer_sim.books.record", fail)
    with pytest.raises(sqlite3.OperationalError):
        terminal.sale(100)
    monkeypatch.undo()
    assert acquirer.cards()[0]["balance_minor"] == CARDS[0].balance_minor
    assert terminal.sale(100).code == "00"


def test_what_is_no_database(tmp_path):
    other = tmp_path / "other.db"
    db = sqlite3.connect(other)
    db.execute("CREATE TABLE t(x)")
    db.commit()
    db.close()
    (tmp_path / "text").write_text("no database at all, certainly not\n" * 100)
    for name, text in (
        ("none.db", "no such acquirer database"),
        ("other.db", "is not an acquirer database"),
        ("text", "cannot be used as an acquirer database"),
        ("", "is a directory"),
    ):
        with pytest.raises(AcquirerError, match=text):
            open_store(tmp_path / name, create=False)
    with pytest.raises(AcquirerError, match="is not an acquirer database"):
        open_store(other)
    with pytest.raises(AcquirerError, match="no such directory"):
        open_store(tmp_path / "deep" / "new.db")


def test_an_empty_file_becomes_a_database(tmp_path):
    (tmp_path / "empty").touch()
    open_store(tmp_path / "empty").close()
    open_store(tmp_path / "empty", create=False).close()


# test cards


def test_the_table_of_test_cards():
    listed = Acquirer().cards()
    kinds = {card["kind"] for card in listed}
    assert {"rich", "poor", "expired", "lost", "pin", "foreign", "no-track-3", "chip"} <= kinds
    assert listed[0]["pan"] == RICH and listed[0]["kind"] == "rich"
    for card in listed:
        one, two, three = (card["tracks"][number] for number in "123")
        assert accounts.luhn_ok(card["pan"])
        assert one.startswith(f"%B{card['pan']}^") and one.endswith("?") and len(one) <= 78
        assert two.startswith(f";{card['pan']}={card['expiry']}{card['service']}")
        assert 24 <= len(two) - 2 <= 37
        assert three is None or three.startswith(f";99{card['pan']}=156156") and len(three) <= 106
        assert card["expiry"] >= "3012" or card["kind"] == "expired"
        assert (card["service"][0] == "2") == (card["kind"] == "chip")


def test_track_three_is_the_layout_of_the_vectors():
    card = accounts.Card("6250930000000002", "1234", 0, expiry="3312")
    published = ";996250930000000002=1561560999999996001016000000010000033120=0=0=0000000123?"
    assert accounts.tracks(card)["3"] == published


@pytest.mark.parametrize(
    "change, text",
    [
        ({"pan": "6200001234567891"}, "check digit"),
        ({"pan": "620000123456"}, "13 to 19"),
        ({"pan": "62000012345678920000"}, "13 to 19"),
        ({"pan": "６200001234567892"}, "13 to 19"),
        ({"pan": RICH}, r"620000\*\*\*\*\*\*7892 is in the table"),
        ({"pin": "123"}, "pin"),
        ({"pin": "1234567890123"}, "pin"),
        ({"balance_minor": -1}, "balance"),
        ({"expiry": "3013"}, "expiry"),
        ({"service": "12"}, "service"),
        ({"name": "a^b"}, "name"),
    ],
)
def test_cards_are_checked(change, text):
    values = {"pan": "5500005555555559", "pin": "1234", "balance_minor": 0, **change}
    with pytest.raises(AcquirerError, match=text) as error:
        Acquirer().add_card(accounts.Card(**values))
    assert values["pan"] not in str(error.value)
