# SPDX-License-Identifier: MIT
"""Downloads on the firmware image: parameters, hotlist and status over the wire, and the rules.

Firmware under MicroPython with a board's heap, acquirer simulator in another process. A change at
the acquirer reaches the terminal with its next answer, and stays there over a restart.
"""

from contextlib import contextmanager
from pathlib import Path

import pytest

from posctl import image, statedir
from posctl.bench.command import Boot, command
from posctl.bench.link import Link
from posctl.bench.player import Player
from posctl.bench.run import conclude
from posctl.bench.script import card_flux
from posctl.demo.programs import AcquirerServer, posctl

_OLD_FLASH_BYTES = 524288


class Till:
    """One terminal with its acquirer, over several powers on."""

    def __init__(self, folder: Path) -> None:
        self.state, self.db = folder / "state", str(folder / "acquirer.db")
        settings = ("--set", "answer_timeout_s=5", "--lang", "en")
        made = posctl("terminal", "init", "--state", str(self.state), "--db", self.db, *settings)
        self.terminal = made["terminal"]
        listed = posctl("acquirer", "cards", "--db", self.db)["cards"]
        self.cards = {card["kind"]: card for card in reversed(listed)}
        (folder / "faults").write_text("", "utf-8")
        self._folder = folder
        self._runs = 0
        self.events = []

    def acquirer(self, *words: str) -> dict:
        """Run one command of `posctl acquirer`."""
        return posctl("acquirer", *words, "--db", self.db)

    def status(self) -> dict:
        return self.acquirer("status", "--terminal", self.terminal)

    @contextmanager
    def powered(self):
        """A run of the image, from the boot to its end; gives the player."""
        self._runs += 1
        built = image.build("bench")
        log = self._folder / f"log{self._runs}"
        with AcquirerServer(self.db, self._folder / "faults", log) as server:
            heap = Boot(self.state, server.address, image=built.path).heap_bytes + built.size
            boot = Boot(self.state, server.address, image=built.path, heap_bytes=heap)
            self.events = []
            with Link(command(boot), self.events.append) as link:
                player = Player(link)
                assert player.wait("idle", 30), player.where()
                yield player
                ending = conclude(link)
        assert ending.error is None and ending.exit == 0


def _pay(player: Player, card: dict) -> str:
    """Make a sale; return the screen it ended on, and come back to idle."""
    player.press("1", "0", "0", "0", "ENTER")
    assert player.asked(("card.swipe",), 30)
    player.send({"do": "swipe", "flux": card_flux(card["tracks"], 20, False, 0.05, 1)})
    ends = ("outcome.approved", "outcome.declined", "error")
    screen = player.asked(("pin.enter", *ends), 30)
    if screen == "pin.enter":
        player.press(*card["pin"], "ENTER")
        screen = player.asked(ends, 30)
    player.press("ENTER")
    while player.asked(("idle", "print.tear"), 30) == "print.tear":
        player.press("ENTER")
    return screen


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


def test_downloads_and_rules_over_a_restart(till: Till) -> None:
    rich, chip, poor = till.cards["rich"], till.cards["chip"], till.cards["no-track-3"]
    with till.powered() as player:
        assert _pay(player, rich) == "outcome.approved"
        for number in range(2):
            till.acquirer("hotlist", "add", "--bin", f"9{number:07d}")
        till.acquirer("hotlist", "add", "--pan", rich["pan"])
        settings = ("answer_timeout_s=7", "merchant_name=新店名", "reversal_tries=2")
        words = [word for setting in settings for word in ("--set", setting)]
        till.acquirer("parameters", "--terminal", till.terminal, *words)
        till.acquirer("status", "--terminal", till.terminal, "--ask")
        assert _pay(player, poor) == "outcome.approved"  # and then it downloads all of it
        assert _pay(player, rich) == "error"
    told = till.status()
    assert told["parameters_had"] == told["parameters_version"] == 1
    assert told["hotlist_had"] == told["hotlist_version"] == 3
    assert told["status"]["answer_timeout_s"] == "7" and told["status"]["hotlist_count"] == "3"
    assert told["status"]["merchant_name"] == "新店名"
    listed = till.acquirer("hotlist", "list")
    assert told["status"]["hotlist_check"] == listed["check"]

    with till.powered() as player:
        assert _pay(player, rich) == "error"
        assert _pay(player, chip) == "error"
        assert _pay(player, poor) == "outcome.approved"
    shown = [line for event in till.events for line in event.get("lines", ())]
    assert "LISTED CARD: REFUSED, RETAIN IT" in shown
    assert "CARD HAS A CHIP: USE A CHIP TERMINAL" in shown
    books = till.acquirer("ledger")["terminals"][till.terminal]["transactions"]
    assert [entry["pan"] for entry in books] == [
        f"{card['pan'][:6]}{'*' * (len(card['pan']) - 10)}{card['pan'][-4:]}"
        for card in (rich, poor, poor)
    ]
    flash = (till.state / "flash.bin").read_bytes()
    for digits in (rich["pan"], poor["pan"]):
        assert digits.encode() not in flash and bytes.fromhex(digits.ljust(20, "0")) not in flash


def test_flash_of_before_there_were_downloads(till: Till) -> None:
    with till.powered() as player:
        assert _pay(player, till.cards["rich"]) == "outcome.approved"
    flash = till.state / "flash.bin"
    flash.write_bytes(flash.read_bytes()[:_OLD_FLASH_BYTES])
    assert posctl("ledger", "show", "--state", str(till.state))["chain"] == "ok"
    till.acquirer("hotlist", "add", "--pan", till.cards["rich"]["pan"])
    with till.powered() as player:
        assert _pay(player, till.cards["rich"]) == "error"
    assert flash.stat().st_size == statedir.FLASH_SIZE_BYTES
    (batch,) = posctl("ledger", "show", "--state", str(till.state))["batches"]
    assert batch["debit_count"] == 1


def test_fallback_where_the_profile_allows(tmp_path: Path) -> None:
    till = Till(tmp_path)
    profile = till.state / "profile.json"
    text = profile.read_text("utf-8").rstrip().rstrip("}")
    profile.write_text(text.rstrip() + ',\n  "chip_fallback": "fallback"\n}\n', "utf-8")
    with till.powered() as player:
        assert _pay(player, till.cards["chip"]) == "outcome.approved"
