# SPDX-License-Identifier: MIT
"""Bench link lines: flux goes to the arrays, the rest to json, and every length is bounded."""

import json
import unittest

from drivers.link_line import FLUX_MAX, LineReader


def feed(reader, data):
    """Feed one whole line."""
    done = False
    for byte in data:
        done = reader.feed(byte)
    return done


class LineReaderTest(unittest.TestCase):
    def test_plain_line(self):
        reader = LineReader()
        self.assertTrue(feed(reader, b'{"do":"key","key":"1"}\n'))
        self.assertEqual(json.loads(reader.line()), {"do": "key", "key": "1"})

    def test_flux_is_kept_out_of_the_line(self):
        reader = LineReader()
        feed(reader, b'{"do":"swipe","flux":{"1":[],"2": [ 300, 150,150 ],"3":[7]}}\n')
        self.assertEqual(
            json.loads(reader.line()), {"do": "swipe", "flux": {"1": [], "2": [], "3": []}}
        )
        self.assertEqual(reader.counts, [0, 3, 1])
        self.assertEqual(list(reader.flux[1][:3]), [300, 150, 150])
        self.assertEqual(reader.flux[2][0], 7)

    def test_decimals_are_cut_and_long_intervals_clamped(self):
        reader = LineReader()
        feed(reader, b'{"do":"swipe","flux":{"2":[12.75,123456789,65535]}}\n')
        reader.line()
        self.assertEqual(list(reader.flux[1][:3]), [12, 65535, 65535])

    def test_other_arrays_stay_in_the_line(self):
        reader = LineReader()
        feed(reader, b'{"do":"touch","points":[[1,2],[3,4]]}\n')
        self.assertEqual(json.loads(reader.line())["points"], [[1, 2], [3, 4]])

    def test_line_too_long(self):
        reader = LineReader()
        feed(reader, b'{"do":"scan","code":"' + b"7" * 600 + b'"}\n')
        self.assertRaises(ValueError, reader.line)
        feed(reader, b"{}\n")
        self.assertEqual(reader.line(), b"{}")

    def test_a_full_array_takes_no_more(self):
        reader = LineReader()
        feed(reader, b'{"flux":{"1":[' + b"9," * (FLUX_MAX + 1) + b"9]}}\n")
        self.assertEqual(reader.line(), b'{"flux":{"1":[]}}')
        self.assertEqual(reader.counts[0], FLUX_MAX)

    def test_take_gives_the_flux_away(self):
        reader = LineReader()
        feed(reader, b'{"do":"swipe","flux":{"2":[300,150,150]}}\n')
        reader.line()
        swipe = reader.take()
        self.assertEqual((swipe[0], swipe[1][1], swipe[2]), (None, 3, None))
        self.assertEqual(reader.take(), [None, None, None])

    def test_flux_without_end_and_negative(self):
        reader = LineReader()
        feed(reader, b'{"flux":{"1":[1,2\n')
        self.assertRaises(ValueError, reader.line)
        feed(reader, b'{"flux":{"1":[1,-2]}}\n')
        self.assertRaises(ValueError, reader.line)
