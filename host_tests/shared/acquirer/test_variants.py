# SPDX-License-Identifier: MIT
"""Reader variants 1/2, 2/3, 1/2/3: what is decoded, and which of F35 and F36 a sale carries."""

import unittest

from drivers.stripe_shift import PREAMBLE_BITS, TRACK_BITS, ShiftOut
from fakes.acquirer import deal, profile
from fakes.stripe import bits_of
from pos.acquirer import financial
from pos.card.reader import read_card

VARIANTS = ((1, 2), (2, 3), (1, 2, 3))
GOOD, BAD, ABSENT = 0, 1, 2
TEXTS = {
    1: (b"%B6200001234567892^TEST/CARD^30121201234567890?", 7),
    2: (b";6200001234567892=30121201234567890?", 5),
    3: (b";996200001234567892=15615600000000000000300000001000000000000000==0=000?", 5),
}


def stored(track, state, reverse):
    """What the decoder chip has of a track in this state."""
    if state == ABSENT:
        return b""
    text, width = TEXTS[track]
    bits = bits_of(text, width) + bytearray(40)
    if state == BAD:
        bits[len(bits) // 2] ^= 1
    if reverse:
        bits = bytearray([bits[len(bits) - 1 - i] for i in range(len(bits))])
    return bits[bits.find(b"\x01") :]


def swipe(tracks, states, reverse):
    """A swipe by way of the shift-out protocol of a board with these tracks."""
    chip = ShiftOut(tracks, False)
    for _ in range(PREAMBLE_BITS):
        chip.bit(1)
    for i in range(3):
        bits = stored(i + 1, states[i], reverse)
        for n in range(TRACK_BITS):
            chip.bit(1 - bits[n] if n < len(bits) else 1)
    return chip.swipe()


class Variants(unittest.TestCase):
    def check(self, tracks, states, reverse):
        got = read_card(swipe(tracks, states, reverse))
        for i in (1, 2, 3):
            expected = ("ok", "bad", "absent")[states[i - 1]] if i in tracks else "absent"
            self.assertEqual(got.tracks[i].status, expected)
        self.assertEqual(got.accepted, states[1] == GOOD)
        if not got.accepted:
            return
        self.assertEqual(got.direction, "reverse" if reverse else "forward")
        card = got.card()
        fields = financial.request(profile(), deal(entry_mode="022"), card, None)[1]
        self.assertEqual(fields[35], TEXTS[2][0][1:-1])
        third = 3 in tracks and states[2] == GOOD
        self.assertEqual(fields.get(36), TEXTS[3][0][1:-1] if third else None)

    def all_states(self, tracks):
        for number in range(27):
            states = (number % 3, number // 3 % 3, number // 9)
            for reverse in (False, True):
                self.check(tracks, states, reverse)

    def test_1_2(self):
        self.all_states(VARIANTS[0])

    def test_2_3(self):
        self.all_states(VARIANTS[1])

    def test_1_2_3(self):
        self.all_states(VARIANTS[2])


if __name__ == "__main__":
    unittest.main()
