# SPDX-License-Identifier: MIT
import os
import sys
import unittest

from fakes.engines import use_best, use_portable
from pos.crypto import sm4, sm4_fast, sm4_portable
from pos.crypto.errors import CryptoError
from pos.crypto.sm4 import Sm4
from vectors_io import load

_H = bytes.fromhex
_KEY = _H("0123456789ABCDEFFEDCBA9876543210")  # GB/T 32907 annex A: key and plain text
_ONCE = _H("681EDF34D206965E86B3E94F536E4246")  # A.1
_MILLION = _H("595298C7C6FD271F0402F804C33D3F66")  # A.2
_FULL = os.getenv("ESPOS_FULL") == "1"
_NATIVE = sys.implementation.name == "micropython"


class TestSm4(unittest.TestCase):
    def test_standard_example(self):
        self.assertEqual(Sm4(_KEY).encrypt(_KEY), _ONCE)
        self.assertEqual(Sm4(_KEY).decrypt(_ONCE), _KEY)

    def test_standard_example_a_million_times(self):
        if not (_FULL or (_NATIVE and sm4.crypt is sm4_fast.crypt)):
            self.skipTest("takes a second as machine code, a minute else: ESPOS_FULL=1")
        cipher = Sm4(_KEY)
        block = bytearray(_KEY)
        for _ in range(1000000):
            cipher.encrypt_into(block, block)
        self.assertEqual(bytes(block), _MILLION)

    def test_a_thousand_times_and_back(self):
        cipher = Sm4(_KEY)
        block = bytearray(_KEY)
        for _ in range(1000):
            cipher.encrypt_into(block, block)
        self.assertNotEqual(bytes(block), _KEY)
        for _ in range(1000):
            cipher.decrypt_into(block, block)
        self.assertEqual(bytes(block), _KEY)

    def test_public_working_key(self):
        for vector in load("crypto.json"):
            if vector["name"] == "sm4_workkey_kcv":
                tmk = Sm4(_H(vector["tmk"]))
                self.assertEqual(tmk.decrypt(_H(vector["key_cipher"])), _H(vector["key"]))

    def test_many_blocks_in_place(self):
        cipher = Sm4(_KEY)
        buffer = bytearray([i * 7 & 255 for i in range(256)])
        plain = bytes(buffer)
        one_by_one = b"".join([cipher.encrypt(plain[at : at + 16]) for at in range(0, 256, 16)])
        cipher.encrypt_into(buffer, buffer)
        self.assertEqual(bytes(buffer), one_by_one)
        cipher.decrypt_into(buffer, buffer)
        self.assertEqual(bytes(buffer), plain)

    def test_nothing_is_written_behind_the_data(self):
        out = bytearray(b"." * 29)
        Sm4(_KEY).encrypt_into(_KEY, memoryview(out)[4:20])
        self.assertEqual(bytes(out), b"...." + _ONCE + b"." * 9)

    def test_any_buffer(self):
        data = memoryview(bytearray(_KEY))
        self.assertEqual(Sm4(memoryview(bytearray(_KEY))).encrypt(data), _ONCE)

    def test_empty(self):
        self.assertEqual(Sm4(_KEY).encrypt(b""), b"")


class TestRefused(unittest.TestCase):
    def _refused(self, text, call, *arguments):
        with self.assertRaises(CryptoError) as caught:
            call(*arguments)
        self.assertEqual(str(caught.exception), text)

    def test_key_lengths(self):
        for length in (0, 8, 15, 17, 24, 32):
            self._refused("SM4 key length", Sm4, bytes(length))

    def test_data_lengths(self):
        cipher = Sm4(_KEY)
        for length in (1, 8, 15, 17):
            self._refused("SM4 data length", cipher.encrypt, bytes(length))
            self._refused("SM4 data length", cipher.decrypt, bytes(length))
        for call in (cipher.encrypt_into, cipher.decrypt_into):
            self._refused("SM4 output length", call, bytes(32), bytearray(16))

    def test_wipe_leaves_no_round_key(self):
        cipher, other = Sm4(_KEY), Sm4(bytes(16))
        cipher.wipe()
        other.wipe()
        self.assertEqual(cipher.encrypt(_KEY), other.encrypt(_KEY))

    def test_nothing_secret_in_repr(self):
        shown = repr(Sm4(b"ABCDEFGHIJKLMNOP"))
        self.assertFalse("ABCD" in shown or "41424344" in shown)


class TestPortableSm4(TestSm4):
    setUp = use_portable
    tearDown = use_best

    def test_runs_the_twin(self):
        self.assertIs(sm4.crypt, sm4_portable.crypt)


class TestPortableRefused(TestRefused):
    setUp = use_portable
    tearDown = use_best


class TestChoice(unittest.TestCase):
    def test_machine_code_is_used_where_it_loads(self):
        self.assertIs(sm4.crypt, sm4_fast.crypt)


if __name__ == "__main__":
    unittest.main()
