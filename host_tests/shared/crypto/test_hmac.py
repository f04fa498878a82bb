# SPDX-License-Identifier: MIT
import unittest

from pos.crypto.hmac import hmac_sha256, same

_H = bytes.fromhex
_ALL = bytes([i for i in range(1, 26)])
_BIG = b"\xaa" * 131

# RFC 4231 section 4.2 to 4.8: key, text, code (case 5 is cut to 128 bits there)
_RFC_4231 = (
    (
        b"\x0b" * 20,
        b"Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ),
    (
        b"Jefe",
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    (
        b"\xaa" * 20,
        b"\xdd" * 50,
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    ),
    (_ALL, b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (b"\x0c" * 20, b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
    (
        _BIG,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        _BIG,
        b"This is a test using a larger than block-size key and a larger than block-size data."
        b" The key needs to be hashed before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
)


class TestHmac(unittest.TestCase):
    def test_rfc_4231(self):
        for key, text, code in _RFC_4231:
            code = _H(code)
            self.assertEqual(hmac_sha256(key, text)[: len(code)], code)

    def test_chunks_are_one_text(self):
        key, text, code = _RFC_4231[1]
        for cut in range(len(text)):
            self.assertEqual(hmac_sha256(key, text[:cut], memoryview(text)[cut:]), _H(code))

    def test_key_of_exactly_a_block_is_not_hashed(self):
        # A shorter key is padded with zeros to a block, so these two are the same key.
        self.assertEqual(hmac_sha256(b"k", b"text"), hmac_sha256(b"k" + bytes(63), b"text"))
        self.assertNotEqual(hmac_sha256(b"k", b"text"), hmac_sha256(b"k" + bytes(64), b"text"))

    def test_no_text(self):
        self.assertEqual(hmac_sha256(b"key"), hmac_sha256(b"key", b"", b""))


class TestSame(unittest.TestCase):
    def test_equal(self):
        self.assertTrue(same(b"", b""))
        self.assertTrue(same(b"12345678", bytearray(b"12345678")))
        self.assertTrue(same(memoryview(b"12345678"), b"12345678"))

    def test_each_byte_counts(self):
        for i in range(8):
            other = bytearray(b"12345678")
            other[i] ^= 0x80
            self.assertFalse(same(b"12345678", other))

    def test_lengths(self):
        self.assertFalse(same(b"1234567", b"12345678"))
        self.assertFalse(same(b"12345678", b""))


if __name__ == "__main__":
    unittest.main()
