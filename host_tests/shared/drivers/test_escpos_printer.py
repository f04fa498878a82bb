# SPDX-License-Identifier: MIT
"""EscposPrinter on a scripted UART, without a clock: sleeping is counted, not done."""

import unittest

from drivers.escpos_printer import EscposPrinter
from pos.core import aio

_CAUSE = b"\x10\x04\x02"
_PAPER = b"\x10\x04\x04"
_PROOF = b"\x1d\x72\x01"
_READY = b"\x12"  # a real-time status with nothing to tell
_NOTHING = (b"", None)  # both are what a UART says when no byte is there


class FakeUart:
    """`answers` holds (command, reads): what is written must be the next command of it."""

    def __init__(self, answers, stale=b""):
        self.answers = list(answers)
        self.written = []
        self._reads = [bytes([byte]) for byte in stale]

    def write(self, data):
        data = bytes(data)
        self.written.append(data)
        if self.answers:
            command, reads = self.answers.pop(0)
            if data != command:
                raise AssertionError("%r written, not %r" % (data, command))
            self._reads += reads

    def read(self, count):
        if count != 1:
            raise AssertionError("one byte a read")
        return self._reads.pop(0) if self._reads else None


class EndlessUart(FakeUart):
    """Sends the same byte for ever, from the first command on."""

    def __init__(self, byte):
        super().__init__([])
        self._byte = byte

    def read(self, count):
        return self._byte if self.written else None


class PrinterTest(unittest.TestCase):
    def setUp(self):
        self.sleeps = []
        self._sleep_ms = aio.sleep_ms

        async def sleep_ms(duration_ms):
            self.sleeps.append(duration_ms)

        aio.sleep_ms = sleep_ms

    def tearDown(self):
        aio.sleep_ms = self._sleep_ms

    def _status(self, *answers, stale=b""):
        uart = FakeUart(answers, stale)
        found = aio.run(EscposPrinter(uart).status())
        self.assertEqual(uart.answers, [])
        self.assertEqual(len(uart.written), len(answers))
        return found

    def _proof(self, *reads, stale=b""):
        return aio.run(EscposPrinter(FakeUart([(_PROOF, reads)], stale)).proof())

    def test_ready(self):
        self.assertEqual(self._status((_CAUSE, [_READY]), (_PAPER, [_READY])), "ok")
        self.assertEqual(self.sleeps, [])

    def test_paper_near_its_end_is_enough(self):
        self.assertEqual(self._status((_CAUSE, [_READY]), (_PAPER, [b"\x1e"])), "ok")

    def test_cover_open(self):
        self.assertEqual(self._status((_CAUSE, [b"\x16"])), "cover")
        self.assertEqual(self._status((_CAUSE, [b"\x36"])), "cover")  # and no paper

    def test_paper_out(self):
        self.assertEqual(self._status((_CAUSE, [b"\x32"]), (_PAPER, [b"\x7e"])), "paper")
        self.assertEqual(self._status((_CAUSE, [_READY]), (_PAPER, [b"\x72"])), "paper")

    def test_nothing_answers(self):
        self.assertEqual(self._status((_CAUSE, [])), "offline")
        self.assertEqual(sum(self.sleeps), 200)

    def test_no_word_about_the_paper_is_no_paper(self):
        self.assertEqual(self._status((_CAUSE, [_READY]), (_PAPER, [])), "paper")

    def test_the_answer_may_take_its_time(self):
        late = list(_NOTHING) * 10 + [_READY]
        self.assertEqual(self._status((_CAUSE, late), (_PAPER, [_READY])), "ok")
        self.assertEqual(self.sleeps, [5] * 20)

    def test_other_bytes_are_no_status(self):
        others = [b"\x11", b"\x13", b"\x00", b"\x0c", b"\x92", b"\x02", b"\xff"]
        answers = (_CAUSE, others + [_READY]), (_PAPER, others + [b"\x7e"])
        self.assertEqual(self._status(*answers), "paper")
        self.assertEqual(self._status((_CAUSE, others)), "offline")

    def test_bytes_from_before_are_no_answer(self):
        self.assertEqual(self._status((_CAUSE, []), stale=_READY * 3), "offline")
        self.assertFalse(self._proof(stale=b"\x00\x00"))

    def test_proof(self):
        self.assertTrue(self._proof(b"\x00"))
        self.assertTrue(self._proof(b"\x0c"))  # printed, though the paper ended with it
        self.assertEqual(self.sleeps, [])

    def test_proof_behind_a_slow_slip(self):
        self.assertTrue(self._proof(*(list(_NOTHING) * 250 + [b"\x00"])))
        self.assertEqual(sum(self.sleeps), 2500)

    def test_no_proof_in_three_seconds(self):
        self.assertFalse(self._proof())
        self.assertEqual(sum(self.sleeps), 3000)

    def test_a_real_time_answer_is_no_proof(self):
        self.assertFalse(self._proof(_READY, b"\x16", b"\x32", b"\x11", b"\x13", b"\x80"))
        self.assertTrue(self._proof(_READY, b"\x00"))

    def test_a_line_that_never_falls_silent_ends_too(self):
        self.assertFalse(aio.run(EscposPrinter(EndlessUart(b"\x13")).proof()))
        self.assertEqual(aio.run(EscposPrinter(EndlessUart(b"\x13")).status()), "offline")

    def test_a_slip_goes_out_in_chunks_and_others_run_between_them(self):
        slip = bytes([i % 251 for i in range(300)])
        uart = FakeUart([])
        aio.run(EscposPrinter(uart).write(slip))
        self.assertEqual([len(chunk) for chunk in uart.written], [128, 128, 44])
        self.assertEqual(b"".join(uart.written), slip)
        self.assertEqual(self.sleeps, [0, 0, 0])

    def test_chunk_edges(self):
        for length, chunks in ((0, 0), (1, 1), (128, 1), (129, 2), (256, 2)):
            uart = FakeUart([])
            aio.run(EscposPrinter(uart).write(bytearray(length)))
            self.assertEqual(len(uart.written), chunks)
            self.assertEqual(sum(len(chunk) for chunk in uart.written), length)


if __name__ == "__main__":
    unittest.main()
