# SPDX-License-Identifier: MIT
"""Slips against golden bytes, and what must and must not stand on them."""

import unittest

from fakes.slip_cases import CASES, NOW, Report, deal, from_text, golden, profile, void
from pos.core.deal import DECLINED, PENDING, REVERSED, VOIDED
from pos.core.errors import LedgerError
from pos.ledger.names import KIND_NAMES
from pos.receipt import form, gbk, slips
from pos.receipt.errors import LayoutError
from pos.receipt.layout import Sheet


def _text(data):
    return gbk.decode(data)


class GoldenTest(unittest.TestCase):
    def test_every_slip_to_the_byte(self):
        for name, build in CASES:
            self.assertEqual(build(), from_text(golden(name), gbk.encode), name)


class SaleTest(unittest.TestCase):
    def test_only_the_merchant_copy_is_signed(self):
        for copy, copies, signed in ((1, 1, True), (1, 3, True), (2, 3, False), (3, 3, False)):
            text = _text(slips.sale_slip(deal(), profile(), copy, copies))
            self.assertEqual("SIGNATURE" in text, signed)
            self.assertEqual("同意将其记入本卡账户" in text, signed)

    def test_no_slip_without_approval(self):
        for state in (PENDING, DECLINED, REVERSED):
            with self.assertRaises(LedgerError):
                slips.sale_slip(deal(state=state), profile(), 1, 2)

    def test_unknown_kind(self):
        with self.assertRaises(LedgerError):
            slips.sale_slip(deal(kind=99), profile(), 1, 2)

    def test_every_kind_has_a_name(self):
        for kind in KIND_NAMES:
            slips.sale_slip(deal(kind=kind), profile(), 1, 2)

    def test_void_is_negative_with_its_original(self):
        text = _text(slips.sale_slip(void(), profile(), 1, 2))
        self.assertIn("RMB -128.50\n", text)
        self.assertIn("原凭证号(VOUCHER NO): 000123\n", text)

    def test_entry_letter(self):
        for mode, tail in (
            ("021", "0123 /S\n"),
            ("901", "0123 /S\n"),
            ("012", "0123 /M\n"),
            ("801", "0123 /F\n"),
            ("", "0123\n"),
            ("771", "0123\n"),
        ):
            self.assertIn(tail, _text(slips.sale_slip(deal(entry_mode=mode), profile(), 1, 2)))

    def test_slips_are_chinese_in_an_english_terminal(self):
        self.assertEqual(
            slips.sale_slip(deal(), profile(lang="en"), 1, 2),
            slips.sale_slip(deal(), profile(), 1, 2),
        )

    def test_text_from_outside_commands_nothing(self):
        data = slips.sale_slip(deal(issuer="\x1bp\x00银行\n\x1d"), profile(), 2, 2)
        plain = slips.sale_slip(deal(), profile(), 2, 2)
        for byte in (b"\x1b", b"\x1d", b"\x00"):
            self.assertEqual(len(data.split(byte)), len(plain.split(byte)))

    def test_unknown_character_of_a_merchant_name(self):
        data = slips.sale_slip(deal(), profile(merchant_name="店😀"), 2, 2)
        self.assertIn("  店〓\n", _text(data))

    def test_largest_values_still_print(self):
        big = deal(
            amount_minor=999999999999, stan=999999, batch=999999, issuer="行" * 11, rrn="9" * 12
        )
        name = profile(merchant_name="店" * 40, hotline="热" * 20, currency_sign="人民币元")
        self.assertIn(
            "人民币元 9999999999.99\n", _text(slips.sale_slip(big, name, 1, 3, 999, NOW))
        )


class SettlementTest(unittest.TestCase):
    def test_numbers_are_the_reports(self):
        report = Report()
        report.totals.debit_count = 7  # nothing on the slip is added up
        text = _text(slips.settlement_slip(report, profile()))
        self.assertIn("借记合计           7    5,302.20\n", text)
        self.assertIn("消费/SALE         43    6,582.20\n", text)

    def test_flags(self):
        for flag, words in (("1", "对账平"), ("2", "对账不平"), ("3", "对账错误"), ("", "未对账")):
            text = _text(slips.settlement_slip(Report((flag, "1")), profile()))
            self.assertIn("内卡: %s\n" % words, text)
            self.assertIn("外卡: 对账平\n", text)
            self.assertEqual("未对平" in text, flag != "1")

    def test_open_reversals(self):
        text = _text(slips.settlement_slip(Report(unresolved=(1, 8800)), profile()))
        self.assertIn("未决冲正           1       88.00\n", text)
        self.assertIn("有未决冲正", text)

    def test_huge_totals_get_a_line(self):
        report = Report(pending=(999, 99999999999900))
        text = _text(slips.settlement_slip(report, profile()))
        self.assertIn("待冲正           999\n              999,999,999,999.00\n", text)


class DetailTest(unittest.TestCase):
    def test_only_what_moved_money(self):
        deals = [deal(), deal(state=REVERSED), deal(state=VOIDED), deal(state=DECLINED)]
        text = _text(slips.detail_slip(deals, 17, profile()))
        self.assertIn("000123  S   622202******0123\n", text)
        self.assertIn("000123  S*  622202******0123\n", text)
        self.assertIn("共 2 笔\n", text)

    def test_parts_make_the_whole(self):
        parts = [slips.detail_head(17, profile(), NOW), slips.detail_entry(deal())]
        parts.append(slips.detail_foot(1))
        self.assertEqual(b"".join(parts), slips.detail_slip([deal()], 17, profile(), NOW))


class FormTest(unittest.TestCase):
    def test_first_source_wins_and_zero_is_left_out(self):
        sheet = Sheet(16)
        form.fill(sheet, ":a|stan\n:b|batch\n c", ({"stan": "7"}, deal(batch=0)))
        self.assertEqual(sheet.take(), b"a              7\nc\n")

    def test_unknown_name_and_kind(self):
        for text in (":a|nothing", "?a"):
            with self.assertRaises(LayoutError):
                form.fill(Sheet(), text, (deal(),))


if __name__ == "__main__":
    unittest.main()
