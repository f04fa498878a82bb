# SPDX-License-Identifier: MIT
"""The Transport port over a primary and a backup host; loaded where the profile names both.

What fails before a byte of the request has left is tried at the other host, within the same
exchange; after that nothing is sent a second time. Once the backup was needed it stays first for
`backup_exchanges` exchanges, then the primary is tried again.
"""

from micropython import const

from pos.acquirer.attend import attend
from pos.core.errors import NotSent

_TICK_MS = const(200)


class Failover:
    """`make(backup)` gives an unopened transport; `state.backup_left` outlives the exchange.

    `state.log(event, text)` is told which host is in use whenever that changes. A CANCEL or a lost
    link ends the exchange as a whole: the exchange sees to those.
    """

    def __init__(self, make: object, state: object, profile: object) -> None:
        self._make = make
        self._state = state
        self._profile = profile
        self._line = None
        self._left_ms = 0
        self._tick_ms = _TICK_MS
        self._second = False  # both hosts have had their turn
        self.backup = False

    @property
    def sent(self) -> bool:
        """Whether a byte of the request may have left."""
        return self._line is not None and self._line.sent

    def link_up(self) -> bool:
        """Whether there is a network."""
        return self._line is None or self._line.link_up()

    async def open(self) -> None:
        """Connect to the host whose turn it is, else to the other; NotSent: neither is there."""
        state = self._state
        returning = False
        if state.backup_left:
            state.backup_left -= 1
            returning = not state.backup_left
        self.backup = state.backup_left > 0
        reason = await self._dial()
        if reason:
            await self._other(reason)
        elif returning:
            state.log("host", "primary in use again")

    async def send(self, data: bytes) -> None:
        """Send all of it; a handshake that fails in here leads to the other host, once."""
        line = self._line
        reason = await self._timed(line.send(data))
        if reason and line.sent:
            raise OSError(reason)
        if reason:
            await self._other(reason)
            await self._line.send(data)

    async def recv_into(self, space: memoryview) -> int:
        """Wait for at least one byte."""
        return await self._line.recv_into(space)

    def close(self) -> None:
        """Give the connection up; safe to call twice."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    async def _dial(self) -> str:
        self.close()
        self._line = self._make(self.backup)
        return await self._timed(self._line.open())

    async def _timed(self, step: object) -> str:
        """Return why the step failed, "" when it did not."""
        self._left_ms = int(self._profile.connect_timeout_s * 1000)
        self._tick_ms = min(_TICK_MS, self._left_ms)
        try:
            await attend(step, self._count, self._tick_ms)
            return ""
        except NotSent as error:
            return error.reason
        except OSError:
            return "no connection"

    def _count(self) -> None:
        self._left_ms -= self._tick_ms
        if self._left_ms <= 0 and not self.sent:
            raise NotSent("no connection in time")

    async def _other(self, reason: str) -> None:
        """Connect to the other host; NotSent when it had its turn, or is not there either."""
        if self._second or not self.link_up():
            raise NotSent(reason)
        self._second = True
        state, failed = self._state, _name(self.backup)
        self.backup = not self.backup
        state.log("host", "%s: %s" % (failed, reason))
        reason = await self._dial()
        if reason:
            state.log("host", "%s: %s" % (_name(self.backup), reason))
            raise NotSent(reason)
        state.backup_left = self._profile.backup_exchanges + 1 if self.backup else 0
        state.log("host", _name(self.backup) + " in use")


def _name(backup: bool) -> str:
    return "backup" if backup else "primary"
