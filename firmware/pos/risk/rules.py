# SPDX-License-Identifier: MIT
"""What this terminal refuses by itself, from its parameters and from what the card says.

Every refusal is a Refused; its reason is the id of the words that say why and what to do. Voids
are not judged: they give back what this terminal took. Of an adjustment only the amount is: its
card was judged before. Service code: ISO/IEC 7813.
"""

from pos.card.service import has_chip, wants_pin
from pos.core.deal import ADJUST, ADJUSTS, OFFLINE, REFUND, TAKE_BACK, TIP
from pos.core.errors import Refused
from pos.core.options import value

_FALLBACK = "2"  # F60.5: the chip could not be read
_NO_EXPIRY = ("", "0000", "4912")
_FOREIGN = b"345"  # first digits of the card organisations abroad; 62 and others are domestic
# The bit of the transaction switch (tag 26 of a parameter download) that stands for a kind of
# core/deal.py, counted from the left. No source names the bits: balance, pre-authorisation and its
# void, completion and its void, sale, void, refund, offline, adjustment, advice, transfer.
_SWITCH = b"\xff\x05\x06\x07\x01\x01\x02\x03\x0a\x04\x00\x0b\x08\x09\x09"


def check(profile: object, deal: object, card: object, today: str) -> bool:
    """Raise Refused, or return whether a supervisor has to agree to the amount.

    `today` is the host's date as YYYYMMDD. A fallback is noted in the deal.
    """
    permitted(profile, deal.kind)
    if deal.among(TAKE_BACK):
        return False
    if not deal.among(ADJUSTS):
        _chip(profile, deal, card)
        if value(profile, "expiry_check"):
            _expired(card.expiry, today)
    return _over(profile, deal)


def permitted(profile: object, kind: int) -> None:
    """Raise Refused when this kind of transaction is switched off."""
    bit = _SWITCH[kind]
    digit = int(value(profile, "transactions")[bit // 4], 16)
    if not digit >> (3 - bit % 4) & 1:
        raise Refused("function.off")
    if kind == OFFLINE and not value(profile, "manual_pan_allowed"):
        raise Refused("manual.refused")
    if kind == TIP and not value(profile, "tip_allowed"):
        raise Refused("tip.refused")


def _chip(profile: object, deal: object, card: object) -> None:
    if not has_chip(card.service):
        return
    if value(profile, "chip_fallback")[0] != "f":
        raise Refused("card.haschip")
    deal.chip = _FALLBACK


def _expired(expiry: str, today: str) -> None:
    """Raise Refused when the month of an expiry (YYMM) is over; 0000 and 4912 say nothing."""
    if expiry not in _NO_EXPIRY and expiry < today[2:6]:
        raise Refused("card.expired")


def _over(profile: object, deal: object) -> bool:
    """Whether the amount is over a limit that a supervisor may pass; Refused where nobody may."""
    amount_minor = deal.amount_minor
    if not amount_minor:
        return False
    if amount_minor < value(profile, "limit_min_minor"):
        raise Refused("limit.below")
    names = ["limit_max_minor"]
    if deal.kind == REFUND:
        names = ["limit_refund_minor"]
    elif deal.kind in (OFFLINE, ADJUST):
        names.append("limit_offline_minor")
    limits = [limit for limit in [value(profile, name) for name in names] if limit]
    if not limits or amount_minor <= min(limits):
        return False
    if value(profile, "limit_exceeded")[0] != "s":
        raise Refused("limit.above")
    return True


def pin(profile: object, card: object) -> str:
    """Return whether this card's PIN is "required", "optional", or "never" asked for."""
    abroad = card.pan[0] in _FOREIGN
    policy = value(profile, "pin_foreign" if abroad else "pin_domestic")
    if policy == "required" or wants_pin(card.service) and value(profile, "pin_by_service"):
        return "required"
    if policy == "optional" and not profile.pin_optional:
        return "required"
    return policy


def check_tip(profile: object, tip_minor: int, amount_minor: int) -> None:
    """Raise Refused when a tip is more than so many percent of what was bought; 0: no limit."""
    percent = value(profile, "tip_percent_max")
    if percent and tip_minor * 100 > amount_minor * percent:
        raise Refused("tip.toomuch")
