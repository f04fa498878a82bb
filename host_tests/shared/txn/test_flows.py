# SPDX-License-Identifier: MIT
"""Whatever becomes of a flow, no card number is left of the cards it has read or had typed."""

import unittest

from fakes import functions, swipes
from fakes.board import Sale, Void
from fakes.hosts import Reply
from fakes.terminals import Terminal
from pos.core.errors import NoAnswer
from pos.ui.prompts import Prompts

_CARD = swipes.flux(swipes.CARD_A)
_OTHER = swipes.flux(swipes.CARD_B)
_PAN = "6200001234567892"
_ON = ("sign_on", Reply())
_SOLD = ("sale", Reply())
_HELD = ("preauth", Reply(auth="778899"))

# the function, its message, what went before it: actions and answers
_FLOWS = (
    (lambda: Sale(100, _CARD, "1234"), "sale", [], []),
    (lambda: functions.balance(_CARD), "balance", [], []),
    (lambda: functions.preauth(100, _CARD), "preauth", [], []),
    (lambda: functions.transfer(_CARD, _OTHER, 100), "transfer", [], []),
    (lambda: Void(0, _CARD, "1234"), "void", [Sale(100, _CARD)], [_SOLD]),
    (lambda: functions.refund("", 5, _CARD), "refund", [Sale(100, _CARD)], [_SOLD]),
    (lambda: functions.adjust("tip", 5), "adjust", [Sale(100, _CARD)], [_SOLD]),
    (
        lambda: functions.about("completion", "778899", 90, _CARD),
        "completion",
        [functions.preauth(100, _CARD)],
        [_HELD],
    ),
)


class Recorder:
    """Keeps the buffers that the prompts of a terminal hand out."""

    def __init__(self) -> None:
        self.buffers = []
        self._saved = {name: getattr(Prompts, name) for name in ("card", "other_card", "pan")}

    def __enter__(self) -> "Recorder":
        for name in self._saved:
            setattr(Prompts, name, self._keeping(self._saved[name]))
        return self

    def __exit__(self, *error: object) -> None:
        for name in self._saved:
            setattr(Prompts, name, self._saved[name])

    def _keeping(self, ask: object) -> object:
        async def asked(prompts, *words):
            found = await ask(prompts, *words)
            if isinstance(found, bytearray):
                self.buffers.append(found)
            else:
                self.buffers += [part for part in (found.pan, found.track2) if part]
            return found

        return asked


class WipedTest(unittest.TestCase):
    def wiped(self, action, before, script):
        terminal = Terminal(lang="en")
        with Recorder() as kept:
            terminal.run(before + [action], [_ON] + script)
        for buffer in kept.buffers:
            self.assertEqual(bytes(buffer), bytes(len(buffer)))
        self.assertIsNone(terminal.ctx.card)
        return len(kept.buffers)

    def test_approved_declined_and_in_doubt(self):
        for make, method, before, script in _FLOWS:
            doubt = [(method, NoAnswer("silence"))]
            if method in ("refund", "adjust"):
                doubt.append((method, Reply()))
            elif method != "balance":
                doubt.append(("reverse", "00"))
            for answers in ([(method, Reply())], [(method, Reply("51"))], doubt):
                self.wiped(make(), before, script + answers)

    def test_left_at_any_screen_behind_the_card(self):
        seen = 0
        for make, _, before, script in _FLOWS:
            for screen in ("pin.enter", "sale.amount", "transfer.card", "transfer.sure"):
                action = make()
                if screen in action.answers and "card.swipe" in action.answers:
                    action.answers[screen] = ["CANCEL"]
                    left = Terminal(lang="en")
                    with Recorder() as kept:
                        try:
                            left.run(before + [action], [_ON] + script)
                        except AssertionError:
                            continue  # this function does not come to that screen
                    seen += len(kept.buffers)
                    self.assertTrue(all(not any(buffer) for buffer in kept.buffers))
        self.assertGreater(seen, 20)

    def test_another_card_is_refused_and_wiped(self):
        self.assertEqual(self.wiped(Void(0, _OTHER), [Sale(100, _CARD)], [_SOLD]), 4)

    def test_typed_and_stored(self):
        self.assertEqual(self.wiped(functions.offline(_PAN, 100), [], []), 1)
        left = functions.offline(_PAN, 100)
        left.answers["offline.confirm"] = ["CANCEL"]
        self.assertEqual(self.wiped(left, [], []), 1)


if __name__ == "__main__":
    unittest.main()
