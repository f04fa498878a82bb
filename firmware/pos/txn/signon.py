# SPDX-License-Identifier: MIT
"""Sign-on 签到 and sign-off 签退."""

from pos.core.errors import PosError, Refused
from pos.txn.hosttime import host_time


async def sign_on(ctx: object) -> None:
    """Fetch working keys and the batch number; PosError when refused or out of reach."""
    ctx.prompts.show("signon")
    if not ctx.keys.has_tmk():
        raise Refused("no.tmk")
    ctx.signed_on = False
    answer = await ctx.host.sign_on(_take_stan(ctx), ctx.ledger.batch)
    ctx.signed_date = host_time(ctx, answer.date, answer.time)[:8]
    ctx.signed_on = True
    ctx.signed_off = False
    ctx.requirement = ctx.requirement.replace("3", "")
    if answer.batch:
        from pos.ledger import settling

        settling.adopt(ctx.ledger, answer.batch)


def _take_stan(ctx: object) -> int:
    from pos.ledger import trading

    return trading.take_stan(ctx.ledger)


async def sign_on_and_reverse(ctx: object) -> None:
    """Sign on, then send the reversals that are due: the start of a working day."""
    await sign_on(ctx)
    if ctx.ledger.book.pending:
        from pos.txn import reversal

        await reversal.retry_unresolved(ctx)
        await reversal.send_due(ctx)


async def ensure(ctx: object) -> None:
    """Sign on when that is missing, but never after the operator has signed off.

    A sign-on is good for the day it was made on.
    """
    if ctx.signed_off:
        raise Refused("not.signed")
    if not ctx.signed_on or ctx.now()[:8] != ctx.signed_date:
        await sign_on_and_reverse(ctx)


async def sign_on_quietly(ctx: object) -> bool:
    """Sign on where the flow goes on either way; False when it did not work."""
    try:
        await sign_on(ctx)
    except PosError as error:
        ctx.log("sign-on", error.reason)
        return False
    return True


async def sign_off(ctx: object) -> None:
    """End the working state. Never touches journal, totals or pending reversals."""
    if ctx.profile.require_settle_before_signoff and ctx.ledger.book.count:
        raise Refused("settle.first")
    if ctx.signed_on:
        ctx.prompts.show("host.wait")
        from pos.txn import reversal

        await reversal.send_due(ctx)
    await leave(ctx)
    await ctx.prompts.dismiss("signoff.done")


async def leave(ctx: object) -> None:
    """Tell the host, where it has us signed on, and end the working state."""
    if ctx.signed_on:
        await ctx.host.sign_off(_take_stan(ctx), ctx.ledger.batch)
    ctx.signed_on = False
    ctx.signed_off = True
