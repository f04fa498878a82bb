# SPDX-License-Identifier: MIT
import unittest

from pos.crypto.characteristic import characteristic_code
from pos.crypto.errors import CryptoError
from vectors_io import load


class CharacteristicTest(unittest.TestCase):
    def test_vector(self):
        for vector in load("crypto.json"):
            if vector["name"] == "txn_characteristic_code":
                code = characteristic_code(vector["f15"].encode(), vector["f37"].encode())
                self.assertEqual(code, vector["code"].encode())
                return
        self.fail("no vector")

    def test_without_a_settlement_date(self):
        self.assertEqual(characteristic_code(b"", b"101530000123"), b"30001136")

    def test_refused(self):
        for date, rrn in (
            (b"715", b"101530000123"),
            (b"0715", b"10153000012"),
            (b"0715", b"A" * 12),
        ):
            self.assertRaises(CryptoError, characteristic_code, date, rrn)


if __name__ == "__main__":
    unittest.main()
