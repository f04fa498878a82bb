# SPDX-License-Identifier: MIT
import unittest

from pos.crypto.des import Tdes
from pos.crypto.errors import CryptoError
from pos.crypto.mac import MARK, ecb_mac, x99, x919
from pos.crypto.sm4 import Sm4
from vectors_io import load

_H = bytes.fromhex
_VECTORS = load("crypto.json")


def _vector(name):
    for vector in _VECTORS:
        if vector["name"] == name:
            return vector
    raise KeyError(name)


class _Recorder:
    """A cipher that keeps what it was asked to encrypt, and answers from a list."""

    block = 8

    def __init__(self, answers):
        self.asked = []
        self._answers = answers

    def encrypt(self, data):
        self.asked.append(bytes(data))
        return self._answers.pop(0)


class TestEcbMac(unittest.TestCase):
    def test_vectors(self):
        for name in ("mac_ecb_demo", "mac_ecb_tdes"):
            vector = _vector(name)
            code = ecb_mac(Tdes(_H(vector["mak"])), (_H(vector["data"]),))
            self.assertEqual(code, _H(vector["f64"]), name)

    def test_steps_of_the_demo(self):
        vector = _vector("mac_ecb_demo")
        cipher = _Recorder([_H(vector["enc1"]), _H(vector["enc2"])])
        ecb_mac(cipher, (_H(vector["data"]),))
        self.assertEqual(cipher.asked, [_H(vector["hexascii"])[:8], _H(vector["xor2"])])

    def test_published_accumulator(self):
        # Easy8583Ans: the text is one block, which is then the accumulator itself.
        vector = _vector("mac_ecb_easy8583")
        code = ecb_mac(Tdes(_H(vector["mak"])), (_H(vector["xor"]),))
        self.assertEqual(code, vector["mac_ascii"].encode())

    def test_chunks_are_one_text(self):
        vector = _vector("mac_ecb_demo")
        data = _H(vector["data"])
        cipher = Tdes(_H(vector["mak"]))
        for cut in range(len(data) + 1):
            chunks = (data[:cut], memoryview(data)[cut:])
            self.assertEqual(ecb_mac(cipher, chunks), _H(vector["f64"]))

    def test_sixteen_byte_blocks(self):
        # The same method over a 16-byte cipher: 32 digits, two passes (mac_sm4_ecb's states).
        vector = _vector("mac_sm4_ecb")
        cipher = _Recorder([_H(vector["enc1"]), _H(vector["enc2"])])
        cipher.block = 16
        code = ecb_mac(cipher, (_H(vector["data"]),))
        self.assertEqual(cipher.asked[0], vector["xor"].encode()[:16])
        self.assertEqual(cipher.asked[1], _H(vector["xor2"]))
        self.assertEqual(code, _H(vector["f64"]))

    def test_sm4(self):
        vector = _vector("mac_sm4_ecb")
        code = ecb_mac(Sm4(_H(vector["mak"])), (_H(vector["data"]),))
        self.assertEqual(code, _H(vector["f64"]))


class TestAnsiMacs(unittest.TestCase):
    def test_x99(self):
        vector = _vector("mac_x99")
        self.assertEqual(x99(Tdes(_H(vector["mak"])), (_H(vector["data"]),)), _H(vector["mac"]))

    def test_x99_fips_113(self):
        # FIPS 113 appendix 2: "7654321 Now is the time for ", code F1D30F68 (first half)
        code = x99(Tdes(_H("0123456789ABCDEF")), (b"7654321 ", b"Now is the time for "))
        self.assertEqual(code[:4], _H("F1D30F68"))

    def test_x919(self):
        vector = _vector("mac_x919")
        self.assertEqual(x919(_H(vector["mak"]), (_H(vector["data"]),)), _H(vector["mac"]))

    def test_iso_9797_1_examples(self):
        # ISO/IEC 9797-1 annex B.4 (algorithm 3) as in RustCrypto retail-mac and others; the first
        # text under half the key is B.2 (algorithm 1)
        key = _H("0123456789ABCDEFFEDCBA9876543210")
        for text, zeros, marked in (
            (b"Now is the time for all ", "A1C72E74EA3FA9B6", "E9086230CA3BE796"),
            (b"Now is the time for it", "2E2B1428CC78254F", "5A692CE64F404145"),
        ):
            self.assertEqual(x919(key, (text,)), _H(zeros))
            self.assertEqual(x919(key, (text, MARK)), _H(marked))
        code = x99(Tdes(key[:8]), (b"Now is the time for all ",))
        self.assertEqual(code, _H("70A30640CC76DD8B"))

    def test_x919_of_equal_halves_is_x99(self):
        key = _H("0123456789ABCDEF")
        for text in (b"1", b"12345678", b"123456789"):
            self.assertEqual(x919(key + key, (text,)), x99(Tdes(key), (text,)))

    def test_sm4_cbc(self):
        vector = _vector("mac_sm4_cbc")
        code = x99(Sm4(_H(vector["mak"])), (_H(vector["data"]),))
        self.assertEqual(code, _H(vector["mac16"]))
        self.assertEqual(code[:8], _H(vector["left8"]))

    def test_an_empty_text_is_one_block_of_zeros(self):
        des = Tdes(_H("0123456789ABCDEF"))
        self.assertEqual(x99(des, ()), des.encrypt(bytes(8)))
        self.assertEqual(x99(des, (b"", b"")), x99(des, (bytes(8),)))

    def test_padding_method_2_tells_texts_apart(self):
        key = _H("0123456789ABCDEFFEDCBA9876543210")
        for short, long in ((b"", b"\0"), (b"1234567", b"1234567\0"), (b"1", b"1\0\0")):
            self.assertEqual(x919(key, (short,)), x919(key, (long + bytes(-len(long) % 8),)))
            self.assertNotEqual(x919(key, (short, MARK)), x919(key, (long, MARK)))
        self.assertEqual(x919(key, (b"12345678", MARK)), x919(key, (b"12345678\x80" + bytes(7),)))

    def test_x919_key_length(self):
        for length in (8, 24):
            with self.assertRaises(CryptoError) as caught:
                x919(bytes(length), (b"text",))
            self.assertEqual(str(caught.exception), "X9.19 key length")


if __name__ == "__main__":
    unittest.main()
