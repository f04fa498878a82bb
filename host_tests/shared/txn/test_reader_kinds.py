# SPDX-License-Identifier: MIT
"""A sale takes a swipe in whatever form the board's reader gives it."""

import unittest

from fakes.board import Sale
from fakes.hosts import Reply
from fakes.stripe import bits_of
from fakes.terminals import Terminal

_TEXT = b";6200001234567892=30121201234567890?"
_ON = ("sign_on", Reply())


def bits():
    made = bytearray(20) + bits_of(_TEXT, 5) + bytearray(20)
    return made, len(made)


class ReaderKinds(unittest.TestCase):
    def sell(self, *swipes):
        terminal = Terminal()
        action = Sale(12850, swipes[0], "")
        action.answers["card.swipe"] = list(swipes)
        terminal.run([action], [_ON, ("sale", Reply())])
        self.assertEqual(terminal.book().totals.debit_minor, 12850)
        for swipe in swipes:
            for one in swipe:
                if isinstance(one, (bytearray, tuple)):
                    self.assertEqual(sum(one if isinstance(one, bytearray) else one[0]), 0)
        return terminal

    def test_text(self):
        self.sell((None, bytearray(_TEXT), None))

    def test_bits(self):
        self.sell((None, bits(), None))

    def test_again_after_what_a_reader_could_not_read(self):
        for bad in (
            (None, "reader_error", None),
            ("no_clock", "no_clock", "no_clock"),
            (None, None, None),
            (None, bytearray(_TEXT[:-1]), None),
            (None, (bytearray(700), 700), None),
            (None, (bytearray(b"\x01" * 700), 701), None),
        ):
            terminal = self.sell(bad, (None, bytearray(_TEXT), None))
            asked = [
                screen for screen, _ in terminal.board.display.shown if screen == "card.swipe"
            ]
            self.assertEqual(len(asked), 2)


if __name__ == "__main__":
    unittest.main()
