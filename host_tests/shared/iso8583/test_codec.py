# SPDX-License-Identifier: MIT
"""Codec against all stored messages, then against everything that is no message.

Vectors: 8583_messages.json (public dumps) and 8583_computed.json (built from unionpay.md).
"""

import unittest

from pos.core.errors import MessageError
from pos.iso8583.codec import Message, encode
from pos.iso8583.fields import ANS, SPECS, B, N, Z
from vectors_io import load

_FILES = ("8583_messages.json", "8583_computed.json")
# unionpay.md, section 2
_FIELDS = [2, 3, 4, 11, 12, 13, 14, 15, 22, 23, 25, 26, 32, 35, 36, 37, 38, 39, 41, 42, 44, 48]
_FIELDS += [49, 52, 53, 54, 55, 58, 59, 60, 61, 62, 63, 64]


def vectors():
    for name in _FILES:
        for vector in load(name):
            yield vector


def body(vector):
    raw = bytes.fromhex(vector["hex"])
    skip = 0
    for key, size in (("length_field", 2), ("tpdu", 5), ("header", 6)):
        if vector[key] is not None:
            skip += size
    return raw[skip:]


def values(vector):
    fields = {}
    for key in vector["fields"]:
        text = vector["fields"][key]
        binary = SPECS[int(key)] & B
        fields[int(key)] = bytes.fromhex(text) if binary else text.encode()
    return fields


def reason(data):
    try:
        Message(data)
    except MessageError as error:
        return error.reason
    return None


class Vectors(unittest.TestCase):
    def test_decode_to_the_listed_fields(self):
        count = 0
        for vector in vectors():
            message = Message(body(vector))
            self.assertEqual(message.mti, vector["mti"])
            expected = values(vector)
            self.assertEqual(message.numbers(), sorted(expected))
            for n in expected:
                self.assertEqual((n, message.get(n)), (n, expected[n]))
            count += 1
        self.assertEqual(count, 58)

    def test_encode_to_the_same_bytes(self):
        out = bytearray(b"\xff" * 400)
        for vector in vectors():
            length = encode(vector["mti"], values(vector), out, 13)
            self.assertEqual(bytes(out[13 : 13 + length]), body(vector))

    def test_every_message_cut_at_every_byte_is_refused(self):
        for vector in vectors():
            data = memoryview(body(vector))
            for size in range(len(data)):
                self.assertTrue(reason(data[:size]) is not None)

    def test_every_message_with_any_byte_changed_is_read_or_refused(self):
        for vector in vectors():
            data = bytearray(body(vector))
            for at in range(len(data)):
                was = data[at]
                data[at] = (0x99, 0xFF, 0x00, was ^ 1)[at & 3]
                text = reason(memoryview(data))
                self.assertTrue(text is None or text.startswith("F"))
                data[at] = was

    def test_every_message_with_a_byte_behind_it_is_refused(self):
        for vector in vectors():
            self.assertEqual(reason(body(vector) + b"\x00"), "F0: 1 bytes after the last field")


class Encoding(unittest.TestCase):
    def setUp(self):
        self.out = bytearray(1500)

    def coded(self, n, value):
        length = encode("0200", {n: value}, self.out)
        return bytes(self.out[10:length]).hex()

    def refused(self, n, value):
        with self.assertRaises(MessageError) as caught:
            encode("0200", {n: value}, self.out)
        self.assertEqual(caught.exception.field, n)
        return caught.exception.reason

    def test_digits(self):
        self.assertEqual(self.coded(3, b"012345"), "012345")
        self.assertEqual(self.coded(22, b"021"), "0210")
        self.assertEqual(self.coded(23, b"001"), "0001")
        self.assertEqual(self.coded(2, b"123456789"), "091234567890")
        self.assertEqual(self.coded(60, b"00000001003"), "0011000000010030")
        self.assertEqual(self.coded(48, b""), "0000")
        self.assertEqual(self.coded(48, b"7"), "000170")
        self.assertEqual(self.coded(48, b"1" * 322)[:4], "0322")

    def test_tracks(self):
        self.assertEqual(self.coded(35, bytearray(b"12=34")), "0512d340")
        self.assertEqual(self.coded(36, b"9912D3"), "00069912d3")
        self.assertEqual(self.coded(35, memoryview(b"F1D2")), "04f1d2")

    def test_values_that_may_not_be_copied_are_packed_in_place(self):
        for n, value in ((4, b"000000012850"), (60, b"22000017000"), (23, b"001"), (22, b"021")):
            self.assertEqual(self.coded(n, bytearray(value)), self.coded(n, value))
            self.assertEqual(self.coded(n, memoryview(value)), self.coded(n, value))
        self.assertIn("no digit", self.refused(4, bytearray(b"00000001285=")))

    def test_text(self):
        self.assertEqual(self.coded(38, b"12"), "313220202020")
        self.assertEqual(self.coded(41, b"1234567"), "3132333435363720")
        self.assertEqual(self.coded(63, b"\xd2\xbb"), "0002d2bb")
        self.assertEqual(self.coded(62, bytes(999))[:4], "0999")

    def test_wrong_lengths(self):
        for n, value in ((3, b"12345"), (3, b"1234567"), (2, b"1" * 20), (35, b"1" * 38)):
            self.assertIn("length", self.refused(n, value))
        for n, value in ((36, b"1" * 105), (52, bytes(7)), (64, bytes(9)), (39, b"000")):
            self.assertIn("length", self.refused(n, value))
        self.assertIn("length", self.refused(62, bytes(1000)))

    def test_wrong_characters(self):
        self.assertIn("no digit", self.refused(3, b"00000A"))
        self.assertIn("no digit", self.refused(4, b"00000000012="))
        self.assertIn("no digit", self.refused(35, b"12^34"))
        self.assertIn("printed", self.refused(38, b"12345\x00"))

    def test_wrong_fields_and_mti(self):
        for n in (0, 1, 5, 24, 63 + 2, 128):
            self.assertIn("not in the table", self.refused(n, b"1"))
        for mti in ("020", "02000", "02A0"):
            self.assertRaises(MessageError, encode, mti, {}, self.out)

    def test_no_room(self):
        fields = {3: b"000000", 60: b"2200000100020"}
        for size in range(22):
            self.assertRaises(MessageError, encode, "0200", fields, bytearray(size))
        self.assertEqual(encode("0200", fields, bytearray(22)), 22)

    def test_an_error_shows_no_content(self):
        self.assertFalse("6200001234567892" in self.refused(2, b"6200001234567892x"))


