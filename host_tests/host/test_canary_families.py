# SPDX-License-Identifier: MIT
"""Nothing secret in the memory of an idle terminal with SM4 keys, or with a track key.

The search is that of test_canary_heap.py; what is looked for is cut to the family: keys, SM4's
schedule, its PIN block of sixteen bytes.
"""

from array import array
from pathlib import Path

import pytest

from acquirer_sim import crypto
from fakes import canaries
from fakes.heap_scan import Canaries, NotAllowed, memory
from fakes.mini_terminal import pin_block
from posctl import image
from posctl.bench.command import HEAP_BYTES, Boot, command
from posctl.bench.link import Link
from posctl.bench.player import Player
from posctl.demo.cashier import Cashier, Swipe
from posctl.demo.programs import AcquirerServer, posctl

_PAN = "6250947305913366"
_PIN = "739184"
_SWIPE = Swipe("canary")
_FAULT = '{"type":"sale","nth":2,"fault":"drop_after"}\n'
_SETTINGS = {
    "sm4": ["--algorithm", "sm4", "--set", "key_length=006"],
    "tdes": ["--set", "key_length=004"],
}


def _schedule(key: bytes, algorithm: str) -> list[bytes]:
    if algorithm == "tdes":
        return canaries.schedule_rounds(key)
    from pos.crypto.sm4 import Sm4

    (words,) = [bytes(held) for held in vars(Sm4(key)).values() if isinstance(held, array)]
    return [words[at : at + 8] for at in range(0, len(words), 8)]


def _canaries(card: dict, held: dict, algorithm: str) -> Canaries:
    wanted = Canaries()
    wanted.add_card(card)
    for role, key in held.items():
        wanted.add(f"{role} clear", canaries.pieces(key))
        wanted.add(f"{role} schedule", _schedule(key, algorithm))
    clear = pin_block(_PIN, _PAN, crypto.BLOCK_LENS_BYTES[algorithm])
    sealed = crypto.encrypt(held["pik"], clear, algorithm)
    wanted.add("PIN", [_PIN.encode(), _PIN.encode()[::-1]])
    wanted.add("clear PIN block", [part for part in canaries.pieces(clear) if len(set(part)) > 3])
    wanted.add("sealed PIN block", canaries.pieces(sealed))
    return wanted


def _card(database: Path) -> dict:
    added = ["--pan", _PAN, "--pin", _PIN, "--balance-minor", "999999", "--pin-required"]
    posctl("acquirer", "card", "add", "--db", str(database), *added)
    cards = posctl("acquirer", "cards", "--db", str(database))["cards"]
    return canaries.marked(next(card for card in cards if card["pan"] == _PAN))


@pytest.mark.parametrize("algorithm", _SETTINGS)
def test_nothing_secret_is_in_memory_at_idle(tmp_path: Path, algorithm: str) -> None:
    database, state, faults = tmp_path / "acquirer.db", tmp_path / "state", tmp_path / "faults"
    settings = [*_SETTINGS[algorithm], "--set", "answer_timeout_s=2"]
    posctl("terminal", "init", "--state", str(state), "--db", str(database), *settings)
    card = _card(database)
    faults.write_text(_FAULT)
    built = image.build("bench")
    with AcquirerServer(database, faults, tmp_path / "log") as acquirer:
        heap = HEAP_BYTES + built.size
        boot = Boot(state, acquirer.address, image=built.path, heap_bytes=heap)
        with Link(command(boot), lambda event: None) as link:
            try:
                memory(link.pid)
            except NotAllowed as error:
                pytest.skip(f"this system hides a child's memory: {error}")
            player = Player(link)
            cashier = Cashier(player)
            cashier.ready()
            wanted = _canaries(card, canaries.held_keys(database), algorithm)
            for work, outcome in (
                (lambda: cashier.sale(12850, card, _SWIPE), "outcome.approved"),
                (lambda: cashier.sale(200, card, _SWIPE), "outcome.unknown"),
                (lambda: cashier.sale(300, card, _SWIPE), "outcome.approved"),
                (lambda: cashier.void_last(card, _SWIPE), "outcome.approved"),
            ):
                assert work() == outcome
                assert wanted.found_in(memory(link.pid)) == []
            pik = canaries.held_keys(database)["pik"]
            player.send({"do": "scan", "code": pik[:8].hex()})  # kept in the link's line buffer
            cashier.ready()
            assert wanted.found_in(memory(link.pid)) == ["pik clear"]  # the search sees
