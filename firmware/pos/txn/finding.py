# SPDX-License-Identifier: MIT
"""The original that a flow is about, and whether the card is the same."""

from pos.core.errors import Refused


def find(ctx: object, stan: int) -> object:
    """Return the deal of the open batch with this voucher number, or None."""
    from pos.ledger.history import in_batch

    return in_batch(ctx.ledger, stan)


async def asked(ctx: object, screen: str) -> object:
    """Return the deal whose voucher is typed, the last for ENTER alone; Refused when none is."""
    stan = await ctx.prompts.number(screen, 6, lambda value: ctx.prompts.word("voucher", value))
    stan = stan or last_stan(ctx)
    deal = find(ctx, stan) if stan else None
    if deal is None:
        raise Refused("void.settled" if stan and _settled(ctx, stan) else "void.none")
    return deal


def _settled(ctx: object, stan: int) -> bool:
    """Whether the voucher is of the batch that was closed last."""
    from pos.ledger.history import anywhere

    closed = ctx.ledger.book.closed
    return bool(closed) and anywhere(ctx.ledger, closed[0], stan) is not None


def find_rrn(ctx: object, rrn: str) -> object:
    """Return the approved deal with this reference number if the journal holds it, or None."""
    from pos.ledger.lookup import by_rrn

    return by_rrn(ctx.ledger, rrn)


def find_held(ctx: object, auth: str) -> object:
    """Return the newest pre-authorisation with this code if the journal holds it, or None."""
    from pos.ledger.lookup import held

    return held(ctx.ledger, auth)


def last_stan(ctx: object) -> int:
    """Return the voucher of the newest approved deal, 0 when there is none."""
    last = ctx.ledger.book.last_deal
    return last[1] if last else 0


def same_card(ctx: object, card: object, original: object) -> None:
    """Raise Refused when the card is not the one of the original deal."""
    from pos.crypto.hmac import same

    if not same(ctx.keys.card_hash(card.pan), original.card_hash):
        raise Refused("void.card")
