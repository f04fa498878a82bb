# SPDX-License-Identifier: MIT
"""Reversals 冲正: they go out before the next financial message, before settlement and sign-off.

A pending deal is never dropped. After the last try of the profile its fault slip is due and it
stays on the unresolved list; it is tried once more at each sign-on and settlement (unionpay.md
5.2, DESIGN section 4).
"""

from pos.core.errors import NoAnswer
from pos.ledger import reversing

# 00: reversed; 25: there is no original; 12: nothing the host could reverse. Each ends it.
_FINAL = ("00", "12", "25")


async def try_once(ctx: object, deal: object) -> bool:
    """Send one reversal; True when it is settled. NotSent passes: it does not count as a try."""
    try:
        code = await ctx.host.reverse(deal, deal.f39)
    except NoAnswer as error:
        reversing.tried(ctx.ledger, deal)
        await renew_keys(ctx, error)
        return False
    if code in _FINAL:
        reversing.done(ctx.ledger, deal)
        return True
    deal.f39 = "06"
    reversing.tried(ctx.ledger, deal)
    return False


async def renew_keys(ctx: object, error: NoAnswer) -> None:
    """Sign on before the next attempt, where the MAC keys of the two sides may differ."""
    if error.f39 != "A0" and not error.sign_on_again:
        return
    from pos.txn.signon import sign_on_quietly

    shown = ctx.prompts.state()
    await sign_on_quietly(ctx)
    ctx.prompts.restore(shown)


async def send_due(ctx: object) -> None:
    """Send what is due until every pending deal is reversed or unresolved; NotSent passes."""
    while True:
        deal = reversing.due(ctx.ledger)
        if deal is None:
            return
        if not await try_once(ctx, deal) and deal.unresolved:
            await ctx.printing.run_due()


async def retry_unresolved(ctx: object) -> None:
    """Give each unresolved deal one more attempt; NotSent passes."""
    for deal in reversing.unresolved(ctx.ledger):
        await try_once(ctx, deal)
