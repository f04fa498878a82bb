# SPDX-License-Identifier: MIT
import unittest

from pos.crypto.kcv import tdes_kcv
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


if __name__ == "__main__":
    unittest.main()
