# SPDX-License-Identifier: MIT
"""What a failed read says: figures for the log, words for the cashier, no digit of the card."""

import unittest
from array import array

from fakes.stripe import backwards, flux, stripe
from pos.card import diagnose
from pos.card.reader import read_card
from pos.ui.strings import text

T1 = b"%B6250930000000036^TEST/CARD^33122200000012300000?"
T2 = b";6250930000000036=33122200000012300000?"
LEAD, TAIL = 22, 33  # a whole stripe of 253 cells
CELL_US = 667  # 20 ips


def bits_of(data: bytes = T2) -> bytearray:
    return stripe(data, 5, LEAD, TAIL)


def broken() -> bytearray:
    bits = bits_of()
    for at in (40, 41, 73, 96, 97, 118, 151):
        bits[LEAD + at] ^= 1
    return bits


def report(fluxes: dict) -> object:
    fluxes = {n: (fluxes[n], len(fluxes[n])) if n in fluxes else None for n in (1, 2, 3)}
    swipe = read_card(fluxes)
    assert not swipe.accepted
    return diagnose.report(swipe, fluxes)


class Read:
    """A TrackRead without its decoder, which looks long and hard at a broken track."""

    def __init__(self, status: str, reason: object = None) -> None:
        self.status = status
        self.reason = reason
        self.direction = "unknown"
        self.position = 7


