# SPDX-License-Identifier: MIT
"""One financial request on its way through the checks: what every kind has in common.

What is refused before the books are touched (30, 94) leaves no trace; a decline is recorded and
uses up its STAN. A 0220 that comes again is answered as it was the first time.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from acquirer_sim import accounts, books, security, terminals
from acquirer_sim.database import Row
from acquirer_sim.errors import Refused, decline
from acquirer_sim.exchange import ACQUIRER_ID, Exchange

APPROVED = ("00", "10", "11", "A2", "A4", "A5", "A6")  # unionpay.md section 6
_SIGN_ON_AGAIN = ("77", "97", "99", "A0")
_CURRENCY = "156"
_REPEATABLE = "0220"
_ISSUER_LEN = 11
_TRACK2 = re.compile(r"([0-9]{13,19})D([0-9]{4}|D)([0-9]{3}|D)?")


@dataclass(frozen=True)
class Presented:
    """The card as the request shows it; expiry and service are "" when it has none."""

    pan: str
    expiry: str
    service: str


class Deal:
    """What the rules of a kind work on. They set `auth`, `original` and, to book other than
    what was asked, `amount_minor` and `code`; `columns` are more of the books, `more` of the
    answer's fields."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.request = exchange.request
        self.store = exchange.store
        self.amount_minor = exchange.request.amount_minor
        self.code = ""
        self.card = None
        self.account = None
        self.original = None
        self.auth = ""
        self.columns = {}
        self.more = {}

    def new_auth(self) -> None:
        """Give the deal an authorisation code of its own."""
        self.auth = books.auth_code(self.exchange.rrn)

    def move(self, change_minor: int) -> None:
        """Change the balance of the card's account."""
        accounts.move(self.store, self.account["id"], change_minor)

    def approve(self) -> int:
        """Book the request as approved and return its id in the books."""
        self.code = self.code or accounts.APPROVALS.get(self.account["status"], "00")
        return self.record("approved", self.code)

    def record(self, state: str, code: str) -> int:
        """Book the request."""
        exchange, request = self.exchange, self.request
        entry = {"tid": exchange.tid, "batch": request.batch, "stan": request.stan}
        entry.update(type=exchange.kind, function=request.function)
        entry.update(amount_minor=self.amount_minor)
        entry.update(account_id=self.account["id"] if self.account else None)
        entry.update(pan=exchange.masked_pan, rrn=exchange.rrn, auth=self.auth)
        entry.update(state=state, response=code, scheme=self.scheme, at=exchange.time)
        entry.update(original_id=self.original["id"] if self.original else None)
        if self.amount_minor != request.amount_minor:
            entry["asked_minor"] = request.amount_minor
        entry.update(self.columns)
        terminals.follow_batch(exchange.store, exchange.terminal, request.batch)
        return books.record(exchange.store, entry)

    @property
    def scheme(self) -> str:
        """F63.1; "" while the account is unknown."""
        return self.account["scheme"] if self.account else ""

    def answer(self, code: str) -> "dict[int, str]":
        """Return the fields of the answer."""
        exchange = self.exchange
        fields = {**exchange.refusal(code), **exchange.settle_date()}
        if self.card:
            fields[2] = self.card.pan
            if self.card.expiry:
                fields[14] = self.card.expiry
        if code in APPROVED:
            fields.update(self.more)
            if 4 in fields:
                fields[4] = f"{self.amount_minor:012d}"
            if self.auth:
                fields[38] = self.auth
        if self.account:
            issuer = self.account["issuer"].ljust(_ISSUER_LEN)
            fields[44] = issuer + ACQUIRER_ID.ljust(_ISSUER_LEN)
            fields[63] = self.scheme
        return fields


def run(exchange: Exchange, rules: "Callable[[Deal], None]") -> "dict[int, str]":
    """Check what all kinds have in common, then let `rules` approve, or raise Refused."""
    deal = Deal(exchange)
    try:
        booked = _numbers(deal)
        if booked:
            return _repeat(deal, booked)
        _open(deal)
        rules(deal)
    except Refused as refusal:
        if refusal.recorded:
            deal.record("declined", refusal.code)
        return deal.answer(refusal.code)
    return deal.answer(deal.code)


def _numbers(deal: Deal) -> "Row | None":
    """Return what this STAN was used for when the request is a repeat of it; else 94."""
    request = deal.request
    booked = books.find(deal.store, deal.exchange.tid, request.batch, request.stan)
    if not booked:
        return None
    asked = booked["amount_minor"] if booked["asked_minor"] is None else booked["asked_minor"]
    same = (booked["type"], booked["function"], asked)
    if request.mti != _REPEATABLE or same != (
        deal.exchange.kind,
        request.function,
        request.amount_minor,
    ):
        raise Refused("94")
    return booked


def _repeat(deal: Deal, booked: Row) -> "dict[int, str]":
    """Answer as the first time, its date and number included."""
    try:
        _identify(deal)
    except Refused:
        pass  # a track without layout: it was declined for that the first time
    if booked["account_id"] != (deal.account["id"] if deal.account else None):
        raise Refused("94")  # the same numbers, another card
    deal.auth = booked["auth"]
    fields = deal.answer(booked["response"])
    at = booked["at"]
    day = at[5:7] + at[8:10]
    fields.update({12: at[11:13] + at[14:16] + at[17:19], 13: day, 15: day, 37: booked["rrn"]})
    return fields


def _identify(deal: Deal) -> None:
    deal.card = _presented(deal.exchange)
    deal.exchange.masked_pan = accounts.mask(deal.card.pan)
    deal.account = accounts.find(deal.store, deal.card.pan)


def _open(deal: Deal) -> None:
    """Find the card, then what makes the request declined whatever the card."""
    exchange, request = deal.exchange, deal.request
    _identify(deal)
    if exchange.forced:
        raise _forced(deal)
    if books.is_settled(deal.store, exchange.tid, request.batch):
        # the batch is over: sign-on brings the new number, but a repeat keeps its old one
        raise decline("22" if request.mti == _REPEATABLE else "77")
    if books.was_reversed_early(deal.store, exchange.tid, request.batch, request.stan):
        raise decline("12")  # its reversal came first, it must not come to life now
    if request.get(49) != _CURRENCY:
        raise decline("12")
    if request.get(4) and not request.amount_minor:
        raise decline("13")
    if not deal.account:
        raise decline("14")


def _forced(deal: Deal) -> Refused:
    """Return what a fault asks for. A 0220 that has to sign on first was not looked at: it comes
    again with the same STAN, and must not find it used up."""
    code = deal.exchange.forced
    return Refused(code, recorded=deal.request.mti != _REPEATABLE or code not in _SIGN_ON_AGAIN)


def _presented(exchange: Exchange) -> Presented:
    request = exchange.request
    if not request.get(35):
        return Presented(request.get(2), request.get(14), "")
    found = _TRACK2.match(security.track(exchange, 35))
    if not found:
        raise decline("14")
    pan, expiry, service = found.groups()
    return Presented(pan, expiry.strip("D"), (service or "").strip("D"))
