# SPDX-License-Identifier: MIT
"""An exchange that is watched: CANCEL, a lost link, the handshake's time, the owner cancelled."""

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
_OPEN = ("open",)
_SEND = ("send", _REQUEST)
_LONG_S = 5


class Watch:
    """Gives up at the nth look; notes what it was told."""

    def __init__(self, give_up_at: int = 0) -> None:
        self.told = []
        self.ended = 0
        self._at = give_up_at

    def look(self, sent: bool, waited_s: int) -> bool:
        self.told.append(sent)
        return len(self.told) >= self._at > 0

    def done(self) -> None:
        self.ended += 1


class Wire(ScriptedTransport):
    """A transport whose send is a handshake first: nothing has left until it is told so."""

    sent = False
    looks = 0
    down_at = 0

    def link_up(self) -> bool:
        self.looks += 1
        return self.looks != self.down_at


class WatchTest(unittest.TestCase):
    def play(self, watch, *steps, **how):
        """Return the frame, or the reason (and F39 once something was sent)."""
        transport = Wire(*steps)
        for name in how:
            setattr(transport, name, how[name])
        exchange = Exchange(Framing(profile()), (lambda: watch) if watch else None)
        exchange.buffer[: len(_REQUEST)] = _REQUEST
        limits = (_LONG_S, _LONG_S) if watch or how.get("down_at") else (0.03, 0.03)
        try:
            return bytes(aio.run(exchange.run(transport, len(_REQUEST), *limits)))
        except NotSent as error:
            return error.reason
        except NoAnswer as error:
            return error.reason, error.f39
        finally:
            transport.finish()

    def test_cancel_while_connecting(self):
        watch = Watch(1)
        self.assertEqual(self.play(watch, ("silence",)), "cancelled")
        self.assertEqual((watch.told, watch.ended), ([False], 1))

    def test_cancel_in_the_handshake(self):
        self.assertEqual(self.play(Watch(2), _OPEN, ("silence",)), "cancelled")

    def test_cancel_is_refused_once_bytes_left(self):
        watch = Watch(1)
        steps = (_OPEN, _SEND, ("pause", 300), ("recv", _ANSWER))
        self.assertEqual(self.play(watch, *steps, sent=True), _ANSWER)
        self.assertEqual((watch.told, watch.ended), ([True], 1))

    def test_an_exchange_without_delay_is_not_looked_at(self):
        watch = Watch(1)
        self.assertEqual(self.play(watch, _OPEN, _SEND, ("recv", _ANSWER), sent=True), _ANSWER)
        self.assertEqual((watch.told, watch.ended), ([], 1))

    def test_a_lost_link_takes_effect_at_once(self):
        self.assertEqual(self.play(None, ("silence",), down_at=1), "no link")
        waiting = (_OPEN, _SEND, ("silence",))
        self.assertEqual(self.play(None, *waiting, down_at=1, sent=True), ("no link", "98"))
        part = (_OPEN, _SEND, ("recv", _ANSWER[:9]), ("silence",))
        self.assertEqual(self.play(None, *part, down_at=1, sent=True), ("no link", "06"))

    def test_a_handshake_that_stalls_is_not_sent(self):
        self.assertEqual(self.play(None, _OPEN, ("silence",)), "no connection in time")
        self.assertEqual(self.play(None, _OPEN, ("send", _REQUEST, OSError(104))), "no connection")

    def test_the_answer_has_a_time_of_its_own(self):
        steps = (_OPEN, _SEND, ("silence",))
        self.assertEqual(self.play(None, *steps, sent=True), ("no answer in time", "98"))

    def test_whoever_cancels_the_owner_is_heard(self):
        for steps in ((("silence",),), (_OPEN, _SEND, ("silence",))):
            self.assertEqual(aio.run(self.cancel(Wire(*steps))), "cancelled from outside")

    async def cancel(self, transport):
        exchange = Exchange(Framing(profile()), Watch)
        exchange.buffer[: len(_REQUEST)] = _REQUEST
        task = asyncio.create_task(exchange.run(transport, len(_REQUEST), 60, 60))
        await aio.sleep_ms(250)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            transport.finish()
            return "cancelled from outside"


if __name__ == "__main__":
    unittest.main()
