# SPDX-License-Identifier: MIT
"""No key, PIN, PIN block or card survives in the memory of the MicroPython process at idle.

The firmware image works a day: sale with PIN, wrong PIN, a lost answer with its reversal, a void,
a settlement, and sign-ons that change the keys. At idle after each, all writable memory of the
process is searched: freed heap too, since nothing zeroes it but its user.

What may stay, and is not searched for in these looks: the device key and the four keys derived
from it. The journal's is in use all the time; the others are immutable bytes that `hashlib` made,
and a `cryptolib` object's schedule cannot be reached to be zeroed. Single digits on their way
from the keypad to the PIN's buffer are characters that stand everywhere.
"""

import hmac
from pathlib import Path

import pytest

from fakes import canaries
from fakes.heap_scan import Canaries, NotAllowed, memory
from posctl import image
from posctl.bench.command import HEAP_BYTES, Boot, command
from posctl.bench.link import Link
from posctl.bench.player import Player
from posctl.demo.cashier import Cashier, Swipe
from posctl.demo.programs import AcquirerServer, posctl

_PAN = "6250947305913366"
_PIN = "739184"
_WRONG_PIN = "408926"
_SWIPE = Swipe("canary")
_LEAKS = 5
_SPARE_BYTES = 65536  # the more is free, the longer a residue lies before it is overwritten
_STAGES = (
    "sign-on",
    "sale",
    "declined",
    "reversal",
    "void",
    "new keys",
    "settlement",
    "sale under new keys",
)


class Terminal:
    """A running terminal whose memory is looked through."""

    def __init__(self, link: Link, database: Path, card: dict) -> None:
        self.player = Player(link)
        self.cashier = Cashier(self.player)
        self.card = card
        self.found: dict[str, list[str]] = {}
        self.pid = link.pid
        self._database = database
        self._canaries = Canaries()
        self._canaries.add_card(card)

    def look(self, done: str) -> None:
        """Search at idle, with the keys that the host holds now among the canaries."""
        self.cashier.ready()
        held = canaries.held_keys(self._database)
        self._canaries.add_keys(held)
        for pin in (_PIN, _WRONG_PIN):
            self._canaries.add_pin(pin, _PAN, held["pik"])
        self.found[done] = self._canaries.found_in(memory(self.pid))

    def leak(self, text: bytes) -> list[str]:
        """Return what is found once the firmware was made to keep a secret for a moment.

        A line of the link that it does not understand stays in its line buffer.
        """
        self.player.send({"do": "scan", "code": text.decode("latin-1")})
        self.cashier.ready()
        return self._canaries.found_in(memory(self.pid))


def _card(database: Path) -> dict:
    added = ["--pan", _PAN, "--pin", _PIN, "--balance-minor", "999999", "--pin-required"]
    posctl("acquirer", "card", "add", "--db", str(database), *added)
    cards = posctl("acquirer", "cards", "--db", str(database))["cards"]
    return canaries.marked(next(card for card in cards if card["pan"] == _PAN))


@pytest.fixture(scope="module")
def day(tmp_path_factory) -> tuple:
    """Run the day once; return what was found at each idle, after each leak, and alive."""
    folder = tmp_path_factory.mktemp("heap")
    database, state = folder / "acquirer.db", folder / "state"
    settings = ["--set", "answer_timeout_s=2"]
    posctl("terminal", "init", "--state", str(state), "--db", str(database), *settings)
    card = _card(database)
    faults = folder / "faults"
    faults.write_text('{"type":"sale","nth":3,"fault":"drop_after"}\n')
    built = image.build("bench").path
    with AcquirerServer(database, faults, folder / "acquirer.log") as acquirer:
        heap = HEAP_BYTES + _SPARE_BYTES + built.stat().st_size
        boot = Boot(state, acquirer.address, image=built, heap_bytes=heap)
        with Link(command(boot), lambda event: None) as link:
            try:
                memory(link.pid)
            except NotAllowed as error:
                pytest.skip(f"this system hides a child's memory: {error}")
            terminal = Terminal(link, database, card)
            _work(terminal)
            alive = _chain_key(state).found_in(memory(link.pid))
            leaks = _leaks(terminal, canaries.held_keys(database))
    return terminal.found, leaks, alive


def _work(terminal: Terminal) -> None:
    cashier, card = terminal.cashier, terminal.card
    terminal.look("sign-on")
    assert cashier.sale(12850, card, _SWIPE) == "outcome.approved"
    terminal.look("sale")
    assert cashier.sale(100, {**card, "pin": _WRONG_PIN}, _SWIPE) == "outcome.declined"
    terminal.look("declined")
    assert cashier.sale(200, card, _SWIPE) == "outcome.unknown"
    terminal.look("reversal")
    assert cashier.void_last(card, _SWIPE) == "outcome.approved"
    terminal.look("void")
    terminal.player.press("F4")
    terminal.look("new keys")
    cashier.settle()
    terminal.look("settlement")
    assert cashier.sale(300, card, _SWIPE) == "outcome.approved"
    terminal.look("sale under new keys")


def _leaks(terminal: Terminal, held: dict) -> list[tuple]:
    clear, sealed = canaries.pin_blocks(_PIN, _PAN, held["pik"])
    planted = (
        ("PIN", _PIN.encode()),
        ("PAN", _PAN[4:12].encode()),
        ("pik clear", held["pik"][:8].hex().encode()),
        ("clear PIN block", clear.hex().encode()),
        ("F52", sealed.hex().upper().encode()),
    )
    return [(what, terminal.leak(text)) for what, text in planted]


def _chain_key(state: Path) -> Canaries:
    """The journal's key, in the form in which it stays in memory for as long as the terminal runs.

    The search must find it: it proves that the live heap is seen.
    """
    device = bytes.fromhex((state / "device.key").read_text().strip())
    derived = hmac.digest(device, b"espos journal 1", "sha256")
    found = Canaries()
    found.add("chain key", canaries.pieces(bytes(byte ^ 0x36 for byte in derived)))
    return found


@pytest.mark.parametrize("done", _STAGES)
def test_nothing_secret_is_in_memory_at_idle(day, done: str) -> None:
    assert day[0][done] == []


@pytest.mark.parametrize("leak", range(_LEAKS))
def test_a_planted_leak_is_found(day, leak: int) -> None:
    what, found = day[1][leak]
    assert what in found


def test_the_live_heap_is_seen(day) -> None:
    assert day[2] == ["chain key"]
