# SPDX-License-Identifier: MIT
import unittest

from pos.crypto.des import Tdes
from pos.crypto.errors import CryptoError
from pos.crypto.pinblock import iso0
from vectors_io import load

_H = bytes.fromhex
_PAN = b"6200001234567892"


class TestIso0(unittest.TestCase):
    def test_vectors(self):
        tried = 0
        for vector in load("crypto.json"):
            if vector["name"] in ("pin_block_x98_public", "pin_block_tdes"):
                block = iso0(bytearray(vector["pin"].encode()), vector["pan"].encode())
                self.assertEqual(block, _H(vector["block"]), vector["name"])
                if "f52" in vector:
                    self.assertEqual(Tdes(_H(vector["pik"])).encrypt(block), _H(vector["f52"]))
                tried += 1
        self.assertEqual(tried, 2)

    def test_shortest_and_longest(self):
        # By hand: 041234FFFFFFFFFF and 0C123456789012FF, each XOR 0000000123456789
        self.assertEqual(iso0(bytearray(b"1234"), _PAN), _H("041234FEDCBA9876"))
        self.assertEqual(iso0(bytearray(b"123456789012"), _PAN), _H("0C1234575BD57576"))

    def test_odd_pin(self):
        self.assertEqual(iso0(bytearray(b"12345"), _PAN), _H("0512345EDCBA9876"))

    def test_pan_lengths(self):
        # 13: all twelve digits before the check digit; 19: the twelve before it
        self.assertEqual(iso0(bytearray(b"1234"), b"1234567890123"), _H("0412" + "26CBA9876FED"))
        self.assertEqual(
            iso0(bytearray(b"1234"), b"6200001234567890123"), _H("0412" + "26CBA9876FED")
        )

    def test_pin_lengths_refused(self):
        for length in (0, 1, 3, 13, 20):
            with self.assertRaises(CryptoError):
                iso0(bytearray(b"1" * length), _PAN)

    def test_pan_refused(self):
        for pan in (b"", b"123456789012", b"62000012345678D2", b"6200 01234567892"):
            with self.assertRaises(CryptoError):
                iso0(bytearray(b"1234"), pan)

    def test_not_digits(self):
        for pin in (b"12a4", b"12 4", b"123\0", b"12/4", b"12:4"):
            with self.assertRaises(CryptoError):
                iso0(bytearray(pin), _PAN)

    def test_no_secret_in_the_error(self):
        with self.assertRaises(CryptoError) as caught:
            iso0(bytearray(b"98x7654"), _PAN)
        self.assertFalse("98" in str(caught.exception))
        with self.assertRaises(CryptoError) as caught:
            iso0(bytearray(b"9876"), b"62000012345678F")
        self.assertFalse("6200" in str(caught.exception))


if __name__ == "__main__":
    unittest.main()
