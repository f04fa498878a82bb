# SPDX-License-Identifier: MIT
"""Query 交易查询 by voucher, with a reprint of what was found."""

from pos.core.deal import APPROVED, VOIDED
from pos.txn.finding import asked

_STATES = ("pending", "approved", "declined", "reversed", "voided", "unsent")  # from PENDING on


async def run(ctx: object, function: str) -> None:
    """Show one transaction of the open batch; ENTER prints its slip again. Early ends pass."""
    prompts = ctx.prompts
    deal = await asked(ctx, "query.voucher")
    lines = [
        prompts.word("state." + _STATES[deal.state - 1]),
        prompts.word("voucher", deal.stan),
        prompts.money(deal.amount_minor),
        prompts.word("card", deal.pan_masked),
    ]
    if deal.rrn:
        lines.append(prompts.word("rrn", deal.rrn))
    printable = deal.state in (APPROVED, VOIDED)
    if await prompts.yes("query.show", *(lines + [prompts.word("query.print")])) and printable:
        await ctx.printing.reprint(deal)
