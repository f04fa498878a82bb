# SPDX-License-Identifier: MIT
"""Sale 消费 and pre-authorisation 预授权: amount, card, PIN, on line, slip; or the card first."""

from pos.core.deal import PREAUTH, SALE
from pos.txn.steps import new_deal, ready


async def run(ctx: object, function: str) -> tuple:
    """Return the deal of one; a digit or a swipe may have come first. Early ends pass."""
    prompts = ctx.prompts
    event, ctx.event = ctx.event, ("", "")
    await ready(ctx)
    if event[0] == "swipe":
        ctx.card = prompts.read(event[1])
    digit = event[1] if event[0] == "key" and event[1].isdigit() else ""
    event = None
    amount_minor = await prompts.amount(digit)
    if ctx.card is None:
        ctx.card = await prompts.card(prompts.word(function), prompts.money(amount_minor))
    kind = SALE if function == "sale" else PREAUTH
    lines = prompts.money(amount_minor), prompts.word("card", ctx.card.masked)
    return new_deal(ctx, kind, amount_minor, ctx.card), lines
