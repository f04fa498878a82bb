# SPDX-License-Identifier: MIT
import unittest

from pos.crypto.errors import CryptoError
from pos.crypto.parity import check_parity, parity_ok, set_parity
from vectors_io import load


def _odd(byte):
    return bin(byte).count("1") & 1 == 1


class TestParity(unittest.TestCase):
    def test_each_byte(self):
        for byte in range(256):
            key = bytearray([byte])
            self.assertEqual(parity_ok(key), _odd(byte), byte)
            set_parity(key)
            self.assertTrue(_odd(key[0]))
            self.assertEqual(key[0] | 1, byte | 1)

    def test_one_wrong_byte_of_many(self):
        good = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
        self.assertTrue(parity_ok(good))
        check_parity(good)
        for place in range(16):
            bad = bytearray(good)
            bad[place] ^= 0x10
            self.assertFalse(parity_ok(bad))
            with self.assertRaises(CryptoError) as caught:
                check_parity(bad)
            self.assertEqual(str(caught.exception), "DES key parity")
            set_parity(bad)
            check_parity(bad)

    def test_published_keys(self):
        for key, _ in load("des_nist.json")["permutation"]:
            check_parity(bytes.fromhex(key))


if __name__ == "__main__":
    unittest.main()
