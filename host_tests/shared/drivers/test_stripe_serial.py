# SPDX-License-Identifier: MIT
"""Readers on a UART: MagTek, ID TECH and UIC framing, MSR605 answers, noise, limits, silence."""

import unittest

from drivers.stripe_msr import RAW_MAX, READ_ISO, READ_RAW, MsrFrames
from drivers.stripe_serial import SerialReader, TextFrames
from fakes.stripe import bits_of
from fakes.stripe_signals import FakeUart
from pos.card.reader import read_card

T1 = b"%B6200001234567892^TEST/CARD^30121201234567890?"
T2 = b";6200001234567892=30121201234567890?"
T3 = b";996200001234567892=15615600000000000000300000001000000000000000==0=0000000000000?"
LICENCE = b"%0112345      A         M508150BROBLU                          ?"
ALL = (1, 2, 3)


def plus(text):
    """Track 3 as MagTek sends it."""
    return b"+" + text[1:]


class Base(unittest.TestCase):
    def make(self, frames):
        self.uart = FakeUart()
        self.now = 0x1FFFFFF0
        if frames.command:
            self.uart.expect(frames.command)
        self.reader = SerialReader(self.uart, frames)
        self.reader.wipe()

    def poll(self, times=20, step_ms=5):
        for _ in range(times):
            swipe = self.reader.poll(self.now)
            if swipe is not None:
                return swipe
            self.now = (self.now + step_ms) & 0x3FFFFFFF
        return None

    def hear(self, data, pieces=7):
        """The reader sends in dribs; return the swipe."""
        for start in range(0, len(data), pieces):
            self.uart.say(data[start : start + pieces])
            swipe = self.reader.poll(self.now)
            if swipe is not None:
                return swipe
            self.now = (self.now + 7) & 0x3FFFFFFF
        return self.poll()

    def swipe(self, data, lrc=False, tracks=ALL):
        self.make(TextFrames(tracks, lrc))
        return self.hear(data)


