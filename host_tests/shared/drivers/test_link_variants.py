# SPDX-License-Identifier: MIT
"""The link stands for one variant of stripe reader: it gives no track that one does not have."""

import asyncio
import unittest

from drivers.link import Link
from pos.core import aio

_LINE = b'{"do":"swipe","flux":{"1":[100,100],"2":[300,300,300],"3":[70]}}\n'


def swiped(tracks):
    """Return the swipe event of a link with these tracks."""

    async def run():
        link = Link(None)
        link.lines.tracks = tracks
        link._arrived, link._taken = asyncio.Event(), asyncio.Event()
        for byte in _LINE:
            link.lines.feed(byte)
        link.lines.line()
        task = asyncio.create_task(link._swipe())
        await aio.sleep_ms(1)
        event = link._queue.pop(0)
        link._taken.set()
        await task
        return event

    return aio.run(run())


class Variants(unittest.TestCase):
    def test_tracks(self):
        for tracks in ((1, 2), (2, 3), (1, 2, 3)):
            kind, swipe = swiped(tracks)
            self.assertEqual(kind, "swipe")
            counts = [0 if one is None else one[1] for one in swipe]
            self.assertEqual(
                counts, [n if i in tracks else 0 for i, n in ((1, 2), (2, 3), (3, 1))]
            )


if __name__ == "__main__":
    unittest.main()
