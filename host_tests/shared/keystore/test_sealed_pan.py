# SPDX-License-Identifier: MIT
"""PANs as the journal keeps them: only this device opens them, each only as its deal's."""

import unittest

from fakes.flash import NorMemory
from fakes.keystores import DEVICE, SIZE, flipped, open_keys, unhex
from pos.core.errors import KeyStoreError
from vectors_io import load

_PAN = bytearray(b"6200001234567892")


def store(device=DEVICE):
    """Return a key store without any key: what is derived from the device key is always there."""
    return open_keys(NorMemory(SIZE), device)


class SealedPanTest(unittest.TestCase):
    def refused(self, reason, call, *values):
        with self.assertRaises(KeyStoreError) as caught:
            call(*values)
        self.assertEqual(caught.exception.reason, reason)

    def test_vectors(self):
        vectors = load("sealed_pan.json")
        self.assertTrue(len(vectors) >= 6)
        for vector in vectors:
            keys = store(unhex(vector["device_key"]))
            place = vector["batch"], vector["stan"]
            pan = bytearray(vector["pan"].encode())
            sealed = keys.seal_pan(place[0], place[1], pan)
            self.assertEqual(sealed, unhex(vector["sealed"]))
            opened = keys.open_pan(place[0], place[1], sealed)
            self.assertTrue(isinstance(opened, bytearray))
            self.assertEqual(opened, pan)

    def test_every_length(self):
        for length in range(1, 20):
            pan = bytearray(b"9" * length)
            self.assertEqual(store().open_pan(17, 5, store().seal_pan(17, 5, pan)), pan)

    def test_the_same_card_never_looks_the_same(self):
        blocks = [bytes(store().seal_pan(b, s, _PAN)) for b, s in ((1, 1), (1, 2), (2, 1))]
        self.assertEqual(len(set(blocks)), 3)

    def test_of_another_deal(self):
        sealed = store().seal_pan(1, 2, _PAN)
        for batch, stan in ((1, 3), (2, 2), (2, 1)):
            self.refused("sealed PAN of another deal", store().open_pan, batch, stan, sealed)

    def test_of_another_device(self):
        sealed = store().seal_pan(1, 2, _PAN)
        other = store(bytes(32))
        self.refused("sealed PAN of another deal", other.open_pan, 1, 2, sealed)

    def test_any_change_is_seen(self):
        sealed = store().seal_pan(1, 2, _PAN)
        for at in range(16):
            spoilt = bytes(flipped(sealed, at))
            self.refused("sealed PAN of another deal", store().open_pan, 1, 2, spoilt)

    def test_what_is_no_pan(self):
        for pan, reason in (
            (b"", "PAN length"),
            (b"1" * 20, "PAN length"),
            (b"62000012345678A2", "PAN is not digits"),
            (b"6200001234 67892", "PAN is not digits"),
        ):
            self.refused(reason, store().seal_pan, 1, 2, bytearray(pan))

    def test_what_is_no_block(self):
        for length in (0, 15, 17, 32):
            self.refused("sealed PAN length", store().open_pan, 1, 2, bytes(length))


if __name__ == "__main__":
    unittest.main()
