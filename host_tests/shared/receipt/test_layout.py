# SPDX-License-Identifier: MIT
"""Columns on paper: fit, alignment, wrapping between characters only, spilling, double width."""

import unittest

from pos.receipt import escpos, gbk
from pos.receipt.errors import LayoutError
from pos.receipt.layout import Sheet


def _lines(sheet):
    return gbk.decode(sheet.take()).split("\n")[:-1]


def _built(columns, name, *args):
    sheet = Sheet(columns)
    getattr(sheet, name)(*args)
    return _lines(sheet)


class LineTest(unittest.TestCase):
    def test_left_centre_right(self):
        self.assertEqual(_built(32, "line", "商户存根 MERCHANT COPY"), ["商户存根 MERCHANT COPY"])
        self.assertEqual(_built(32, "centre", "POS签购单"), ["           POS签购单"])
        self.assertEqual(_built(10, "right", "金额"), ["      金额"])

    def test_exactly_full(self):
        full = "持卡人签名(CARDHOLDER SIGNATURE)"
        for name in ("line", "centre", "right", "wrap"):
            self.assertEqual(_built(32, name, full), [full])

    def test_too_wide(self):
        for name in ("line", "centre", "right"):
            with self.assertRaises(LayoutError):
                _built(9, name, "一二三四五")

    def test_utf8_bytes_are_text_too(self):
        self.assertEqual(_built(6, "right", bytes("金额", "utf-8")), ["  金额"])

    def test_rule_and_skip(self):
        sheet = Sheet(4)
        sheet.rule()
        sheet.skip(2)
        self.assertEqual(sheet.take(), b"----\n\n\n")
        self.assertEqual(sheet.take(), b"")

    def test_unknown_character_counts_two(self):
        self.assertEqual(_built(4, "right", "😀"), ["  〓"])

    def test_grows_past_its_first_buffer(self):
        sheet = Sheet(48)
        for _ in range(100):
            sheet.rule()
        self.assertEqual(sheet.take(), (b"-" * 48 + b"\n") * 100)


class PairTest(unittest.TestCase):
    def test_on_one_line(self):
        self.assertEqual(_built(20, "pair", "发卡行:", "01020000"), ["发卡行:     01020000"])
        self.assertEqual(_built(16, "pair", "发卡行:", "01020000"), ["发卡行: 01020000"])

    def test_no_cell_between(self):
        self.assertEqual(_built(15, "pair", "发卡行:", "01020000"), ["发卡行:", "  01020000"])

    def test_empty_label(self):
        self.assertEqual(_built(10, "pair", "", "V1"), ["        V1"])

    def test_long_value_wraps_under_the_label(self):
        self.assertEqual(
            _built(12, "pair", "商户名称:", "北京市朝阳区便利店"),
            ["商户名称:", "  北京市朝阳", "  区便利店"],
        )


class WrapTest(unittest.TestCase):
    def test_never_splits_a_hanzi(self):
        self.assertEqual(_built(5, "wrap", "一二三四"), ["一二", "三四"])
        self.assertEqual(_built(5, "wrap", "a一b二c三"), ["a一b", "二c三"])

    def test_between_words(self):
        self.assertEqual(
            _built(12, "wrap", "I AGREE TO PAY THE ABOVE"), ["I AGREE TO", "PAY THE", "ABOVE"]
        )

    def test_word_longer_than_the_line(self):
        self.assertEqual(_built(4, "wrap", "ABCDEFGHIJ"), ["ABCD", "EFGH", "IJ"])

    def test_no_punctuation_at_the_start(self):
        self.assertEqual(_built(8, "wrap", "一二三四,五六"), ["一二三", "四,五六"])
        self.assertEqual(_built(8, "wrap", "一二三四，五六"), ["一二三", "四，五六"])

    def test_punctuation_only_is_broken_anyway(self):
        self.assertEqual(_built(4, "wrap", "，，，"), ["，，", "，"])

    def test_indent(self):
        self.assertEqual(_built(6, "wrap", "一二三", 2), ["  一二", "  三"])

    def test_nothing(self):
        self.assertEqual(_built(6, "wrap", ""), [])

    def test_paper_narrower_than_a_character(self):
        with self.assertRaises(LayoutError):
            _built(1, "wrap", "一")


class RowTest(unittest.TestCase):
    _WIDTHS = (14, -6, -12)

    def _row(self, *texts):
        return _built(32, "row", texts, self._WIDTHS)

    def test_settlement_columns(self):
        self.assertEqual(
            self._row("类型/TYPE", "笔数", "金额/AMT"), ["类型/TYPE       笔数    金额/AMT"]
        )
        self.assertEqual(
            self._row("消费/SALE", "41", "5,302.20"), ["消费/SALE         41    5,302.20"]
        )

    def test_too_wide_number_gets_a_line(self):
        self.assertEqual(
            self._row("消费/SALE", "41", "1,000,005,302.20"),
            ["消费/SALE         41", "                1,000,005,302.20"],
        )

    def test_full_column_must_not_touch_its_neighbour(self):
        self.assertEqual(
            self._row("消费/SALE", "41", "1,005,302.20"),
            ["消费/SALE         41", "                    1,005,302.20"],
        )

    def test_too_wide_first_text_goes_before(self):
        self.assertEqual(
            self._row("可口可乐三百三十毫升", "2", "7.00"),
            ["可口可乐三百三十毫升", "                   2        7.00"],
        )

    def test_left_columns(self):
        rows = _built(32, "row", ("000123", "S", "622202******0123"), (8, 4, 20))
        self.assertEqual(rows, ["000123  S   622202******0123"])
        rows = _built(32, "row", ("", "128.50", "A1B2C3"), (7, 14, 11))
        self.assertEqual(rows, ["       128.50        A1B2C3"])


class SizeTest(unittest.TestCase):
    def test_double_width_has_half_the_cells(self):
        sheet = Sheet(32)
        sheet.size(2, 1)
        sheet.centre("金额12")
        with self.assertRaises(LayoutError):
            sheet.line("12345678901234567")
        sheet.size(1, 1)
        sheet.rule()
        data = sheet.take()
        self.assertEqual(data[:3], b"\x1d!\x10")
        self.assertEqual(data[3:], b"     \xbd\xf0\xb6\xee12\n\x1d!\x00" + b"-" * 32 + b"\n")

    def test_commands(self):
        self.assertEqual(escpos.size(2, 2), b"\x1d!\x11")
        self.assertEqual(escpos.size(1, 1) + escpos.bold(False), escpos.QUIET)
        self.assertEqual(escpos.size(1, 2) + escpos.bold(True), escpos.LOUD)
        self.assertEqual(escpos.align(1) + escpos.feed(4), b"\x1ba\x01\x1bd\x04")
        self.assertEqual(escpos.PROOF, b"\x1dr\x01")


if __name__ == "__main__":
    unittest.main()