class Texts(Base):
    def test_magtek(self):
        body = T1 + T2 + plus(T3)
        for head in (b"", b"\x02", b"\x02\x1b", b"\x1b"):
            for tail in (b"", b"\r", b"\x03", b"\r\x03", b"0\r\x03"):
                self.assertEqual(self.swipe(head + body + tail), (T1, T2, T3))

    def test_magtek_single_tracks(self):
        self.assertEqual(self.swipe(T2 + b"\r"), (None, T2, None))
        self.assertEqual(self.swipe(plus(T3) + b"\r"), (None, None, T3))
        self.assertEqual(self.swipe(T2 + plus(T3) + b"\r"), (None, T2, T3))

    def test_id_tech(self):
        self.assertEqual(self.swipe(T1 + b"\r" + T2 + b"\r" + T3 + b"\r"), (T1, T2, T3))
        self.assertEqual(self.swipe(T1 + b"\r\n" + T2 + b"\r\n"), (T1, T2, None))

    def test_uic(self):
        data = b"\x02" + T1 + b"\x10\x02" + T2 + b"\x10\x02" + T3 + b"\x03"
        self.assertEqual(self.swipe(data), (T1, T2, T3))

    def test_uic_with_one_frame_for_all(self):
        data = b"\x02" + T1 + b"\x10" + T2 + b"\x10" + T3 + b"\x10\x03"
        self.assertEqual(self.swipe(data), (T1, T2, T3))
        data = b"\x02;F?\x10\x03"
        self.assertEqual(self.swipe(data), (None, "reader_error", None))

    def test_noise_between_tracks(self):
        for noise in (b"\x00", b"\xff\xff", b"\x10\x02", b"0", b"\r\n\r\n"):
            self.assertEqual(self.swipe(T1 + noise + T2 + noise + plus(T3) + b"\r"), (T1, T2, T3))

    def test_a_reader_that_sends_an_lrc_nobody_expects(self):
        """No wrong card comes out: it is right or refused."""
        for lrc in b"%;+?A0":
            mark = bytes([lrc])
            got = read_card(self.swipe(T1 + mark + T2 + mark + plus(T3) + mark + b"\r"))
            if got.accepted:
                card = got.card()
                self.assertEqual(card.track2, T2[1:-1])
                self.assertTrue(card.track1 in (None, T1[1:-1]))
                self.assertTrue(card.track3 in (None, T3[1:-1]))

    def test_a_pause_inside_a_track(self):
        """40 ms are borne, and the second half of a cut one is no text."""
        self.make(TextFrames(ALL, False))
        self.uart.say(T2[:20])
        self.assertIsNone(self.poll(8))
        self.assertEqual(self.hear(T2[20:] + b"\r"), (None, T2, None))
        self.make(TextFrames(ALL, False))
        self.uart.say(T2[:20])
        self.assertEqual(self.poll(20), (None, "cut_short", None))
        self.reader.wipe()
        self.assertIsNone(self.hear(T2[20:] + b"\r"))

    def test_uic_with_lrc_that_looks_like_a_sentinel(self):
        for lrc in b"%;+?A\x20":
            mark = bytes([lrc])
            data = b"\x02" + T1 + mark + b"\x10\x02" + T2 + mark + b"\x10\x02" + T3 + mark
            self.assertEqual(self.swipe(data + b"\x03", True), (T1, T2, T3))

    def test_licence(self):
        for start in (b"%", b"#", b"+", b"!"):
            data = T1 + T2 + start + LICENCE[1:] + b"\r"
            self.assertEqual(self.swipe(data)[2], LICENCE)

    def test_errors_and_empty_tracks(self):
        error = (None, "reader_error", None)
        self.assertEqual(self.swipe(b"\x02%N?;E?+N?\r\x03"), error)
        self.assertEqual(self.swipe(b"%E?;E?+E?\r"), ("reader_error",) * 3)
        self.assertEqual(self.swipe(b"%?;F?+?\r"), error)
        self.assertEqual(self.swipe(T1 + b";E?\r"), (T1, "reader_error", None))
        self.assertEqual(read_card(self.swipe(T1 + b";E?\r")).reason, "reader_error")

    def test_variants(self):
        body = T1 + T2 + plus(T3) + b"\r"
        self.assertEqual(self.swipe(body, tracks=(1, 2)), (T1, T2, None))
        self.assertEqual(self.swipe(body, tracks=(2, 3)), (None, T2, T3))

    def test_every_cut(self):
        """Whatever is missing, no track comes out that was not sent whole."""
        data = b"\x02" + T1 + T2 + plus(T3) + b"\r\x03"
        for length in range(1, len(data)):
            swiped = self.swipe(data[:length])
            for got, sent in zip(swiped or (), (T1, T2, T3)):  # noqa: B905
                self.assertTrue(got is None or got == "cut_short" or got == sent, length)

    def test_too_long_and_noise(self):
        self.assertEqual(self.swipe(b";" + b"1" * 39 + b"?\r"), (None, "too_long", None))
        self.assertEqual(self.swipe(b";" + b"1" * 5000 + b"?\r", False)[1], "too_long")
        self.assertEqual(self.swipe(b";12\xff34?\r"), (None, "line_noise", None))
        self.assertIsNone(self.swipe(b"\x00\xff\x00" * 100))
        self.assertIsNone(self.swipe(b"\x02S\x13\x01\x37\x03\x65"))  # a set-up echo

    def test_text_that_is_none(self):
        for text, reason in (
            (b";6200001234567892=3012120123456A?", "layout"),
            (b";6200001234567892%30121201?", "layout"),
        ):
            got = read_card(self.swipe(text + b"\r"))
            self.assertEqual((got.tracks[2].status, got.reason), ("bad", reason))

    def test_longest_tracks(self):
        one, two, three = (
            b"%" + b"B" * 76 + b"?",
            b";" + b"1" * 37 + b"?",
            b";" + b"1" * 104 + b"?",
        )
        got = read_card(self.swipe(one + two + plus(three) + b"\r"))
        self.assertEqual([got.tracks[i].text for i in ALL], [one, two, three])

    def test_wiped(self):
        swiped = self.swipe(T1 + T2 + b"\r")
        read_card(swiped)
        self.assertEqual((sum(swiped[0]), sum(swiped[1])), (0, 0))
        swiped = self.swipe(T1 + T2 + b"\r")
        self.reader.wipe()
        self.assertEqual((sum(swiped[0]), sum(swiped[1])), (0, 0))

    def test_noise_without_end(self):
        """Neither wiping nor polling waits for a line that never falls silent."""
        self.make(TextFrames(ALL, False))
        self.uart.read = lambda length: b"\x00" * length
        self.reader.wipe()
        for _ in range(50):
            self.assertIsNone(self.reader.poll(self.now))

    def test_bytes_that_came_meanwhile_are_dropped(self):
        self.make(TextFrames(ALL, False))
        self.uart.say(T2[:20])
        self.reader.wipe()
        self.assertIsNone(self.hear(T2[20:] + b"\r"))
        self.assertEqual(self.hear(T2 + b"\r"), (None, T2, None))


