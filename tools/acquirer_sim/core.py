# SPDX-License-Identifier: MIT
"""The acquirer without sockets: a frame in, actions out, the books changed durably in between.

    acquirer = Acquirer(":memory:")
    acquirer.register("12345678", tmk)
    for action in acquirer.handle(frame): ...

Frames carry their 2-byte length, in both directions. An empty list means: say nothing.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from acquirer_sim import (
    accounts,
    batch_upload,
    clock,
    crypto,
    downloads,
    frame,
    management,
    money,
    presence,
    report,
    reversal,
    settlement,
    spec,
)
from acquirer_sim import terminals as terminal_table
from acquirer_sim.database import MEMORY, Url
from acquirer_sim.errors import FrameError, Refused
from acquirer_sim.exchange import Exchange, admit
from acquirer_sim.faults import Faults
from acquirer_sim.keysets import Options
from acquirer_sim.store import open_store


@dataclass(frozen=True)
class Action:
    """What the shell has to do: send `data`, or close the connection, after `delay_s`."""

    kind: str  # "send" or "close"
    data: bytes = b""
    delay_s: float = 0.0


_Sign = Callable[[bytes], bytes]
_CLOSE = Action("close")
_MONEY = {**dict.fromkeys(money.KINDS, money.handle), "reversal": reversal.handle}
_MANAGEMENT = {
    "signoff": management.sign_off,
    "echo": management.echo,
    "settlement": settlement.handle,
    "batch_upload": batch_upload.details,
    "batch_end": batch_upload.end,
}
_HANDLERS = {**_MONEY, **_MANAGEMENT, **downloads.HANDLERS}
_RECORDED = money.KINDS  # a forced decline of these is booked as declined


class _Work:
    """One frame on its way: request, faults, exchange, answer; `outcome` once it is known."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.request = None
        self.hits = {}
        self.exchange = None
        self.fields = {}
        self.requirement = 0  # header digit 6 of the answer
        self.outcome = None


class Acquirer:
    """One acquirer host over one database; `log` gets one dictionary an exchange, masked."""

    def __init__(
        self,
        db_path: "str | Path | Url" = MEMORY,
        faults: "Faults | None" = None,
        clock: "Callable[[], datetime] | None" = None,  # the machine's: see clock.py
        log: "Callable[[dict], None] | None" = None,
        new_key: "Callable[[int], bytes] | None" = None,
    ) -> None:
        self.faults = faults or Faults()
        self._store = open_store(db_path)
        self._clock = clock or datetime.now
        self._log = log or (lambda record: None)
        self._new_key = new_key

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def register(
        self,
        terminal: str,
        tmk: bytes,
        merchant: str = terminal_table.DEFAULT_MERCHANT,
        merchant_name: str = "",
        algorithm: str = "tdes",
        options: "Options | None" = None,
    ) -> None:
        """Register a terminal (see terminals.register_terminal)."""
        values = (terminal, merchant, merchant_name, tmk, algorithm)
        with self._store.transaction():
            terminal_table.register(self._store, *values, options=options)

    def add_card(self, card: accounts.Card) -> None:
        """Add a test card."""
        with self._store.transaction():
            accounts.add(self._store, card)

    def ledger(self) -> dict:
        """The books, as `posctl acquirer ledger --json` prints them."""
        return report.ledger(self._store)

    def cards(self) -> "list[dict]":
        """The test cards, as `posctl acquirer cards --json` lists them."""
        return report.cards(self._store)

    def set_clock(self, setting: str) -> None:
        """Set or move the host's clock (see clock.py)."""
        with self._store.transaction():
            clock.change(self._store, setting, self._clock())

    def handle(self, data: bytes) -> "list[Action]":
        """Take one frame and return what is to be done; what it booked is durable by then."""
        (outcome,) = self.handle_many([data])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def handle_many(self, frames: "list[bytes]") -> "list[list[Action] | Exception]":
        """Take frames in this order under one commit; what they booked is durable then.

        One that fails is taken back alone, and its exception stands for its actions. When the
        commit fails, DatabaseError is raised and none of them counts.
        """
        works = [_Work(frame_) for frame_ in frames]
        for work in works:
            self._admit(work)
        waiting = [work for work in works if work.outcome is None]
        if waiting:
            with self._store.transaction():
                now = clock.now(self._store, self._clock())
                for work in waiting:
                    self._book(work, now, alone=len(waiting) == 1)
        for work in waiting:
            if work.outcome is None:
                self._finish(work)
        return [work.outcome for work in works]

    def _admit(self, work: "_Work") -> None:
        """Decode the frame and ask for its faults; what is not to be booked is done then."""
        try:
            work.request = frame.Request(work.data)
        except FrameError as error:
            self._log({"ev": "rejected", "reason": str(error)})
            work.outcome = [_CLOSE]
            return
        work.hits = self.faults.pick(work.request)
        if "drop_before" in work.hits:
            self._log(_facts(work.request, sorted(work.hits)))
            work.outcome = []

    def _book(self, work: "_Work", now: datetime, alone: bool) -> None:
        try:
            with nullcontext() if alone else self._store.savepoint():
                work.exchange = Exchange(self._store, work.request, now)
                if "decline" in work.hits:
                    work.exchange.forced = work.hits["decline"].code
                if "result" in work.hits:
                    work.exchange.result = work.hits["result"].code
                work.fields = self._answer(work.exchange)
                work.requirement = downloads.requirement(work.exchange)
        except Exception as error:
            if alone:
                raise  # the whole transaction is this one's
            work.outcome = error

    def _finish(self, work: "_Work") -> None:
        """Make the answer of what is durable now."""
        facts = _facts(work.request, sorted(work.hits))
        self._log({**facts, **_outcome(work.exchange, work.fields)})
        signer = work.exchange.signer()
        work.outcome = _deliver(work.request, work.fields, signer, work.hits, work.requirement)

    def _answer(self, exchange: Exchange) -> "dict[int, str]":
        try:
            admit(exchange)
            presence.check(exchange)
            if exchange.forced and exchange.kind not in _RECORDED:
                raise Refused(exchange.forced)
            if exchange.kind == "signon":
                return management.sign_on(exchange, self._new_key)
            if exchange.kind not in _HANDLERS:
                raise Refused("40")
            return _HANDLERS[exchange.kind](exchange)
        except Refused as refusal:
            exchange.wrong_field = refusal.field
            return exchange.refusal(refusal.code)


