# SPDX-License-Identifier: MIT
"""Key loading between the bench link's reader and flash: digits off the line, and power cuts."""

import unittest

from drivers.link_line import LineReader
from fakes.flash import KINDS, NorMemory, PowerCut
from fakes.keystores import DEVICE, MASTER, SIZE, Random, open_keys
from fakes.loaders import KCV, KCVS, OLD, ONE, TWO, Loader
from pos.crypto.kcv import tdes_kcv
from pos.keystore.keystore import KeyStore
from pos.keystore.loading import Loading
from pos.keystore.roles import TMK
from pos.store.slots import AtomicSlot


class TestThroughTheLine(unittest.TestCase):
    """The same, with the digits taken out of JSON lines by the bench link's reader."""

    def setUp(self):
        self.loader = Loader()
        self.reader = LineReader()
        self.reader.loader = self.loader.loading

    def feed(self, line):
        for byte in line:
            self.reader.feed(byte)
        return self.reader.line()

    def test_digits_go_to_the_loading_alone(self):
        self.loader.begin()
        for line in (
            b'{"do":"load","step":"component","component":1,"hex":"%s"}\n',
            b'{"hex": "%s", "component": 1}\n',
            b'{ "hex" :  "%s"}\n',
        ):
            rest = self.feed(line % ONE.encode())
            self.assertEqual(rest, (line % b"")[:-1])
            self.assertFalse(ONE[:8].encode() in bytes(self.reader._buffer))
            self.assertEqual(self.loader.step("component", component=1)["kcv"], KCVS[0])
            self.loader.begin()

    def test_dropped_where_nobody_loads(self):
        self.reader.loader = None
        rest = self.feed(b'{"do":"load","hex":"' + ONE.encode() + b'"}\n')
        self.assertEqual(rest, b'{"do":"load","hex":""}')
        self.assertFalse(b"2233" in bytes(self.reader._buffer))
        self.assertFalse(any(self.loader.loading._part))

    def test_a_value_without_end(self):
        for line in (b'{"hex":"' + ONE.encode() + b"\n", b'{"hex":"\n'):
            with self.assertRaises(ValueError):
                self.feed(line)
            self.reader.take()
            self.assertEqual((self.loader.loading._digits, any(self.loader.loading._part)), (0, 0))
        self.assertEqual(self.feed(b'{"do":"key"}\n'), b'{"do":"key"}')

    def test_as_long_as_you_like(self):
        self.loader.begin()
        self.feed(b'{"hex":"' + b"7" * 5000 + b'"}\n')
        answer = self.loader.step("component", component=1)
        self.assertEqual(answer["error"], "component is not 32 digits long")

    def test_a_line_of_just_the_limit(self):
        line = b'{"x":"' + b"9" * 495 + b'","hex":"'
        self.assertEqual(len(line), 510)
        self.feed(line + b'12"}\n')
        with self.assertRaises(ValueError):
            self.feed(b'{"xy":"' + b"9" * 495 + b'","hex":"12"}\n')


class TestCuts(unittest.TestCase):
    def test_old_or_new(self):
        outcomes = set()
        for kind in KINDS:
            for operation in (1, 2):
                loader = Loader()
                loader.enter(ONE, TWO)
                loader.flash.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    loader.store()
                self.assertFalse(any(loader.loading._key))
                keys = open_keys(loader.flash.reboot())
                found = keys.roles(), keys.kcv(TMK)
                self.assertIn(found, ((OLD, _kcv(MASTER)), ((TMK,), KCV)))
                outcomes.add(found)
        self.assertEqual(len(outcomes), 2)

    def test_flash_that_refuses(self):
        loader = Loader()
        loader.enter(ONE, TWO)
        loader.flash.program = lambda offset, data: None
        answer = loader.store()
        self.assertTrue(answer["error"].startswith("slot: flash at"))
        self.assertEqual(loader.keys.roles(), OLD)

    def test_first_key_of_a_blank_terminal(self):
        loader = Loader(NorMemory(SIZE))
        loader.enter(ONE, TWO)
        self.assertEqual(loader.store()["kcv"], KCV)

    def test_damaged_store_is_left_alone(self):
        flash = NorMemory(SIZE)
        AtomicSlot(flash.partition(0, SIZE)).save(b"damage")
        before = bytes(flash.cells)
        loader = Loader(flash)
        loader.loading = Loading(KeyStore(AtomicSlot(flash.partition(0, SIZE)), DEVICE, Random()))
        loader.enter(ONE, TWO)
        self.assertEqual(loader.store()["error"], "key store damaged")
        self.assertEqual(flash.cells, before)


def _kcv(key):
    return tdes_kcv(key).hex().upper()


if __name__ == "__main__":
    unittest.main()
