# SPDX-License-Identifier: MIT
import unittest

from pos.crypto.errors import CryptoError
from pos.crypto.sm4 import Sm4

_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")  # GB/T 32907 A.1, key and plain
_CIPHER = bytes.fromhex("681EDF34D206965E86B3E94F536E4246")


class TestSm4(unittest.TestCase):
    def test_standard_example(self):
        self.assertEqual(Sm4(_KEY).encrypt(_KEY), _CIPHER)
        self.assertEqual(Sm4(_KEY).decrypt(_CIPHER), _KEY)


class TestRefused(unittest.TestCase):
    def test_key_lengths(self):
        for length in (0, 8, 15, 17, 24, 32):
            with self.assertRaises(CryptoError):
                Sm4(bytes(length))


if __name__ == "__main__":
    unittest.main()
