# SPDX-License-Identifier: MIT
"""What a terminal does between power on and idle: take up what a power cut left."""

from pos.core import modules
from pos.txn import flows


async def run(ctx: object) -> None:
    """Print what is due, sign on, reverse, finish a settlement, do what the host asks for.

    Failures are shown, not fatal.
    """
    from pos.txn import hostclock

    hostclock.start(ctx)
    modules.trim()
    if ctx.ledger.book.due:
        await flows.guard(ctx, ctx.printing.run_due())
    from pos.txn import signon

    await flows.guard(ctx, signon.sign_on_and_reverse(ctx))
    if ctx.ledger.settling:
        from pos.txn import settle

        await flows.guard(ctx, settle.resume(ctx))
    if ctx.requirement:
        from pos.txn import requirement

        await requirement.run(ctx)
