# SPDX-License-Identifier: MIT
"""Modules that leave the heap, and those that stay: MicroPython drops, CPython keeps them all."""

import sys
import unittest

from pos.core import modules

ON_BOARD = sys.implementation.name == "micropython"


def loaded() -> bool:
    return "pos.card.forms" in sys.modules


class ModulesTest(unittest.TestCase):
    def setUp(self) -> None:
        self.before = set(modules._resident)
        modules._resident.clear()
        sys.modules.pop("pos.card.forms", None)
        import pos.card.forms  # noqa: F401

    def tearDown(self) -> None:
        modules._resident.clear()
        modules._resident.update(self.before)

    def test_nothing_goes_before_the_first_keep(self) -> None:
        modules.hold("pos.card.forms")
        modules.trim()
        self.assertTrue(loaded())
        self.assertEqual(modules._resident, set())

    def test_what_was_kept_stays(self) -> None:
        modules.keep()
        modules.trim()
        self.assertTrue(loaded())

    def test_what_came_later_goes(self) -> None:
        modules._resident.add("pos.core.modules")
        modules.trim()
        self.assertEqual(loaded(), not ON_BOARD)

    def test_what_is_held_stays(self) -> None:
        modules._resident.add("pos.core.modules")
        modules.hold("pos.card.forms")
        modules.trim()
        self.assertTrue(loaded())


if __name__ == "__main__":
    unittest.main()
