# SPDX-License-Identifier: MIT
"""The bench link on a scripted standard input: order, counting, settings, and how it ends."""

import asyncio
import unittest

from drivers import link
from pos.core import aio
from pos.core.errors import PowerOff

_LONG_MS = 60000  # never reached
_SHORT_MS = 20
_SWIPE_A = b'{"do":"swipe","flux":{"1":[],"2":[300,150,150],"3":[]}}\n'
_SWIPE_B = b'{"do":"swipe","flux":{"2":[400,410]}}\n'


def key(name):
    return b'{"do":"key","key":"%s"}\n' % name.encode()


class FakeStdin:
    """Gives the chunks one a read; an exception is raised, SILENCE lasts, their end is EOF."""

    SILENCE = None

    def __init__(self, chunks):
        self.chunks = list(chunks)

    async def read(self):
        if not self.chunks:
            return b""
        chunk = self.chunks.pop(0)
        if isinstance(chunk, Exception):
            raise chunk
        if chunk is self.SILENCE:
            await asyncio.sleep(_LONG_MS)
        return bytearray(chunk)


class LinkTest(unittest.TestCase):
    def setUp(self):
        self._real = link.emit, link.open_stdin
        self.events = []
        self.settings = []
        link.emit = self.events.append

    def tearDown(self):
        link.emit, link.open_stdin = self._real

    def _get(self, chunks, count, timeout_ms=_LONG_MS):
        """Return what `count` calls of get return, or the exception that ends them."""
        link.open_stdin = lambda: FakeStdin(chunks)
        self.link = link.Link(self._setting)
        return aio.run(self._collect(count, timeout_ms))

    def _setting(self, message):
        if "state" not in message:
            raise KeyError("state")
        self.settings.append(message["state"])

    async def _collect(self, count, timeout_ms):
        found = []
        try:
            for _ in range(count):
                found.append(await self.link.get(timeout_ms))
        except (PowerOff, OSError) as error:
            found.append(error)
        return found

    def _seen(self):
        return [event["seen"] for event in self.events if event["ev"] == "idle"]

    def _logged(self):
        return [event["text"] for event in self.events if event["ev"] == "log"]

    def test_in_the_order_they_came(self):
        lines = key("1") + key("00") + _SWIPE_A + key("ENTER") + key("F8")
        chunks = [lines[:30], lines[30:31], lines[31:]]
        found = self._get(chunks, 5)
        names = [event[1] for event in found if event[0] == "key"]
        self.assertEqual(names, ["1", "00", "ENTER", "F8"])
        self.assertEqual(found[2][0], "swipe")

    def test_each_swipe_keeps_its_own_flux(self):
        found = self._get([_SWIPE_A + _SWIPE_B + key("1")], 3)
        one, two, three = found[0][1]
        self.assertEqual((one, two[1], list(two[0][:3]), three), (None, 3, [300, 150, 150], None))
        self.assertEqual((found[1][1][1][1], list(found[1][1][1][0][:2])), (2, [400, 410]))
        self.assertEqual(found[2], ("key", "1"))

    def test_more_than_the_queue_holds(self):
        names = [str(i % 10) for i in range(150)]
        found = self._get([b"".join([key(name) for name in names])], 150)
        self.assertEqual([event[1] for event in found], names)

    def test_nothing_in_the_time(self):
        self.assertEqual(self._get([FakeStdin.SILENCE], 2, _SHORT_MS), [None, None])
        self.assertEqual(self._seen(), [0, 0])

    def test_idle_says_how_many_lines_have_had_their_effect(self):
        chunks = [key("1") + key("2"), FakeStdin.SILENCE]
        self.assertEqual(self._get(chunks, 3, _SHORT_MS)[2], None)
        self.assertEqual(self._seen(), [0, 2])  # none while a key was there to be taken

    def test_settings_act_at_once(self):
        chunks = [key("1") + key("2") + b'{"do":"link","state":"down"}\n', FakeStdin.SILENCE]
        self.assertEqual(self._get(chunks, 1), [("key", "1")])
        self.assertEqual(self.settings, ["down"])

    def test_a_setting_while_it_waits_is_told_at_once(self):
        self._get([b'{"do":"printer","state":"x"}\n', FakeStdin.SILENCE], 1, _SHORT_MS)
        self.assertEqual(self.settings, ["x"])
        self.assertEqual(self._seen(), [0, 1])

    def test_a_setting_behind_a_swipe_waits_for_it(self):
        chunks = [key("1") + _SWIPE_A + b'{"do":"link","state":"down"}\n', FakeStdin.SILENCE]
        self._get(chunks, 1)
        self.assertEqual(self.settings, [])
        self._get(chunks, 3, _SHORT_MS)
        self.assertEqual(self.settings, ["down"])

    def test_bad_lines_are_told_counted_and_passed_over(self):
        bad = (
            b"not json\n",
            b"\xff\xfe\n",
            b"\n",
            b"5\n",
            b"[1]\n",
            b"null\n",
            b"{}\n",
            b'{"do":"key"}\n',
            b'{"do":"key","key":"F9"}\n',
            b'{"do":"key","key":7}\n',
            b'{"do":"link"}\n',
            b'{"do":"swipe","flux":{"2":[300,-1]}}\n',
            b'{"do":"scan","code":"' + b"7" * 600 + b'"}\n',
        )
        for line in bad:
            self.events.clear()
            chunks = [line + key("1"), FakeStdin.SILENCE]
            self.assertEqual(self._get(chunks, 2, _SHORT_MS), [("key", "1"), None], line)
            self.assertEqual(len(self._logged()), 1, line)
            self.assertTrue(self._logged()[0].startswith("bad line: "), line)
            self.assertEqual(self._seen()[-1], 2, line)

    def test_a_bad_line_while_it_waits_is_told_at_once(self):
        self._get([b"not json\n", FakeStdin.SILENCE], 1, _SHORT_MS)
        self.assertEqual(self._seen(), [0, 1])

    def test_the_flux_of_a_bad_line_is_forgotten(self):
        lines = b'{"do":"swap","flux":{"1":[1,2,3]}}\n' + _SWIPE_B
        self.assertIsNone(self._get([lines], 1)[0][1][0])

    def test_what_the_board_has_not(self):
        self._get([b'{"do":"touch"}\n', FakeStdin.SILENCE], 1, _SHORT_MS)
        self.assertEqual(self._logged(), ["this board has no touch"])
        self.assertEqual(self._seen(), [0, 1])

    def test_end_of_input_once_all_is_taken(self):
        found = self._get([key("1") + key("2")], 3)
        self.assertEqual(found[:2], [("key", "1"), ("key", "2")])
        self.assertTrue(isinstance(found[2], PowerOff))

    def test_a_line_cut_off_by_the_end_is_no_line(self):
        found = self._get([key("1")[:-1]], 1)
        self.assertTrue(isinstance(found[0], PowerOff))

    def test_a_link_that_died_says_why(self):
        found = self._get([key("1"), OSError(5)], 2)
        self.assertEqual(found[0], ("key", "1"))
        self.assertTrue(isinstance(found[1], OSError))
        self.assertEqual(found[1].args[0], 5)

    def test_death_ends_a_wait(self):
        found = self._get([OSError(5)], 1)
        self.assertTrue(isinstance(found[0], OSError))

    def test_what_it_shows(self):
        self._get([], 1)
        self.events.clear()
        self.link.show("idle", ["A", "B"])
        self.link.beep("ok")
        self.link.log("boot", "text")
        self.assertEqual(
            self.events,
            [
                {"ev": "screen", "id": "idle", "lines": ["A", "B"]},
                {"ev": "beep", "kind": "ok"},
                {"ev": "log", "event": "boot", "text": "text"},
            ],
        )

    def test_keys(self):
        good = [str(i) for i in range(10)] + ["F%d" % i for i in range(1, 9)]
        good += ["00", ".", "ENTER", "CLEAR", "CANCEL", "MENU", "UP", "DOWN"]
        for name in good:
            self.assertTrue(link.is_key(name), name)
        for name in ("", "F", "F0", "F9", "F10", "000", "enter", ":", "/", "A", "1 "):
            self.assertFalse(link.is_key(name), name)


if __name__ == "__main__":
    unittest.main()
