# SPDX-License-Identifier: MIT
"""One exchange over a scripted transport: what counts as not sent, silent, unusable, answered."""

import asyncio
import unittest

from fakes.acquirer import profile, vector
from fakes.transport import ScriptedTransport
from pos.acquirer.exchange import Exchange
from pos.acquirer.framing import Framing
from pos.core import aio
from pos.core.errors import NoAnswer, NotSent

_REQUEST = bytes.fromhex(vector("c_echo_req")["hex"])
_ANSWER = bytes.fromhex(vector("c_echo_resp")["hex"])
_SHORT_S = 0.03
_OPEN = ("open",)
_SEND = ("send", _REQUEST)


class ExchangeTest(unittest.TestCase):
    def play(self, *steps, length_prefix=True):
        """Run the script; return the frame, or the error as (class, f39)."""
        transport = ScriptedTransport(*steps)
        exchange = Exchange(Framing(profile(length_prefix=length_prefix)))
        exchange.buffer[: len(_REQUEST)] = _REQUEST
        self.buffer = exchange.buffer
        try:
            frame = aio.run(exchange.run(transport, len(_REQUEST), _SHORT_S, _SHORT_S))
            return bytes(frame)
        except NotSent:
            return "not sent"
        except NoAnswer as error:
            return error.f39
        finally:
            transport.finish()

    def test_answered(self):
        self.assertEqual(self.play(_OPEN, _SEND, ("recv", _ANSWER)), _ANSWER)

    def test_answered_byte_by_byte(self):
        steps = [("recv", _ANSWER[i : i + 1]) for i in range(len(_ANSWER))]
        self.assertEqual(self.play(_OPEN, _SEND, *steps), _ANSWER)

    def test_the_request_is_gone_once_it_is_sent(self):
        self.play(_OPEN, _SEND, ("recv", _ANSWER[:5]), ("silence",))
        self.assertEqual(bytes(self.buffer[:5]), _ANSWER[:5])
        self.assertEqual(bytes(self.buffer[5:]), bytes(len(self.buffer) - 5))

    def test_nothing_left(self):
        self.assertEqual(self.play(("open", NotSent("no link"))), "not sent")
        self.assertEqual(self.play(("open", OSError(111))), "not sent")
        self.assertEqual(self.play(("silence",)), "not sent")
        self.assertEqual(self.play(_OPEN, ("send", _REQUEST, NotSent("refused"))), "not sent")

    def test_silence(self):
        self.assertEqual(self.play(_OPEN, _SEND, ("silence",)), "98")
        self.assertEqual(self.play(_OPEN, _SEND, ("recv", b"")), "98")
        self.assertEqual(self.play(_OPEN, _SEND, ("recv", OSError(104))), "98")
        self.assertEqual(self.play(_OPEN, ("send", _REQUEST, OSError(32))), "98")
        self.assertEqual(self.play(_OPEN, ("silence",)), "98")

    def test_cut_short(self):
        for size in (1, 2, 20, len(_ANSWER) - 1):
            part = ("recv", _ANSWER[:size])
            self.assertEqual(self.play(_OPEN, _SEND, part, ("recv", b"")), "06")
        part = ("recv", _ANSWER[:20])
        self.assertEqual(self.play(_OPEN, _SEND, part, ("silence",)), "06")
        self.assertEqual(self.play(_OPEN, _SEND, part, ("recv", OSError(104))), "06")

    def test_impossible_length(self):
        for head in (b"\x00\x00", b"\xff\xff", b"\x05\xdb"):
            self.assertEqual(self.play(_OPEN, _SEND, ("recv", head)), "06")

    def test_no_more_is_read_than_one_frame(self):
        transport = ScriptedTransport(_OPEN, _SEND, ("recv", _ANSWER + _ANSWER))
        exchange = Exchange(Framing(profile()))
        exchange.buffer[: len(_REQUEST)] = _REQUEST
        frame = aio.run(exchange.run(transport, len(_REQUEST), _SHORT_S, _SHORT_S))
        self.assertEqual((bytes(frame), transport.closed), (_ANSWER, 1))

    def test_without_length_prefix(self):
        def play(*steps):
            return self.play(_OPEN, _SEND, *steps, length_prefix=False)

        self.assertEqual(play(("recv", _ANSWER[2:])), _ANSWER[2:])
        halves = ("recv", _ANSWER[2:40]), ("recv", _ANSWER[40:])
        self.assertEqual(play(*halves), _ANSWER[2:])
        self.assertEqual(play(("recv", _ANSWER[2:40]), ("recv", b"")), "06")
        self.assertEqual(play(("recv", _ANSWER[2:] + b"\x00"), ("silence",)), "06")

    def test_cancelled(self):
        for steps in ((("silence",),), (_OPEN, ("silence",)), (_OPEN, _SEND, ("silence",))):
            transport = ScriptedTransport(*steps)
            self.assertEqual(aio.run(self.cancel(transport)), "cancelled")
            transport.finish()

    async def cancel(self, transport):
        exchange = Exchange(Framing(profile()))
        exchange.buffer[: len(_REQUEST)] = _REQUEST
        task = asyncio.create_task(exchange.run(transport, len(_REQUEST), 60, 60))
        await aio.sleep_ms(10)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return "cancelled"


if __name__ == "__main__":
    unittest.main()
