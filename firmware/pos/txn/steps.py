# SPDX-License-Identifier: MIT
"""How flows begin, and the deal they lead to."""

from pos.core.errors import Refused


def check_ready(ctx: object) -> None:
    """Raise Refused with what stands in the way before a card is read."""
    if not ctx.keys.has_tmk():
        raise Refused("no.tmk")
    if ctx.ledger.settling:
        raise Refused("settling")
    from pos.ledger import trading

    trading.check_room(ctx.ledger)


async def ready(ctx: object) -> None:
    """Before a card is read: Refused with what stands in the way; signs on where needed."""
    check_ready(ctx)
    from pos.txn import signon

    await signon.ensure(ctx)


def new_deal(ctx: object, kind: int, amount_minor: int, card: object) -> object:
    """Return a deal of a card, without its voucher number, and as yet without a PIN."""
    from pos.core.deal import Deal

    deal = Deal()
    deal.kind = kind
    deal.amount_minor = amount_minor
    deal.pan_masked = card.masked
    deal.card_hash = ctx.keys.card_hash(card.pan)
    deal.entry_mode = "012" if card.track2 is None else "022"
    if card.track2 is None:
        deal.expiry = card.expiry
    deal.operator = ctx.profile.operator
    deal.time = ctx.now()
    return deal
