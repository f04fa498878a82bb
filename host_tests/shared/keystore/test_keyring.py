# SPDX-License-Identifier: MIT
import unittest

from pos.core.errors import KeyStoreError
from pos.keystore import keyring


def _pad(data):
    return bytearray(data + bytes(-len(data) % 16))


class TestKeyring(unittest.TestCase):
    def test_round_trip(self):
        entries = [(1, 1, bytes(range(16))), (3, 1, b"ABCDEFGH"), (9, 7, bytes(32))]
        ring = keyring.pack(entries)
        self.assertEqual(len(ring) % 16, 0)
        found = [(role, kind, bytes(key)) for role, kind, key in keyring.entries(ring)]
        self.assertEqual(found, entries)

    def test_content_of_version_1(self):
        # Written out once, so that a change of the stored form cannot go unnoticed.
        ring = keyring.pack([(1, 1, b"0123456789ABCDEF")])
        self.assertEqual(ring, b"\x01\x01\x01\x100123456789ABCDEF" + bytes(12))

    def test_full_to_the_last_byte(self):
        ring = keyring.pack([(1, 1, bytes(12))])
        self.assertEqual(len(ring), 16)
        self.assertEqual(len(keyring.entries(ring)), 1)

    def test_empty(self):
        self.assertEqual(keyring.entries(keyring.pack([])), [])

    def test_keys_are_views(self):
        ring = keyring.pack([(1, 1, b"01234567")])
        keyring.entries(ring)[0][2][0] = 0
        self.assertEqual(ring[4], 0)

    def test_another_version(self):
        for version in (0, 2, 255):
            with self.assertRaises(KeyStoreError):
                keyring.entries(_pad(bytes([version])))

    def test_broken_entries(self):
        for content in (b"\x01\x01\x01\x00", b"\x01\x01\x01\x20", bytes([1] * 16)):
            with self.assertRaises(KeyStoreError):
                keyring.entries(_pad(content))
        with self.assertRaises(KeyStoreError):
            keyring.entries(bytearray(b"\x01\x01\x01\x0a0123456789\x02\x01"))


if __name__ == "__main__":
    unittest.main()
