# SPDX-License-Identifier: MIT
"""Status upload 状态上送 and echo test 回响测试."""

from pos.core.version import VERSION


async def upload(ctx: object) -> str:
    """Report parameters, hotlist and what is pending; return the line that tells the result."""
    ctx.prompts.show("host.wait")
    report = _report(ctx)
    host = ctx.host  # it drops the code of the report
    from pos.acquirer import downloads

    await downloads.status(host, ctx.ledger.batch, report)
    return ctx.prompts.word("status.sent")


def _report(ctx: object) -> bytes:
    from pos.acquirer import tags
    from pos.txn import vetting

    held, book = vetting.opened(ctx), ctx.ledger.book
    listed = (held.count, held.check, held.date) if held.count >= 0 else (0, "", "")
    return tags.report(ctx.profile, (VERSION,) + listed + (book.count, len(book.pending)))


async def echo(ctx: object) -> str:
    """See whether the host answers; return the line that tells how fast it did."""
    ctx.prompts.show("host.wait")
    host = ctx.host
    await host.echo(ctx.ledger.batch)
    return ctx.prompts.word("echo.time", host.round_trip_ms)
