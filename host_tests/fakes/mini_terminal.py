# SPDX-License-Identifier: MIT
"""A terminal of a page, to drive the acquirer simulator: strict about what comes back.

Its messages are those of the simulated terminals of `posctl acquirer load`.
"""

from datetime import datetime

from acquirer_sim.core import Acquirer
from acquirer_sim.frame import Request
from acquirer_sim.load.messages import (  # noqa: F401 the tests' one source of these
    Answer,
    Requests,
    f48,
    open_keys,
    pin_block,
    track2,
)

TMK = bytes.fromhex("11223344556677889900AABBCCDDEEFF")
TID = "12345678"
MERCHANT = "898310054110001"
RICH = "6200001234567892"
PIN = "123456"
NOW = datetime(2026, 7, 15, 10, 15, 30)
RICH_MINOR = 100000000
DAY = "0715"  # of NOW
NO_PLACE = "0" * 12
# message type, F3, F25, F60.1
KINDS = {
    "balance": ("0200", "310000", "00", "01"),
    "sale": ("0200", "000000", "00", "22"),
    "void": ("0200", "200000", "00", "23"),
    "refund": ("0220", "200000", "00", "25"),
    "preauth": ("0100", "030000", "06", "10"),
    "additional": ("0100", "030000", "60", "10"),
    "preauth_void": ("0100", "200000", "06", "11"),
    "completion": ("0200", "000000", "06", "20"),
    "advice": ("0220", "000000", "06", "24"),
    "completion_void": ("0200", "200000", "06", "21"),
    "offline": ("0220", "000000", "00", "30"),
    "adjust": ("0220", "000000", "00", "32"),
    "tip": ("0220", "000000", "00", "34"),
    "transfer": ("0200", "400000", "00", "50"),
}


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


class MiniTerminal(Requests):
    """Plays requests into an Acquirer in process."""

    def __init__(
        self,
        acquirer: Acquirer,
        tid: str = TID,
        tmk: bytes = TMK,
        algorithm: str = "tdes",
        mac: str = "ecb",
    ) -> None:
        super().__init__(tid, MERCHANT, tmk, algorithm, mac)
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

    def sale_fields(self, amount: int, pan: str = RICH, pin: "str | None" = None) -> dict:
        """Return the fields of a sale by stripe."""
        return super().sale_fields(amount, pan, pin)

    def sale(self, amount: int, pan: str = RICH, pin: "str | None" = None, **more: str) -> Answer:
        """Make a sale; keyword f35="..." replaces field 35, f35=None leaves it out."""
        fields = {**self.sale_fields(amount, pan, pin), **numbered(more)}
        return self.exchange("0200", fields, mac=True)

    def void_fields(self, sale: Answer, pan: str = RICH) -> dict:
        """Return the fields of the void of an approved sale."""
        return super().void_fields(sale, pan)

    def void(self, sale: Answer, pan: str = RICH, **more: str) -> Answer:
        """Void an approved sale."""
        fields = {**self.void_fields(sale, pan), **numbered(more)}
        return self.exchange("0200", fields, mac=True)

    def fields(
        self, kind: str, amount: int = 0, pan: str = RICH, pin: "str | None" = None, **more: str
    ) -> dict:
        """Return the fields of one of KINDS as presented by stripe; f38="..." adds or replaces."""
        _, processing, condition, function = KINDS[kind]
        fields = self.sale_fields(amount, pan, pin)
        fields.update({3: processing, 25: condition, 60: f"{function}{self.batch:06d}00020"})
        if kind == "balance":
            del fields[4]
        return {**fields, **numbered(more)}

    def play(self, kind: str, fields: dict) -> Answer:
        """Send the fields of one of KINDS."""
        return self.exchange(KINDS[kind][0], fields, mac=True)

    def preauth(self, amount: int, pan: str = RICH, **more: str) -> Answer:
        """Hold an amount."""
        return self.play("preauth", self.fields("preauth", amount, pan, **more))

    def on_hold(self, kind: str, held: Answer, amount: int, pan: str = RICH, **more: str) -> dict:
        """Return the fields of what names a pre-authorisation by its code and date."""
        named = {38: held.fields[38], 61: NO_PLACE + held.fields[13], **numbered(more)}
        return {**self.fields(kind, amount, pan), **named}

    def on_original(self, kind: str, done: Answer, amount: int, pan: str = RICH) -> dict:
        """Return the fields of what names a completion, a sale or an offline sale."""
        fields = self.fields(kind, amount, pan)
        fields.update({37: done.fields[37], 38: done.fields[38]})
        fields[61] = done.fields[60][2:8] + done.fields[11] + done.fields[13]
        return fields

    def refund_fields(self, sale: Answer, amount: int, pan: str = RICH, **more: str) -> dict:
        """Return the fields of a refund."""
        named = {37: sale.fields[37], 61: NO_PLACE + sale.fields[13], 63: "000"}
        return {**self.fields("refund", amount, pan), **named, **numbered(more)}

    def offline_fields(
        self, amount: int, pan: str = RICH, auth: "str | None" = "445566", **more: str
    ) -> dict:
        """Return the fields of an offline sale; without `auth` in stand-in mode."""
        mode = "02" if auth is None else "01"
        fields = {**keyed_in(self.fields("offline", amount, pan), pan), 38: auth, 63: "000"}
        return {**fields, 61: NO_PLACE + "0000" + mode, **numbered(more)}

    def adjust_fields(self, kind: str, done: Answer, amount: int, tip: int = 0) -> dict:
        """Return the fields of an "adjust" (to `amount`) or a "tip" (`amount` with it)."""
        pan = done.fields[2]
        fields = keyed_in(self.on_original(kind, done, amount, pan), pan)
        fields.update({22: "022", 61: fields[61] + "00", 63: "CUP"})
        if kind == "tip":
            fields[48] = f"{tip:012d}"
        return fields

    def reverse(self, request: dict, reason: str = "98", **more: str) -> Answer:
        """Reverse a sale or void by its request fields."""
        fields = {**self.reversal_fields(request, reason), **numbered(more)}
        return self.exchange("0400", fields, mac=True)

    def settle(self, totals: str = "", batch: "int | None" = None) -> Answer:
        """Settle with F48 `totals` (default: all zero)."""
        return self.exchange("0500", self.settle_fields(totals or f48(), batch))


def numbered(more: dict) -> dict:
    """Turn f35="..." into {35: "..."}."""
    return {int(name[1:]): value for name, value in more.items()}


def keyed_in(fields: dict, pan: str) -> dict:
    """Return the fields with the card typed, no track, no F53."""
    return {**fields, 2: pan, 14: "3012", 22: "012", 35: None, 53: None}


def repeated(fields: dict, pan: str = RICH) -> dict:
    """Return the fields of a 0220 as it is sent again: F2 instead of tracks."""
    return {**fields, 2: pan, 35: None, 53: None}