class Decoding(unittest.TestCase):
    def message(self, n, value):
        bitmap = bytearray(8)
        bitmap[(n - 1) // 8] = 0x80 >> (n - 1) % 8
        return b"\x02\x10" + bytes(bitmap) + bytes.fromhex(value)

    def got(self, n, value):
        return Message(self.message(n, value)).get(n)

    def why(self, n, value):
        text = reason(self.message(n, value))
        self.assertTrue(text.startswith("F%d: " % n))
        return text

    def test_values(self):
        self.assertEqual(self.got(22, "0220"), b"022")
        self.assertEqual(self.got(23, "0001"), b"001")
        self.assertEqual(self.got(48, "0000"), b"")
        self.assertEqual(self.got(48, "000170"), b"7")
        self.assertEqual(self.got(35, "0512d34f"), b"12D34")  # any nibble pads a track
        self.assertEqual(self.got(44, "03d2bb20"), b"\xd2\xbb ")

    def test_absent_is_not_empty(self):
        message = Message(self.message(48, "0000"))
        self.assertTrue(message.has(48))
        self.assertFalse(message.has(49))
        self.assertIsNone(message.get(49))
        self.assertEqual((message.count(48), message.count(49)), (0, 0))

    def test_digits_that_are_none(self):
        for n, value in ((3, "00000a"), (11, "a00000"), (2, "0412f4"), (60, "0011000000010a30")):
            self.assertIn("no digit", self.why(n, value))

    def test_padding(self):
        for n, value in ((22, "0021"), (23, "1001"), (2, "031231"), (60, "00011f")):
            self.assertTrue(self.why(n, value) is not None)

    def test_lengths(self):
        self.assertIn("length 20", self.why(2, "20" + "11" * 10))
        self.assertIn("length 38", self.why(35, "38" + "11" * 19))
        self.assertIn("length 18", self.why(60, "0018" + "11" * 9))
        self.assertIn("length 1008", self.why(62, "1008" + "11" * 1008))
        self.assertIn("no digit", self.why(2, "1a" + "11" * 5))
        self.assertIn("cut short", self.why(62, "00"))
        self.assertIn("cut short", self.why(62, ""))
        self.assertIn("cut short", self.why(64, "11" * 7))

    def test_characters(self):
        for n, size in ((37, 12), (38, 6), (39, 2), (49, 3)):
            self.assertIn("printed", self.why(n, "00" * size))

    def test_fields_outside_the_table(self):
        known = [n for n in range(2, 65) if SPECS[n]]
        self.assertEqual(known, _FIELDS)
        for n in range(2, 65):
            if n not in known:
                self.assertIn("not in the table", self.why(n, "00" * 20))
        self.assertEqual(reason(self.message(1, "00" * 8)), "F1: a second bitmap")

    def test_head(self):
        self.assertTrue(reason(b"") is not None)
        self.assertEqual(Message(b"\x08\x00" + bytes(8)).numbers(), [])
        self.assertIn("no digit", reason(b"\x0a\x00" + bytes(8)))

    def test_kinds_are_exclusive(self):
        for spec in SPECS:
            kinds = [kind for kind in (N, Z, ANS, B) if spec & kind]
            self.assertTrue(len(kinds) <= 1)


if __name__ == "__main__":
    unittest.main()
