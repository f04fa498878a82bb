# SPDX-License-Identifier: MIT
"""Downloads and status upload on the wire: what is asked, what an answer may be, the tags."""

import unittest

from fakes.acquirer import profile, vector
from fakes.hosts import FakeMessage
from pos.acquirer import downloads, tags
from pos.acquirer.entries import entries
from pos.core import aio
from pos.core.errors import HostDeclined, MessageError
from pos.iso8583.codec import encode


class Asked:
    """A host that keeps the request and gives one answer."""

    def __init__(self, **changes):
        self.request = None
        self._changes = changes

    async def ask(self, build, read):
        self.request = build(profile())
        answer = {39: b"00", 60: self.request[1][60], 62: b"0"}
        for name in self._changes:
            answer[int(name[1:])] = self._changes[name]
        return read(FakeMessage(answer), "0")


def asked(call, *values, **changes):
    host = Asked(**changes)
    return aio.run(call(host, 1, *values)), host.request


class RequestsTest(unittest.TestCase):
    def test_parts(self):
        for had, f62 in ((0, None), (1, b"01"), (98, b"98")):
            found, (mti, fields) = asked(downloads.part, 390, had)
            self.assertEqual(found, (b"0", bytearray()))
            self.assertEqual((mti, fields[60], fields.get(62)), ("0800", b"00000001390", f62))
            self.assertEqual(sorted(fields), [41, 42, 60] + ([62] if had else []))

    def test_end_is_that_of_the_vectors(self):
        wanted = bytes.fromhex(vector("c_param_download_end")["hex"])
        _, (mti, fields) = asked(downloads.end, 360)
        buffer = bytearray(100)
        length = encode(mti, fields, buffer, 0)
        self.assertEqual(bytes(buffer[:length]), wanted[13:])

    def test_status(self):
        _, (mti, fields) = asked(downloads.status, b"1230")
        self.assertEqual((mti, fields[60], fields[62]), ("0820", b"00000001362", b"1230"))
        self.assertEqual(sorted(fields), [41, 42, 60, 62])


class AnswersTest(unittest.TestCase):
    def test_parts(self):
        for flag in (b"0", b"1", b"2", b"3"):
            found, _ = asked(downloads.part, 360, 0, f62=flag + b"1230")
            self.assertEqual(found, (flag, bytearray(b"1230")))

    def test_unusable(self):
        for changes in ({"f62": b"4"}, {"f62": b""}, {"f62": None}, {"f60": b"00000001390"}):
            with self.assertRaises(MessageError):
                asked(downloads.part, 360, 0, **changes)

    def test_declined(self):
        for call, values in ((downloads.part, (360, 0)), (downloads.end, (360,))):
            with self.assertRaises(HostDeclined):
                asked(call, *values, f39=b"30")

    def test_entries(self):
        content = bytearray(b"06622202" + b"166225880000000001")
        found = [bytes(digits) for digits in entries(content)]
        self.assertEqual(found, [b"622202", b"6225880000000001"])
        self.assertEqual(list(entries(bytearray())), [])

    def test_bad_entries(self):
        for content in (
            b"0",
            b"06",
            b"0662220",
            b"0x622202",
            b"0662220x",
            b"00",
            b"05622200",
            b"20" + b"6" * 20,
            b"066222021",
        ):
            with self.assertRaises(MessageError):
                list(entries(bytearray(content)))


class TagsTest(unittest.TestCase):
    def test_parameters(self):
        name = b"\xb2\xe2\xca\xd4".ljust(40) if hasattr(b"", "ljust") else None
        name = name or b"\xb2\xe2\xca\xd4" + b" " * 36
        content = b"1130" + b"1245" + b"132" + b"14" + b"0" * 14 + b"180" + b"1910" + b"201"
        content += b"211" + b"22" + name + b"235" + b"241" + b"250" + b"26\x06\x00\x00\x00"
        self.assertEqual(
            tags.parameters(content),
            {
                "answer_timeout_s": 45,
                "connect_tries": 2,
                "tip_allowed": False,
                "tip_percent_max": 10,
                "manual_pan_allowed": True,
                "auto_signoff": True,
                "merchant_name": "测试",
                "reversal_tries": 5,
                "transactions": "06000000",
            },
        )

    def test_bad_tags_are_named(self):
        for content, said in (
            (b"99", "unknown tag 99"),
            (b"1x30", "tag is not digits"),
            (b"1", "unknown tag 1"),
            (b"124", "tag 12 is cut short"),
            (b"12", "tag 12 is cut short"),
            (b"12x5", "tag 12 is not digits"),
            (b"182", "tag 18 is neither 0 nor 1"),
            (b"1230" + b"27", "unknown tag 27"),
        ):
            with self.assertRaises(MessageError) as caught:
                tags.parameters(content)
            self.assertIn(said, caught.exception.reason)

    def test_report(self):
        found = profile(answer_timeout_s=120, merchant_name="测试", tip_allowed=False)
        report = tags.report(found, ("0.1.0", 1234, "0A1B2C3D", "20261122", 7, 1))
        self.assertEqual(report[:11], b"1299131180" + b"1")  # 120 s do not fit: the most that does
        self.assertEqual(
            tags.parameters(report[: report.find(b"900.1.0")])["merchant_name"], "测试"
        )
        self.assertEqual(
            report[report.find(b"900.1.0") :],
            b"900.1.0       9101234920A1B2C3D932026112294000795001",
        )
        self.assertTrue(len(report) < 999)
