# SPDX-License-Identifier: MIT
"""Sale and void: what is checked, in which order, and what is booked.

A refusal before the books are touched (30, 94) leaves no trace; a decline is recorded and uses
up its STAN. Field presence: unionpay.md 3.1.
"""

import re
import sqlite3
from dataclasses import dataclass

from acquirer_sim import accounts, books, security, terminals
from acquirer_sim.errors import Refused, decline
from acquirer_sim.exchange import ACQUIRER_ID, Exchange

_CURRENCY = "156"
_SWIPED = "02"  # F22
_FALLBACK = "2"  # F60.5: the chip could not be read
_NO_RRN = "000000000000"
_ISSUER_LEN = 11
_TRACK2 = re.compile(r"([0-9]{13,19})D([0-9]{4}|D)([0-9]{3}|D)?")


@dataclass(frozen=True)
class Presented:
    """The card as the request shows it; expiry and service are "" when it has none."""

    pan: str
    expiry: str
    service: str


class Deal:
    """One financial request on its way through the checks."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.card = None
        self.account = None
        self.original = None
        self.auth = ""

    def record(self, state: str, code: str) -> None:
        """Book the request."""
        exchange = self.exchange
        request = exchange.request
        entry = {"tid": exchange.tid, "batch": request.batch, "stan": request.stan}
        entry.update(type=exchange.kind, amount_minor=request.amount_minor)
        entry.update(account_id=self.account["id"] if self.account else None)
        entry.update(pan=exchange.masked_pan, rrn=exchange.rrn, auth=self.auth)
        entry.update(state=state, response=code, scheme=self.scheme, at=exchange.time)
        entry.update(original_id=self.original["id"] if self.original else None)
        books.record(exchange.store, entry)
        terminals.follow_batch(exchange.store, exchange.terminal, request.batch)

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
        if self.auth and code == "00":
            fields[38] = self.auth
        if self.account:
            issuer = self.account["issuer"].ljust(_ISSUER_LEN)
            fields[44] = issuer + ACQUIRER_ID.ljust(_ISSUER_LEN)
            fields[63] = self.scheme
        return fields


def sale(exchange: Exchange) -> "dict[int, str]":
    """0200, F3 000000, F60.1 22."""
    return _run(exchange, _approve_sale)


def void(exchange: Exchange) -> "dict[int, str]":
    """0200, F3 200000, F60.1 23."""
    return _run(exchange, _approve_void)


def _run(exchange: Exchange, approve: object) -> "dict[int, str]":
    deal = Deal(exchange)
    try:
        _check_shape(deal)
        _check_sequence(deal)
        approve(deal)
    except Refused as refusal:
        if refusal.recorded:
            deal.record("declined", refusal.code)
        return deal.answer(refusal.code)
    return deal.answer("00")


def _check_shape(deal: Deal) -> None:
    """Presence, and that F22, F26, F52, F53 agree: 30."""
    exchange, request = deal.exchange, deal.exchange.request
    exchange.require(3, 4, 11, 22, 25, 41, 42, 49, 60)
    security.check(exchange)
    with_pin = request.get(22)[2] == "1"
    swiped = request.get(22)[:2] == _SWIPED
    wrong = (
        not request.get(35) and (swiped or not request.get(2)),
        with_pin != bool(security.pin_block(exchange)) or with_pin != bool(request.get(26)),
        not 1 <= request.batch <= terminals.LAST_BATCH or not request.stan,
        len(request.get(60)) < 8,
    )
    if any(wrong):
        raise Refused("30")


def _check_sequence(deal: Deal) -> None:
    """STAN and batch, then what makes the request declined whatever the card."""
    exchange, request = deal.exchange, deal.exchange.request
    place = (exchange.store, exchange.tid, request.batch, request.stan)
    if books.find(*place):
        raise Refused("94")
    deal.card = _presented(exchange)
    exchange.masked_pan = accounts.mask(deal.card.pan)
    deal.account = accounts.find(exchange.store, deal.card.pan)
    if exchange.forced:
        raise decline(exchange.forced)
    if books.is_settled(*place[:3]):
        raise decline("77")  # the batch is over: sign-on brings the new number
    if books.was_reversed_early(*place):
        raise decline("12")  # its reversal came first, it must not come to life now
    if request.get(49) != _CURRENCY:
        raise decline("12")
    if not request.amount_minor:
        raise decline("13")
    if not deal.account:
        raise decline("14")


def _presented(exchange: Exchange) -> Presented:
    request = exchange.request
    if not request.get(35):
        return Presented(request.get(2), request.get(14), "")
    found = _TRACK2.match(security.track(exchange, 35))
    if not found:
        raise decline("14")
    pan, expiry, service = found.groups()
    return Presented(pan, expiry.strip("D"), (service or "").strip("D"))


def _check_pin(deal: Deal) -> None:
    exchange = deal.exchange
    pin = security.pin(exchange, deal.card.pan)
    if pin is None:
        raise decline("99")
    accounts.check_pin(exchange.store, deal.account, pin)


def _approve_sale(deal: Deal) -> None:
    exchange, request, account = deal.exchange, deal.exchange.request, deal.account
    status = accounts.STATUSES[account["status"]]
    if status:
        raise decline(status)
    if deal.card.expiry not in ("", "0000") and deal.card.expiry < exchange.now.strftime("%y%m"):
        raise decline("54")
    if deal.card.service[:1] in ("2", "6") and request.get(60)[12:13] != _FALLBACK:
        raise decline("45")
    if request.get(52):
        _check_pin(deal)
    elif account["pin_required"]:
        raise decline("55")
    if account["limit_minor"] is not None and request.amount_minor > account["limit_minor"]:
        raise decline("61")
    if request.amount_minor > account["balance_minor"]:
        raise decline("51")
    accounts.move(exchange.store, account["id"], -request.amount_minor)
    deal.auth = books.auth_code(exchange.rrn)
    deal.record("approved", "00")


def _approve_void(deal: Deal) -> None:
    exchange, request = deal.exchange, deal.exchange.request
    original = _original(exchange)
    if original["batch"] != request.batch or original["account_id"] != deal.account["id"]:
        raise decline("22")  # another batch, or another card
    if original["state"] == "voided":
        raise decline("12")
    if original["amount_minor"] != request.amount_minor:
        raise decline("64")
    if request.get(52):
        _check_pin(deal)
    deal.original = original
    deal.auth = books.auth_code(exchange.rrn)
    accounts.move(exchange.store, deal.account["id"], request.amount_minor)
    books.set_state(exchange.store, original["id"], "voided")
    deal.record("approved", "00")


def _original(exchange: Exchange) -> sqlite3.Row:
    """Return the approved or voided sale that F61 names; 25 when there is none."""
    request = exchange.request
    named, rrn, auth = request.get(61), request.get(37), request.get(38)
    if len(named) < 12 or not rrn:
        raise Refused("30")
    found = books.find(exchange.store, exchange.tid, int(named[:6]), int(named[6:12]))
    if not found or found["type"] != "sale" or found["state"] not in ("approved", "voided"):
        raise decline("25")
    if rrn not in (_NO_RRN, found["rrn"]) or auth not in ("", found["auth"]):
        raise decline("25")
    return found
