# SPDX-License-Identifier: MIT
"""Every transaction that the terminal's own code writes, at the simulator: decoded by pyiso8583,
held to the presence table, booked, sent again or reversed. Two implementations, no shared code."""

import asyncio

import pytest

from acquirer_sim.core import Acquirer
from acquirer_sim.terminals import DEFAULT_MERCHANT
from fakes.acquirer import Clock, card, profile
from fakes.keystores import MASTER, SM4_MASTER, open_keys, with_sm4_tmk, with_tmk
from pos.acquirer.host import Host
from pos.core.carddata import Card
from pos.core.deal import (
    ADJUST,
    ADJUSTS,
    ADVICE,
    BALANCE,
    COMPLETION,
    COMPLETION_VOID,
    CREDITS,
    DEBITS,
    OFFLINE,
    PREAUTH,
    PREAUTH_MORE,
    PREAUTH_VOID,
    REFUND,
    REPEATS,
    SALE,
    TIP,
    TRANSFER,
    VOID,
    Deal,
)
from pos.core.totals import Totals
from pos.ledger.applying import count
from pos.ledger.names import KIND_NAMES

TID = "12345678"
RECEIVER = b"6250930000000051"
WITHOUT_CARD = (OFFLINE, ADJUST, TIP)
WITHOUT_PIN = (REFUND, ADVICE, *WITHOUT_CARD)
KINDS = (BALANCE, SALE, VOID, REFUND, PREAUTH, PREAUTH_MORE, PREAUTH_VOID, COMPLETION, ADVICE,
         COMPLETION_VOID, OFFLINE, ADJUST, TIP, TRANSFER)  # fmt: skip


class Wire:
    """The Transport port into the simulator, every answer at once."""

    def __init__(self, acquirer: Acquirer) -> None:
        self._acquirer, self._answer = acquirer, b""

    async def open(self) -> None:
        pass

    async def send(self, data: bytes) -> None:
        (action,) = self._acquirer.handle(bytes(data))
        self._answer = action.data

    async def recv_into(self, space: memoryview) -> int:
        out, self._answer = self._answer[: len(space)], self._answer[len(space) :]
        space[: len(out)] = out
        return len(out)

    def close(self) -> None:
        pass


class Bench:
    """The terminal's Host and keys, signed on; deals are filled in as the flows do."""

    def __init__(self, algorithm: str, sealed: bool, **changes: object) -> None:
        self.said = []
        self.acquirer = Acquirer(log=self.said.append)
        tmk, flash = (MASTER, with_tmk) if algorithm == "tdes" else (SM4_MASTER, with_sm4_tmk)
        self.acquirer.register(TID, tmk, algorithm=algorithm)
        self.keys = open_keys(flash())
        variant = {"tdes": "003", "sm4": "005"}[algorithm]
        if sealed:
            variant = {"tdes": "004", "sm4": "006"}[algorithm]
        self.profile = profile(
            merchant=DEFAULT_MERCHANT,
            terminal=TID,
            algorithm=algorithm,
            key_length=variant,
            encrypt_tracks=sealed,
            **changes,
        )
        self.host = Host(self.profile, self.keys, lambda: Wire(self.acquirer), Clock())
        self.stan = 0
        self.batch = asyncio.run(self.host.sign_on(self.next(), 1)).batch
        self.done = []

    def next(self) -> int:
        self.stan += 1
        return self.stan

    def transact(self, deal: Deal, pin: bool, track3: bool = False, typed: bool = False) -> object:
        """Send a deal, note the answer in it; return the answer."""
        deal.batch, deal.stan = self.batch, self.next()
        deal.entry_mode = ("01" if typed else "02") + ("1" if pin else "2")
        shown = self._card(deal, track3, typed)
        deal.expiry = shown.expiry
        if deal.kind == TRANSFER:
            wide = self.profile.transfer_layout == "f48"
            shown.receiver = bytearray(RECEIVER.rjust(20, b"0") if wide else RECEIVER)
        block = self.keys.pin_block(bytearray(b"123456"), shown.pan) if pin else None
        answer = self._said(self.host.transact(deal, shown, block))
        deal.response, deal.rrn = answer.response, answer.rrn
        deal.auth, deal.scheme, deal.time = answer.auth, answer.scheme, "2026" + answer.date
        self.done.append(deal)
        return answer

    def _card(self, deal: Deal, track3: bool, typed: bool) -> Card:
        full = card(bytearray(b"996200001234567892=1561560") if track3 else None)
        if not typed and deal.kind not in WITHOUT_CARD:
            return full
        shown = Card(full.pan, None, None, None)
        shown.expiry = "3012"
        return shown

    def again(self, deal: Deal) -> object:
        """Send a deal as a repeat does: no track."""
        shown = Card(card().pan, None, None, None)
        shown.expiry = deal.expiry
        return self._said(self.host.transact(deal, shown, None))

    def reverse(self, deal: Deal) -> str:
        return self._said(self.host.reverse(deal, "98"))

    def _said(self, call: object) -> object:
        self.said.clear()
        answer = asyncio.run(call)
        assert "field" not in self.said[-1], self.said[-1]
        return answer

    def approved(self, kind: int, **how: bool) -> Deal:
        """Do what a kind needs, and the kind; return its deal."""
        deal = NEEDS[kind](self)
        deal.kind, deal.amount_minor = kind, deal.amount_minor or 1000
        if kind in WITHOUT_PIN:
            how["pin"] = False
        typed = how.pop("typed", False) or kind == OFFLINE
        answer = self.transact(deal, how.pop("pin", True), typed=typed, **how)
        assert answer.response == "00", (KIND_NAMES[kind], answer.response)
        return deal


