# SPDX-License-Identifier: MIT
"""Length, TPDU and header, each there or not (reference/unionpay.md, section 1)."""

import unittest

from fakes.acquirer import profile, vector
from pos.acquirer.framing import MAX_FRAME, Framing
from pos.core.errors import MessageError, ProfileError

_BODY = bytes.fromhex("0820" + "0000000000C00010" + "31" * 23 + "0011000000013010")
_FLAGS = (False, True)


def framing(length, tpdu, header):
    return Framing(profile(length_prefix=length, tpdu_present=tpdu, header_present=header))


def framed(made, body):
    buffer = bytearray(b"\xff" * (made.size + len(body)))
    buffer[made.size :] = body
    return bytes(buffer[: made.seal(buffer, len(body))])


class FramingTest(unittest.TestCase):
    def test_all_eight_forms(self):
        for length in _FLAGS:
            for tpdu in _FLAGS:
                for header in _FLAGS:
                    made = framing(length, tpdu, header)
                    size = 5 * tpdu + 6 * header + len(_BODY)
                    head = "%04x" % size if length else ""
                    head += "6000030000" if tpdu else ""
                    head += "603100311100" if header else ""
                    frame = framed(made, _BODY)
                    self.assertEqual(frame, bytes.fromhex(head) + _BODY)
                    self.assertEqual(bytes(made.body(memoryview(frame))), _BODY)
                    self.assertEqual(made.missing(frame, len(frame)), 0)

    def test_a_vector(self):
        raw = bytes.fromhex(vector("c_echo_req")["hex"])
        self.assertEqual(framed(framing(True, True, True), raw[13:]), raw)

    def test_missing_by_length(self):
        made = framing(True, True, True)
        frame = bytearray(MAX_FRAME)
        frame[:2] = b"\x01\x00"
        self.assertEqual([made.missing(frame, got) for got in (0, 1, 2, 3)], [2, 1, 256, 255])
        self.assertEqual(made.missing(frame, 258), 0)

    def test_missing_without_length(self):
        made = framing(False, True, True)
        frame = bytearray(MAX_FRAME)
        whole = framed(made, _BODY)
        frame[: len(whole)] = whole
        for got in range(len(whole)):
            self.assertEqual(made.missing(frame, got), MAX_FRAME - got)
        self.assertEqual(made.missing(frame, len(whole)), 0)
        self.assertEqual(made.missing(frame, MAX_FRAME), 0)

    def test_lengths_that_cannot_be(self):
        made = framing(True, True, True)
        frame = bytearray(MAX_FRAME)
        for size in (0, 1, 20, MAX_FRAME - 1, 0xFFFF):
            frame[0], frame[1] = size >> 8, size & 255
            self.assertRaises(MessageError, made.missing, frame, 2)
        for size in (21, MAX_FRAME - 2):
            frame[0], frame[1] = size >> 8, size & 255
            self.assertEqual(made.missing(frame, 2), size)

    def test_requirement(self):
        made = framing(True, True, True)
        frame = bytearray(framed(made, _BODY))
        self.assertEqual(made.requirement(frame), "0")
        frame[9] = 0x03
        self.assertEqual(made.requirement(frame), "3")
        frame[9] = 0x0A
        self.assertRaises(MessageError, made.requirement, frame)
        self.assertEqual(framing(True, True, False).requirement(frame), "0")

    def test_a_profile_that_cannot_be(self):
        for name, value in (("tpdu", "60000300G0"), ("header", "60310031110 ")):
            bad = profile()
            setattr(bad, name, value)
            self.assertRaises(ProfileError, Framing, bad)


if __name__ == "__main__":
    unittest.main()
