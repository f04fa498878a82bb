# SPDX-License-Identifier: MIT
"""Which source is read, and when it is refused. Recorded sources: nothing here looks random."""

import unittest

from fakes.board import PARTITIONS, Cashier, FakeBoard
from fakes.flash import SECTOR_BYTES, NorMemory
from fakes.keystores import DEVICE, SIZE, open_keys
from pos import app
from pos.core.entropy import Entropy
from pos.core.errors import KeyStoreError
from pos.crypto.kcv import tdes_kcv
from pos.keystore.keystore import KeyStore
from pos.store.slots import AtomicSlot

_FLASH_BYTES = PARTITIONS["journal"][0] + 16 * SECTOR_BYTES
_FIRST = 4  # reads of the watch before the first that is asked for
_TMK = bytes.fromhex("11223344556677889900AABBCCDDEEFF")


class Recorded:
    """Plays reads in order and keeps what it gave; where the tape ends it counts upwards."""

    def __init__(self, *tape):
        self.tape = list(tape)
        self.given = []

    def __call__(self, length):
        data = self.tape.pop(0) if self.tape else self._counted(length)
        self.given.append(data)
        return data

    def _counted(self, length):
        first = 37 * len(self.given)
        return bytes([(first + i) & 255 for i in range(length)])


class EntropyTest(unittest.TestCase):
    def _refused(self, call, *args):
        with self.assertRaises(KeyStoreError) as caught:
            call(*args)
        self.assertEqual(caught.exception.reason, "random source")

    def test_it_gives_what_the_source_gave(self):
        source = Recorded()
        watch = Entropy(source)
        self.assertEqual(len(source.given), _FIRST)
        for length in (1, 7, 16, 32):
            self.assertEqual(watch.read(length), source.given[-1])

    def test_the_iv_of_the_sealed_keys_is_what_the_source_gave(self):
        flash = NorMemory(SIZE)
        source = Recorded()
        slot = AtomicSlot(flash.partition(0, SIZE))
        KeyStore(slot, DEVICE, Entropy(source).read).inject_tmk(bytearray(_TMK), tdes_kcv(_TMK))
        self.assertEqual(len(source.given), _FIRST + 1)
        self.assertEqual(slot.load()[1:17], source.given[-1])

    def test_stuck(self):
        for byte in (0, 255, 90):
            self._refused(Entropy, lambda length, byte=byte: bytes([byte]) * length)
        self._refused(Entropy, lambda length: bytes(range(length)))

    def test_short(self):
        self._refused(Entropy, lambda length: b"")
        self._refused(Entropy, lambda length: bytes(range(length - 1)))
        self._refused(Entropy, lambda length: bytes(range(length + 1)))

    def test_it_fails_later(self):
        source = Recorded()
        watch = Entropy(source)
        last = watch.read(16)
        source.tape = [last, bytes(range(16)), b"\x01\x02" + bytes(6) + bytes(range(3, 11)), b""]
        self._refused(watch.read, 16)
        self.assertEqual(watch.read(16), bytes(range(16)))
        self._refused(watch.read, 16)
        self._refused(watch.read, 16)

    def test_repetition_is_counted_across_reads(self):
        watch = Entropy(Recorded())
        tape = Recorded(b"abcde\x07\x07\x07", b"\x07\x07", b"\x07")
        watch._source = tape
        watch.read(8)
        watch.read(2)
        self._refused(watch.read, 1)

    def test_five_in_a_row_pass(self):
        source = Recorded()
        watch = Entropy(source)
        source.tape = [b"abc\x00\x00\x00\x00\x00defghijk"]
        watch.read(16)


class RefusedTest(unittest.TestCase):
    """A terminal whose source is stuck does not start, and touches nothing."""

    def test_the_terminal_does_not_start(self):
        for source in (lambda length: bytes(length), lambda length: b"", Recorded(b"", b"")):
            nor = NorMemory(_FLASH_BYTES)
            board = FakeBoard(nor, Cashier([]), None, [])
            board.random = source
            with self.assertRaises(KeyStoreError):
                app.build(board)
            self.assertEqual(bytes(nor.cells[:SIZE]), b"\xff" * SIZE)
            self.assertEqual([name for name, _ in board.display.shown], ["boot"])

    def test_a_change_of_keys_is_refused_and_the_old_ones_stay(self):
        flash = NorMemory(SIZE)
        open_keys(flash).inject_tmk(bytearray(_TMK), tdes_kcv(_TMK))
        before = bytes(flash.cells)
        source = Recorded()
        slot = AtomicSlot(flash.partition(0, SIZE))
        keys = KeyStore(slot, DEVICE, Entropy(source).read)
        source.tape = [source.given[-1]]
        with self.assertRaises(KeyStoreError):
            keys.inject_tmk(bytearray(_TMK), tdes_kcv(_TMK))
        self.assertEqual(bytes(flash.cells), before)


if __name__ == "__main__":
    unittest.main()