def new(**values: object) -> Deal:
    made = Deal()
    for name, value in values.items():
        setattr(made, name, value)
    return made


def naming(origin: Deal, **values: object) -> Deal:
    """Return a deal that names another as the flows do."""
    return new(
        amount_minor=origin.amount_minor,
        original_batch=origin.batch,
        original_stan=origin.stan,
        original_rrn=origin.rrn,
        original_auth=origin.auth,
        original_date=origin.time[4:8],
        scheme=origin.scheme,
        **values,
    )


def adjusting(origin: Deal) -> Deal:
    more = {"before_minor": origin.amount_minor, "auth_mode": origin.auth_mode or "00"}
    made = naming(origin, **more)
    made.amount_minor += 100
    return made


NEEDS = {
    BALANCE: lambda bench: new(),
    SALE: lambda bench: new(),
    PREAUTH: lambda bench: new(),
    TRANSFER: lambda bench: new(),
    OFFLINE: lambda bench: new(original_auth="445566", auth_mode="01"),
    VOID: lambda bench: naming(bench.approved(SALE)),
    REFUND: lambda bench: naming(bench.approved(SALE)),
    PREAUTH_MORE: lambda bench: naming(bench.approved(PREAUTH)),
    PREAUTH_VOID: lambda bench: naming(bench.approved(PREAUTH)),
    COMPLETION: lambda bench: naming(bench.approved(PREAUTH)),
    ADVICE: lambda bench: naming(bench.approved(PREAUTH)),
    COMPLETION_VOID: lambda bench: naming(bench.approved(COMPLETION)),
    ADJUST: lambda bench: adjusting(bench.approved(OFFLINE)),
    TIP: lambda bench: adjusting(bench.approved(SALE)),
}


@pytest.fixture(params=["tdes", "sm4", "tdes, sealed tracks", "sm4, sealed tracks"])
def bench(request):
    made = Bench(request.param[:4].strip(","), "sealed" in request.param)
    yield made
    made.acquirer.close()


def booked(bench: Bench) -> dict:
    return bench.acquirer.ledger()["terminals"][TID]


def money(bench: Bench) -> list:
    return [(one["balance_minor"], one["held_minor"]) for one in bench.acquirer.cards()]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind}-{KIND_NAMES[kind]}")
def test_a_transaction_and_what_becomes_of_it(bench, kind):
    deal = bench.approved(kind)
    entry = booked(bench)["transactions"][-1]
    assert entry["type"] == KIND_NAMES[kind] and entry["state"] == "approved"
    assert entry["rrn"] == deal.rrn and entry["pan"] == "620000******7892"
    after = money(bench)
    if deal.among(REPEATS):
        for _ in range(2):
            answer = bench.again(deal)
            assert (answer.response, answer.rrn, answer.auth) == ("00", deal.rrn, deal.auth)
        assert money(bench) == after
    elif kind != BALANCE:
        assert [bench.reverse(deal) for _ in range(2)] == ["00", "00"]
        assert booked(bench)["transactions"][-1]["state"] == "reversed"
        assert money(bench) != after


SHOWN = [kind for kind in KINDS if kind not in (*WITHOUT_CARD, TRANSFER)]


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: f"{kind}-{KIND_NAMES[kind]}")
@pytest.mark.parametrize("how", [{"pin": False}, {"track3": True}, {"typed": True, "pin": False},
                                 {"typed": True}])  # fmt: skip
def test_how_a_card_is_shown(bench, kind, how):
    deal = bench.approved(kind, **how)
    if not deal.among(REPEATS) and kind != BALANCE:
        assert bench.reverse(deal) == "00"


@pytest.mark.parametrize("layout", ["f62", "f48"])
def test_both_layouts_of_a_transfer(layout):
    bench = Bench("tdes", False, transfer_layout=layout)
    bench.approved(TRANSFER)
    assert booked(bench)["transactions"][-1]["to_pan"] == "625093******0051"


def test_approval_in_part_is_asked_for():
    bench = Bench("tdes", False, partial_approval=True)
    assert bench.reverse(bench.approved(SALE)) == "00"


def test_totals_of_every_kind_balance(bench):
    for kind in KINDS:
        bench.approved(kind)
    totals = Totals()
    for deal in bench.done:
        if deal.among(DEBITS | CREDITS | ADJUSTS):
            count(totals, deal)
    settled = asyncio.run(bench.host.settle(bench.next(), bench.batch, totals))
    assert (settled.domestic, settled.foreign) == ("1", "1")
    assert booked(bench)["batches"]["000001"]["result"] == "balanced"
    assert totals.debit_count == 9 and totals.credit_count == 3
