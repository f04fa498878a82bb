# SPDX-License-Identifier: MIT
"""Void 消费撤销: supervisor, original voucher, the same card, on line, slip.

Only a sale of the open batch, approved, not yet voided, for its full amount (unionpay.md 3,
features row 14); every refusal says which of these failed.
"""

from pos.core.deal import APPROVED, SALE, VOID, VOIDED
from pos.core.errors import Refused
from pos.crypto.hmac import same
from pos.txn.steps import find, new_deal, perform, ready


async def run(ctx: object) -> None:
    """Void one sale. Cancelled, Refused, NotSent pass to the caller; the card is always wiped."""
    prompts = ctx.prompts
    await ready(ctx)
    await prompts.password(ctx.profile.supervisor_password)
    original = await _original(ctx)
    card = None
    try:
        lines = _original_lines(prompts, original)
        card = await prompts.card(*lines)
        if not same(ctx.keys.card_hash(card.pan), original.card_hash):
            raise Refused("void.card")
        asked = lines if ctx.profile.void_pin else None
        await perform(ctx, _deal(ctx, original, card), card, asked)
    finally:
        if card is not None:
            card.wipe()


async def _original(ctx: object) -> object:
    stan = await ctx.prompts.number(
        "void.voucher", 6, lambda value: ctx.prompts.word("voucher", value)
    )
    if not stan and ctx.ledger.book.last_deal:
        stan = ctx.ledger.book.last_deal[1]
    deal = find(ctx, stan) if stan else None
    if deal is None:
        raise Refused("void.none")
    if deal.kind != SALE:
        raise Refused("void.notsale")
    if deal.state == VOIDED:
        raise Refused("void.done")
    if deal.state != APPROVED:
        raise Refused("void.state")
    return deal


def _original_lines(prompts: object, original: object) -> tuple:
    return (
        prompts.word("void"),
        prompts.money(-original.amount_minor),
        prompts.word("voucher", original.stan),
        prompts.word("card", original.pan_masked),
    )


def _deal(ctx: object, original: object, card: object) -> object:
    deal = new_deal(ctx, VOID, original.amount_minor, card)
    deal.original_batch = original.batch
    deal.original_stan = original.stan
    deal.original_rrn = original.rrn
    deal.original_auth = original.auth
    return deal
