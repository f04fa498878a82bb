# SPDX-License-Identifier: MIT
"""The settlement message: our totals written, told, and the host's result written."""

from pos.ledger import settling
from pos.txn.hosttime import host_time
from pos.txn.insist import until_answered


async def run(ctx: object) -> None:
    """Send the 0500, the same again after silence. NotSent, NoAnswer and HostDeclined pass."""
    ledger = ctx.ledger
    stan = settling.start(ledger, ctx.now())

    async def send() -> object:
        return await ctx.host.settle(stan, ledger.batch, ledger.book.totals)

    settled = await until_answered(ctx, send)
    time = host_time(ctx, settled.date, settled.time)
    flags = settled.domestic + settled.foreign
    settling.result(ledger, flags, time, settled.rrn, settled.totals)
    if settled.requirement != "0":
        ctx.requirement = settled.requirement
