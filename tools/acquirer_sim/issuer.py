# SPDX-License-Identifier: MIT
"""What the issuer checks of a card: status, expiry, chip, PIN, limit, funds."""

from acquirer_sim import accounts, holds, security
from acquirer_sim.deal import Deal
from acquirer_sim.errors import decline

_FALLBACK = "2"  # F60.5: the chip could not be read
_NO_EXPIRY = ("", "0000")
_PARTIAL = "1"  # F60.6: the terminal can do with less
_APPROVED_IN_PART = "10"


def check_card(deal: Deal) -> None:
    """Status, expiry, chip."""
    status = accounts.STATUSES.get(deal.account["status"], "")
    if status:
        raise decline(status)
    check_expiry(deal)
    check_chip(deal)


def check_expiry(deal: Deal) -> None:
    """54 when the month that the card shows is over."""
    if deal.card.expiry not in _NO_EXPIRY:
        if deal.card.expiry < deal.exchange.now.strftime("%y%m"):
            raise decline("54")


def check_chip(deal: Deal) -> None:
    """45: a card with a chip that was swiped, unless the terminal says the chip did not work."""
    if deal.card.service[:1] in ("2", "6") and deal.request.get(60)[12:13] != _FALLBACK:
        raise decline("45")


def check_pin(deal: Deal, required: bool = False) -> None:
    """Check the PIN that is there; 55 when none is and the card or the caller requires one."""
    if deal.request.get(52):
        pin = security.pin(deal.exchange, deal.card.pan)
        if pin is None:
            raise decline("99")
        accounts.check_pin(deal.store, deal.account, pin)
    elif required:
        raise decline("55")


def check_holder(deal: Deal) -> None:
    """The card, and its PIN as the card's rules ask."""
    check_card(deal)
    check_pin(deal, bool(deal.account["pin_required"]))


def check_funds(deal: Deal, in_part: bool = False) -> None:
    """61 above the card's limit, 51 above what is left.

    With `in_part`, and where the terminal can take it, what is left is approved instead: the
    deal's amount becomes that, its code 10.
    """
    limit = deal.account["limit_minor"]
    if limit is not None and deal.amount_minor > limit:
        raise decline("61")
    left = holds.available(deal.store, deal.account)
    if deal.amount_minor <= left:
        return
    if not in_part or left <= 0 or deal.request.get(60)[13:14] != _PARTIAL:
        raise decline("51")
    deal.amount_minor = left
    deal.code = _APPROVED_IN_PART
