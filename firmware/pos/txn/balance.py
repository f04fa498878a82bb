# SPDX-License-Identifier: MIT
"""Balance 余额查询: card, PIN, on line; the answer is shown and nothing is printed."""

from pos.core.deal import BALANCE
from pos.txn.steps import new_deal, ready


async def run(ctx: object, function: str) -> tuple:
    """Return the deal of a balance inquiry. Early ends pass."""
    prompts = ctx.prompts
    await ready(ctx)
    card = ctx.card = await prompts.card(prompts.word(function))
    lines = prompts.word(function), prompts.word("card", card.masked)
    return new_deal(ctx, BALANCE, 0, card), lines
