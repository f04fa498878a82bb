# SPDX-License-Identifier: MIT
"""A terminal of a page, to drive the acquirer simulator: strict about what comes back.

Its messages are those of the simulated terminals of `posctl acquirer load`.
"""

from datetime import datetime

from acquirer_sim.core import Acquirer
from acquirer_sim.frame import Request
from acquirer_sim.load.messages import (  # noqa: F401 the tests' one source of these
    Answer,
    f48,
    open_keys,
    pin_block,
    track2,
)
from acquirer_sim.load.transactions import (  # noqa: F401 of these too
    KINDS,
    NO_PLACE,
    Transactions,
    numbered,
)

TMK = bytes.fromhex("11223344556677889900AABBCCDDEEFF")
TID = "12345678"
MERCHANT = "898310054110001"
RICH = "6200001234567892"
PIN = "123456"
NOW = datetime(2026, 7, 15, 10, 15, 30)
RICH_MINOR = 100000000
DAY = "0715"  # of NOW


def signed_on() -> "MiniTerminal":
    """Return a terminal signed on to an acquirer in memory whose clock stands at NOW."""
    acquirer = Acquirer(clock=lambda: NOW)
    acquirer.register(TID, TMK)
    terminal = MiniTerminal(acquirer)
    assert terminal.sign_on().code == "00"
    return terminal


def balance(acquirer: Acquirer, pan: str = RICH) -> int:
    """Return what is left on a card."""
    return next(card["balance_minor"] for card in acquirer.cards() if card["pan"] == pan)


def states(acquirer: Acquirer) -> list:
    """Return (type, state, F39) of each booked transaction."""
    entries = acquirer.ledger()["terminals"][TID]["transactions"]
    return [(entry["type"], entry["state"], entry["response"]) for entry in entries]


def batch(acquirer: Acquirer, number: str = "000001") -> dict:
    """Return a batch of the ledger."""
    return acquirer.ledger()["terminals"][TID]["batches"][number]


class MiniTerminal(Transactions):
    """Plays requests into an Acquirer in process."""

    def __init__(
        self,
        acquirer: Acquirer,
        tid: str = TID,
        tmk: bytes = TMK,
        algorithm: str = "tdes",
        mac: str = "ecb",
    ) -> None:
        super().__init__(tid, MERCHANT, tmk, algorithm, mac, RICH)
        self.acquirer = acquirer

    def exchange(self, mti: str, fields: dict, mac: bool = False) -> Answer:
        """Send one request; exactly one undelayed answer must come."""
        frame = self.frame(mti, fields, mac)
        (action,) = self.acquirer.handle(frame)
        assert action.kind == "send" and action.delay_s == 0, action.kind
        assert int.from_bytes(action.data[:2], "big") == len(action.data) - 2
        answer = Answer(action.data, self.keys.get("mak"), *self.family)
        assert answer.mti == Request(frame).answer_mti
        return answer

    def sign_on(self, variant: str = "003") -> Answer:
        """Sign on and install the keys, every check value verified."""
        answer = self.exchange("0800", self.sign_on_fields(variant))
        if answer.code == "00":
            self.signed_on(answer, variant)
        return answer

    def sale(self, amount: int, pan: str = RICH, pin: "str | None" = None, **more: str) -> Answer:
        """Make a sale; keyword f35="..." replaces field 35, f35=None leaves it out."""
        fields = {**self.sale_fields(amount, pan, pin), **numbered(more)}
        return self.exchange("0200", fields, mac=True)

    def void(self, sale: Answer, pan: str = RICH, **more: str) -> Answer:
        """Void an approved sale."""
        fields = {**self.void_fields(sale, pan), **numbered(more)}
        return self.exchange("0200", fields, mac=True)

    def play(self, kind: str, fields: dict) -> Answer:
        """Send the fields of one of KINDS."""
        return self.exchange(KINDS[kind][0], fields, mac=True)

    def preauth(self, amount: int, pan: str = RICH, **more: str) -> Answer:
        """Hold an amount."""
        return self.play("preauth", self.fields("preauth", amount, pan, **more))

    def reverse(self, request: dict, reason: str = "98", **more: str) -> Answer:
        """Reverse a sale or void by its request fields."""
        fields = {**self.reversal_fields(request, reason), **numbered(more)}
        return self.exchange("0400", fields, mac=True)

    def settle(self, totals: str = "", batch: "int | None" = None) -> Answer:
        """Settle with F48 `totals` (default: all zero)."""
        return self.exchange("0500", self.settle_fields(totals or f48(), batch))


def repeated(fields: dict, pan: str = RICH) -> dict:
    """Return the fields of a 0220 as it is sent again: F2 instead of tracks."""
    return {**fields, 2: pan, 35: None, 53: None}


def keyed_in(fields: dict, pan: str) -> dict:
    """Return the fields with the card typed, no track, no F53."""
    return {**repeated(fields, pan), 14: "3012", 22: "012"}
