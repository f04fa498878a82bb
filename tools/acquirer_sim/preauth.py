# SPDX-License-Identifier: MIT
"""Pre-authorisation, its additions, void, completion and the void of that (unionpay.md 3.1).

The code of a preauth, F38, is its key, together with card and date; F61 may also name it.
"""

from acquirer_sim import books, holds, issuer, sales, terminals
from acquirer_sim.database import Row
from acquirer_sim.deal import Deal
from acquirer_sim.errors import decline

_ADDITIONAL = "60"  # F25
_ADVICE = "0220"


def preauth(deal: Deal) -> None:
    """0100, F60.1 10: hold the amount; with F25 60 in addition to the hold that F38 names."""
    issuer.check_holder(deal)
    if deal.request.get(25) == _ADDITIONAL:
        base = _held(deal)
        deal.original = _root(deal, base)
    issuer.check_funds(deal)
    deal.new_auth()
    deal.approve()


def preauth_void(deal: Deal) -> None:
    """0100, F60.1 11: release one whole hold."""
    original = _named(deal)
    if not holds.is_held(deal.store, original["id"]):
        raise decline("12")
    if original["amount_minor"] != deal.amount_minor:
        raise decline("64")
    issuer.check_pin(deal)
    deal.original = original
    books.set_state(deal.store, original["id"], "voided")
    deal.new_auth()
    deal.approve()


def completion(deal: Deal) -> None:
    """0200, F60.1 20, or the advice 0220, 24: debit, and end the hold with its additions.

    The issuer has guaranteed the amount: there is no check of funds, only of the percentage.
    """
    original = _held(deal)
    if deal.request.mti != _ADVICE:
        issuer.check_card(deal)
    held = holds.group(deal.store, original)
    percent = terminals.options(deal.exchange.terminal).completion_percent_max
    if deal.amount_minor * 100 > sum(row["amount_minor"] for row in held) * percent:
        raise decline("61")
    issuer.check_pin(deal)
    deal.original = original
    deal.auth = original["auth"]
    deal.move(-deal.amount_minor)
    holds.close(deal.store, held, deal.approve())


def completion_void(deal: Deal) -> None:
    """0200, F60.1 21: a whole completion of the open batch; its hold comes back by itself."""
    sales.take_back(deal, "completion")


def _named(deal: Deal) -> Row:
    """Return the preauth that F38 and F61 name; 25 when this card has none."""
    request = deal.request
    place = request.get(61).ljust(16, "0")
    code = (request.get(38), place[12:16])
    found = holds.find(deal.store, deal.exchange.tid, deal.account["id"], *code)
    if not found:
        raise decline("25")
    for digits, number in ((place[:6], found["batch"]), (place[6:12], found["stan"])):
        if int(digits) not in (0, number):
            raise decline("25")
    return found


def _held(deal: Deal) -> Row:
    """Return the preauth that is named and holds: 25 when it was voided, 12 when completed."""
    found = _named(deal)
    if found["state"] == "voided":
        raise decline("25")
    if not holds.is_held(deal.store, found["id"]):
        raise decline("12")
    return found


def _root(deal: Deal, base: Row) -> Row:
    """Return the first preauth of a row of additions."""
    return books.by_id(deal.store, base["original_id"]) if base["original_id"] else base