class Refused:
    """A swipe whose track 2 was not read."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.tracks = {1: Read("absent"), 2: Read("bad", reason), 3: Read("absent")}


class MeasureTest(unittest.TestCase):
    def test_speed(self) -> None:
        for cell_us, ips10 in ((4444, 30), (667, 199), (222, 600)):
            intervals = flux(bits_of(), cell_us)
            slow, fast, jitter, length = diagnose.measure(2, intervals, len(intervals))
            self.assertTrue(abs(slow - ips10) <= 2 and abs(fast - ips10) <= 8, (slow, fast))
            self.assertTrue(jitter <= 1, jitter)
            self.assertTrue(48 <= length <= 54, length)

    def test_speed_of_track_1(self) -> None:
        intervals = flux(stripe(T1, 7, 61, 280), 238)
        slow, fast, _, length = diagnose.measure(1, intervals, len(intervals))
        self.assertTrue(195 <= slow <= 202 and 195 <= fast <= 206 and 48 <= length <= 54)

    def test_acceleration_is_no_jitter(self) -> None:
        for ends in ((1333, 333), (333, 1333)):
            intervals = flux(bits_of(), ends[0], ends[1])
            slow, fast, jitter, _ = diagnose.measure(2, intervals, len(intervals))
            self.assertTrue(95 <= slow <= 115 and 320 <= fast <= 410, (slow, fast))
            self.assertTrue(jitter <= 4, jitter)

    def test_wobble(self) -> None:
        before = 0
        for wobble in (3, 6, 12):
            intervals = flux(bits_of(), CELL_US, 0, wobble)
            jitter = diagnose.measure(2, intervals, len(intervals))[2]
            self.assertTrue(before < jitter and wobble < jitter < 3 * wobble + 2, jitter)
            before = jitter

    def test_any_intervals(self) -> None:
        for values in ([0] * 40, [65535] * 1536, [1] * 16, [0, 65535] * 30, [7] * 15, []):
            got = diagnose.measure(3, array("H", values), len(values))
            self.assertEqual(len(got), 4)
            self.assertTrue(min(got) >= 0)


class ReportTest(unittest.TestCase):
    def test_figures_of_a_bad_track(self) -> None:
        error = report({2: flux(broken(), CELL_US)})
        self.assertIn("; track 2: ", error.reason)
        self.assertIn(" at character ", error.reason)
        self.assertIn(" transitions, 19.9-", error.reason)
        self.assertIn(" ips, jitter 0%", error.reason)
        self.assertEqual(error.word, "card.again")

    def test_direction_of_a_bad_track(self) -> None:
        for back, want in ((False, ", forward?, "), (True, ", reverse?, ")):
            intervals = flux(broken(), CELL_US)
            intervals = backwards(intervals) if back else intervals
            swipe = Refused("parity")
            error = diagnose.report(swipe, (None, (intervals, len(intervals)), None))
            self.assertIn("track 2: parity at character 7" + want, error.reason)

    def test_card_without_a_start(self) -> None:
        intervals = flux(bytearray(22) + bytearray(b"\1" * 180) + bytearray(60), CELL_US)
        swipe = Refused("no_start_sentinel")
        swipe.tracks[2].position = 0
        error = diagnose.report(swipe, (None, (intervals, len(intervals)), None))
        self.assertIn("; track 2: card seen, no start sentinel, ", error.reason)

    def test_no_digit_of_the_card(self) -> None:
        for fluxes in ({1: flux(stripe(T1, 7, 61))}, {2: flux(broken())}):
            for part in ("625093", "0036", "3312", "TEST"):
                self.assertNotIn(part, report(fluxes).reason)

    def test_the_track_that_disagrees(self) -> None:
        other = T1.replace(b"0036", b"0044")
        error = report({1: flux(stripe(other, 7, 61, 280), 238), 2: flux(bits_of(), CELL_US)})
        self.assertIn("track 1: tracks disagree, forward", error.reason)
        self.assertIn("track 2: ok, forward", error.reason)
        self.assertEqual(error.word, "card.another")


class AdviceTest(unittest.TestCase):
    def word(self, fluxes: dict) -> str:
        word = report(fluxes).word
        for lang in ("zh", "en"):
            self.assertTrue(text(lang, word) != word, word)
        return word

    def test_nothing(self) -> None:
        self.assertEqual(self.word({}), "card.flip")
        self.assertEqual(self.word({2: array("H", [500] * 5)}), "card.flip")

    def test_noise_alone(self) -> None:
        """What a head hears on the side of a card without a stripe, on any track."""
        noise = 1
        for count in (16, 40, 90, 300):
            heard = array("H")
            for _ in range(count):
                noise = noise * 25173 + 13849 & 0xFFFF
                heard.append(20 + noise % 3000)
            self.assertEqual(self.word({2: heard}), "card.flip")
            self.assertEqual(self.word({1: heard, 2: heard, 3: heard[:20]}), "card.flip")
        self.assertEqual(self.word({2: array("H", [0] * 50)}), "card.flip")

    def word_of(self, intervals: object) -> str:
        """The word for a track 2 with a parity error somewhere."""
        fluxes = (None, (intervals, len(intervals)), None)
        return diagnose.report(Refused("parity"), fluxes).word

    def test_speed(self) -> None:
        self.assertEqual(self.word_of(flux(broken(), 6000)), "card.slow")
        self.assertEqual(self.word_of(flux(broken(), 150)), "card.fast")
        self.assertEqual(self.word_of(flux(broken(), 3000, 250)), "card.steady")
        self.assertEqual(self.word_of(backwards(flux(broken(), 3000, 250))), "card.steady")

    def test_half_a_swipe(self) -> None:
        whole = flux(bits_of(), CELL_US)
        self.assertEqual(self.word_of(whole[: len(whole) // 2]), "card.whole")

    def test_damaged(self) -> None:
        """At no speed of a hand is a damaged card called too fast or too slow."""
        self.assertEqual(self.word_of(flux(broken(), CELL_US)), "card.again")
        for data in (T2, b";7777777777777777=77777777777777777777?"):
            for cell_us in (4444, 2667, 1333, 404, 333, 266, 222):
                for wobble in (0, 5, 10):
                    intervals = flux(bits_of(data)[:-1], cell_us, 0, wobble)
                    self.assertEqual(self.word_of(intervals), "card.again", (data, cell_us))

    def test_no_payment_card(self) -> None:
        self.assertEqual(self.word({2: flux(bits_of(b";0100231132?"), CELL_US)}), "card.another")
        self.assertEqual(self.word({1: flux(stripe(T1, 7, 61, 280), 238)}), "card.another")
        self.assertEqual(self.word({2: flux(bytearray(253), CELL_US)}), "card.another")

    def test_what_cannot_be_measured(self) -> None:
        fluxes = {1: None, 2: (bytearray(bits_of()[:150]), 150), 3: None}
        error = diagnose.report(Refused("no_end_sentinel"), fluxes)
        self.assertEqual(
            error.reason,
            "swipe refused: no_end_sentinel; track 2: no end sentinel at character 7, unknown",
        )
        self.assertEqual(error.word, "card.whole")
        for count, reason in ((200, "no_end_sentinel"), (150, "parity")):
            fluxes[2] = (bytearray(count), count)
            self.assertEqual(diagnose.report(Refused(reason), fluxes).word, "card.again")
        for reason in ("no_clock", "reader_error", "cut_short"):
            error = diagnose.report(Refused(reason), {1: None, 2: reason, 3: None})
            self.assertEqual(error.word, "card.again")

    def test_wrong_height(self) -> None:
        self.assertEqual(self.word({2: flux(stripe(T1, 7, 61, 280), 238)}), "card.low")


if __name__ == "__main__":
    unittest.main()
