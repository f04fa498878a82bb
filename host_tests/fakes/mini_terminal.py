# SPDX-License-Identifier: MIT
"""A terminal of a page, to drive the acquirer simulator: strict about what comes back.

It encodes with pyiso8583 and the simulator's field table, which test_acquirer_codec.py holds to
the published messages, and keeps no state but keys, batch and STAN.
"""

from datetime import datetime

from acquirer_sim import crypto, spec
from acquirer_sim.core import Acquirer
from acquirer_sim.frame import Request

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
_REVERSAL_PLACES = {"23": "", "11": "0000", "20": "0000", "21": "0000"}  # F61 by F60.1


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


class Answer:
    """A decoded answer: `mti`, `fields`, `mac` ("good", "bad" or "none"), `header`, `tpdu`."""

    def __init__(
        self, frame: bytes, mak: "bytes | None", algorithm: str = "tdes", method: str = "ecb"
    ) -> None:
        assert int.from_bytes(frame[:2], "big") == len(frame) - 2
        self.tpdu = frame[2:7].hex()
        self.header = frame[7:13].hex()
        body = frame[13:]
        self.mti, self.fields = spec.decode(body)
        self.mac = "none"
        if 64 in self.fields:
            good = mak is not None and crypto.mac(mak, body[:-8], algorithm, method) == body[-8:]
            self.mac = "good" if good else "bad"

    @property
    def code(self) -> str:
        return self.fields.get(39, "")


class MiniTerminal:
    """Builds requests and plays them into an Acquirer in process."""

    def __init__(
        self,
        acquirer: Acquirer,
        tid: str = TID,
        tmk: bytes = TMK,
        algorithm: str = "tdes",
        mac: str = "ecb",
    ) -> None:
        self.acquirer = acquirer
        self.family = (algorithm, mac)
        self.tid = tid
        self.tmk = tmk
        self.keys = {}
        self.batch = 1
        self.stan = 0

    def frame(self, mti: str, fields: dict, mac: bool) -> bytes:
        """Return a whole frame; `mac` appends a right F64."""
        fields = {41: self.tid, 42: MERCHANT, **fields}
        fields = {number: value for number, value in fields.items() if value is not None}
        if mac:
            body = spec.encode(mti, {**fields, 64: "00" * 8})[:-8]
            body += crypto.mac(self.keys["mak"], body, *self.family)
        else:
            body = spec.encode(mti, fields)
        payload = bytes.fromhex("6000030000603100311003") + body
        return len(payload).to_bytes(2, "big") + payload

    def exchange(self, mti: str, fields: dict, mac: bool = False) -> Answer:
        """Send one request; exactly one undelayed answer must come."""
        frame = self.frame(mti, fields, mac)
        (action,) = self.acquirer.handle(frame)
        assert action.kind == "send" and action.delay_s == 0, action.kind
        answer = Answer(action.data, self.keys.get("mak"), *self.family)
        assert answer.mti == Request(frame).answer_mti
        return answer

    def next_stan(self) -> str:
        self.stan = self.stan % 999999 + 1
        return f"{self.stan:06d}"

    def sign_on(self, variant: str = "003") -> Answer:
        """Sign on and install the keys, every check value verified."""
        fields = {11: self.next_stan(), 60: f"00{self.batch:06d}{variant}", 63: "01 "}
        answer = self.exchange("0800", fields)
        if answer.code == "00":
            self.keys = open_keys(self.tmk, bytes.fromhex(answer.fields[62]), variant)
            self.batch = int(answer.fields[60][2:8])
        return answer

    def sale_fields(self, amount: int, pan: str = RICH, pin: "str | None" = None) -> dict:
        """Return the fields of a sale by stripe."""
        fields = {3: "000000", 4: f"{amount:012d}", 11: self.next_stan(), 22: "022", 25: "00"}
        digit = "3" if self.family[0] == "sm4" else "6"
        fields.update({35: track2(pan), 49: "156", 53: f"0{digit}00000000000000"})
        fields[60] = f"22{self.batch:06d}00020"
        if pin is not None:
            fields.update({22: "021", 26: "12", 53: f"2{digit}00000000000000"})
            fields.update(self.pin_fields(pin, pan))
        return fields

    def pin_fields(self, pin: str, pan: str) -> dict:
        """Return F52, with SM4 F59 too."""
        algorithm = self.family[0]
        size = crypto.BLOCK_LENS_BYTES[algorithm]
        block = crypto.encrypt(self.keys["pik"], pin_block(pin, pan, size), algorithm)
        if algorithm == "tdes":
            return {52: block.hex().upper()}
        return {52: "0" * 16, 59: "A1016" + block.decode("latin-1")}

    def sale(self, amount: int, pan: str = RICH, pin: "str | None" = None, **more: str) -> Answer:
        """Make a sale; keyword f35="..." replaces field 35, f35=None leaves it out."""
        fields = {**self.sale_fields(amount, pan, pin), **numbered(more)}
        return self.exchange("0200", fields, mac=True)

    def void_fields(self, sale: Answer, pan: str = RICH) -> dict:
        """Return the fields of the void of an approved sale."""
        fields = self.sale_fields(int(sale.fields[4]), pan)
        fields.update({3: "200000", 37: sale.fields[37], 38: sale.fields.get(38)})
        fields[60] = f"23{self.batch:06d}00020"
        fields[61] = sale.fields[60][2:8] + sale.fields[11]
        return fields

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
        """Reverse a transaction by its request fields."""
        fields = {n: request[n] for n in (3, 4, 11, 22, 25, 49, 60)}
        if self.family[0] == "sm4":
            fields[53] = "0300000000000000"
        if request[60][:2] in _REVERSAL_PLACES:
            place = request[60][2:8] + request[11]
            fields[61] = place + _REVERSAL_PLACES[request[60][:2]]
        fields.update({39: reason, **numbered(more)})
        return self.exchange("0400", fields, mac=True)

    def settle(self, totals: str = "", batch: "int | None" = None) -> Answer:
        """Settle with F48 `totals` (default: all zero)."""
        fields = {11: self.next_stan(), 48: totals or f48(), 49: "156", 63: "01 "}
        fields[60] = f"00{batch or self.batch:06d}201"
        return self.exchange("0500", fields)


