# SPDX-License-Identifier: MIT
"""A swipe of three tracks: what is accepted, what is refused and why, the card that comes out."""

import gc
import unittest

from fakes.stripe import backwards, flux, stripe
from pos.card.flux import Decoder
from pos.card.reader import read_card
from pos.core.errors import CardError

T1 = b"%B6250930000000036^TEST/CARD^33122200000012300000?"
T2 = b";6250930000000036=33122200000012300000?"
T3 = b";996250930000000036=1561560999999996001016000000010000033120=0=0=0000000123?"
OTHER = b";6250930000000044=33122200000012300000?"


def swipe(texts: dict, back: bool = False) -> dict:
    fluxes = {}
    for track, text in texts.items():
        if text is None:
            fluxes[track] = None
            continue
        bits = stripe(text, 7 if track == 1 else 5, 22 if track == 2 else 61)
        intervals = flux(bits, 667 if track == 2 else 238)
        intervals = backwards(intervals) if back else intervals
        fluxes[track] = (intervals, len(intervals))
    return fluxes


class AcceptTest(unittest.TestCase):
    def test_three_tracks(self) -> None:
        got = read_card(swipe({1: T1, 2: T2, 3: T3}))
        self.assertEqual((got.accepted, got.reason, got.direction), (True, None, "forward"))
        card = got.card()
        self.assertEqual(card.pan, b"6250930000000036")
        self.assertEqual(card.track1, T1[1:-1])
        self.assertEqual(card.track2, T2[1:-1])
        self.assertEqual(card.track3, T3[1:-1])
        self.assertEqual((card.expiry, card.service), ("3312", "220"))

    def test_reverse(self) -> None:
        got = read_card(swipe({1: T1, 2: T2, 3: T3}, True))
        self.assertEqual((got.accepted, got.direction), (True, "reverse"))

    def test_missing_tracks_are_no_fault(self) -> None:
        got = read_card(swipe({2: T2}))
        self.assertTrue(got.accepted)
        self.assertEqual(got.tracks[1].status, "absent")
        self.assertIsNone(got.card().track1)

    def test_fluxes_in_order(self) -> None:
        fluxes = swipe({2: T2})
        self.assertTrue(read_card((None, fluxes[2], None), Decoder()).accepted)

    def test_bad_track_beside_a_good_one(self) -> None:
        fluxes = swipe({1: T1, 2: T2})
        fluxes[1] = (fluxes[1][0], 300)
        got = read_card(fluxes)
        self.assertEqual((got.accepted, got.tracks[1].status), (True, "bad"))
        self.assertIsNone(got.card().track1)

    def test_no_expiry(self) -> None:
        card = read_card(swipe({2: b";6250930000000044=49121200000000000000?"})).card()
        self.assertEqual((card.expiry, card.service), ("", "120"))

    def test_embossed_blanks_in_the_pan(self) -> None:
        texts = {
            1: b"%B3727 006992 51018^AMEX^2512990502700?",
            2: b";372700699251018=2512990502700?",
        }
        self.assertTrue(read_card(swipe(texts)).accepted)

    def test_country_code_after_59(self) -> None:
        texts = {
            1: b"%B5900000000000000^528DOE/JOHN^2912101123?",
            2: b";5900000000000000=5282912101123?",
        }
        got = read_card(swipe(texts))
        self.assertEqual(
            (got.accepted, got.card().expiry, got.card().service), (True, "2912", "101")
        )

    def test_track_3_without_a_pan_is_sent(self) -> None:
        bare = b";99=1561560999999996001016000000010000033120=0=0=0000000123?"
        got = read_card(swipe({1: T1, 2: T2, 3: bare}))
        self.assertEqual((got.accepted, got.card().track3), (True, bare[1:-1]))
        got = read_card(swipe({2: T2, 3: bare.replace(b"33120=", b"34120=")}))
        self.assertEqual((got.accepted, got.reason), (False, "tracks_disagree"))

    def test_other_layouts_are_no_witnesses(self) -> None:
        """A private track 1, a store's track 3: the card is taken, they are not sent."""
        for track, text in (
            (1, b"%A1234^WHAT EVER?"),
            (1, b"%GIFT^6035718888^12/34?"),
            (3, b";0100231132=12?"),
        ):
            got = read_card(swipe({2: T2, track: text}))
            self.assertEqual((got.accepted, got.tracks[track].status), (True, "ok"))
            card = got.card()
            self.assertIsNone(card.track1 or card.track3)

    def test_blank_tracks_are_absent(self) -> None:
        fluxes = swipe({2: T2})
        for track, cells in ((1, 708), (3, 708)):
            intervals = flux(bytearray(cells), 238)
            fluxes[track] = (intervals, len(intervals))
        got = read_card(fluxes)
        self.assertEqual([got.tracks[n].status for n in (1, 2, 3)], ["absent", "ok", "absent"])
        self.assertTrue(got.accepted)

    def test_a_bad_track_3_is_not_sent(self) -> None:
        fluxes = swipe({1: T1, 2: T2, 3: T3})
        fluxes[3] = (fluxes[3][0], 400)
        got = read_card(fluxes)
        self.assertEqual((got.accepted, got.tracks[3].status), (True, "bad"))
        self.assertEqual((got.card().track1, got.card().track3), (T1[1:-1], None))

    def test_licence_on_track_3_is_no_part_of_the_card(self) -> None:
        fluxes = swipe({2: T2})
        intervals = flux(stripe(b"%0000000      C               9      BROGRN?", 7, 61), 120)
        fluxes[3] = (intervals, len(intervals))
        got = read_card(fluxes)
        self.assertEqual((got.accepted, got.tracks[3].status), (True, "ok"))
        self.assertIsNone(got.card().track3)


