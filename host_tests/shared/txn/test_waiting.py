# SPDX-License-Identifier: MIT
"""Keys while the terminal waits for its host: dropped, refused, or the end of the attempt."""

import unittest

from drivers.link import Link
from pos.txn.waiting import Waiting


class Board:
    def __init__(self) -> None:
        self.inputs = Link(None)


class Prompts:
    """Screens and beeps as they come."""

    def __init__(self, screen: str) -> None:
        self.board = Board()
        self.screen = screen
        self.heard = []

    def state(self) -> tuple:
        return self.screen, ("RMB 1.00",)

    def show(self, screen: str, *lines: str) -> None:
        self.heard.append(lines)

    def beep(self, kind: str) -> None:
        self.heard.append(kind)

    def word(self, name: str, *values: object) -> str:
        return " ".join([name] + [str(value) for value in values])


class WaitingTest(unittest.TestCase):
    def begin(self, screen, *keys):
        self.prompts = Prompts(screen)
        self.queue = self.prompts.board.inputs._queue
        self.prompts.board.inputs._taken = Taken()
        self.queue.extend([("key", key) for key in keys])
        return Waiting(self.prompts)

    def left(self):
        return [event[1] for event in self.queue]

    def test_cancel_before_anything_is_sent(self):
        for screen in ("host.wait", "signon", "settle.busy"):
            self.assertTrue(self.begin(screen, "1", "CANCEL", "2").look(False, 0))
            self.assertEqual(self.left(), [] if screen == "host.wait" else ["2"])
            self.assertEqual(self.prompts.heard, [])

    def test_cancel_after_that_is_refused(self):
        watch = self.begin("host.wait", "CANCEL")
        self.assertFalse(watch.look(True, 0))
        self.assertEqual(self.prompts.heard, ["error", ("RMB 1.00", "wait.sent")])
        self.assertFalse(watch.look(True, 0))
        self.assertEqual((self.left(), len(self.prompts.heard)), ([], 2))

    def test_other_keys_do_not_reach_the_next_screen(self):
        watch = self.begin("host.wait", "ENTER", "5")
        self.assertFalse(watch.look(True, 0))
        self.assertEqual(self.left(), [])
        self.queue.append(("key", "ENTER"))
        watch.done()
        self.assertEqual(self.left(), [])

    def test_type_ahead_for_idle_stands(self):
        watch = self.begin("signon", "1", "2")
        self.assertFalse(watch.look(False, 0))
        watch.done()
        self.assertEqual(self.left(), ["1", "2"])

    def test_an_outcome_keeps_its_keys(self):
        watch = self.begin("outcome.unknown", "CANCEL", "ENTER")
        self.assertFalse(watch.look(False, 0))
        watch.done()
        self.assertEqual(self.left(), ["CANCEL", "ENTER"])

    def test_seconds_from_three_on(self):
        watch = self.begin("host.wait")
        for waited_s in (0, 1, 2, 3, 3, 4, 0, 1, 2, 3):
            watch.look(True, waited_s)
        shown = [lines[1] for lines in self.prompts.heard]
        self.assertEqual(shown, ["wait.seconds 3", "wait.seconds 4", "wait.seconds 3"])


class Taken:
    def set(self) -> None:
        """Somebody may wait for room."""


if __name__ == "__main__":
    unittest.main()
