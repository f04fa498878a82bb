# SPDX-License-Identifier: MIT
"""Masked lines: nothing of card, PIN or key shows, whatever message is described."""

import unittest

from pos.iso8583 import describe
from pos.iso8583.codec import Message, encode
from vectors_io import load

_PAN = "6200001234567892"
_SECRET = ("F14", "F35", "F36", "F52", "F55", "F58", "F59", "F62")


def described(mti, fields):
    out = bytearray(400)
    return describe.lines(Message(memoryview(out)[: encode(mti, fields, out)]))


class Lines(unittest.TestCase):
    def test_a_sale(self):
        fields = {
            2: _PAN.encode(),
            4: b"000000012345",
            14: b"3012",
            35: b"6200001234567892=3012120123",
            38: b"A1B2C3",
            52: bytes(8),
            63: b"CUP\xd2\xbb",
            64: b"27402A7C",
        }
        self.assertEqual(
            described("0200", fields),
            [
                "0200",
                "F2 620000******7892",
                "F4 000000012345",
                "F14 ****",
                "F35 " + "*" * 27,
                "F38 A1B2C3",
                "F52 ********",
                "F63 CUP..",
                "F64 3237343032413743",
            ],
        )

    def test_batch_details_hold_pans(self):
        record = b"00000123" + b"00006200001234567892" + b"000000012345"
        self.assertEqual(described("0320", {48: b"01" + record})[1], "F48 " + "*" * 42)
        self.assertEqual(described("0320", {48: b"0003"})[1], "F48 0003")
        self.assertEqual(described("0500", {48: b"0" * 62})[1], "F48 " + "0" * 62)

    def test_no_vector_shows_a_secret(self):
        for name in ("8583_messages.json", "8583_computed.json"):
            for vector in load(name):
                raw = bytes.fromhex(vector["hex"])
                for key, size in (("length_field", 2), ("tpdu", 5), ("header", 6)):
                    raw = raw[size:] if vector[key] is not None else raw
                for line in describe.lines(Message(raw)):
                    self.assertFalse("1234567892" in line)
                    if line.split(" ")[0] in _SECRET:
                        self.assertEqual(line.split(" ")[1].strip("*"), "")


if __name__ == "__main__":
    unittest.main()
