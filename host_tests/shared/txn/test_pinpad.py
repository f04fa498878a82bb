# SPDX-License-Identifier: MIT
"""The PIN pad port: a pad that gives blocks takes the keypad's place, and no digit comes here."""

import unittest

from fakes import swipes
from fakes.board import Sale, Void
from fakes.hosts import Reply
from fakes.terminals import Terminal
from pos.core.errors import Cancelled, NoAnswer, Refused

_CARD = swipes.flux(swipes.CARD_A)
_LAST_13 = swipes.CARD_A[4:17].encode()
_ON = ("sign_on", Reply())
_BLOCK = b"\x12\x34\x56\x78\x9a\xbc\xde\xf0"


def without_keypad(action):
    """An action whose cashier knows nothing of the PIN: to be asked for it is an error."""
    del action.answers["pin.enter"]
    return action


class Pad:
    """A PIN pad that gives the scripted blocks, None for a skipped PIN, or raises."""

    def __init__(self, script):
        self.script = list(script)
        self.asked = []
        self.views = []

    async def enter(self, amount_minor, pan, timeout_s):
        self.asked.append((amount_minor, bytes(pan), timeout_s))
        self.views.append(pan)
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return None if answer is None else bytearray(answer)


class PadTerminal(Terminal):
    """A terminal whose board has a PIN pad, and keys that make no PIN block."""

    def __init__(self, pad, **profile):
        super().__init__(**profile)
        self.pad = pad

    def prepare(self, board):
        board.pin_pad = self.pad

    def make_keys(self):
        keys = super().make_keys()
        keys.pin_block = None
        return keys


class PinPadTest(unittest.TestCase):
    def run_sale(self, pad, script, **profile):
        self.terminal = PadTerminal(pad, **profile)
        self.terminal.run([without_keypad(Sale(12850, _CARD))], [_ON] + script)
        return self.terminal

    def test_the_block_goes_out_as_the_pad_gave_it(self):
        pad = Pad([_BLOCK])
        terminal = self.run_sale(pad, [("sale", Reply())], lang="en")
        self.assertEqual(pad.asked, [(12850, _LAST_13, 60)])
        self.assertEqual(terminal.host.calls[1], ("sale", 2, 12850, True))
        wanted = "sale.amount card.swipe pin.enter host.wait outcome.approved print.tear idle"
        self.assertEqual(terminal.screens()[2:], wanted.split())
        lines = terminal.lines("pin.enter")
        self.assertEqual((lines[-1], len(lines)), ("USE THE PIN PAD", 4))
        self.assertEqual(terminal.host.blocks, [_BLOCK])

    def test_the_view_of_the_pan_is_zeroed_after_the_sale(self):
        pad = Pad([_BLOCK])
        self.run_sale(pad, [("sale", Reply())])
        self.assertFalse(any(pad.views[0]))

    def test_skipped(self):
        terminal = self.run_sale(Pad([None]), [("sale", Reply())])
        self.assertEqual(terminal.host.calls[1], ("sale", 2, 12850, False))

    def test_skipped_where_a_pin_is_needed(self):
        self._not_begun(self.run_sale(Pad([None]), [], pin_optional=False))

    def test_cancelled_and_time_out(self):
        for reason in ("cancel", "timeout"):
            self._not_begun(self.run_sale(Pad([Cancelled(reason)]), []))

    def test_out_of_order(self):
        terminal = self.run_sale(Pad([Refused("pin.bad")]), [], lang="en")
        self.assertEqual(terminal.lines("error"), ["ERROR", "PIN PAD FAILED"])
        self._not_begun(terminal)

    def test_a_block_of_another_length(self):
        for block in (b"", _BLOCK[:7], _BLOCK * 2, _BLOCK + b"\0"):
            terminal = self.run_sale(Pad([block]), [], lang="en")
            self.assertEqual(terminal.lines("error"), ["ERROR", "PIN PAD FAILED"])
            self._not_begun(terminal)

    def _not_begun(self, terminal):
        self.assertEqual(terminal.screens()[-1], "idle")
        book = terminal.book()
        self.assertEqual((book.next_stan, book.count, len(book.pending)), (2, 0, 0))

    def test_void(self):
        pad = Pad([None, _BLOCK])
        terminal = PadTerminal(pad)
        actions = [without_keypad(Sale(12850, _CARD)), without_keypad(Void(0, _CARD))]
        terminal.run(actions, [_ON, ("sale", Reply()), ("void", Reply())])
        self.assertEqual(pad.asked[1], (12850, _LAST_13, 60))
        self.assertEqual(terminal.host.calls[2], ("void", 3, 2))

    def test_void_without_pin_does_not_ask(self):
        pad = Pad([None])
        terminal = PadTerminal(pad, void_pin=False)
        actions = [without_keypad(Sale(12850, _CARD)), without_keypad(Void(0, _CARD))]
        terminal.run(actions, [_ON, ("sale", Reply()), ("void", Reply())])
        self.assertEqual(len(pad.asked), 1)


class OrderTest(unittest.TestCase):
    def test_reversals_and_their_new_keys_come_before_the_pin(self):
        """A reversal that fails for its MAC brings new keys: an older block would be useless."""

        class Watching(Pad):
            async def enter(self, amount_minor, pan, timeout_s):
                self.calls = [call[0] for call in terminal.host.calls]
                return await super().enter(amount_minor, pan, timeout_s)

        pad = Watching([None, _BLOCK])
        terminal = PadTerminal(pad)
        script = [_ON, ("sale", NoAnswer("late")), ("reverse", NoAnswer("late"))]
        script += [("reverse", NoAnswer("MAC", "A0")), _ON, ("reverse", "00"), ("sale", Reply())]
        terminal.run([without_keypad(Sale(n, _CARD)) for n in (100, 200)], script)
        wanted = ["sign_on", "sale", "reverse", "reverse", "sign_on", "reverse"]
        self.assertEqual(pad.calls, wanted)
        screens = terminal.screens()
        at = len(screens) - screens[::-1].index("pin.enter") - 1
        self.assertEqual(screens[at - 1 : at + 2], ["host.wait", "pin.enter", "host.wait"])


if __name__ == "__main__":
    unittest.main()
