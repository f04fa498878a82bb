# SPDX-License-Identifier: MIT
"""Small steps that flows share."""

from pos.core.deal import Deal
from pos.core.errors import KeyStoreError, NoAnswer, NotSent, PosError, Refused


def check_ready(ctx: object) -> None:
    """Raise Refused with what stands in the way before a card is read."""
    if not ctx.keys.has_tmk():
        raise Refused("no.tmk")
    if ctx.ledger.settling:
        raise Refused("settling")
    ctx.ledger.check_room()


def new_deal(ctx: object, kind: int, amount_minor: int, card: object) -> Deal:
    """Return a deal of a swiped card, without its voucher number, and as yet without a PIN."""
    deal = Deal()
    deal.kind = kind
    deal.amount_minor = amount_minor
    deal.pan_masked = card.masked
    deal.card_hash = ctx.keys.card_hash(card.pan)
    deal.entry_mode = "022"
    deal.operator = ctx.profile.operator
    deal.time = ctx.now()
    return deal


def host_time(ctx: object, date: str, time: str) -> str:
    """YYYYMMDDhhmmss of the host's F13 and F12; the year is ours, all of it where absent."""
    now = ctx.now()
    if len(date) != 4 or len(time) != 6:
        return now
    year = int(now[:4])
    if date[:2] == "12" and now[4:6] == "01":
        year -= 1
    elif date[:2] == "01" and now[4:6] == "12":
        year += 1
    return "%04d%s%s" % (year, date, time)


def error_word(error: PosError) -> str:
    """Return the id of the words that tell the operator what happened and what to do."""
    if isinstance(error, NotSent):
        return "link.down"
    if isinstance(error, NoAnswer):
        return "no.answer"
    if isinstance(error, KeyStoreError):
        return "key.bad"
    return error.reason
