# SPDX-License-Identifier: MIT
"""One track from flux or bits to a verdict: vectors, directions, codings, wiping."""

import unittest
from array import array

from fakes.stripe import backwards, flux, stripe
from pos.card.flux import MAX_INTERVALS, Decoder
from vectors_io import load

VECTORS = load("track_vectors.json")["vectors"]
TEXT = b";6250930000000036=33122200000012300000?"
DECODER = Decoder()


def decode(intervals: array, track: int = 2) -> object:
    return DECODER.decode_track(track, intervals, len(intervals))


class BitVectorTest(unittest.TestCase):
    def test_all(self) -> None:
        for vector in VECTORS:
            if vector["id"][0] != "B":
                continue
            expect = vector["expect"]
            track = 2 if vector["id"] == "B018" else vector["track"]
            bits = bytes([int(bit) for bit in vector["bits"]])
            for form in (bits, flux(bits) if len(bits) % 5 else None):
                self.check(vector["id"], expect, track, bits, form)

    def check(self, name: str, expect: dict, track: int, bits: bytes, form: object) -> None:
        if form is bits:
            got = DECODER.decode_bits(track, bits, len(bits))
        elif form is None or name == "B012":  # nothing a head could lock on
            return
        else:
            got = decode(form, track)
        if expect["ok"]:
            self.assertEqual(got.status, "ok", name)
            self.assertEqual(str(got.text, "ascii"), expect["text"], name)
            self.assertEqual(got.direction, "reverse" if expect["reverse"] else "forward", name)
        else:
            self.assertEqual(got.reason, expect["error"], name)
            self.assertIsNone(got.text)
            self.assertEqual(got.status, "absent" if name == "B017" else "bad", name)
            self.assertEqual(got.position, expect.get("position", got.position), name)


class TextVectorTest(unittest.TestCase):
    def test_all_both_directions(self) -> None:
        count = 0
        for vector in VECTORS:
            if "lrc" not in vector or vector["raw"][0] not in "%;":
                continue
            text = vector["raw"].encode()
            track = vector["track"]
            intervals = flux(stripe(text, 7 if track == 1 else 5, 30), 400)
            for form, direction in ((intervals, "forward"), (backwards(intervals), "reverse")):
                got = decode(form, track)
                self.assertEqual((got.status, got.reason), ("ok", None), vector["id"])
                self.assertEqual(bytes(got.text), text, vector["id"])
                self.assertEqual(got.direction, direction)
            count += 1
        self.assertGreater(count, 30)


class DecodeTrackTest(unittest.TestCase):
    def test_licence_on_track_3(self) -> None:
        text = b"%0000000      C               9      BROGRN?"
        got = decode(flux(stripe(text, 7, 61), 120), 3)
        self.assertEqual((got.status, bytes(got.text)), ("ok", text))

    def test_other_coding_is_named(self) -> None:
        got = decode(flux(stripe(TEXT, 5, 40), 300), 1)
        self.assertEqual((got.status, got.reason, got.text), ("bad", "format_for_track_1", None))

    def test_no_payment_layout_is_still_a_text(self) -> None:
        got = decode(flux(stripe(b";0100231132?", 5)))
        self.assertEqual((got.status, bytes(got.text)), ("ok", b";0100231132?"))

    def test_absent(self) -> None:
        for count in (0, 1, 15):
            self.assertEqual(
                DECODER.decode_track(2, array("H", [500] * 15), count).status, "absent"
            )
        blank = decode(flux(bytearray(200)))
        self.assertEqual((blank.status, blank.reason), ("absent", "blank"))

    def test_only_count_intervals_are_looked_at(self) -> None:
        intervals = flux(stripe(TEXT, 5))
        count = len(intervals)
        for _ in range(100):
            intervals.append(9999)
        self.assertEqual(DECODER.decode_track(2, intervals, count).status, "ok")
        self.assertEqual(DECODER.decode_track(2, intervals, count // 2).status, "bad")

    def test_too_long(self) -> None:
        got = decode(array("H", [500] * (MAX_INTERVALS + 1)))
        self.assertEqual((got.status, got.reason), ("bad", "too_long"))

    def test_lists_do_as_well(self) -> None:
        self.assertEqual(decode(list(flux(stripe(TEXT, 5)))).status, "ok")

    def test_wobble_speed_and_both_directions(self) -> None:
        for wobble in (0, 3, 6, 9):
            for cell_us, end_us in ((300, 300), (900, 200), (200, 900)):
                intervals = flux(stripe(TEXT, 5), cell_us, end_us, wobble)
                self.assertEqual(decode(intervals).text, TEXT)
                self.assertEqual(decode(backwards(intervals)).text, TEXT)

    def test_damage_is_refused_with_its_reason(self) -> None:
        bits = stripe(TEXT, 5)
        bits[22 + 50] ^= 1
        got = decode(flux(bits))
        self.assertEqual((got.status, got.reason, got.position), ("bad", "parity", 10))


class WipeTest(unittest.TestCase):
    def test_nothing_stays_in_the_decoder(self) -> None:
        decoder = Decoder()
        intervals = flux(stripe(TEXT, 5))
        decoder.decode_track(2, intervals, len(intervals))
        for buffer in (decoder._bits, decoder._text):
            self.assertEqual(sum(buffer), 0)

    def test_read_can_be_wiped(self) -> None:
        got = decode(flux(stripe(TEXT, 5)))
        text = got.text
        got.wipe()
        self.assertEqual(sum(text), 0)
        self.assertIsNone(got.text)

    def test_repr_shows_no_text(self) -> None:
        self.assertNotIn("6250", repr(decode(flux(stripe(TEXT, 5)))))


if __name__ == "__main__":
    unittest.main()
