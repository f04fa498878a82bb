# SPDX-License-Identifier: MIT
"""Which answer counts: one table row a way to be wrong (reference/unionpay.md 3.1, 5, 6)."""

import unittest

from fakes.acquirer import GOOD_MAC, card, deal, pin_block, profile, vector
from pos.acquirer import answers, financial, requests
from pos.core.errors import HostDeclined, MessageError, NoAnswer
from pos.core.totals import Totals
from pos.iso8583.codec import Message, encode

_APPROVED = {
    3: b"000000",
    4: b"000000012345",
    11: b"000123",
    12: b"101530",
    13: b"0715",
    15: b"0716",
    37: b"101530000123",
    38: b"A1B2C3",
    39: b"00",
    41: b"12345678",
    42: b"123456789012345",
    44: b"01020000   00010000   ",
    60: b"2200000100020",
    63: b"CUP\xd2\xbb",
    64: GOOD_MAC,
}
_ABSENT = None


def sale():
    return financial.request(profile(), deal(), card(), pin_block())


def message(mti, base, changes):
    fields = {}
    for n in base:
        fields[n] = base[n]
    for n in changes:
        fields[n] = changes[n]
    out = bytearray(300)
    fields = {n: fields[n] for n in fields if fields[n] is not _ABSENT}
    return Message(bytes(out[: encode(mti, fields, out)]))


def outcome(mti, changes, request):
    """Check an answer to `request` and return what an exchange would make of it."""
    got = message(mti, _APPROVED, changes)
    try:
        answers.check(got, request, got.get(64) == GOOD_MAC)
        answer = answers.Answer(got, "0")
        return "approved" if answer.approved else "declined"
    except MessageError as error:
        return "F%d" % error.field
    except NoAnswer as error:
        return error.f39 + (" sign on" if error.sign_on_again else "")


class Sale(unittest.TestCase):
    def test_matching_table(self):
        for mti, changes, expected in (
            ("0210", {}, "approved"),
            ("0200", {}, "F0"),
            ("0410", {}, "F0"),
            ("0230", {}, "F0"),
            ("0210", {3: b"200000"}, "F3"),
            ("0210", {4: b"000000012346"}, "F4"),
            ("0210", {11: b"000124"}, "F11"),
            ("0210", {41: b"12345679"}, "F41"),
            ("0210", {42: b"123456789012346"}, "F42"),
            ("0210", {3: _ABSENT}, "F3"),
            ("0210", {4: _ABSENT}, "F4"),
            ("0210", {11: _ABSENT}, "F11"),
            ("0210", {41: _ABSENT}, "F41"),
            ("0210", {42: _ABSENT}, "F42"),
            ("0210", {39: _ABSENT}, "F39"),
            ("0210", {38: _ABSENT, 37: _ABSENT, 44: _ABSENT, 63: _ABSENT}, "approved"),
        ):
            self.assertEqual(
                (mti, changes, outcome(mti, changes, sale())), (mti, changes, expected)
            )

    def test_response_codes(self):
        for f39 in (b"00", b"11", b"A2", b"A4", b"A5", b"A6"):
            self.assertEqual(outcome("0210", {39: f39}, sale()), "approved")
        for f39 in (b"51", b"55", b"A0", b"77", b"99", b"97", b"98", b"A3", b"ZZ", b"  "):
            self.assertEqual(outcome("0210", {39: f39}, sale()), "declined")
        self.assertEqual(outcome("0210", {39: b"10"}, sale()), "F39")

    def test_a_decline_may_leave_fields_out_but_not_change_them(self):
        for changes, expected in (
            ({3: _ABSENT, 4: _ABSENT, 42: _ABSENT}, "declined"),
            ({42: b"123456789012346"}, "declined"),
            ({4: b"000000012346"}, "F4"),
            ({3: b"200000"}, "F3"),
            ({11: _ABSENT}, "F11"),
        ):
            changes[39] = b"51"
            self.assertEqual(outcome("0210", changes, sale()), expected)

    def test_mac(self):
        for f39, f64, expected in (
            (b"00", _ABSENT, "A0"),
            (b"00", b"00000000", "A0"),
            (b"51", _ABSENT, "A0"),
            (b"51", b"00000000", "A0"),
            (_ABSENT, _ABSENT, "A0"),
            (b"A0", _ABSENT, "06 sign on"),
            (b"77", _ABSENT, "06 sign on"),
            (b"97", _ABSENT, "06 sign on"),
            (b"99", _ABSENT, "06 sign on"),
            (b"A0", b"00000000", "A0"),
        ):
            self.assertEqual(outcome("0210", {39: f39, 64: f64}, sale()), expected)

    def test_reversal(self):
        request = financial.reversal(profile(), deal(), "98")
        self.assertEqual(outcome("0410", {}, request), "approved")
        self.assertEqual(outcome("0410", {39: b"25", 4: _ABSENT}, request), "declined")
        self.assertEqual(outcome("0210", {}, request), "F0")
        self.assertEqual(outcome("0410", {64: _ABSENT}, request), "A0")
        self.assertEqual(outcome("0410", {4: b"000000000001"}, request), "F4")


