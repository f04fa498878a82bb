# SPDX-License-Identifier: MIT
"""Decommissioning and tamper, through the tool and the firmware image: nothing stays on flash."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from posctl import cli, flash_view, image, statedir
from posctl.bench.command import HEAP_BYTES, Boot, command
from posctl.bench.link import Link
from posctl.bench.player import Player
from posctl.bench.run import conclude
from posctl.bench.script import card_flux
from posctl.demo.programs import AcquirerServer
from posctl.demo.programs import posctl as run_posctl

_KEYS_BYTES = 16384
_LAST_SECTOR = 12288
_COMPONENTS = (
    "--component",
    "11223344556677889900AABBCCDDEEFF",
    "--component",
    "0123456789ABCDEFFEDCBA9876543210",
)


@pytest.fixture
def posctl(capsys):
    def run(*args: object) -> tuple[int, str, str]:
        code = cli.main([*map(str, args)])
        return (code, *capsys.readouterr())

    return run


@dataclass
class Shop:
    """A bench terminal with its acquirer."""

    state: Path
    database: Path
    address: str
    card: dict

    def link(self) -> Link:
        """Power on, with the heap of a board."""
        built = image.build("bench").path
        heap = HEAP_BYTES + built.stat().st_size
        boot = Boot(self.state, self.address, image=built, heap_bytes=heap)
        return Link(command(boot), lambda event: None)

    def key_area(self) -> bytes:
        """Return the keys partition."""
        return (self.state / "flash.bin").read_bytes()[:_KEYS_BYTES]


@pytest.fixture(scope="module")
def acquirer(tmp_path_factory):
    """An acquirer that answers no sale in time."""
    folder = tmp_path_factory.mktemp("wipe")
    database, faults = folder / "acquirer.db", folder / "faults"
    run_posctl("terminal", "init", "--state", str(folder / "first"), "--db", str(database))
    faults.write_text('{"type":"sale","fault":"delay","seconds":50}\n')
    with AcquirerServer(database, faults, folder / "acquirer.log") as running:
        yield database, running.address


@pytest.fixture
def shop(acquirer, tmp_path) -> Shop:
    database, address = acquirer
    state = tmp_path / "state"
    settings = ["--set", "answer_timeout_s=60"]
    run_posctl("terminal", "init", "--state", str(state), "--db", str(database), *settings)
    card = run_posctl("acquirer", "cards", "--db", str(database))["cards"][0]
    return Shop(state, database, address, card)


def _assert_destroyed(area: bytes) -> None:
    assert area[:_LAST_SECTOR] == b"\xff" * _LAST_SECTOR
    assert area[_LAST_SECTOR:] == bytes(_KEYS_BYTES - _LAST_SECTOR)  # with the mark at its end


def _at(player: Player, stage: str, shop: Shop) -> None:
    """Bring the terminal to a stage of a sale."""
    player.asked(("idle",), 30)
    if stage == "idle":
        return
    player.press("1", "9", "9", "ENTER")
    player.asked(("card.swipe",), 30)
    if stage == "card.swipe":
        return
    flux = card_flux(shop.card["tracks"], 20, False, 0.0, 1)
    player.send({"do": "swipe", "flux": flux})
    player.asked(("pin.enter",), 30)
    player.press(*shop.card["pin"])
    if stage == "pin.enter":
        return
    player.press("ENTER")
    assert player.wait("host.wait", 30)


@pytest.mark.parametrize("stage", ["idle", "card.swipe", "pin.enter", "host.wait"])
def test_tamper_erases_the_keys_at_once_and_for_good(shop: Shop, stage: str, posctl) -> None:
    assert any(byte != 0xFF for byte in shop.key_area())
    with shop.link() as link:
        player = Player(link)
        _at(player, stage, shop)
        player.send({"do": "tamper"})
        player.asked(("tampered",), 20)
        _assert_destroyed(shop.key_area())
        player.press("1", "ENTER", "F1")  # taken and dropped
        player.asked(("tampered",), 20)
        assert conclude(link).error is None
    with shop.link() as link:  # and after a reboot
        player = Player(link)
        player.asked(("tampered",), 20)
        assert conclude(link).error is None
    _assert_destroyed(shop.key_area())
    pending = json.loads(posctl("ledger", "show", "--state", shop.state, "--json")[1])["pending"]
    assert len(pending) == (1 if stage == "host.wait" else 0)


def test_new_keys_put_a_tampered_terminal_back_into_service(shop: Shop, posctl) -> None:
    with shop.link() as link:
        player = Player(link)
        player.asked(("idle",), 30)
        player.send({"do": "tamper"})
        player.asked(("tampered",), 20)
    refused = posctl("keys", "inject", "--state", shop.state, *_COMPONENTS, "--kcv", "000000")
    assert refused[0] == 2
    assert "no keys" in posctl("keys", "show", "--state", shop.state)[1]
    _assert_destroyed(shop.key_area())  # the mark goes when new keys are there to come
    assert posctl("keys", "inject", "--state", shop.state, *_COMPONENTS)[0] == 0
    held = json.loads(posctl("keys", "show", "--state", shop.state, "--json")[1])["keys"]
    assert [key["role"] for key in held if key["role"] == "TMK"] == ["TMK"]
    with shop.link() as link:
        assert Player(link).asked(("error", "idle", "tampered"), 30) != "tampered"


def test_decommission_leaves_nothing(shop: Shop, posctl) -> None:
    with shop.link() as link:
        Player(link).asked(("idle",), 30)
        assert conclude(link).error is None
    code, out, _ = posctl("keys", "decommission", "--state", shop.state, "--json")
    assert code == 0
    assert json.loads(out)["not_blank_bytes"] == dict.fromkeys(flash_view.PARTITIONS, 0)
    assert set((shop.state / "flash.bin").read_bytes()) == {0xFF}
    assert "no keys" in posctl("keys", "show", "--state", shop.state)[1]


def test_decommission_refuses_open_money(shop: Shop, posctl) -> None:
    with shop.link() as link:
        player = Player(link)
        _at(player, "host.wait", shop)
        player.send({"do": "tamper"})
        player.asked(("tampered",), 20)
    before = (shop.state / "flash.bin").read_bytes()
    code, _, err = posctl("keys", "decommission", "--state", shop.state)
    assert code == 2 and "not settled" in err
    assert (shop.state / "flash.bin").read_bytes() == before
    assert posctl("keys", "decommission", "--state", shop.state, "--abandon")[0] == 0
    assert set((shop.state / "flash.bin").read_bytes()) == {0xFF}


def test_decommission_of_a_damaged_store(posctl, tmp_path) -> None:
    state = statedir.create(tmp_path / "t1", {"terminal": "12345678"})
    assert posctl("keys", "inject", "--state", state.path, *_COMPONENTS)[0] == 0
    flash = bytearray(state.flash.read_bytes())
    flash[60] ^= 1
    state.flash.write_bytes(flash)
    code, out, _ = posctl("keys", "decommission", "--state", state.path)
    assert code == 0 and "keys       16384 bytes, 0 not 0xFF" in out
    assert flash_view.PARTITIONS["keys"] == (0, _KEYS_BYTES)


def test_a_running_terminal_is_not_decommissioned(posctl, tmp_path) -> None:
    state = statedir.create(tmp_path / "t1", {"terminal": "12345678"})
    with state.locked():
        code, _, err = posctl("keys", "decommission", "--state", state.path)
    assert code == 2 and "in use" in err