def _facts(request: frame.Request, faults: "list[str]") -> dict:
    """What the log says of a request: no card data at all."""
    facts = {"ev": "exchange", "terminal": request.terminal, "mti": request.mti}
    if request.stan:
        facts["stan"] = request.get(11)
    if request.get(60):
        facts["batch"] = request.get(60)[2:8]
    if request.get(4):
        facts["amount_minor"] = request.amount_minor
    if faults:
        facts["faults"] = faults
    return facts


def _outcome(exchange: Exchange, fields: "dict[int, str]") -> dict:
    outcome = {"type": exchange.kind, "time": exchange.time}
    if exchange.masked_pan:
        outcome["pan"] = exchange.masked_pan
    if 39 in fields:
        outcome["response"] = fields[39]
    if exchange.wrong_field:
        outcome["field"] = exchange.wrong_field
    if exchange.kind == "settlement" and 48 in fields:
        outcome["result"] = fields[48][30] + fields[48][61]
    outcome["rrn"] = fields[37]
    return outcome


def _deliver(
    request: frame.Request,
    fields: "dict[int, str]",
    sign: "_Sign | None",
    hits: dict,
    requirement: int,
) -> "list[Action]":
    """Encode the answer and spoil it as the faults ask."""
    if "drop_after" in hits:
        return []
    if "close" in hits:
        return [_CLOSE]
    if "wrong_stan" in hits and 11 in fields:
        fields[11] = "%06d" % (request.stan % 999999 + 1)
    body = _encode(request.answer_mti, fields, sign, "bad_mac" in hits)
    if "requirement" in hits:
        requirement = int(hits["requirement"].code)
    data = frame.build(request, body, requirement)
    delay_s = hits["delay"].seconds if "delay" in hits else 0
    if "flip" in hits:
        data = _flip(data, hits["flip"].at)
    if "truncate" in hits:
        return [Action("send", _truncate(data, hits["truncate"].at), delay_s), _CLOSE]
    return [Action("send", data, delay_s)] + [Action("send", data)] * ("duplicate" in hits)


def _encode(mti: str, fields: "dict[int, str]", sign: "_Sign | None", bad_mac: bool) -> bytes:
    if sign is None:
        return spec.encode(mti, fields)
    body = spec.encode(mti, {**fields, 64: "00" * crypto.MAC_LEN_BYTES})[: -crypto.MAC_LEN_BYTES]
    return body + sign(body + b"spoilt" if bad_mac else body)  # well-formed either way


def _flip(data: bytes, at: "int | None") -> bytes:
    spoilt = bytearray(data)
    payload = len(data) - frame.PREFIX_LEN_BYTES
    place = payload // 2 if at is None else min(at, payload - 1)
    spoilt[frame.PREFIX_LEN_BYTES + place] ^= 0x01
    return bytes(spoilt)


def _truncate(data: bytes, at: "int | None") -> bytes:
    payload = len(data) - frame.PREFIX_LEN_BYTES
    return data[: frame.PREFIX_LEN_BYTES + (payload // 2 if at is None else at)]
