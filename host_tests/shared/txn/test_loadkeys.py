# SPDX-License-Identifier: MIT
"""The loading mode: who opens it, what it shows, how it ends, what comes after it."""

import unittest

from fakes.board import Cashier, Press
from fakes.hosts import FakeKeys, Reply
from fakes.terminals import Terminal
from pos.core.errors import KeyStoreError
from pos.crypto.kcv import tdes_kcv
from pos.keystore import keyring
from pos.keystore.roles import KBPK, TDES, TMK

KEY = bytes(range(16))  # what a store that was changed says it has
_KCV = tdes_kcv(KEY).hex().upper()
_ON = ("sign_on", Reply())
_PASSWORD = list("123456") + ["ENTER"]
_PARTS = ("1" * 31 + "2", "3" * 31 + "4")
_COMBINED = b"\x23" * 15 + b"\x26"  # with odd parity
_PARTS_KCV = tdes_kcv(_COMBINED).hex()


class Keys(FakeKeys):
    """What the loading asks of a key store."""

    stored = None

    def inject_tmk(self, key, kcv, algorithm):
        value = tdes_kcv(key)
        if not 3 <= len(kcv) <= len(value) or value[: len(kcv)] != kcv:
            raise KeyStoreError("TMK check value")
        Keys.stored = TMK, algorithm, bytes(key)

    def ring(self):
        return keyring.pack([(KBPK, TDES, KEY), (TMK, TDES, KEY)])


class Custodians(Cashier):
    """A cashier who lets loader lines pass: each `wait` of the loading screen sends one."""

    def __init__(self, lines, end="TIMEOUT"):
        menu = {"menu": ["8"], "role.password": _PASSWORD}
        super().__init__([Press("MENU", menu)])
        self.lines = list(lines)
        self.end = end
        self.port = None
        self.answers = []
        self.waits = 0

    async def get(self, timeout_ms):
        if self.display.screen != "keys.load":
            return await super().get(timeout_ms)
        self.waits += 1
        if not self.lines:
            return None if self.end == "TIMEOUT" else ("key", self.end)
        digits, message = self.lines.pop(0)
        for char in digits.encode():
            self.port.loader.byte(char)
        self.answers.append(self.port.loader.line(message))
        return None


def begin():
    return "", {"step": "begin", "role": "TMK", "components": 2}


def component(number):
    return _PARTS[number - 1], {"step": "component", "component": number}


def store(kcv=_PARTS_KCV):
    return "", {"step": "store", "kcv": kcv}


class LoadTerminal(Terminal):
    """A terminal whose cashier knows the key port of its board."""

    port = True

    def prepare(self, board):
        if not self.port:
            board.key_port = None
        board.inputs.port = board.key_port

    def make_keys(self):
        return Keys(self.host)


class LoadKeysTest(unittest.TestCase):
    def setUp(self):
        self.terminal = LoadTerminal(lang="en")
        Keys.stored = None

    def load(self, lines, script, end="TIMEOUT"):
        self.people = Custodians(lines, end)
        self.terminal.run(self.people, script)

    def test_loaded_and_signed_on_again(self):
        lines = [begin(), component(1), component(2), store()]
        self.load(lines, [_ON, _ON])
        wanted = "signon idle menu role.password keys.load keys.done signon idle"
        self.assertEqual(self.terminal.screens(), wanted.split())
        self.assertEqual(Keys.stored, (TMK, TDES, _COMBINED))
        self.assertEqual(self.terminal.lines("keys.done"), ["KEYS STORED", "TMK " + _KCV])
        self.assertIsNone(self.terminal.board.key_port.loader)

    def test_what_the_screen_shows(self):
        self.load([begin(), component(1), component(2), store()], [_ON, _ON])
        shown = [lines for name, lines in self.terminal.board.display.shown if name == "keys.load"]
        self.assertEqual(shown[0][1], "WAITING FOR KEY LOADER")
        told = [(answer["component"], answer["kcv"]) for answer in self.people.answers[1:3]]
        self.assertEqual(shown[2][1:3], ["COMPONENT %d CHECK %s" % part for part in told])
        for lines in shown:
            self.assertEqual(lines[-1], "BENCH TOOL, NO PCI KEY INJECTION")

    def test_cancel(self):
        self.load([begin(), component(1), component(2)], [_ON], "CANCEL")
        self.assertEqual(self.terminal.screens()[-2:], ["keys.load", "idle"])
        self._unchanged()

    def test_loader_leaves(self):
        self.load([begin(), component(1), ("", {"step": "leave"})], [_ON])
        self.assertEqual(self.terminal.screens()[-2:], ["keys.load", "idle"])
        self._unchanged()

    def test_time_out(self):
        self.load([begin(), component(1)], [_ON])
        self.assertEqual(self.terminal.lines("error"), ["ERROR", "TIMED OUT"])
        self.assertTrue(("flow", "timeout") in self.terminal.board.logged)
        self.assertEqual(self.people.waits, 2 + 180)
        self._unchanged()

    def test_wrong_check_value_stays_and_may_begin_again(self):
        good = [begin(), component(1), component(2)]
        self.load(good + [store("ABCDEF")] + good + [store()], [_ON, _ON])
        self.assertEqual(self.people.answers[3], {"ev": "key", "error": "TMK check value"})
        self.assertEqual(self.terminal.screens()[-3:], ["keys.done", "signon", "idle"])

    def test_wrong_password(self):
        wrong = {"menu": ["8"], "role.password": ["9", "ENTER"] * 3}
        self.terminal.run([Press("MENU", wrong)], [_ON])
        self.assertEqual(self.terminal.lines("error"), ["ERROR", "WRONG PASSWORD"])
        self._unchanged()

    def test_no_key_port(self):
        self.terminal.port = False
        self.terminal.run([Press("MENU", {"menu": ["8"]})], [_ON])
        self.assertEqual(self.terminal.lines("error"), ["ERROR", "NO KEY PORT"])

    def _unchanged(self):
        self.assertIsNone(Keys.stored)
        self.assertIsNone(self.terminal.board.key_port.loader)
        self.assertTrue(self.terminal.ctx.signed_on)


if __name__ == "__main__":
    unittest.main()