class Extraction(unittest.TestCase):
    def answer(self, changes):
        return answers.Answer(message("0210", _APPROVED, changes), "3")

    def test_everything(self):
        got = self.answer({})
        self.assertEqual((got.response, got.rrn, got.auth), ("00", "101530000123", "A1B2C3"))
        self.assertEqual((got.settle_date, got.date, got.time), ("0716", "0715", "101530"))
        self.assertEqual((got.issuer, got.acquirer), ("01020000", "00010000"))
        self.assertEqual((got.scheme, got.requirement), ("CUP", "3"))
        self.assertTrue(got.approved)
        self.assertFalse(got.sign_on_again)
        self.assertTrue(self.answer({39: b"77"}).sign_on_again)

    def test_nothing(self):
        got = self.answer({n: _ABSENT for n in (12, 13, 15, 37, 38, 44, 63)})
        for value in (got.rrn, got.auth, got.settle_date, got.date, got.time):
            self.assertEqual(value, "")
        self.assertEqual((got.issuer, got.acquirer, got.scheme), ("", "", ""))

    def test_names_in_gbk_are_left_out(self):
        got = self.answer({44: b"\xb9\xa4\xc9\xcc       00010000   ", 63: b"\xd2\xbb "})
        self.assertEqual((got.issuer, got.acquirer, got.scheme), ("", "00010000", ""))

    def test_times_and_dates_that_are_none(self):
        for value in (b"246000", b"240000", b"126000", b"125960"):
            self.assertEqual(self.answer({12: value}).time, "")
        for value in (b"0000", b"1301", b"0132", b"0100"):
            self.assertEqual(self.answer({13: value}).date, "")
        got = self.answer({12: b"000000", 13: b"1231"})
        self.assertEqual((got.time, got.date), ("000000", "1231"))


def vector_message(name):
    return Message(bytes.fromhex(vector(name)["hex"])[13:])


class Management(unittest.TestCase):
    def test_sign_on(self):
        got = vector_message("c_signin_resp_003")
        answers.check(got, requests.sign_on(profile(), 1, 1), False)
        answers.accepted(got)
        self.assertEqual(answers.batch(got), 1)
        self.assertRaises(
            MessageError, answers.check, got, requests.sign_on(profile(), 2, 1), False
        )

    def test_sign_on_refused(self):
        got = vector_message("c_signin_resp_reject_97")
        answers.check(got, requests.sign_on(profile(), 1, 1), False)
        with self.assertRaises(HostDeclined) as caught:
            answers.accepted(got)
        self.assertEqual(caught.exception.response, "97")

    def test_batch_numbers_that_are_not_adopted(self):
        for f60, expected in (
            (b"00000519003", 519),
            (b"00999998003", 999998),
            (b"00999999003", None),
            (b"00000000003", None),
            (b"00", None),
            (None, None),
        ):
            self.assertEqual(answers.batch(message("0810", {60: f60}, {})), expected)


class Settlement(unittest.TestCase):
    def settled(self, changes, number=1):
        base = {}
        for key in vector("c_settlement_resp_unbalanced")["fields"]:
            base[int(key)] = vector("c_settlement_resp_unbalanced")["fields"][key].encode()
        got = message("0510", base, changes)
        request = requests.settlement(profile(), 140, number, Totals())
        answers.check(got, request, False)
        return answers.settled(got, number, request[1][48], "0")

    def test_flags(self):
        got = self.settled({})
        self.assertEqual((got.domestic, got.foreign), ("2", "1"))
        self.assertEqual((got.date, got.time, got.rrn), ("0715", "200000", "200000000140"))
        for digit in (b"1", b"2", b"3"):
            got = self.settled({48: b"0" * 30 + digit + b"0" * 30 + b"1"})
            self.assertEqual((got.domestic, got.foreign), (digit.decode(), "1"))

    def test_results_that_cannot_be(self):
        zeros, other = b"0" * 30, b"0" * 29 + b"1"
        for totals in (
            zeros + b"0" + zeros + b"1",
            zeros + b"1" + zeros + b"9",
            other + b"1" + zeros + b"1",
            zeros + b"1" + other + b"1",
        ):
            self.assertRaises(MessageError, self.settled, {48: totals})
        self.assertEqual(self.settled({48: other + b"2" + zeros + b"1"}).domestic, "2")

    def test_no_settlement(self):
        for changes in (
            {48: b"0" * 61},
            {48: b""},
            {48: _ABSENT},
            {60: b"00000002201"},
            {60: _ABSENT},
            {11: b"000141"},
            {41: b"87654321"},
            {42: b"543210987654321"},
        ):
            self.assertRaises(MessageError, self.settled, changes)

    def test_with_f39(self):
        self.assertEqual(self.settled({39: b"00"}).domestic, "2")
        self.assertRaises(HostDeclined, self.settled, {39: b"96"})


if __name__ == "__main__":
    unittest.main()
