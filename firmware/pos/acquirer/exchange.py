# SPDX-License-Identifier: MIT
"""One exchange: connect, send one frame, read one frame, close (DESIGN.md, section 4).

Pure waiting, no meaning. The request and the answer share one buffer, made once. Whatever happens,
cancellation included, the connection is closed, and so is the way for a late answer to come back.

What an error says: NotSent, no byte left the terminal. NoAnswer, bytes may have left: reason 98
when the host kept silent, 06 when something came that is no frame. While it waits, a lost link
takes effect at once, and `watch` may end what has not been sent yet.
"""

from micropython import const

from pos.acquirer.framing import MAX_FRAME, Framing
from pos.core.errors import MessageError, NoAnswer, NotSent

_SILENCE = "98"
_UNUSABLE = "06"
_ZEROS = bytes(60)  # a divisor of MAX_FRAME
_TICK_MS = const(200)  # how long a key or a lost link waits to be seen


class Exchange:
    """Holds the buffer. `buffer` is filled by the caller; an answer is good until `wipe`.

    `make_watch()` (None: nobody watches) gives an object with `look(sent, waited_s)`, called a few
    times a second, which returns True to give up what was not sent yet, and `done()`, called at
    the end. It is made when the waiting begins: there is no room beside the code that builds.
    """

    def __init__(self, framing: Framing, make_watch: object = None) -> None:
        self.buffer = bytearray(MAX_FRAME)
        self._framing = framing
        self._make_watch = make_watch
        self._watch = None
        self._transport = None
        self._got = 0
        self._leaving = False
        self._counts_answer = False  # the time is that of the answer
        self._waited_ms = 0
        self._tick_ms = _TICK_MS
        self._limits_ms = None  # of the connecting and of the answer

    async def run(
        self, transport: object, length: int, connect_timeout_s: int, answer_timeout_s: int
    ) -> memoryview:
        """Send `length` bytes of the buffer and return a view of the frame that came back.

        A handshake counts as connecting, on whatever runtime it takes place.
        """
        from pos.acquirer.attend import attend

        self._transport = transport
        self._watch = self._make_watch() if self._make_watch else None
        self._got = self._waited_ms = 0
        self._leaving = False
        self._counts_answer = False
        self._limits_ms = (int(connect_timeout_s * 1000), int(answer_timeout_s * 1000))
        self._tick_ms = min(self._limits_ms + (_TICK_MS,))
        reason, sent = "", True
        try:
            await attend(self._talk(length), self._look, self._tick_ms)
        except MessageError as error:
            reason = error.reason
        except OSError:
            sent = self._sent()
            reason = "connection lost" if sent else "no connection"
        finally:
            transport.close()
            if self._watch:
                self._watch.done()
            # A word left on the C stack may point at us: let it not hold the transport's code too.
            self._transport = self._watch = None
        if reason:
            raise self._failed(reason, sent)
        return memoryview(self.buffer)[: self._got]

    def wipe(self) -> None:
        """Zero the buffer: it held a track and a PIN block, or a PAN."""
        for at in range(0, MAX_FRAME, len(_ZEROS)):
            self.buffer[at : at + len(_ZEROS)] = _ZEROS

    def _sent(self) -> bool:
        """Whether a byte may have left; a transport without `sent` is taken to have sent it."""
        return self._leaving and getattr(self._transport, "sent", True)

    def _failed(self, reason: str, sent: bool) -> Exception:
        if sent:
            return NoAnswer(reason, _UNUSABLE if self._got else _SILENCE)
        return NotSent(reason)

    def _look(self) -> None:
        """One tick has passed: see what has changed meanwhile, and raise what ends the waiting."""
        self._waited_ms += self._tick_ms
        sent = self._sent()
        if sent and not self._counts_answer:
            self._counts_answer = True
            self._waited_ms = 0
        if not getattr(self._transport, "link_up", _always)():
            raise self._failed("no link", sent)
        if self._watch and self._watch.look(sent, self._waited_ms // 1000) and not sent:
            raise NotSent("cancelled")
        if self._waited_ms >= self._limits_ms[1 if sent else 0]:
            raise self._failed("no answer in time" if sent else "no connection in time", sent)

    async def _talk(self, length: int) -> None:
        transport = self._transport
        await transport.open()
        self._leaving = True  # from here on only the transport knows
        await transport.send(memoryview(self.buffer)[:length])
        self.wipe()
        missing = self._framing.missing(self.buffer, 0)
        while missing:
            space = memoryview(self.buffer)[self._got : self._got + missing]
            count = await transport.recv_into(space)
            if not count:
                raise MessageError("connection closed after %d bytes" % self._got)
            self._got += count
            missing = self._framing.missing(self.buffer, self._got)


def _always() -> bool:
    """The link of a transport that cannot tell."""
    return True
