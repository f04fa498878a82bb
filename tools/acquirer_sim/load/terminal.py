# SPDX-License-Identifier: MIT
"""A simulated terminal: signs on, trades at random, mends what got no answer, settles.

It keeps to the order of a real one: nothing new while an answer is owed, no settlement either.
"""

import asyncio
import random
import time
from dataclasses import dataclass

from acquirer_sim.errors import AcquirerError, FrameError
from acquirer_sim.load.deals import FORGOTTEN, KINDS, REPEATED, Entry, Kind, Ledger
from acquirer_sim.load.figures import Figures
from acquirer_sim.load.link import Link, NoAnswer, NotSent
from acquirer_sim.load.messages import Answer, f48
from acquirer_sim.load.transactions import Transactions

_MAX_AMOUNT_MINOR = 5000
_PIN_SHARE = 0.3  # of transactions
_BATCH_SHARE = 0.02  # of turns that settle
_RETRY_S = 0.2
_RECENT = 20  # originals to choose from: the latest
_SIGN_ON_CODES = ("77", "A0", "99")
_BALANCED = "1"
_VARIANTS = {"tdes": "003", "sm4": "005"}


@dataclass(frozen=True)
class Identity:
    """What a terminal is registered with, and the card that only it is shown."""

    tid: str
    merchant: str
    tmk: bytes
    algorithm: str
    pan: str
    pin: str
    balance_minor: int


