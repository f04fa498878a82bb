# SPDX-License-Identifier: MIT
"""Reprint 重打印: the slips that are still due first, else the last one again as a duplicate."""

from pos.core.errors import Refused


async def run(ctx: object, function: str) -> None:
    """Print due slips, or the last sales slip ("reprint") or settlement slip ("resettle") again."""
    ledger = ctx.ledger
    if ledger.book.due:
        await ctx.printing.run_due()
    elif function == "resettle":
        book = ledger.closed_book()
        if book is None:
            raise Refused("nothing")
        await ctx.printing.reprint_settlement(book)
    else:
        last = ledger.book.last_deal
        deal = ledger.find_job(last[0], last[1]) if last else None
        if deal is None:
            raise Refused("nothing")
        await ctx.printing.reprint(deal)
