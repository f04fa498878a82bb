# SPDX-License-Identifier: MIT
"""Primary and backup host: what is tried at the other one, what never is, and for how long."""

import unittest

from fakes.acquirer import profile, vector
from fakes.transport import ScriptedTransport
from pos.acquirer.exchange import Exchange
from pos.acquirer.failover import Failover
from pos.acquirer.framing import Framing
from pos.core import aio
from pos.core.errors import NoAnswer, NotSent

_REQUEST = bytes.fromhex(vector("c_echo_req")["hex"])
_ANSWER = bytes.fromhex(vector("c_echo_resp")["hex"])
_OPEN = ("open",)
_SEND = ("send", _REQUEST)
_GOOD = (_OPEN, _SEND, ("recv", _ANSWER))
_DOWN = (("open", OSError(111)),)


class Line(ScriptedTransport):
    """A scripted transport that knows whether it has sent."""

    sent = False
    linked = True

    def link_up(self) -> bool:
        return self.linked

    async def send(self, data: bytes) -> None:
        late = self._steps and len(self._steps[0]) > 2 and isinstance(self._steps[0][2], NotSent)
        self.sent = not late and not (self._steps and self._steps[0][0] == "silence")
        await super().send(data)

    def close(self) -> None:
        self.closed = 1


class FailoverTest(unittest.TestCase):
    backup_left = 0

    def setUp(self):
        self.logged = []
        self.profile = profile(port=1, backup_host="127.0.0.2", backup_port=2, backup_exchanges=2)
        self.profile.connect_timeout_s = 0.03

    def log(self, event, text):
        self.logged.append(text)

    def play(self, primary, backup):
        """One exchange; each argument is a script or None: that host must not be asked."""
        scripts = [primary, backup]
        lines = []

        def make(second):
            script = scripts[1 if second else 0]
            if script is None:
                raise AssertionError("backup asked" if second else "primary asked")
            lines.append(Line(*script))
            return lines[-1]

        exchange = Exchange(Framing(self.profile))
        exchange.buffer[: len(_REQUEST)] = _REQUEST
        try:
            line = Failover(make, self, self.profile)
            frame = aio.run(exchange.run(line, len(_REQUEST), 1, 0.05))
            return bytes(frame) == _ANSWER
        except NotSent as error:
            return error.reason
        except NoAnswer as error:
            return error.f39
        finally:
            for line in lines:
                line.finish()

    def test_the_primary_is_there(self):
        self.assertTrue(self.play(_GOOD, None) is True)
        self.assertEqual((self.backup_left, self.logged), (0, []))

    def test_what_fails_before_sending_goes_to_the_backup(self):
        late = (_OPEN, ("send", _REQUEST, NotSent("tls.expired")))
        stalled = (_OPEN, ("silence",))
        for down, why in (
            (_DOWN, "no connection"),
            ((("open", NotSent("tls.name")),), "tls.name"),
            ((("silence",),), "no connection in time"),
            (late, "tls.expired"),
            (stalled, "no connection in time"),
        ):
            self.backup_left, self.logged = 0, []
            self.assertTrue(self.play(down, _GOOD) is True)
            self.assertEqual(self.logged, ["primary: " + why, "backup in use"])

    def test_nothing_is_sent_twice(self):
        for script in (
            (_OPEN, ("send", _REQUEST, OSError(32))),
            (_OPEN, _SEND, ("recv", b"")),
            (_OPEN, _SEND, ("recv", OSError(104))),
            (_OPEN, _SEND, ("silence",)),
        ):
            self.assertEqual(self.play(script, None), "98")
        self.assertEqual(self.logged, [])

    def test_neither_is_there(self):
        self.assertEqual(self.play(_DOWN, (("open", NotSent("tls.ca")),)), "tls.ca")
        self.assertEqual(self.logged, ["primary: no connection", "backup: tls.ca"])
        self.assertEqual(self.backup_left, 0)

    def test_the_backup_fails_after_it_has_sent(self):
        self.assertEqual(self.play(_DOWN, (_OPEN, _SEND, ("recv", b""))), "98")

    def test_stays_with_the_backup_then_tries_the_primary(self):
        self.assertTrue(self.play(_DOWN, _GOOD) is True)
        self.logged = []
        for _ in range(2):
            self.assertTrue(self.play(None, _GOOD) is True)
        self.assertEqual(self.logged, [])
        self.assertTrue(self.play(_GOOD, None) is True)
        self.assertEqual(self.logged, ["primary in use again"])
        self.assertTrue(self.play(_GOOD, None) is True)

    def test_still_down_when_tried_again(self):
        self.play(_DOWN, _GOOD)
        for _ in range(2):
            self.play(None, _GOOD)
        self.assertTrue(self.play(_DOWN, _GOOD) is True)
        self.assertTrue(self.play(None, _GOOD) is True)

    def test_back_to_the_primary_when_the_backup_goes(self):
        self.play(_DOWN, _GOOD)
        self.logged = []
        self.assertTrue(self.play(_GOOD, _DOWN) is True)
        self.assertEqual(self.logged, ["backup: no connection", "primary in use"])
        self.assertTrue(self.play(_GOOD, None) is True)


if __name__ == "__main__":
    unittest.main()
