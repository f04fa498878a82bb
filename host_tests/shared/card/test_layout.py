# SPDX-License-Identifier: MIT
"""Track layouts: where the PAN lies, expiry and service code, what is no payment track."""

import unittest

from pos.card import layout
from vectors_io import load

VECTORS = load("track_vectors.json")["vectors"]


def fields_of(track: int, text: str) -> tuple:
    data = bytearray(text.encode())
    fields = layout.PARSERS[track](data)
    if fields is None:
        return ()
    return str(layout.pan_digits(data, fields), "ascii"), fields.expiry, fields.service


class VectorTest(unittest.TestCase):
    def check(self, track: int) -> int:
        count = 0
        for vector in VECTORS:
            expect = vector["expect"]
            if vector["track"] != track or "raw" not in vector or "pan" not in expect:
                continue
            if "lrc" not in vector or vector["raw"][0] not in "%;":
                continue
            expiry = expect["exp"] or ""
            if expiry in ("4912", "0000"):
                expiry = "-"
            elif expiry[2:] > "12":
                expiry = ""
            want = (expect["pan"].replace(" ", ""), expiry, expect.get("service") or "")
            self.assertEqual(fields_of(track, vector["raw"]), want, vector["id"])
            count += 1
        return count

    def test_track_1(self) -> None:
        self.assertGreater(self.check(1), 12)

    def test_track_2(self) -> None:
        self.assertGreater(self.check(2), 10)

    def test_track_3(self) -> None:
        self.assertEqual(self.check(3), 2)


class Track2Test(unittest.TestCase):
    def test_fields_replaced_by_separators(self) -> None:
        self.assertEqual(fields_of(2, ";6250930000000036==220123?")[1:], ("", "220"))
        self.assertEqual(fields_of(2, ";6250930000000036=3312=123?")[1:], ("3312", ""))
        self.assertEqual(fields_of(2, ";6250930000000036===123?")[1:], ("", ""))

    def test_no_expiry_conventions(self) -> None:
        for expiry in ("4912", "0000"):
            self.assertEqual(fields_of(2, ";6250930000000036=%s120?" % expiry)[1:], ("-", "120"))

    def test_month_that_does_not_exist(self) -> None:
        for expiry in ("3300", "3313", "1225"):
            fields = layout.track2(bytearray(b";6250930000000036=%s120?" % expiry.encode()))
            self.assertEqual(fields.expiry, "")
            self.assertFalse(fields.sure)

    def test_country_after_59(self) -> None:
        for text, expiry in (
            (";5900000000000000=5282912101?", "2912"),
            (";5900000000000000=2912101?", "2912"),
            (";5900000000000000=1562912101?", "2912"),
            (";6250930000000036=5282912?", ""),
        ):
            self.assertEqual(fields_of(2, text)[1], expiry, text)
        self.assertEqual(fields_of(2, ";5900000000000000=5282912101?")[2], "101")
        both = ";5900000000000000=2801203101?"  # 2801 and 1203 are months both: no country
        self.assertEqual(fields_of(2, both)[1:], ("2801", "203"))

    def test_pan_lengths(self) -> None:
        for length in range(1, 25):
            text = ";" + "4" * length + "=3312220?"
            self.assertEqual(fields_of(2, text) != (), 13 <= length <= 19, length)

    def test_no_payment_track(self) -> None:
        for text in (
            ";0100231132?",
            ";?",
            ";6250930000000036?",
            ";=3312220?",
            ";625093000000=3312?",
        ):
            self.assertEqual(fields_of(2, text), ())
        for text in (";6250930000000036=?", ";6250930000000036=33?", ";6250930000000036=3312:20?"):
            self.assertEqual(fields_of(2, text), ())


class Track1Test(unittest.TestCase):
    def test_other_formats(self) -> None:
        for text in ("%A6250930000000036^X^3312220?", "%0000000      C      9?", "%?", "%B?"):
            self.assertEqual(fields_of(1, text), ())

    def test_cut_short(self) -> None:
        whole = "%B6250930000000036^NAME^3312220"
        for length in range(2, 22):
            self.assertEqual(fields_of(1, whole[:length] + "?"), (), length)

    def test_name_without_end(self) -> None:
        self.assertEqual(fields_of(1, "%B6250930000000036^" + "A" * 40 + "^3312220?"), ())


class Track3Test(unittest.TestCase):
    def test_both_editions(self) -> None:
        for text in (";996250930000000036=156156099?", ";996250930000000036==156099?"):
            self.assertEqual(fields_of(3, text)[0], "6250930000000036")

    def test_expiry_in_both_editions(self) -> None:
        for head in ("=156156", "=156=", "==156", "==="):
            for pin_control in ("000000", "="):
                for after in ("=0=0=0", "123456789=="):
                    text = ";996250930000000036%s0999999996001016%s010000033120%s?"
                    text = text % (head, pin_control, after)
                    self.assertEqual(fields_of(3, text)[1], "3312", text)

    def test_no_expiry_where_the_layout_is_another(self) -> None:
        whole = ";996250930000000036=1561560999999996001016000000010000033120"
        for length in range(20, len(whole) + 1):
            self.assertEqual(fields_of(3, whole[:length] + "?")[1], "", length)
        self.assertEqual(fields_of(3, whole[:-5] + "33130=0=?")[1], "")
        self.assertEqual(fields_of(3, whole[:-5] + "00000=0=?")[1], "-")

    def test_without_a_pan(self) -> None:
        """ISO 4909 lets track 3 leave it to track 2; then all the rest must be there."""
        for head in ("=156156", "=156=", "==156", "==="):
            text = bytearray(
                (";99%s09999999960010160000000100000%s0=0=0=0?" % (head, "3312")).encode()
            )
            fields = layout.track3(text)
            self.assertEqual((fields.expiry, fields.sure), ("3312", False))
            self.assertEqual(layout.pan_digits(text, fields), b"")
            for length in range(6, 38):
                self.assertIsNone(layout.track3(text[:length] + b"?"), length)

    def test_not_track_3(self) -> None:
        for text in (";99=156?", ";9?", "%0000000   ?", ";240000000000000000^12323?"):
            self.assertEqual(fields_of(3, text), ())


if __name__ == "__main__":
    unittest.main()
