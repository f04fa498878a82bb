# SPDX-License-Identifier: MIT
"""Requests: the bytes of 8583_computed.json, and which fields are there (unionpay.md 3.1)."""

import unittest

from fakes.acquirer import card, deal, pin_block, profile, vector
from pos.acquirer import financial, requests
from pos.core.deal import VOID
from pos.core.errors import MessageError
from pos.core.totals import Totals
from pos.iso8583.codec import Message, encode


def message(request):
    mti, fields = request
    out = bytearray(600)
    return Message(bytes(out[: encode(mti, fields, out)]))


class Vectors(unittest.TestCase):
    def same(self, request, name):
        mti, fields = request
        entry = vector(name)
        fields = dict(fields)
        if "64" in entry["fields"]:
            self.assertEqual(fields[64], bytes(8))
            fields[64] = bytes.fromhex(entry["fields"]["64"])
        out = bytearray(300)
        length = encode(mti, fields, out)
        self.assertEqual(bytes(out[:length]).hex().upper(), entry["hex"][26:])

    def test_sale_with_pin(self):
        self.same(financial.request(profile(), deal(), card(), pin_block()), "c_sale_req_mag_pin")

    def test_sale_without_pin(self):
        request = financial.request(profile(), deal(entry_mode="022"), card(), None)
        self.same(request, "c_sale_req_mag_nopin")

    def test_reversal_of_a_sale(self):
        request = financial.reversal(profile(), deal(auth="A1B2C3"), "A0")
        self.same(request, "c_reversal_sale_A0")

    def test_reversal_of_a_void(self):
        self.same(financial.reversal(profile(), deal(VOID), "98"), "c_reversal_void_98")

    def test_management(self):
        single = profile(key_length="001")
        self.same(requests.sign_on(single, 1, 1), "c_signin_req_001")
        self.same(requests.sign_off(profile(), 190, 1), "c_signoff_req")
        self.same(requests.echo(profile(), 1), "c_echo_req")


class Fields(unittest.TestCase):
    def test_sign_on(self):
        for length in ("001", "003", "004"):
            got = message(requests.sign_on(profile(key_length=length), 7, 42))
            self.assertEqual((got.mti, got.numbers()), ("0800", [11, 41, 42, 60, 63]))
            self.assertEqual(got.get(60), b"00000042" + length.encode())
            self.assertEqual((got.get(11), got.get(63)), (b"000007", b"01 "))

    def test_void(self):
        got = message(financial.request(profile(), deal(VOID), card(), pin_block()))
        numbers = [3, 4, 11, 22, 25, 26, 35, 37, 38, 41, 42, 49, 52, 53, 60, 61, 64]
        self.assertEqual((got.mti, got.numbers()), ("0200", numbers))
        self.assertEqual(got.get(3), b"200000")
        self.assertEqual(got.get(37), b"101530000123")
        self.assertEqual(got.get(38), b"A1B2C3")
        self.assertEqual(got.get(60), b"2300000100020")
        self.assertEqual(got.get(61), b"000001000123")

    def test_void_of_a_sale_with_no_rrn_and_no_code(self):
        void = deal(VOID, original_rrn="", original_auth="", entry_mode="022")
        got = message(financial.request(profile(), void, None, None))
        numbers = [3, 4, 11, 22, 25, 37, 41, 42, 49, 60, 61, 64]
        self.assertEqual(got.numbers(), numbers)
        self.assertEqual(got.get(37), b"000000000000")

    def test_track_3(self):
        track3 = bytearray(b"99" + b"1" * 50 + b"=" + b"0" * 51)
        got = message(financial.request(profile(), deal(), card(track3), pin_block()))
        self.assertEqual(got.get(36), b"99" + b"1" * 50 + b"D" + b"0" * 51)
        too_long = financial.request(profile(), deal(), card(bytearray(b"9" * 105)), pin_block())
        self.assertRaises(MessageError, message, too_long)

    def test_security_control(self):
        for length, pin, expected in (
            ("001", True, b"20"),
            ("003", True, b"26"),
            ("004", True, b"261"),
            ("004", False, b"061"),
            ("001", False, b"00"),
            ("003", False, b"06"),
        ):
            sale = deal(entry_mode="021" if pin else "022")
            block = pin_block() if pin else None
            got = message(financial.request(profile(key_length=length), sale, card(), block))
            self.assertEqual(got.get(53), expected + b"0" * (16 - len(expected)))
            self.assertEqual((got.has(26), got.has(52)), (pin, pin))

    def test_pin_and_entry_mode_must_agree(self):
        for mode, block in (("022", pin_block()), ("021", None)):
            self.assertRaises(
                MessageError,
                financial.request,
                profile(),
                deal(entry_mode=mode),
                card(),
                block,
            )

    def test_card_data_is_not_copied(self):
        swiped, block = card(), pin_block()
        fields = financial.request(profile(), deal(), swiped, block)[1]
        self.assertTrue(fields[35] is swiped.track2)
        self.assertTrue(fields[52] is block)

    def test_reversal_has_no_card_data(self):
        got = message(financial.reversal(profile(), deal(), "98"))
        self.assertEqual(got.mti, "0400")
        self.assertEqual(got.numbers(), [3, 4, 11, 22, 25, 39, 41, 42, 49, 60, 64])

    def test_settlement(self):
        totals = Totals()
        totals.debit_count, totals.debit_minor = 41, 530220
        totals.credit_count, totals.credit_minor = 1, 1200
        totals.foreign_debit_count, totals.foreign_debit_minor = 2, 3
        totals.foreign_credit_count, totals.foreign_credit_minor = 4, 5
        got = message(requests.settlement(profile(), 140, 1, totals))
        self.assertEqual((got.mti, got.numbers()), ("0500", [11, 41, 42, 48, 49, 60, 63]))
        self.assertEqual(
            got.get(48),
            b"000000530220041" + b"000000001200001" + b"0"
            b"000000000003002" + b"000000000005004" + b"0",
        )
        self.assertEqual(got.get(60), b"00000001201")

    def test_totals_that_do_not_fit(self):
        totals = Totals()
        totals.debit_count = 1000
        self.assertRaises(MessageError, requests.settlement, profile(), 140, 1, totals)


if __name__ == "__main__":
    unittest.main()
