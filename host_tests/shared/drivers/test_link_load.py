# SPDX-License-Identifier: MIT
"""A key loader on the bench link: answered at once, refused while closed, no digits left over."""

import asyncio
import unittest

from drivers import link
from pos.core import aio

_LONG_MS = 60000  # never reached
_LINE = b'{"do":"load","step":"component","component":1,"hex":"1122334455667788"}\n'
_CLOSED = {"ev": "key", "error": "closed"}


class Stdin:
    """Gives the chunks, then is silent; keeps what it gave."""

    def __init__(self, *chunks):
        self.chunks = list(chunks)
        self.given = []

    async def read(self):
        if not self.chunks:
            await asyncio.sleep(_LONG_MS)
        self.given.append(bytearray(self.chunks.pop(0)))
        return self.given[-1]


class Loader:
    def __init__(self):
        self.digits = b""
        self.messages = []
        self.forgot = 0

    def byte(self, char):
        self.digits += bytes([char])

    def line(self, message):
        self.messages.append(message)
        return {"ev": "key", "n": len(self.messages)}

    def forget(self):
        self.forgot += 1


class LoadTest(unittest.TestCase):
    def setUp(self):
        self._real = link.emit, link.open_stdin
        self.events = []
        link.emit = self.events.append

    def tearDown(self):
        link.emit, link.open_stdin = self._real

    def get(self, loader, *chunks):
        """Return what one wait for an input gives."""
        self.stdin = Stdin(*chunks)
        link.open_stdin = lambda: self.stdin
        self.link = link.Link(None)
        self.link.lines.loader = loader
        return aio.run(self.link.get(_LONG_MS if loader else 20))

    def test_answered_and_the_wait_ends(self):
        loader = Loader()
        self.assertIsNone(self.get(loader, _LINE[:60], _LINE[60:]))
        self.assertEqual(loader.digits, b"1122334455667788")
        told = {"do": "load", "step": "component", "component": 1, "hex": ""}
        self.assertEqual(loader.messages, [told])
        self.assertEqual(loader.forgot, 1)
        idle = {"ev": "idle", "seen": 0}
        self.assertEqual(self.events, [idle, {"ev": "key", "n": 1}, {"ev": "idle", "seen": 1}])

    def test_closed(self):
        self.assertIsNone(self.get(None, _LINE))
        self.assertEqual(self.events[1], _CLOSED)
        self.assertNotIn("1122", repr(self.events))

    def test_bad_json_tells_nothing_and_is_forgotten(self):
        loader = Loader()
        self.get(loader, b'{"do":load,"hex":"1122"}\n', _LINE)
        self.assertEqual((len(loader.messages), loader.forgot), (1, 2))
        self.assertNotIn("1122", repr(self.events))

    def test_what_was_read_is_wiped(self):
        self.get(Loader(), _LINE[:60], _LINE[60:])
        self.assertEqual(len(self.stdin.given), 2)
        for chunk in self.stdin.given:
            self.assertFalse(any(chunk))

    def test_keys_still_come(self):
        self.assertEqual(self.get(Loader(), b'{"do":"key","key":"CANCEL"}\n'), ("key", "CANCEL"))


if __name__ == "__main__":
    unittest.main()
