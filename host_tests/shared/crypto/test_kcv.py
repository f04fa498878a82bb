# SPDX-License-Identifier: MIT
import unittest

from pos.crypto.errors import CryptoError
from pos.crypto.kcv import aes_kcv, sm4_kcv, tdes_kcv
from vectors_io import load


class TestKcv(unittest.TestCase):
    def test_public_check_values(self):
        tried = 0
        for vector in load("crypto.json"):
            for role in ("pik", "mak"):
                if role + "_kcv" in vector:
                    kcv = tdes_kcv(bytes.fromhex(vector[role]))
                    self.assertEqual(kcv, bytes.fromhex(vector[role + "_kcv"]))
                    tried += 1
        self.assertEqual(tried, 4)

    def test_zero_key(self):
        # The check value of an all-zero DES key, known to every payment engineer: 8CA64DE9C1B123A7
        for length in (8, 16, 24):
            self.assertEqual(tdes_kcv(bytes(length)), bytes.fromhex("8CA64DE9"))

    def test_public_sm4_check_value(self):
        for vector in load("crypto.json"):
            if vector["name"] == "sm4_workkey_kcv":
                kcv = sm4_kcv(bytes.fromhex(vector["key"]))
                self.assertEqual(len(kcv), 16)
                self.assertEqual(kcv[:8], bytes.fromhex(vector["kcv8"]))

    def test_aes_check_value(self):
        # computed with `cryptography`: CMAC of sixteen zeros under the keys of SP 800-38A
        for key, kcv in (
            ("2B7E151628AED2A6ABF7158809CF4F3C", "7AD386C376"),
            ("603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4", "1A0B2DF267"),
        ):
            self.assertEqual(aes_kcv(bytes.fromhex(key)), bytes.fromhex(kcv))

    def test_key_lengths(self):
        for call, text in (
            (tdes_kcv, "DES key length"),
            (sm4_kcv, "SM4 key length"),
            (aes_kcv, "AES key length"),
        ):
            with self.assertRaises(CryptoError) as caught:
                call(bytes(9))
            self.assertEqual(str(caught.exception), text)


if __name__ == "__main__":
    unittest.main()
