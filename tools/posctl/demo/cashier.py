# SPDX-License-Identifier: MIT
"""A cashier: looks at the screen, presses what it asks for, and says where it got stuck.

Knows the paper procedure (DESIGN section 6, screen ids) and nothing of the firmware behind it.
"""

from dataclasses import dataclass

from posctl.bench.player import Player
from posctl.bench.script import card_flux
from posctl.errors import ToolError

_SUPERVISOR = "123456"
_TIMEOUT_S = 30.0
_MENU_MAX = 40  # items
# screens that only want to be passed on the way to the next question
_PASS = ("print.tear", "signon.done", "settle.done")
_OUTCOMES = ("outcome.approved", "outcome.declined", "outcome.unknown", "error")


@dataclass(frozen=True)
class Swipe:
    """How a card is drawn through the slot."""

    words: str
    ips: float = 20
    reverse: bool = False
    jitter: float = 0.05
    seed: int = 1


class Cashier:
    """Works one powered-on terminal."""

    def __init__(self, player: Player) -> None:
        self._player = player

    def ready(self) -> None:
        """Come to the swipe-ready screen."""
        self._at("idle")

    def sale(self, amount_minor: int, card: dict, swipe: Swipe) -> str:
        """Make a sale; return the outcome screen it ended on."""
        self._at("idle")
        self._player.press(*str(amount_minor), "ENTER")
        return self._pay(card, swipe)

    def void_last(self, card: dict, swipe: Swipe) -> str:
        """Void the last sale; return the outcome screen."""
        self._at("idle")
        self._player.press("F2")
        self._at("role.password")
        self._player.press(*_SUPERVISOR, "ENTER")
        self._at("void.voucher")
        self._player.press("ENTER")
        return self._pay(card, swipe)

    def function(self, named: str, answers: dict, card: "dict | None" = None) -> str:
        """Work through a function: a key of the idle screen, or its words in the menu.

        `answers` holds the keys for each screen that it asks; "swipe" stands for the card, another
        card for itself.
        Returns the outcome screen, "idle" where there was none.
        """
        self._at("idle")
        if named[0] == "F":
            self._player.press(named)
        else:
            self._choose(named)
        while True:
            screen = self._player.asked((*answers, *_OUTCOMES, *_PASS), _TIMEOUT_S)
            if screen in _OUTCOMES:
                self._player.press("ENTER")
                self._at("idle")
                return screen
            if screen is None:
                raise ToolError(f"the cashier is at {named}, but {self._player.where()}")
            for key in ("ENTER",) if screen in _PASS else answers[screen]:
                self._press_or_swipe(key, card)

    def _choose(self, words: str) -> None:
        self._player.press("MENU")
        self._at("menu")
        for _ in range(_MENU_MAX):
            marked = [line for line in self._player.lines if line.startswith(">")]
            if marked and marked[0].endswith(" " + words):
                self._player.press("ENTER")
                return
            self._player.press("DOWN")
            self._at("menu")
        raise ToolError(f"the menu has no {words}")

    def _press_or_swipe(self, key: "str | dict", card: "dict | None") -> None:
        swiped = card if key == "swipe" else key
        if isinstance(swiped, str):
            self._player.press(swiped)
            return
        flux = card_flux(swiped["tracks"], 20, False, 0.05, 1)
        self._player.send({"do": "swipe", "flux": flux})

    def settle(self) -> None:
        """Settle with the transaction list."""
        self._at("idle")
        self._player.press("F3")
        for screen in ("settle.confirm", "settle.sure", "settle.detail", "settle.done"):
            self._at(screen)
            self._player.press("ENTER")
        self._at("idle")

    def _pay(self, card: dict, swipe: Swipe) -> str:
        self._at("card.swipe")
        flux = card_flux(card["tracks"], swipe.ips, swipe.reverse, swipe.jitter, swipe.seed)
        self._player.send({"do": "swipe", "flux": flux})
        self._at("pin.enter")
        self._player.press(*card["pin"], "ENTER")
        outcome = self._at(*_OUTCOMES)
        self._player.press("ENTER")
        self._at("idle")
        return outcome

    def _at(self, *wanted: str) -> str:
        """Come to one of the screens, passing those in between."""
        while True:
            screen = self._player.asked((*wanted, *_PASS, "error"), _TIMEOUT_S)
            if screen in wanted:
                return screen
            if screen not in _PASS:
                raise ToolError(f"the cashier waits for {wanted[0]}, but {self._player.where()}")
            self._player.press("ENTER")
