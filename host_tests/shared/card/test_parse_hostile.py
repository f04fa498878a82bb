# SPDX-License-Identifier: MIT
"""Hostile track texts: every parser stays inside the text and has one error, on both runtimes."""

import unittest

from pos.card import layout, parse
from pos.core.errors import CardError

WHOLE = (
    (1, b"%B6250930000000036^TEST/CARD.MR^33122200000012300000?"),
    (1, b"%ALBIRMINGHAM^DOE$JOHN$Q^1 MAIN ST$APT 2^?"),
    (2, b";6250930000000036=33122200000012300000?"),
    (2, b";636014000000001=291219900615=?"),
    (2, b";5900000000000000=5282912101?"),
    (3, b";996250930000000036=1561560999999996001016000000010000033120=0=0=0000000123?"),
    (3, b";01=1568400123412346001010=01000002912112345678955=66=1=789?"),
    (3, b"%0000000      C               9      BROGRN?"),
)
ODD = (0x00, 0x1B, 0x20, 0x2F, 0x30, 0x3A, 0x3B, 0x3D, 0x3F, 0x41, 0x44, 0x5E, 0x60, 0x7F, 0xFF)


class HostileTest(unittest.TestCase):
    def take(self, track: int, text: bytes) -> None:
        """Parse, whatever it is; the terminal's own layouts must bear it as well."""
        try:
            got = parse.parse(track, text)
        except CardError as error:
            self.assertTrue(0 < len(error.reason) < 60, text)
            return
        self.assertEqual(bytes(got.text), bytes(text))
        for name in got.names:
            place = got.places[name]
            self.assertTrue(place is None or 1 <= place[0] <= place[1] < len(text), (text, name))
        fields = layout.PARSERS[track](bytearray(text))
        if fields is not None:
            self.assertTrue(1 <= fields.pan_start <= fields.pan_end < len(text), text)
            self.assertTrue(len(fields.expiry) in (0, 1, 4) and len(fields.service) in (0, 3))

    def print_form(self, text: bytes) -> None:
        for track in (0, 1, 2, 3):
            try:
                got, whole = parse.reader_form(text, track)
            except CardError:
                continue
            self.take(got, whole)

    def test_every_cut(self) -> None:
        for track, text in WHOLE:
            for length in range(len(text)):
                for end in (b"", b"?", b"=?", b"^?"):
                    self.take(track, text[:length] + end)
                    self.print_form(text[:length] + end)

    def test_every_place_with_odd_characters(self) -> None:
        for track, text in WHOLE:
            for at in range(len(text)):
                for value in ODD:
                    broken = bytearray(text)
                    broken[at] = value
                    self.take(track, broken)

    def test_characters_gone_and_doubled(self) -> None:
        for track, text in WHOLE:
            for at in range(len(text)):
                self.take(track, text[:at] + text[at + 1 :])
                self.take(track, text[:at] + text[at : at + 1] + text[at:])

    def test_separators_and_sentinels_alone(self) -> None:
        for track, start in ((1, b"%"), (2, b";"), (3, b";"), (3, b"%"), (1, b"%B"), (3, b";99")):
            for value in b"=^?%;0/$ ":
                for count in (0, 1, 2, 40, 76, 104, 400):
                    self.take(track, start + bytes([value]) * count + b"?")
                    self.print_form(start + bytes([value]) * count)

    def test_the_wrong_track(self) -> None:
        for _, text in WHOLE:
            for track in (-1, 0, 1, 2, 3, 4):
                self.take(track, text)

    def test_random_bytes(self) -> None:
        noise = 7
        for length in range(0, 120, 3):
            out = bytearray(length)
            for i in range(length):
                noise = noise * 25173 + 13849 & 0xFFFF
                out[i] = noise >> 8
            for track in (1, 2, 3):
                self.take(track, out)
            self.print_form(out)

    def test_one_reason_each(self) -> None:
        for track, text, reason in (
            (2, b"", "too short"),
            (2, b"6250930000000036=3312?", "no start sentinel"),
            (1, b";6250930000000036=3312?", "no start sentinel"),
            (2, b";6250930000000036=3312", "no end sentinel"),
            (2, b";625093000000A036=3312?", "character 13 cannot stand there"),
            (2, b";6250930000000036=3312;220?", "character 22 cannot stand there"),
            (1, b"%B6250930000000036^A~B^3312?", "character 20 cannot stand there"),
            (9, b";1?", "no such track"),
        ):
            with self.assertRaises(CardError) as caught:
                parse.parse(track, text)
            self.assertEqual(caught.exception.reason, reason)


if __name__ == "__main__":
    unittest.main()