class RefuseTest(unittest.TestCase):
    def refused(self, texts: dict) -> str:
        got = read_card(swipe(texts))
        self.assertFalse(got.accepted)
        with self.assertRaises(CardError) as caught:
            got.card()
        self.assertEqual(caught.exception.reason, got.reason)
        return got.reason

    def test_no_track_2(self) -> None:
        self.assertEqual(self.refused({1: T1}), "no_track2")

    def test_nothing(self) -> None:
        self.assertEqual(self.refused({}), "no_card")

    def test_tracks_of_two_cards(self) -> None:
        self.assertEqual(self.refused({1: T1, 2: OTHER}), "tracks_disagree")
        self.assertEqual(self.refused({2: OTHER, 3: T3}), "tracks_disagree")

    def test_another_expiry(self) -> None:
        texts = {1: T1.replace(b"^3312", b"^3411"), 2: T2}
        self.assertEqual(self.refused(texts), "tracks_disagree")

    def test_the_track_that_disagrees_is_named(self) -> None:
        got = read_card(swipe({1: T1, 2: T2, 3: T3.replace(b"33120", b"34110")}))
        reasons = [got.tracks[n].reason for n in (1, 2, 3)]
        self.assertEqual((got.reason, reasons), (reasons[2], [None, None, "tracks_disagree"]))
        got = read_card(swipe({1: T1, 2: OTHER, 3: T3}))
        reasons = [got.tracks[n].reason for n in (1, 2, 3)]
        self.assertEqual(reasons, ["tracks_disagree", None, "tracks_disagree"])

    def test_none_is_an_expiry_too(self) -> None:
        none = T2.replace(b"3312", b"0000")
        texts = {1: T1.replace(b"^3312", b"^4912"), 2: none}
        self.assertTrue(read_card(swipe(texts)).accepted)
        self.assertEqual(self.refused({1: T1, 2: none}), "tracks_disagree")
        texts = {1: T1.replace(b"^3312", b"^^"), 2: T2}
        self.assertTrue(read_card(swipe(texts)).accepted)

    def test_expiries_of_no_month_must_agree_too(self) -> None:
        """Gift cards have month and year the other way round."""
        texts = {1: T1.replace(b"^3312", b"^1233"), 2: T2.replace(b"=3312", b"=1233")}
        got = read_card(swipe(texts))
        self.assertEqual((got.accepted, got.card().expiry), (True, ""))
        texts[2] = T2.replace(b"=3312", b"=1234")
        self.assertEqual(self.refused(texts), "tracks_disagree")

    def test_expiry_of_track_3(self) -> None:
        none = T3.replace(b"33120=", b"00000=")
        self.assertEqual(self.refused({2: T2, 3: none}), "tracks_disagree")
        self.assertTrue(read_card(swipe({2: T2.replace(b"3312", b"4912"), 3: none})).accepted)

    def test_licence(self) -> None:
        self.assertEqual(self.refused({2: b";636014000000001=291219900615=?"}), "layout")
        self.assertTrue(read_card(swipe({2: b";6360140000000019=29122010000?"})).accepted)

    def test_no_payment_card(self) -> None:
        self.assertEqual(self.refused({2: b";0100231132?"}), "layout")
        self.assertEqual(self.refused({2: b";625093000000=33122200?"}), "layout")

    def test_bad_track_2(self) -> None:
        fluxes = swipe({1: T1, 2: T2})
        fluxes[2] = (fluxes[2][0], 200)
        got = read_card(fluxes)
        self.assertEqual((got.accepted, got.reason), (False, "no_end_sentinel"))


class WipeTest(unittest.TestCase):
    def test_texts_and_card_are_apart(self) -> None:
        got = read_card(swipe({1: T1, 2: T2}))
        card = got.card()
        texts = [got.tracks[1].text, got.tracks[2].text]
        got.wipe()
        self.assertEqual([sum(text) for text in texts], [0, 0])
        self.assertFalse(got.accepted)
        self.assertEqual(card.pan, b"6250930000000036")
        card.wipe()
        self.assertEqual(sum(card.pan) + sum(card.track1) + sum(card.track2), 0)


class HeapTest(unittest.TestCase):
    def test_a_swipe_needs_little(self) -> None:
        if not hasattr(gc, "mem_alloc"):
            self.skipTest("only MicroPython counts its heap")
        fluxes = swipe({1: T1, 2: T2, 3: T3})
        read_card(fluxes)
        gc.collect()
        gc.disable()
        try:
            before = gc.mem_alloc()
            got = read_card(fluxes)
            used = gc.mem_alloc() - before
        finally:
            gc.enable()
        self.assertTrue(got.accepted)
        self.assertLess(used, 10240)


if __name__ == "__main__":
    unittest.main()
