# SPDX-License-Identifier: MIT
"""A scripted acquirer at the place of acquirer.host.Host: it answers what the script says, in that
order, and raises on any call that is not the next one. For both runtimes."""

from pos.core.deal import VOID
from pos.core.errors import KeyStoreError
from pos.keystore.sealed_pan import open_sealed, seal
from pos.ledger.names import KIND_NAMES

_PAN_KEY = bytes(16)


class Reply:
    """Attributes of acquirer.answers.Answer, SignOn and Settled together."""

    def __init__(self, response: str = "00", **values: object) -> None:
        self.response = response
        self.rrn = "102436000123"
        self.auth = "A1B2C3"
        self.settle_date = "1122"
        self.date = "1122"
        self.time = "102437"
        self.issuer = "01020000"
        self.acquirer = "48220000"
        self.scheme = "CUP"
        self.amount_minor = 0
        self.balance_minor = None
        self.requirement = "0"
        self.batch = None
        self.domestic = "1"
        self.foreign = "1"
        self.totals = "0" * 62
        for name in values:
            setattr(self, name, values[name])


class FakeMessage:
    """An answer that was decoded; a field that is None is absent."""

    def __init__(self, fields: dict) -> None:
        self._fields = fields

    def has(self, n: int) -> bool:
        """Whether there is such a field."""
        return self._fields.get(n) is not None

    def get(self, n: int) -> object:
        """Return the field, None when it is absent."""
        return self._fields.get(n)


class FakeHost:
    """`script` holds (method, reply): a Reply, an F39 for reverse, or an exception to raise."""

    def __init__(self, script: list) -> None:
        self.script = list(script)
        self.calls = []
        self.blocks = []  # PIN blocks of sales
        self.sent = []  # the deals
        self.receivers = []  # of transfers
        self.pans = []
        self.held = []  # the buffers they came in, which the flow zeroes
        self.profile = None  # parameters, for `ask`
        self.asked = []  # fields of the messages of `ask`
        self.round_trip_ms = 123

    def _next(self, method: str, *facts: object) -> object:
        self.calls.append((method,) + facts)
        if not self.script:
            raise AssertionError("unexpected call of %s" % method)
        expected, reply = self.script.pop(0)
        if expected != method:
            raise AssertionError("call of %s where %s is next" % (method, expected))
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def sign_on(self, stan: int, batch: int) -> object:
        """Answer a sign-on."""
        return self._next("sign_on", stan, batch)

    async def sign_off(self, stan: int, batch: int) -> object:
        """Answer a sign-off."""
        return self._next("sign_off", stan, batch)

    async def transact(self, deal: object, card: object, pin_block: object) -> object:
        """Answer a transaction; the script calls it by its kind."""
        self.blocks.append(pin_block and bytes(pin_block))
        self.held.append(pin_block)
        self.sent.append(deal)
        self.pans.append(bytes(card.pan))
        if card.receiver:
            self.receivers.append(bytes(card.receiver))
        name = KIND_NAMES[deal.kind]
        if deal.kind == VOID:
            return self._next(name, deal.stan, deal.original_stan)
        return self._next(name, deal.stan, deal.amount_minor, pin_block is not None)

    async def echo(self, batch: int) -> object:
        """Answer an echo test."""
        return self._next("echo", batch)

    async def reverse(self, deal: object, f39: str) -> object:
        """Answer a reversal."""
        return self._next("reverse", deal.stan, f39)

    async def settle(self, stan: int, batch: int, totals: object) -> object:
        """Answer a settlement."""
        return self._next("settle", batch, totals.debit_minor, totals.credit_minor)

    async def ask(self, build: object, read: object) -> object:
        """Answer what has no method: ("0320 201", Reply()) by message and F60.3.

        The fields are looked at as they are sent: what is wiped later is still there. Downloads
        and status are called by F60.3 alone; F62 of their answer stands for the reply.
        """
        mti, fields = build(self.profile)
        if mti[1:2] == "8":
            answer = self._next(str(fields[60][8:11], "utf-8"), mti, fields.get(62))
            return read(FakeMessage({39: b"00", 60: fields[60], 62: answer}), "0")
        name = "%s %s" % (mti, str(fields[60][8:11], "utf-8"))
        self.asked.append({n: bytes(fields[n]) for n in fields})
        reply = self._next(name, int(fields.get(11, 0)), str(fields.get(48, b""), "utf-8"))
        return reply.requirement


class FakeKeys:
    """KeyStore's place: no cryptography, the same promises."""

    def __init__(self, host: object, tmk: bool = True) -> None:
        self._host = host
        self._tmk = tmk

    def has_tmk(self) -> bool:
        """Whether a master key is there."""
        return self._tmk

    def card_hash(self, pan: bytes) -> bytes:
        """The last eight digits: enough to tell two cards apart."""
        tail = bytes(pan[-8:])
        return tail + bytes(8 - len(tail))

    def seal_pan(self, batch: int, stan: int, pan: bytes) -> bytes:
        """Seal a PAN, as the key store does, under a key that everybody knows."""
        return seal(_PAN_KEY, batch, stan, pan)

    def open_pan(self, batch: int, stan: int, sealed: bytes) -> bytearray:
        """Open a sealed PAN."""
        return open_sealed(_PAN_KEY, batch, stan, sealed)

    def pin_block(self, pin: bytearray, pan: bytes) -> bytearray:
        """Eight bytes; the last counts the sign-ons so far, as the keys change with each."""
        if not 4 <= len(pin) <= 12:
            raise KeyStoreError("PIN length")
        sign_ons = len([call for call in self._host.calls if call[0] == "sign_on"])
        return bytearray(b"\x06PINPIN" + bytes([sign_ons]))
