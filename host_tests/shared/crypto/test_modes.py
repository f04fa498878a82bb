# SPDX-License-Identifier: MIT
import unittest

from fakes.engines import use_best, use_portable
from pos.crypto.aes import Aes
from pos.crypto.cmac import cmac
from pos.crypto.des import Tdes
from pos.crypto.errors import CryptoError
from pos.crypto.modes import cbc_decrypt, cbc_encrypt
from pos.crypto.sm4 import Sm4
from vectors_io import load

_H = bytes.fromhex
_CIPHERS = {"des": Tdes, "sm4": Sm4, "aes": Aes}
_NOT_ON_BOARD = 24  # bytes of an AES key some ports of cryptolib do not take


def _cipher(vector):
    """Return the vector's cipher, or None where the platform has no AES of that length."""
    try:
        return _CIPHERS[vector["cipher"]](_H(vector["key"]))
    except CryptoError:
        if vector["cipher"] == "aes" and len(vector["key"]) == 2 * _NOT_ON_BOARD:
            return None
        raise


class TestPublished(unittest.TestCase):
    def _each(self, mode):
        tried = 0
        for vector in load("block_modes.json"):
            cipher = _cipher(vector) if vector["mode"] == mode else None
            if cipher:
                yield vector["name"], cipher, vector, _H(vector["plain"]), _H(vector["result"])
                tried += 1
        self.assertTrue(tried > 10, mode)

    def test_ecb(self):
        for name, cipher, _, plain, result in self._each("ecb"):
            self.assertEqual(cipher.encrypt(plain), result, name)
            self.assertEqual(cipher.decrypt(result), plain, name)
            out = bytearray(len(plain))
            cipher.encrypt_into(plain, out)
            self.assertEqual(bytes(out), result, name)
            cipher.decrypt_into(out, out)
            self.assertEqual(bytes(out), plain, name)

    def test_cbc(self):
        for name, cipher, vector, plain, result in self._each("cbc"):
            out = bytearray(len(plain))
            cbc_encrypt(cipher, _H(vector["iv"]), plain, out)
            self.assertEqual(bytes(out), result, name)
            cbc_decrypt(cipher, _H(vector["iv"]), result, out)
            self.assertEqual(bytes(out), plain, name)

    def test_cbc_in_place(self):
        for name, cipher, vector, plain, result in self._each("cbc"):
            buffer = bytearray(plain)
            cbc_encrypt(cipher, _H(vector["iv"]), buffer, buffer)
            self.assertEqual(bytes(buffer), result, name)
            cbc_decrypt(cipher, _H(vector["iv"]), buffer, buffer)
            self.assertEqual(bytes(buffer), plain, name)

    def test_cmac(self):
        for name, cipher, _, plain, result in self._each("cmac"):
            self.assertEqual(cmac(cipher, (plain[:9], plain[9:])), result, name)


class TestRefused(unittest.TestCase):
    def _refused(self, text, iv, data, out):
        for call in (cbc_encrypt, cbc_decrypt):
            for cipher in (Tdes(bytes(16)), Sm4(bytes(16)), Aes(bytes(16))):
                size = cipher.block
                with self.assertRaises(CryptoError) as caught:
                    call(cipher, bytes(iv(size)), bytes(data(size)), bytearray(out(size)))
                self.assertEqual(str(caught.exception), text)

    def test_lengths(self):
        def whole(size):
            return size

        self._refused("CBC IV length", lambda size: size - 1, whole, whole)
        self._refused("CBC IV length", lambda size: 0, whole, whole)
        self._refused("CBC data length", whole, lambda size: size + 1, lambda size: 4 * size)
        self._refused("CBC output length", whole, lambda size: 2 * size, whole)

    def test_aes(self):
        for text, call in (
            ("AES key length", lambda: Aes(bytes(8))),
            ("AES data length", lambda: Aes(bytes(16)).encrypt(bytes(15))),
            ("AES data length", lambda: Aes(bytes(16)).decrypt(bytes(17))),
            ("AES output length", lambda: Aes(bytes(16)).encrypt_into(bytes(32), bytearray(16))),
            ("AES output length", lambda: Aes(bytes(16)).decrypt_into(bytes(32), bytearray(16))),
        ):
            with self.assertRaises(CryptoError) as caught:
                call()
            self.assertEqual(str(caught.exception), text)


class TestPortablePublished(TestPublished):
    setUp = use_portable
    tearDown = use_best


if __name__ == "__main__":
    unittest.main()
