# SPDX-License-Identifier: MIT
"""GBK: samples with their bytes written out, foldings, unknown and hostile characters."""

import unittest

from pos.receipt import gbk

# text and GBK bytes from CPython's codec; host/test_gbk_codec.py compares all code points
_SAMPLES = (
    ("", ""),
    ("A1 ~", "4131207e"),
    ("一", "d2bb"),  # first of the dense part
    ("龥", "fd9b"),  # last of the dense part
    ("商户名称(MERCHANT NAME):", "c9ccbba7c3fbb3c6284d45524348414e54204e414d45293a"),
    ("镕堃喆犇", "e94688d286b4a0c4"),  # in GBK, not in GB2312
    (
        "。，：）《》“”…—·×±°①〇￥",
        "a1a3a3aca3baa3a9a1b6a1b7a1b0a1b1a1ada1aaa1a4a1c1a1c0a1e3a2d9a996a3a4",
    ),
    ("éü", "a8a6a8b9"),
    ("㈱", "a95a"),
)
_FOLDS = (
    ("¥1", "￥1"),
    ("€", "EUR"),
    ("x²y³", "x2y3"),
    ("a\u00a0b", "a b"),
    ("®•−", "(R)·-"),
    ("a\u200bb\ufeff", "ab"),
)


class EncodeTest(unittest.TestCase):
    def test_samples(self):
        for text, code in _SAMPLES:
            self.assertEqual(gbk.encode(text), bytes.fromhex(code))

    def test_folds(self):
        for text, same in _FOLDS:
            self.assertEqual(gbk.encode(text), gbk.encode(same))

    def test_unknown_character(self):
        for text in ("😀", "ö", "가", "\u2603", "\ue000"):
            self.assertEqual(gbk.encode(text), b"\xa1\xfe")

    def test_no_control_byte_comes_out(self):
        self.assertEqual(gbk.encode("a\x1b@\n\x00\x7fb"), b"a\xa1\xfe@\xa1\xfe\xa1\xfe\xa1\xfeb")

    def test_cells_are_the_bytes(self):
        for text in ("", "a", "测试", "¥€²\u00a0\u200b", "😀ö\x1b", "①x、"):
            utf8 = bytes(text, "utf-8")
            self.assertEqual(gbk.cells(utf8), len(gbk.encode(text)))

    def test_encode_into_a_buffer(self):
        out = bytearray(8)
        self.assertEqual(gbk.encode_into(bytes("一A", "utf-8"), out, 2), 5)
        self.assertEqual(bytes(out), b"\0\0\xd2\xbbA\0\0\0")

    def test_cut_off_character(self):
        self.assertEqual(gbk.cells(b"a\xe4\xb8"), 3)
        out = bytearray(3)
        gbk.encode_into(b"a\xe4\xb8", out, 0)
        self.assertEqual(bytes(out), b"a\xa1\xfe")


class DecodeTest(unittest.TestCase):
    def test_samples(self):
        for text, code in _SAMPLES:
            self.assertEqual(gbk.decode(bytes.fromhex(code)), text)

    def test_takes_any_buffer(self):
        self.assertEqual(gbk.decode(memoryview(b"\xd2\xbb1")), "一1")
        self.assertEqual(gbk.decode(bytearray(b"\xd2\xbb1")), "一1")

    def test_broken_bytes(self):
        self.assertEqual(gbk.decode(b"\x80a"), "〓a")
        self.assertEqual(gbk.decode(b"a\xff"), "a〓")
        self.assertEqual(gbk.decode(b"a\xd2"), "a〓")
        self.assertEqual(gbk.decode(b"\xd2\x0ab"), "〓\nb")
        self.assertEqual(gbk.decode(b"\xfe\xfe1"), "〓1")

    def test_the_code_must_stand_at_an_even_place(self):
        # two neighbouring bytes of the table may look like a code, too
        for text in ("丁丂七丄", "啊阿埃", "座位"):
            self.assertEqual(gbk.decode(gbk.encode(text)), text)


if __name__ == "__main__":
    unittest.main()
