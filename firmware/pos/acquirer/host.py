# SPDX-License-Identifier: MIT
"""The acquirer as flows see it: one method a message, one exchange a call (DESIGN.md, section 4).

Outcomes: a result, that is an authentic answer, approved or declined; NotSent, nothing to reverse;
NoAnswer, a reversal is due with `f39` as its reason; HostDeclined for management messages.
A Host has one buffer: one call at a time.
"""

from pos.acquirer import answers, requests
from pos.acquirer.exchange import Exchange
from pos.acquirer.framing import Framing
from pos.core.carddata import Card
from pos.core.deal import Deal, Totals
from pos.core.errors import NoAnswer
from pos.core.profile import Profile
from pos.iso8583.codec import Message, encode
from pos.iso8583.errors import MessageError

_MAC = 64
_MAC_LEN = 8


class Host:
    """Builds, signs, sends, checks. `transport_factory()` gives one unopened transport a call."""

    def __init__(
        self, profile: Profile, keys: object, transport_factory: object, clock: object
    ) -> None:
        self._profile = profile
        self._keys = keys
        self._transport = transport_factory
        self._clock = clock
        self._framing = Framing(profile)
        self._line = Exchange(self._framing)
        self.round_trip_ms = 0  # of the last exchange that was answered, connecting included

    async def sign_on(self, stan: int, batch: int) -> answers.SignOn:
        """Sign on and install the working keys; a KeyStoreError leaves the previous ones."""
        return await self._ask(requests.sign_on(self._profile, stan, batch), self._signed_on)

    async def sign_off(self, stan: int, batch: int) -> None:
        """Sign off."""
        await self._ask(requests.sign_off(self._profile, stan, batch), _accepted)

    async def echo(self, batch: int) -> None:
        """See whether the host is there."""
        await self._ask(requests.echo(self._profile, batch), _accepted)

    async def sale(self, deal: Deal, card: Card, pin_block: bytearray) -> answers.Answer:
        """Ask for a sale; `pin_block` is None without a PIN. The caller wipes both buffers."""
        return await self._financial(deal, card, pin_block)

    async def void(self, deal: Deal, card: Card, pin_block: bytearray) -> answers.Answer:
        """Ask to take a sale back; `card` is None when the profile needs none."""
        return await self._financial(deal, card, pin_block)

    async def _financial(self, deal: Deal, card: Card, pin_block: bytearray) -> answers.Answer:
        request = requests.financial(self._profile, deal, card, pin_block)
        return await self._ask(request, answers.Answer)

    async def reverse(self, deal: Deal, f39: str) -> str:
        """Send the reversal of a deal and return the host's F39: 00, 25 and 12 end it (5.2)."""
        return await self._ask(requests.reversal(self._profile, deal, f39), _code)

    async def settle(self, stan: int, batch: int, totals: Totals) -> answers.Settled:
        """Compare totals; the flags say balanced (1), unbalanced (2) or not compared (3)."""

        def read(message: Message, requirement: str) -> answers.Settled:
            return answers.settled(message, batch, requirement)

        return await self._ask(requests.settlement(self._profile, stan, batch, totals), read)

    async def _ask(self, request: tuple, read: object) -> object:
        """One exchange; `read(message, requirement)` makes the result of an answer that counts."""
        profile = self._profile
        try:
            length = self._build(request)
            started = self._clock.ticks_ms()
            frame = await self._line.run(
                self._transport(), length, profile.connect_timeout_s, profile.answer_timeout_s
            )
            self.round_trip_ms = self._clock.ticks_diff(self._clock.ticks_ms(), started)
            return self._read(frame, request, read)
        finally:
            self._line.wipe()

    def _build(self, request: tuple) -> int:
        """Write the frame of a request into the buffer and return its length."""
        mti, fields = request
        buffer, start = self._line.buffer, self._framing.size
        length = encode(mti, fields, buffer, start)
        if _MAC in fields:
            mac_at = start + length - _MAC_LEN
            covered = memoryview(buffer)[start:mac_at]
            buffer[mac_at : mac_at + _MAC_LEN] = self._keys.mac((covered,))
        return self._framing.seal(buffer, length)

    def _read(self, frame: memoryview, request: tuple, read: object) -> object:
        try:
            message = Message(self._framing.body(frame))
            answers.check(message, request, self._keys)
            return read(message, self._framing.requirement(frame))
        except MessageError as error:
            reason = error.reason
        raise NoAnswer("answer unusable, " + reason, "06")

    def _signed_on(self, message: Message, requirement: str) -> answers.SignOn:
        answers.accepted(message)
        if not message.has(62):
            raise MessageError("brings no keys", 62)
        self._keys.install_working(message.get(62), self._profile.key_length)
        return answers.SignOn(
            answers.batch(message), answers.date(message), answers.time(message), requirement
        )


def _accepted(message: Message, requirement: str) -> None:
    answers.accepted(message)


def _code(message: Message, requirement: str) -> str:
    return answers.code(message)
