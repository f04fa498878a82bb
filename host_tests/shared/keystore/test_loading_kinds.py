# SPDX-License-Identifier: MIT
"""Key loading: SM4 terminals, KBPKs of both algorithms, and TMKs in key blocks."""

import unittest

from fakes.keystores import Random, open_keys, signed_on
from fakes.loaders import KCV, ONE, THREE, TMK_KEY, TWO, Loader, LoadingCase
from pos.crypto.kcv import aes_kcv, sm4_kcv, tdes_kcv
from pos.crypto.keyblock import wrap
from pos.keystore.blocks import inject_kbpk
from pos.keystore.checks import inventory
from pos.keystore.roles import AES, KBPK, SM4, TDES, TMK

_HALF = "1122334455667788"


class TestSm4(unittest.TestCase):
    def test_no_parity_and_its_own_check_values(self):
        loader = Loader(algorithm="sm4")
        self.assertEqual(loader.begin()["algorithm"], "sm4")
        for number, digits in ((1, ONE), (2, THREE)):
            kcv = sm4_kcv(bytes.fromhex(digits))[:4].hex().upper()
            self.assertEqual(loader.component(number, digits)["kcv"], kcv)
        one, three = bytes.fromhex(ONE), bytes.fromhex(THREE)
        key = bytes([one[i] ^ three[i] for i in range(16)])
        kcv = sm4_kcv(key)[:4]
        self.assertEqual(loader.store(kcv.hex())["stored"], True)
        self.assertEqual(inventory(open_keys(loader.flash)), [(TMK, SM4, 16, kcv)])

    def test_equal_components(self):
        answer = Loader(algorithm="sm4").enter(ONE, ONE)
        self.assertEqual(answer["error"], "components give a key of all zeros")

    def test_equal_halves_are_a_key_like_any_other(self):
        loader = Loader(algorithm="sm4")
        self.assertEqual(loader.enter(_HALF + "00" * 8, "00" * 8 + _HALF)["component"], 2)


class TestKbpk(LoadingCase):
    def test_components(self):
        for name, algorithm, kcv in (("tdes", TDES, tdes_kcv), ("aes", AES, aes_kcv)):
            loader = Loader()
            answer = loader.begin(2, "KBPK", algorithm=name)
            self.assertEqual((answer["role"], answer["algorithm"]), ("KBPK", name))
            for number, digits in ((1, ONE), (2, TWO)):
                wanted = kcv(bytes.fromhex(digits)).hex().upper()
                self.assertEqual(loader.component(number, digits)["kcv"], wanted)
            value = kcv(bytes(loader.loading._key)).hex().upper()
            answer = loader.store(value)
            self.assertEqual(answer, {"ev": "key", "role": "KBPK", "stored": True, "kcv": value})
            held = [entry for entry in inventory(open_keys(loader.flash)) if entry[0] == KBPK]
            self.assertEqual(held[0][:3], (KBPK, algorithm, 16))
            self.assertTrue(open_keys(loader.flash).has_working())  # the other keys stay

    def test_refused(self):
        for name in ("sm4", "", None, 1, "AES"):
            self.refused(self.loader.begin(2, "KBPK", algorithm=name), "KBPK algorithm")
        self.loader.begin(2, "KBPK", algorithm="aes")
        self.loader.component(1, ONE)
        self.loader.component(2, TWO)
        self.refused(self.loader.store(KCV), "KBPK check value")
        self.refused(self.loader.store(), "components are missing")


class TestBlock(unittest.TestCase):
    def setUp(self):
        self.flash = signed_on()
        self.kbpk = bytes(range(16))
        inject_kbpk(open_keys(self.flash), AES, bytearray(self.kbpk), aes_kcv(self.kbpk))
        self.block = wrap(self.kbpk, b"D0000K0TB00E0000", bytes.fromhex(TMK_KEY), Random())
        self.before = bytes(self.flash.cells)

    def test_stored(self):
        loader = Loader(self.flash)
        answer = loader.step("block", block=self.block.decode())
        self.assertEqual(answer, {"ev": "key", "role": "TMK", "stored": True, "kcv": KCV})
        self.assertEqual(sorted(open_keys(self.flash).roles()), [TMK, KBPK])

    def test_drops_components(self):
        loader = Loader(self.flash)
        loader.enter(ONE, TWO)
        loader.step("block", block="B0096")
        self.assertEqual(loader.store()["error"], "components are missing")

    def test_refused(self):
        text = self.block.decode()
        blocks = [None, 5, "", "B", "D0000K0TB00E0000", text[:-1], text + "0", text.lower()]
        blocks += [text[:-1] + ("0" if text[-1] != "0" else "1"), text.replace("K0", "P0")]
        for block in blocks:
            answer = Loader(self.flash).step("block", block=block)
            self.assertEqual(sorted(answer), ["error", "ev"], block)
            self.assertEqual(self.flash.cells, self.before)

    def test_of_the_other_family(self):
        answer = Loader(self.flash, "sm4").step("block", block=self.block.decode())
        self.assertEqual(sorted(answer), ["error", "ev"])
        self.assertEqual(self.flash.cells, self.before)

    def test_without_a_kbpk(self):
        answer = Loader().step("block", block=self.block.decode())
        self.assertEqual(answer["error"], "no KBPK")


if __name__ == "__main__":
    unittest.main()
