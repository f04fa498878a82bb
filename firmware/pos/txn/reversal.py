# SPDX-License-Identifier: MIT
"""Reversals 冲正 and repeats: they go out before the next transaction, settlement and sign-off.

A pending deal is never dropped. After the last try of the profile its fault slip is due and it
stays on the unresolved list; it is tried once more at each sign-on and settlement (unionpay.md
5.2, DESIGN section 4). Imports stand in functions for the reason online.py gives.
"""

from pos.core.deal import BALANCE, DECLINED, PENDING, REPEATS, REVERSED
from pos.core.errors import NoAnswer

# 00: reversed; 25: there is no original; 12: nothing the host could reverse. Each ends it.
_FINAL = ("00", "12", "25")


async def try_once(ctx: object, deal: object) -> bool:
    """Make one attempt to end a pending deal of the ledger; True when it is ended.

    NotSent passes: it does not count as a try.
    """
    if deal.kind == BALANCE:  # cut off while it waited; no money hangs on it
        from pos.ledger import trading

        deal.state = DECLINED
        trading.outcome(ctx.ledger, deal)
        return True
    try:
        if deal.among(REPEATS):
            from pos.txn import repeat

            ended = await repeat.send(ctx, deal)
        else:
            ended = await _reverse(ctx, deal)
    except NoAnswer as error:
        _tried(ctx, deal)
        await renew_keys(ctx, error)
        return False
    if not ended:
        _tried(ctx, deal)
    return ended


def _tried(ctx: object, deal: object) -> None:
    from pos.ledger import reversing

    reversing.tried(ctx.ledger, deal)


async def _reverse(ctx: object, deal: object) -> bool:
    if await ctx.host.reverse(deal, deal.f39) in _FINAL:
        from pos.ledger import reversing

        reversing.done(ctx.ledger, deal)
        return True
    deal.f39 = "06"
    return False


async def renew_keys(ctx: object, error: NoAnswer) -> None:
    """Sign on before the next attempt, where the MAC keys of the two sides may differ."""
    if error.f39 == "A0" or error.sign_on_again:
        await _sign_on(ctx)


async def _sign_on(ctx: object) -> None:
    from pos.txn.signon import sign_on_quietly

    shown = ctx.prompts.state()
    await sign_on_quietly(ctx)
    ctx.prompts.restore(shown)


def due(ctx: object) -> object:
    """Return the deal whose reversal or repeat goes out next, or None."""
    from pos.ledger import reversing

    return reversing.due(ctx.ledger)


async def send_due(ctx: object) -> None:
    """Send what is due until every pending deal is ended or unresolved; NotSent passes."""
    while True:
        deal = due(ctx)
        if deal is None:
            return
        await try_once(ctx, deal)
        if deal.unresolved or deal.state not in (PENDING, REVERSED):
            await ctx.printing.run_due()


async def retry_unresolved(ctx: object) -> None:
    """Give each unresolved deal one more attempt; NotSent passes."""
    for deal in _unresolved(ctx):
        await try_once(ctx, deal)


def _unresolved(ctx: object) -> list:
    from pos.ledger import reversing

    return reversing.unresolved(ctx.ledger)