def numbered(more: dict) -> dict:
    """Turn f35="..." into {35: "..."}."""
    return {int(name[1:]): value for name, value in more.items()}


def keyed_in(fields: dict, pan: str) -> dict:
    """Return the fields with the card typed, no track, no F53."""
    return {**fields, 2: pan, 14: "3012", 22: "012", 35: None, 53: None}


def repeated(fields: dict, pan: str = RICH) -> dict:
    """Return the fields of a 0220 as it is sent again: F2 instead of tracks."""
    return {**fields, 2: pan, 35: None, 53: None}


def f48(debit: tuple = (0, 0), credit: tuple = (0, 0), foreign: tuple = ((0, 0), (0, 0))) -> str:
    """Return F48 of a settlement request from (count, minor) pairs."""

    def half(pairs: tuple) -> str:
        return "".join(f"{minor:012d}{count:03d}" for count, minor in pairs) + "0"

    return half((debit, credit)) + half(foreign)


def track2(pan: str, expiry: str = "3012", service: str = "120") -> str:
    """Return F35."""
    return f"{pan}D{expiry}{service}00000123"


def pin_block(pin: str, pan: str, size: int = 8) -> bytes:
    """Return a clear ISO format 0 block, UnionPay's for SM4 with 16 bytes."""
    field = bytes.fromhex(f"{len(pin):02X}{pin}".ljust(2 * size, "F"))
    account = bytes.fromhex(pan[-13:-1].rjust(2 * size, "0"))
    return bytes(a ^ b for a, b in zip(field, account, strict=True))


def open_keys(tmk: bytes, f62: bytes, variant: str) -> dict:
    """Unwrap F62 of a sign-on as a terminal must; every check value has to fit."""
    count = 3 if variant in ("004", "006") else 2
    algorithm = "sm4" if variant in ("005", "006") else "tdes"
    size = 8 if variant == "001" else 16
    each, rest = divmod(len(f62), count)
    assert rest == 0 and each - size in (4, 8)
    keys, at = {}, 0
    for role in ("pik", "mak", "tdk")[:count]:
        wrapped, kcv = f62[at : at + size], f62[at + size : at + each]
        if role == "mak" and algorithm == "tdes" and wrapped[8:] == bytes(8):
            wrapped = wrapped[:8]
        keys[role] = crypto.decrypt(tmk, wrapped, algorithm)
        zeros = bytes(crypto.BLOCK_LENS_BYTES[algorithm])
        assert crypto.encrypt(keys[role], zeros, algorithm)[: len(kcv)] == kcv
        at += each
    return keys
