# SPDX-License-Identifier: MIT
"""Every published track text, field by field; forms that readers print; what must be refused."""

import unittest

from pos.card import parse, parse_fields, parse_service, service
from pos.core.errors import CardError
from vectors_io import load

VECTORS = [v for v in load("track_vectors.json")["vectors"] if "raw" in v]
_NOT_FIELDS = ("ok", "luhn", "aamva", "on_track", "why", "reader_form", "same_as")


def parsed(text: str, track: int = 0) -> object:
    return parse.parse(*parse.reader_form(text.encode(), track))


def field(got: object, name: str) -> object:
    value = got.get(name)
    return None if value is None else str(value, "ascii")


class VectorTest(unittest.TestCase):
    def check(self, vector: dict) -> None:
        expect = vector["expect"]
        got = parsed(vector["raw"], vector["track"])
        for name in expect:
            if name not in _NOT_FIELDS:
                want = expect[name]
                self.assertEqual(field(got, name), want, "%s %s" % (vector["id"], name))
        if "luhn" in expect:
            self.assertEqual(parse_fields.luhn(got.get("pan")), expect["luhn"], vector["id"])
            self.assertEqual("luhn" in got.flags, not expect["luhn"], vector["id"])
        self.assertEqual(got.kind == "aamva", expect.get("aamva", False), vector["id"])
        if "on_track" in expect:
            self.assertEqual(got.track, expect["on_track"])

    def test_every_text_vector(self) -> None:
        by_id = {vector["id"]: vector for vector in VECTORS}
        for vector in VECTORS:
            if not vector["expect"]["ok"]:
                with self.assertRaises(CardError):
                    parsed(vector["raw"], vector["track"])
                continue
            same = vector["expect"].get("same_as")
            if same:
                self.assertEqual(
                    parse.reader_form(vector["raw"].encode())[1].decode(), by_id[same]["raw"]
                )
                vector = dict(vector, expect=by_id[same]["expect"])
            self.check(vector)
        self.assertEqual(len(VECTORS), 35)

    def test_lrc_as_printed(self) -> None:
        count = 0
        for vector in VECTORS:
            if "lrc" not in vector or vector["raw"][0] not in "%;":
                continue
            raw, track = vector["raw"].encode(), vector["track"]
            good = vector["lrc"].encode()
            self.assertEqual(parse.reader_form(raw + good, track), (track, raw), vector["id"])
            with self.assertRaises(CardError):
                parse.reader_form(raw + bytes([good[0] ^ 1]), track)
            count += 1
        self.assertGreater(count, 30)


class FlagTest(unittest.TestCase):
    def test_month_that_does_not_exist(self) -> None:
        self.assertIn("bad_month", parsed("%B5473500000000014^MASTERCARD TEST^1225104123?").flags)
        self.assertNotIn("bad_month", parsed(";4242424242424242=2912101?").flags)

    def test_no_expiry(self) -> None:
        for expiry in ("4912", "0000"):
            self.assertIn("no_expiry", parsed(";4242424242424242=%s101?" % expiry).flags)

    def test_names(self) -> None:
        got = parsed("%B4242424242424242^M]LLER-#/J[N A.DR  ^2912101?")
        self.assertIn("national", got.flags)
        names = [field(got, name) for name in ("surname", "given", "title")]
        self.assertEqual(names, ["M]LLER-#", "J[N A", "DR"])
        got = parsed("%B4242424242424242^VI TEST CREDIT^2912101?")
        self.assertEqual((field(got, "surname"), got.get("given")), ("VI TEST CREDIT", None))
        self.assertEqual(field(parsed("%B4242424242424242^   /   ^2912101?"), "surname"), None)

    def test_characters_that_names_should_not_have(self) -> None:
        """Published cards have them all the same; what the coding lacks is refused."""
        for value in range(0x20, 0x60):
            name = "DOE%sX/J" % chr(value)
            text = "%%B4242424242424242^%s^2912101?" % name
            if value in b"^?/":
                continue
            got = parsed(text)
            self.assertEqual((got.kind, field(got, "name")), ("iso7813-b", name))
        for char in "~a`":
            with self.assertRaises(CardError):
                parsed("%%B4242424242424242^DOE%sX^2912101?" % char)

    def test_country_after_59(self) -> None:
        got = parsed(";5900000000000000=5282912101?")
        self.assertEqual((field(got, "country"), field(got, "exp")), ("528", "2912"))
        got = parsed(";5900000000000000=2912101?")
        self.assertEqual((got.get("country"), field(got, "exp")), (None, "2912"))
        got = parsed("%B5900000000000000^280DOE/J^2912101?")
        self.assertEqual((field(got, "country"), field(got, "name")), ("280", "DOE/J"))


