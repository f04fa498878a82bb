# SPDX-License-Identifier: MIT
"""Asking for a card: what the cashier is told after each swipe that was not read, and the log."""

import unittest
from array import array

from fakes import swipes
from pos.core import aio
from pos.core.errors import Cancelled
from pos.ui import entry
from pos.ui.strings import text


class Profile:
    prompt_timeout_s = 60


class Prompts:
    """The part of ui/prompts.py that `entry.card` uses, with a script of events."""

    def __init__(self, events: list) -> None:
        self.events = events
        self.profile = Profile()
        self.board = self  # whose log it is
        self.shown = []
        self.logged = []

    def show(self, screen: str, *lines: str) -> None:
        self.shown.append((screen, lines))

    def word(self, name: str) -> str:
        return text("en", name)

    def beep(self, kind: str) -> None:
        self.shown.append(kind)

    def log(self, event: str, line: str) -> None:
        self.logged.append((event, line))

    async def event(self, timeout_s: int) -> tuple:
        return self.events.pop(0)


def half() -> tuple:
    intervals, count = swipes.flux(swipes.CARD_A)[1]
    return None, (intervals, count // 2), None


def worn() -> tuple:
    """A card with a hole: twelve transitions in the middle are gone."""
    intervals, count = swipes.flux(swipes.CARD_A)[1]
    out = array("H")
    for n in range(count):
        if not 120 <= n < 132:
            out.append(intervals[n])
    return None, (out, len(out)), None


class CardTest(unittest.TestCase):
    def ask(self, fluxes: list) -> tuple:
        prompts = Prompts([("swipe", flux) for flux in fluxes] + [("key", "CANCEL")])
        try:
            card = aio.run(entry.card(prompts, ("SALE",)))
        except Cancelled:
            card = None
        hints = [show[1][0] for show in prompts.shown[1:] if show != "error"]
        return card, hints, prompts.logged

    def test_words_of_each_failure(self) -> None:
        card, hints, logged = self.ask([(None, None, None), half(), swipes.flux(swipes.CARD_A)])
        self.assertEqual(card.pan, swipes.CARD_A[1:17].encode())
        self.assertEqual(hints, ["TURN THE CARD OVER", "SWIPE THE WHOLE CARD"])
        self.assertEqual([event for event, _ in logged], ["swipe", "swipe"])
        self.assertIn(" ips, jitter ", logged[1][1])
        self.assertNotIn(swipes.CARD_A[1:7], logged[0][1] + logged[1][1])

    def test_after_three_times_another_card(self) -> None:
        _, hints, _ = self.ask([worn(), worn(), worn(), half()])
        again = "READ FAILED, SWIPE AGAIN"
        self.assertEqual(hints, [again, again, "USE ANOTHER CARD", "SWIPE THE WHOLE CARD"])

    def test_only_unexplained_failures_count(self) -> None:
        nothing = (None, None, None)
        _, hints, _ = self.ask([nothing, half(), worn(), worn(), worn()])
        again = "READ FAILED, SWIPE AGAIN"
        self.assertEqual(hints[2:], [again, again, "USE ANOTHER CARD"])

    def test_cancel(self) -> None:
        self.assertEqual(self.ask([]), (None, [], []))


if __name__ == "__main__":
    unittest.main()
