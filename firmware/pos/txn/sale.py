# SPDX-License-Identifier: MIT
"""Sale 消费 and pre-authorisation 预授权: amount, card, PIN, on line, slip; or the card first."""

from pos.core.deal import PREAUTH, SALE
from pos.txn.steps import new_deal, perform, ready


async def run(
    ctx: object, function: str = "sale", first_digit: str = "", flux: object = None
) -> None:
    """Make one; `flux` is a swipe that came first. Early ends pass; the card is wiped."""
    prompts = ctx.prompts
    card = None
    try:
        await ready(ctx)
        if flux is not None:
            card = prompts.read(flux)
        amount_minor = await prompts.amount(first_digit)
        if card is None:
            card = await prompts.card(prompts.word(function), prompts.money(amount_minor))
        kind = SALE if function == "sale" else PREAUTH
        deal = new_deal(ctx, kind, amount_minor, card)
        lines = prompts.money(amount_minor), prompts.word("card", card.masked)
        await perform(ctx, deal, card, lines)
    finally:
        if card is not None:
            card.wipe()
