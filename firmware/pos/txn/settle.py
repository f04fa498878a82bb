# SPDX-License-Identifier: MIT
"""Settlement 结算: resumable at every step.

1 confirm twice; 2 reversals; 3 totals written, 0500 sent (the same again after no answer);
4 result written; 5 slip; 6 next batch opened; 7 the list, when asked for. After a power cut the
step that the journal shows is taken up again.
"""

from pos.core.money import format_minor
from pos.ledger import settling
from pos.ledger.records import JOB_SETTLEMENT
from pos.txn import reversal, signon
from pos.txn.steps import host_time


async def run(ctx: object) -> None:
    """Settle at the operator's request. Cancelled, Refused, NotSent and NoAnswer pass."""
    if not ctx.ledger.settling:
        await signon.ensure(ctx)
        lines = _total_lines(ctx)
        await ctx.prompts.confirm("settle.confirm", *lines)
        await ctx.prompts.confirm("settle.sure", *lines)
    flags, lines = await _settle(ctx)
    await _detail(ctx)
    newbatch = ctx.prompts.word("settle.newbatch", ctx.ledger.batch)
    await ctx.prompts.dismiss("settle.done", *(_flag_lines(ctx, flags) + lines + [newbatch]))


async def resume(ctx: object) -> None:
    """Finish, at power on, a settlement that was begun. Nobody may be there to answer."""
    await _settle(ctx)
    ctx.note = ctx.prompts.word("settle.done")


async def _settle(ctx: object) -> tuple:
    """Take a settlement from where the journal shows it to the next batch; result and totals."""
    ledger, prompts = ctx.ledger, ctx.prompts
    prompts.show("settle.busy")
    if not ledger.book.settle_flags:
        if not ledger.settling:
            await reversal.retry_unresolved(ctx)
            await reversal.send_due(ctx)
            prompts.show("settle.busy")
        await _exchange(ctx)
    book = ledger.book
    flags, totals_lines = book.settle_flags, _total_lines(ctx)
    job = ctx.printing.find(JOB_SETTLEMENT, book.batch, 0)
    if job is not None:
        await ctx.printing.copy(job, book)
    settling.close(ledger)
    return flags, totals_lines


async def _exchange(ctx: object) -> None:
    ledger = ctx.ledger
    stan = settling.start(ledger, ctx.now())
    settled = await ctx.host.settle(stan, ledger.batch, ledger.book.totals)
    time = host_time(ctx, settled.date, settled.time)
    settling.result(ledger, settled.domestic + settled.foreign, time, settled.rrn)


async def _detail(ctx: object) -> None:
    wanted = ctx.profile.print_detail
    if wanted == "never":
        return
    if wanted == "always" or await ctx.prompts.yes("settle.detail"):
        from pos.txn.detail import print_list

        await print_list(ctx)


def _total_lines(ctx: object) -> list:
    totals, word = ctx.ledger.book.totals, ctx.prompts.word
    debit = totals.debit_minor + totals.foreign_debit_minor
    credit = totals.credit_minor + totals.foreign_credit_minor
    return [
        word("settle.debit", totals.debit_count + totals.foreign_debit_count, format_minor(debit)),
        word(
            "settle.credit",
            totals.credit_count + totals.foreign_credit_count,
            format_minor(credit),
        ),
    ]


def _flag_lines(ctx: object, flags: str) -> list:
    word = ctx.prompts.word
    return [
        "%s: %s" % (word("settle.domestic"), word("settle.flag" + flags[:1])),
        "%s: %s" % (word("settle.foreign"), word("settle.flag" + flags[1:])),
    ]
