# SPDX-License-Identifier: MIT
"""Balance, sale, sale void (unionpay.md 3.1; void: features.md row 14)."""

from acquirer_sim import books, holds, issuer
from acquirer_sim.database import Row
from acquirer_sim.deal import Deal
from acquirer_sim.errors import decline

NO_RRN = "000000000000"
_ACCOUNT, _AVAILABLE, _CURRENCY = "10", "02", "156"  # of F54


def balance(deal: Deal) -> None:
    """0200, F60.1 01: F54 says what can be spent; listed with the amount 0."""
    issuer.check_holder(deal)
    left = holds.available(deal.store, deal.account)
    sign = "D" if left < 0 else "C"
    deal.more[54] = f"{_ACCOUNT}{_AVAILABLE}{_CURRENCY}{sign}{abs(left):012d}"
    deal.approve()


def sale(deal: Deal) -> None:
    """0200, F60.1 22; in part where F60.6 allows it."""
    issuer.check_holder(deal)
    issuer.check_funds(deal, in_part=True)
    deal.move(-deal.amount_minor)
    deal.new_auth()
    deal.approve()


def void(deal: Deal) -> None:
    """0200, F60.1 23: a whole sale of the open batch, by the same card and terminal, once."""
    take_back(deal, "sale")


def take_back(deal: Deal, type_: str) -> None:
    """Void a transaction of this type."""
    original = named(deal, type_)
    check_untouched(deal, original)
    issuer.check_pin(deal)
    deal.original = original
    deal.move(deal.amount_minor)
    books.set_state(deal.store, original["id"], "voided")
    deal.new_auth()
    deal.approve()


def named(deal: Deal, *types: str) -> Row:
    """Return the transaction that F61 names by batch, STAN and date, F37 and F38 confirm.

    25: there is none of these types, approved or voided. 22: it is of another batch or card.
    """
    request = deal.request
    place, day = request.get(61), request.get(61)[12:16] or holds.ANY_DAY
    found = books.find(deal.store, deal.exchange.tid, int(place[:6]), int(place[6:12]))
    if not found or found["type"] not in types or found["state"] not in ("approved", "voided"):
        raise decline("25")
    wrong = (
        request.get(37) not in (NO_RRN, found["rrn"]),
        request.get(38) not in ("", found["auth"]),
        day not in (holds.ANY_DAY, holds.day_of(found)),
    )
    if any(wrong):
        raise decline("25")
    if found["batch"] != request.batch or found["account_id"] != deal.account["id"]:
        raise decline("22")
    return found


def check_untouched(deal: Deal, original: Row) -> None:
    """12 when it was voided, refunded or adjusted already, 64 when F4 is not its whole amount."""
    touched = original["refunded_minor"] or original["adjusted_minor"] is not None
    if original["state"] == "voided" or touched:
        raise decline("12")
    if original["amount_minor"] != deal.amount_minor:
        raise decline("64")
