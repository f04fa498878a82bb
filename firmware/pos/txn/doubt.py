# SPDX-License-Identifier: MIT
"""No usable answer: say that the result is unknown, try once to make it known, say what came."""

from pos.core.deal import PENDING, REPEATS, REVERSED
from pos.core.errors import NoAnswer, NotSent


async def run(ctx: object, deal: object, error: NoAnswer) -> object:
    """Reverse or repeat a deal that has just been sent; what stays open is sent again later.

    Returns the deal where a repeat was answered: its outcome is for the caller to show.
    """
    from pos.txn import reversal

    prompts = ctx.prompts
    deal = ctx.ledger.book.pending[(deal.batch, deal.stan)]
    deal.f39 = error.f39  # made durable with the first attempt
    again = deal.among(REPEATS)
    lines = [prompts.money(deal.amount_minor), prompts.word("voucher", deal.stan)]
    prompts.show("outcome.unknown", *(lines + [prompts.word("unknown.noswipe")]))
    prompts.beep("error")
    await reversal.renew_keys(ctx, error)
    try:
        await reversal.try_once(ctx, deal)
    except NotSent:
        pass
    if deal.state not in (PENDING, REVERSED):
        return deal
    word = "unknown." + _word(deal) + (".again" if again else "")
    await prompts.dismiss("outcome.unknown", *(lines + [prompts.word(word)]))
    await ctx.printing.run_due()
    return None


def _word(deal: object) -> str:
    if deal.state == REVERSED:
        return "reversed"
    return "unresolved" if deal.unresolved else "later"
