# SPDX-License-Identifier: MIT
"""The acquirer as flows see it: one method a message, one exchange a call (DESIGN.md, section 4).

Outcomes: a result, that is an authentic answer, approved or declined; NotSent, nothing to reverse;
NoAnswer, a reversal is due with `f39` as its reason; HostDeclined for management messages. What
has no method here goes through `ask`.
A Host has one buffer: one call at a time.
"""

from pos.acquirer.exchange import Exchange
from pos.acquirer.framing import Framing
from pos.core import modules
from pos.core.carddata import Card, wipe
from pos.core.deal import Deal
from pos.core.errors import MessageError, NoAnswer
from pos.core.profile import Profile

_EXTENSION = 59
_MAC = 64
_MAC_LEN = 8


class Host:
    """Builds, signs, sends, checks. `transport_factory()` gives one unopened transport a call.

    `make_watch()` gives what looks on while an exchange waits (exchange.py).
    """

    def __init__(
        self,
        profile: Profile,
        keys: object,
        transport_factory: object,
        clock: object,
        make_watch: object = None,
    ) -> None:
        self._profile = profile
        self._keys = keys
        self._transport = transport_factory
        self._clock = clock
        self._framing = Framing(profile)
        self._line = Exchange(self._framing, make_watch)
        self.require = str  # called with what an answer asks for: digit 6 of its header
        self.round_trip_ms = 0  # of the last exchange that was answered, connecting included

    async def sign_on(self, stan: int, batch: int) -> object:
        """Sign on and install the working keys; a KeyStoreError leaves the previous ones."""
        answer, keys = await self.ask(_management("sign_on", stan, batch), _signed_on)
        modules.trim()  # the message code makes room for the key code
        self._keys.install_working(keys, self._profile.key_length)
        return answer

    async def sign_off(self, stan: int, batch: int) -> None:
        """Sign off."""
        await self.ask(_management("sign_off", stan, batch), accepted)

    async def echo(self, batch: int) -> None:
        """See whether the host is there."""
        await self.ask(_management("echo", batch), accepted)

    async def transact(self, deal: Deal, card: Card, pin_block: bytearray) -> object:
        """Return the Answer to a transaction; `pin_block` None: without a PIN.

        Where the profile says so, the tracks of `card` are encrypted in place on the way. The
        caller wipes card and block.
        """
        if card is not None and card.track2 is not None and self._profile.encrypt_tracks:
            self._keys.seal_tracks(card)
            modules.trim()

        def build(profile: Profile) -> tuple:
            from pos.acquirer import financial

            return financial.request(profile, deal, card, pin_block)

        return await self.ask(build, _answer)

    async def reverse(self, deal: Deal, f39: str) -> str:
        """Send the reversal of a deal and return the host's F39: 00, 25 and 12 end it (5.2)."""

        def build(profile: Profile) -> tuple:
            from pos.acquirer import financial

            return financial.reversal(profile, deal, f39)

        return await self.ask(build, _code)

    async def settle(self, stan: int, batch: int, totals: object) -> object:
        """Return the Settled: its flags say balanced (1), unbalanced (2) or not compared (3)."""
        build = _management("settlement", stan, batch, totals)

        def read(message: object, requirement: str) -> object:
            from pos.acquirer import answers

            return answers.settled(message, batch, build(self._profile)[1][48], requirement)

        return await self.ask(build, read)

    async def ask(self, build: object, read: object) -> object:
        """One exchange: `build(profile)` gives (MTI, fields), `read(message, digit)` the result.

        `digit` is the processing requirement. Neither is called with other code in the heap than
        it imports: the code that builds leaves before the code that waits is there, and that
        before the code that reads. NotSent, NoAnswer, HostDeclined and KeyStoreError pass.
        """
        profile = self._profile
        try:
            request, length = self._build(build)
            modules.trim()
            started = self._clock.ticks_ms()
            line = self._transport()
            modules.trim()
            answer_s = profile.answer_timeout_s
            frame = await self._line.run(
                line, length, profile.total_timeout_s - answer_s, answer_s
            )
            self.round_trip_ms = self._clock.ticks_diff(self._clock.ticks_ms(), started)
            modules.trim()
            return self._read(frame, request, read)
        finally:
            self._line.wipe()

    def _build(self, build: object) -> tuple:
        """Write the frame of a request into the buffer; return what was asked, and its length."""
        request, length = self._write(build)
        if _MAC in request[1]:
            modules.trim()  # the message code makes room for the key code
            buffer, start = self._line.buffer, self._framing.size
            mac_at = start + length - _MAC_LEN
            covered = memoryview(buffer)[start:mac_at]
            buffer[mac_at : mac_at + _MAC_LEN] = self._keys.mac((covered,))
        return request, self._framing.seal(self._line.buffer, length)

    def _write(self, build: object) -> tuple:
        from pos.iso8583.codec import encode

        request = build(self._profile)
        mti, fields = request
        length = encode(mti, fields, self._line.buffer, self._framing.size)
        if _EXTENSION in fields:
            wipe(fields[_EXTENSION])  # a PIN block
        return request, length

    def _read(self, frame: memoryview, request: tuple, read: object) -> object:
        """Make the result; the key code has come and gone before the message code is loaded."""
        try:
            body = self._framing.body(frame)
            good = _MAC in request[1] and self._keys.mac_ok((body[:-_MAC_LEN],), body[-_MAC_LEN:])
            modules.trim()
            from pos.acquirer import answers
            from pos.iso8583.codec import Message

            message = Message(body)
            answers.check(message, request, good)
            digit = self._framing.requirement(frame)
            self.require(digit)
            return read(message, digit)
        except MessageError as error:
            reason = error.reason
        raise NoAnswer("answer unusable, " + reason, "06")


def _management(name: str, *values: object) -> object:
    """Return what builds a request of requests.py."""

    def build(profile: Profile) -> tuple:
        from pos.acquirer import requests

        return getattr(requests, name)(profile, *values)

    return build


def _signed_on(message: object, requirement: str) -> tuple:
    """Return the answer and a copy of its wrapped keys, F62: the buffer is wiped later."""
    from pos.acquirer import answers

    answers.accepted(message)
    if not message.has(62):
        raise MessageError("brings no keys", 62)
    answer = answers.SignOn(
        answers.batch(message), answers.date(message), answers.time(message), requirement
    )
    return answer, bytes(message.get(62))


def accepted(message: object, requirement: str) -> None:
    """Read an answer that only has to say yes; HostDeclined otherwise."""
    from pos.acquirer import answers

    answers.accepted(message)


def _answer(message: object, requirement: str) -> object:
    from pos.acquirer import answers

    return answers.Answer(message, requirement)


def _code(message: object, requirement: str) -> str:
    from pos.acquirer import answers

    return answers.code(message)