class Track3Test(unittest.TestCase):
    HEAD = ";01624242424242424242="
    TAIL = "1234567890123454000000001000029121123456789=="

    def test_edition_of_2006(self) -> None:
        text = ";014242424242424242==8400123412346001010=01000002912112345678955=66=1=789?"
        got = parsed(text, 3)
        self.assertEqual((got.kind, got.flags), ("iso4909", ["edition_2006"]))
        want = {
            "format": "01",
            "country": None,
            "currency": "840",
            "pin_control": None,
            "exp": "2912",
            "card_seq": "1",
            "card_security": "123456789",
            "san1": "55",
            "san2": "66",
            "relay": "1",
            "crypto_check": None,
            "disc": "789",
        }
        for name in want:
            self.assertEqual(field(got, name), want[name], name)

    def test_pan_may_be_left_out(self) -> None:
        text = ";01=1568400123412346001010=01000002912112345678955=66=1=789?"
        got = parsed(text, 3)
        self.assertEqual(
            (got.kind, got.get("pan"), field(got, "country")), ("iso4909", None, "156")
        )

    def test_every_cut_is_generic_with_its_reason(self) -> None:
        whole = ";996250930000000002=1561560999999996001016000000010000033120=0=0=0000000"
        for length in range(3, len(whole)):
            got = parsed(whole[:length] + "?", 3)
            self.assertEqual(got.kind, "generic", length)
            self.assertIn("at character", got.flags[-1])


class OtherLayoutTest(unittest.TestCase):
    def test_licence(self) -> None:
        got = parsed("%ALBIRMINGHAM^DOE$JOHN$Q^1 MAIN ST$APT 2^?")
        self.assertEqual((got.kind, field(got, "state")), ("aamva", "AL"))
        self.assertEqual(field(got, "city"), "BIRMINGHAM")
        self.assertEqual(field(got, "address"), "1 MAIN ST$APT 2")
        got = parsed("%CASAN FRANCISCODOE$JOHN^1 MAIN ST^?")
        self.assertEqual((field(got, "city"), field(got, "name")), ("SAN FRANCISCO", "DOE$JOHN"))
        for start in "#!+":
            got = parsed(start + "0000000      C               9      BROGRN?")
            self.assertEqual((got.kind, got.track), ("aamva", 3))

    def test_payment_card_of_a_licence_range(self) -> None:
        self.assertEqual(parsed(";6360140000000019=29122010000?").kind, "iso7813-2")
        self.assertEqual(parsed(";636014000000001=291210110000?").kind, "iso7813-2")

    def test_private_track_1(self) -> None:
        got = parsed("%A1234^WHAT EVER?")
        self.assertEqual((got.kind, field(got, "data")), ("iso7813-a", "1234^WHAT EVER"))

    def test_store_cards(self) -> None:
        got = parsed(";60058541029558180=9904?")
        self.assertEqual(got.kind, "iso7813-2")
        got = parsed(";0100231132?")
        self.assertEqual((got.kind, field(got, "number")), ("generic", "0100231132"))
        got = parsed("%GIFT^6035718888^12/34?")
        self.assertEqual((got.kind, field(got, "number")), ("generic", "6035718888"))
        self.assertEqual([field(got, n) for n in ("part1", "part3")], ["GIFT", "12/34"])


class ReaderFormTest(unittest.TestCase):
    def test_forms(self) -> None:
        for printed, track, text in (
            ("4242424242424242=2912101", 2, ";4242424242424242=2912101?"),
            ("4242424242424242D2912101F", 2, ";4242424242424242=2912101?"),
            (";4242424242424242D2912101?", 2, ";4242424242424242=2912101?"),
            (";4242424242424242D2912101F?", 2, ";4242424242424242=2912101?"),
            ("B4242424242424242^X^2912101?", 1, "%B4242424242424242^X^2912101?"),
            ("+99=1?\r\n", 3, ";99=1?"),
            ("#0000000?", 3, "%0000000?"),
        ):
            got = parse.reader_form(printed.encode())
            self.assertEqual((got[0], got[1].decode()), (track, text))

    def test_errors_of_readers(self) -> None:
        for printed in ("%E?", ";E?", "+E?", "", "\r\n", ";1=2?AB"):
            with self.assertRaises(CardError):
                parse.reader_form(printed.encode())

    def test_a_whole_line(self) -> None:
        line = b"%B4242424242424242^X^2912101?;4242424242424242=2912101?+99=1?\r"
        want = [(1, line[:29]), (2, line[29:55]), (3, b";99=1?")]
        self.assertEqual(parse.split(line), want)
        with_lrc = b"".join([text + bytes([parse.lrc(bytearray(text))]) for _, text in want])
        self.assertEqual([text for _, text in parse.split(with_lrc)], [text for _, text in want])

    def test_what_a_track_cannot_carry(self) -> None:
        for track, text in (
            (1, ";1?"),
            (2, "%1?"),
            (2, ";1A?"),
            (2, ";1;1?"),
            (2, ";1?1?"),
            (1, "%a?"),
            (2, ";"),
            (2, ";11"),
            (4, ";1?"),
        ):
            with self.assertRaises(CardError):
                parse.parse(track, text.encode())


class ServiceTest(unittest.TestCase):
    def test_digits(self) -> None:
        self.assertEqual(
            parse_service.meanings("220"),
            [
                "international, use the chip",
                "ask the issuer on line",
                "all services, PIN required",
            ],
        )
        self.assertEqual(
            parse_service.meanings("990"),
            ["test card", "reserved"] + ["all services, PIN required"],
        )
        self.assertEqual(parse_service.meanings(""), [])

    def test_chip_and_pin(self) -> None:
        self.assertEqual(
            [service.has_chip(c) for c in ("101", "201", "601", "")],
            [False, True, True, False],
        )
        self.assertEqual(
            [service.wants_pin(c) for c in ("101", "120", "123", "125", "")],
            [False, True, True, True, False],
        )


if __name__ == "__main__":
    unittest.main()
