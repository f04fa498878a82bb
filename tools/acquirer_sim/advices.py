# SPDX-License-Identifier: MIT
"""Refund, offline sale, adjustment: told by 0220, never reversed, safe to send again."""

from acquirer_sim import books, holds, issuer, sales
from acquirer_sim.database import Row
from acquirer_sim.deal import Deal
from acquirer_sim.errors import decline

_REFUNDED = ("sale", "completion", "offline")
_STAND_IN = "02"  # F61.4: no issuer was asked
_TIP = "34"  # F60.1


def refund(deal: Deal) -> None:
    """F60.1 25: a part or the rest of what F37 and the date of F61 name, of any batch."""
    request = deal.request
    original = books.by_rrn(deal.store, deal.exchange.tid, request.get(37))
    if not original or original["type"] not in _REFUNDED:
        raise decline("25")
    if original["account_id"] != deal.account["id"] or original["state"] in (
        "declined",
        "reversed",
    ):
        raise decline("25")
    if request.get(61)[12:16] not in (holds.ANY_DAY, holds.day_of(original)):
        raise decline("25")
    if original["state"] == "voided":
        raise decline("12")
    refunded = original["refunded_minor"] + deal.amount_minor
    if refunded > books.effective_minor(original):
        raise decline("61")
    issuer.check_chip(deal)
    deal.original = original
    books.change(deal.store, original["id"], "refunded_minor", refunded)
    deal.move(deal.amount_minor)
    deal.new_auth()
    deal.approve()


def offline(deal: Deal) -> None:
    """F60.1 30: a sale that was authorised by telephone, or, with mode 02, by nobody yet.

    The issuer that gave a code by telephone has said yes: only its expiry is looked at.
    """
    if deal.request.get(61)[16:18] == _STAND_IN:
        issuer.check_card(deal)
        issuer.check_funds(deal)
        deal.new_auth()
    else:
        issuer.check_expiry(deal)
        deal.auth = deal.request.get(38)
    deal.columns["tip_minor"] = int(deal.request.get(48) or "0")
    deal.move(-deal.amount_minor)
    deal.approve()


def adjust(deal: Deal) -> None:
    """F60.1 32: another amount for an offline sale; 34: a tip on top of a sale. Once, unchecked
    for funds: the holder has signed for it."""
    tipped = deal.request.function == _TIP
    original = sales.named(deal, *(("sale", "offline") if tipped else ("offline",)))
    _check_adjustable(original)
    tip = int(deal.request.get(48) or "0")
    if tipped and deal.amount_minor != original["amount_minor"] + tip:
        raise decline("64")
    deal.original = original
    deal.columns["tip_minor"] = tip
    books.change(deal.store, original["id"], "adjusted_minor", deal.amount_minor)
    deal.move(original["amount_minor"] - deal.amount_minor)
    deal.auth = original["auth"]
    deal.approve()


def _check_adjustable(original: Row) -> None:
    changed = original["refunded_minor"] or original["adjusted_minor"] is not None
    if original["state"] == "voided" or changed:
        raise decline("12")