def packed(text, width, lead=30, tail=40, reverse=False):
    """Bits of a stripe as the reader-writer packs them: first bit highest, unaligned."""
    bits = bytearray(lead) + bits_of(text, width) + bytearray(tail)
    if reverse:
        bits = bytearray([bits[len(bits) - 1 - i] for i in range(len(bits))])
    out = bytearray((len(bits) + 7) // 8)
    for i, bit in enumerate(bits):
        out[i // 8] |= bit << (7 - i % 8)
    return bytes(out)


def answer(one, two, three, status=b"0", raw=True):
    data = b"\x1bs"
    for number, track in enumerate((one, two, three)):
        data += bytes([0x1B, number + 1])
        data += (bytes([len(track)]) if raw else b"") + track
    return data + b"?\x1c\x1b" + status


class Msr(Base):
    def swipe(self, data, raw=True, tracks=ALL):
        self.make(MsrFrames(tracks, raw))
        self.assertTrue(self.uart.done())
        return self.hear(data)

    def test_commands(self):
        self.assertEqual((READ_ISO, READ_RAW), (b"\x1ba\x1br", b"\x1ba\x1bm"))

    def test_raw_both_ways(self):
        for reverse in (False, True):
            raw = (packed(T1, 7, 61, 9, reverse), packed(T2, 5, 22, 90, reverse))
            got = read_card(self.swipe(answer(raw[0], raw[1], packed(T3, 5, 3, 4, reverse))))
            self.assertEqual([got.tracks[i].text for i in ALL], [T1, T2, T3])
            self.assertEqual(got.direction, "reverse" if reverse else "forward")

    def test_raw_at_any_alignment(self):
        for lead in range(16, 24):
            got = read_card(self.swipe(answer(b"", packed(T2, 5, lead), b"")))
            self.assertEqual([got.tracks[i].text for i in ALL], [None, T2, None])

    def test_raw_that_holds_the_terminators(self):
        trap = b"\x1b\x01?\x1c\x1b0\x1bs?\x1c" * 3
        swiped = self.swipe(answer(trap, packed(T2, 5), trap))
        self.assertEqual((swiped[0][1], swiped[2][1]), (len(trap) * 8, len(trap) * 8))
        self.assertEqual(read_card(swiped).tracks[2].text, T2)

    def test_iso(self):
        self.assertEqual(self.swipe(answer(T1, T2, T3, raw=False), False), (T1, T2, T3))
        empty = answer(b"\x1b+", T2, b"\x1b+", raw=False)
        self.assertEqual(self.swipe(empty, False), (None, T2, None))
        self.assertEqual(self.swipe(answer(b"", T2, b"", raw=False), False), (None, T2, None))
        bad = answer(T1, b"\x1b*", T3, b"1", False)
        self.assertEqual(self.swipe(bad, False), ("reader_error",) * 3)
        bad = answer(T1, b"\x1b*", T3, b"0", False)
        self.assertEqual(self.swipe(bad, False), (T1, "reader_error", T3))

    def test_status(self):
        for status, reason in (
            (b"1", "reader_error"),
            (b"4", "reader_error"),
            (b"9", "bad_swipe"),
        ):
            data = answer(b"", packed(T2, 5), b"", status)
            self.assertEqual(self.swipe(data), (reason,) * 3)

    def test_too_long(self):
        data = answer(b"", b"\xff" * (RAW_MAX + 1), packed(T3, 5))
        swiped = self.swipe(data)
        self.assertEqual((swiped[0], swiped[1], swiped[2][1] > 0), (None, "too_long", True))
        self.assertEqual(self.swipe(answer(b"", b"1" * 300, b"", raw=False), False)[1], "too_long")

    def test_every_cut(self):
        data = answer(packed(T1, 7), packed(T2, 5), b"")
        for length in range(2, len(data)):
            self.assertEqual(self.swipe(data[:length]), ("cut_short",) * 3)

    def test_garbage_in_front_and_instead(self):
        data = answer(b"", packed(T2, 5), b"")
        self.assertEqual(read_card(self.swipe(b"\x1b\x1b0s?" + data)).tracks[2].text, T2)
        self.assertEqual(self.swipe(b"\x1bs\x1b\x04"), ("line_noise",) * 3)
        self.assertEqual(self.swipe(b"\x1bsX"), ("line_noise",) * 3)
        self.assertIsNone(self.swipe(b"nothing here"))

    def test_tracks_left_out(self):
        """The maker: what has no data, or no head, is not transmitted."""
        end, two = b"?\x1c\x1b0", packed(T2, 5)
        for head, middle in ((b"\x1b\x01\x00", b""), (b"", b""), (b"", b"\x1b\x03\x00")):
            raw = b"\x1bs" + head + b"\x1b\x02" + bytes([len(two)]) + two + middle + end
            got = read_card(self.swipe(raw))
            self.assertEqual([got.tracks[i].text for i in ALL], [None, T2, None])
        self.assertEqual(self.swipe(b"\x1bs" + end), (None, None, None))
        for head in (b"", b"\x1b\x01"):
            iso = b"\x1bs" + head + b"\x1b\x02" + T2
            self.assertEqual(self.swipe(iso + end, False), (None, T2, None))
            self.assertEqual(self.swipe(iso + end[1:], False), (None, T2, None))
        self.assertEqual(self.swipe(b"\x1bs\x1b\x02\x00\x1b\x01"), ("line_noise",) * 3)
        self.assertEqual(self.swipe(b"\x1bs\x1b\x02;12\x1c", False), ("line_noise",) * 3)

    def test_longest_raw_track(self):
        full = b"\x00" * 8 + b"\xff" * (RAW_MAX - 8)
        swiped = self.swipe(answer(full, packed(T2, 5), full))
        self.assertEqual([swiped[0][1], swiped[2][1]], [RAW_MAX * 8] * 2)
        got = read_card(swiped)
        self.assertEqual((got.tracks[1].status, got.tracks[2].text), ("bad", T2))

    def test_every_byte_broken(self):
        """No track that was sent becomes another text."""
        data = answer(b"", packed(T2, 5), b"")
        for at in range(len(data)):
            for flip in (0x01, 0x80, 0xFF):
                broken = bytearray(data)
                broken[at] ^= flip
                swiped = self.swipe(bytes(broken)) or (None, None, None)
                text = read_card(swiped).tracks[2].text
                self.assertTrue(text in (None, T2), (at, flip))

    def test_asked_again_for_the_next_swipe(self):
        swiped = self.swipe(answer(b"", packed(T2, 5), b""))
        self.uart.expect(READ_RAW)
        self.reader.wipe()
        self.assertEqual((self.uart.done(), sum(swiped[1][0])), (True, 0))


if __name__ == "__main__":
    unittest.main()