class Terminal:
    """`await day(until)`, then `await close_day(until)`; the books are in `ledger`."""

    def __init__(
        self, who: Identity, link: Link, figures: Figures, seed: object, pause_s: float = 0.0
    ) -> None:
        self.who = who
        self.ledger = Ledger()
        self.first_batch = None
        self.finished = False
        self._link = link
        self._figures = figures
        self._random = random.Random(seed)
        self._pause_s = pause_s
        self._requests = Transactions(who.tid, who.merchant, who.tmk, who.algorithm, pan=who.pan)
        self._owed = None  # the entry whose answer is owed

    async def day(self, until: float) -> None:
        """Trade until the event loop's clock says `until`."""
        await asyncio.sleep(self._random.random() * self._pause_s)
        while time.monotonic() < until:
            if await self._ready():
                await self._turn()
            await asyncio.sleep(self._pause_s * self._random.uniform(0.5, 1.5))

    async def close_day(self, until: float) -> None:
        """Get the answer that is owed and settle; `finished` says whether it came to that."""
        while time.monotonic() < until and not self.finished:
            if await self._ready():
                self.finished = await self._settle()
        self._link.close()

    @property
    def owed(self) -> "Entry | None":
        """The transaction whose outcome is still unknown."""
        return self._owed

    async def _ready(self) -> bool:
        """Sign on if need be and mend what is owed; whether something new may begin."""
        if not self._requests.keys and not await self._sign_on():
            await asyncio.sleep(_RETRY_S)
            return False
        if self._owed and not await self._mend(self._owed):
            await asyncio.sleep(_RETRY_S)
            return False
        return True

    async def _turn(self) -> None:
        if self._random.random() < _BATCH_SHARE:
            await self._settle()
            return
        kinds = list(KINDS.values())
        kind = self._random.choices(kinds, [kind.weight for kind in kinds])[0]
        originals = self.ledger.originals(kind, self._requests.batch)[-_RECENT:]
        if kind.of and not originals:
            kind = KINDS["sale"]
        await self._deal(kind, self._random.choice(originals) if kind.of else None)

    async def _deal(self, kind: Kind, original: "Entry | None") -> None:
        entry = self._entry(kind, original)
        self.ledger.add(entry)
        try:
            answer = await self._exchange(kind.name, kind.mti, entry.fields, mac=True)
        except NotSent:
            entry.state = "unsent"
            await asyncio.sleep(_RETRY_S)
        except NoAnswer:
            if kind.unanswered == FORGOTTEN:
                entry.state = "declined"
            else:
                self._owed = entry
        else:
            self._close(entry, answer)

    def _entry(self, kind: Kind, original: "Entry | None") -> Entry:
        amount = self._amount(kind, original)
        fields = self._fields(kind, original, amount)
        requests = self._requests
        return Entry(kind, requests.batch, requests.stan, amount, fields, original=original)

    def _amount(self, kind: Kind, original: "Entry | None") -> int:
        amount = self._random.randint(1, _MAX_AMOUNT_MINOR)
        if kind.name == "balance":
            return 0
        if original is None:
            return amount
        if kind.voids:
            return original.amount_minor
        if kind.type == "adjust":
            return original.amount_minor + amount
        return min(amount, original.effective_minor - original.refunded_minor)

    def _fields(self, kind: Kind, original: "Entry | None", amount: int) -> dict:
        requests, name = self._requests, kind.name
        if name == "offline":
            return requests.offline_fields(amount)
        if original is None:
            pin = self.who.pin if self._random.random() < _PIN_SHARE else None
            return requests.fields(name, amount, pin=pin)
        if name == "void":
            return requests.void_fields(original.answer)
        if name == "refund":
            return requests.refund_fields(original.answer, amount)
        if name == "tip":
            tip = amount - original.amount_minor
            return requests.adjust_fields(name, original.answer, amount, tip)
        if name == "completion_void":
            return requests.on_original(name, original.answer, amount)
        return requests.on_hold(name, original.answer, amount)

    def _close(self, entry: Entry, answer: Answer) -> None:
        """Take the outcome that the host gave."""
        entry.answer = answer
        entry.state = "declined"
        if answer.code == "00":
            entry.approve()
        if answer.code in _SIGN_ON_CODES:
            self._requests.keys = {}

    async def _mend(self, entry: Entry) -> bool:
        """Reverse or repeat once; whether the outcome is known now."""
        repeats = entry.kind.unanswered == REPEATED
        again = self._requests.repeated if repeats else self._requests.reversal_fields
        fields = again(entry.fields)
        kind, mti = (entry.kind.name, entry.kind.mti) if repeats else ("reversal", "0400")
        try:
            answer = await self._exchange(kind, mti, fields, mac=True)
        except (NotSent, NoAnswer):
            return False
        if answer.code in _SIGN_ON_CODES:
            self._requests.keys = {}
            return False
        if repeats:
            self._close(entry, answer)
        elif answer.code in ("00", "25"):  # taken back, or never booked
            entry.state = "reversed"
        else:
            return False
        self._owed = None
        return True

    async def _sign_on(self) -> bool:
        variant = _VARIANTS[self.who.algorithm]
        try:
            answer = await self._exchange(
                "signon", "0800", self._requests.sign_on_fields(variant), mac=False
            )
            if answer.code != "00":
                return False
            self._requests.signed_on(answer, variant)
        except (NotSent, NoAnswer, AcquirerError):  # keys that were spoilt on the way
            return False
        if self.first_batch is None:
            self.first_batch = self._requests.batch
        return True

    async def _settle(self) -> bool:
        """Settle the batch, end it, sign on for the next; whether the host settled."""
        requests = self._requests
        debit, credit = self.ledger.totals(requests.batch)
        fields = requests.settle_fields(f48(debit, credit))
        try:
            answer = await self._exchange("settlement", "0500", fields, mac=False)
            if 48 not in answer.fields:
                requests.keys = {}
                return False
            result = answer.fields[48][30] + answer.fields[48][61]
            self.ledger.results[requests.batch] = result
            end = {11: requests.next_stan(), 48: "0000"}
            code = "207" if result == _BALANCED * 2 else "202"
            end[60] = f"00{requests.batch:06d}{code}"
            await self._exchange("batch_end", "0320", end, mac=False)
        except (NotSent, NoAnswer):
            return False
        requests.keys = {}
        return True

    async def _exchange(self, kind: str, mti: str, fields: dict, mac: bool) -> Answer:
        """Send a request and return its answer; NotSent, NoAnswer."""
        frame = self._requests.frame(mti, fields, mac)
        held = []  # the decoded answer, so that it is decoded once
        began = time.monotonic()

        def usable(data: bytes) -> bool:
            held[:] = [self._answer(data)]
            return held[0] is not None and _answers(held[0], mti, fields, self.who, mac)

        try:
            await self._link.exchange(frame, usable)
        except (NotSent, NoAnswer):
            self._figures.unanswered(kind)
            raise
        self._figures.answered(kind, time.monotonic() - began)
        return held[0]

    def _answer(self, data: bytes) -> "Answer | None":
        try:
            return Answer(data, self._requests.keys.get("mak"), *self._requests.family)
        except (FrameError, KeyError, ValueError):  # spoilt on the way
            return None


def _answers(answer: Answer, mti: str, fields: dict, who: Identity, mac: bool) -> bool:
    """Whether this is the answer to that request; a refusal for want of keys has no MAC."""
    got, wanted = answer.fields.get, fields.get
    same = (
        answer.mti == f"{int(mti) + 10:04d}",
        got(11) == wanted(11),
        got(41) == who.tid,
        got(42) == who.merchant,
        got(4, wanted(4)) == wanted(4),
    )
    signed = answer.mac == "good" or (answer.mac == "none" and answer.code in _SIGN_ON_CODES)
    return all(same) and (signed or not mac)
