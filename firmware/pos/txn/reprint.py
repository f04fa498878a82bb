# SPDX-License-Identifier: MIT
"""Reprint 重打印: the slips that are still due first, else the last one again as a duplicate."""

from pos.core.errors import Refused
from pos.ledger.history import anywhere, closed_book


async def run(ctx: object, function: str) -> None:
    """Print due slips, or again the last sales ("reprint") or settlement slip ("resettle")."""
    ledger = ctx.ledger
    if ledger.book.due:
        await ctx.printing.run_due()
    elif function == "resettle":
        book = closed_book(ledger)
        if book is None:
            raise Refused("nothing")
        await ctx.printing.reprint_settlement(book)
    else:
        last = ledger.book.last_deal
        deal = anywhere(ledger, last[0], last[1]) if last else None
        if deal is None:
            raise Refused("nothing")
        await ctx.printing.reprint(deal)
