# SPDX-License-Identifier: MIT
"""Transaction list 交易明细 of the batch that was closed last, printed page by page."""

from pos.ledger.pages import Pages
from pos.receipt import slips


async def print_list(ctx: object) -> None:
    """Print the list; the operator may put it off, and it is not printed again by itself."""
    batch, seq = ctx.ledger.book.closed
    printing = ctx.printing
    if not await printing.ready():
        return
    await printing.write(slips.detail_head(batch, ctx.profile, ctx.calendar()))
    pages = Pages(ctx.ledger.scan, seq)
    count = 0
    while True:
        deals = pages.page()
        if not deals:
            break
        for deal in deals:
            await printing.write(slips.detail_entry(deal))
        count += len(deals)
    await printing.plain(slips.detail_foot(count))
