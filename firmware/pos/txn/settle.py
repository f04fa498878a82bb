# SPDX-License-Identifier: MIT
"""Settlement 结算: resumable at every step.

1 confirm twice; 2 reversals and repeats; 3 totals written, 0500 sent (the same again after no
answer); 4 result written; 5 batch upload and its end; 6 slip; 7 next batch opened; 8 the list,
when asked for; 9 sign-off, where the profile says so. After a power cut the step that the journal
shows is taken up again.
"""

from pos.core.errors import PosError
from pos.ledger.records import JOB_SETTLEMENT


async def run(ctx: object, function: str) -> None:
    """Settle at the operator's request. Cancelled, Refused, NotSent and NoAnswer pass."""
    await _ensure(ctx)
    if not ctx.ledger.settling:
        lines = _total_lines(ctx)
        await ctx.prompts.confirm("settle.confirm", *lines)
        await ctx.prompts.confirm("settle.sure", *lines)
    lines = await _settle(ctx)
    await _detail(ctx)
    lines.append(ctx.prompts.word("settle.newbatch", ctx.ledger.batch))
    await _sign_off(ctx)
    await ctx.prompts.dismiss("settle.done", *lines)


async def resume(ctx: object) -> None:
    """Finish, at power on, a settlement that was begun. Nobody may be there to answer."""
    await _settle(ctx)
    await _sign_off(ctx)
    ctx.note = ctx.prompts.word("settle.done")


async def _settle(ctx: object) -> list:
    """Take a settlement from where the journal shows it to the next batch; lines that tell it."""
    ledger, prompts = ctx.ledger, ctx.prompts
    prompts.show("settle.busy")
    if not ledger.book.settle_flags:
        if not ledger.settling:
            await _pending_first(ctx)
            prompts.show("settle.busy")
        await _exchange(ctx)
    await _upload(ctx)
    lines = _result_lines(ctx)
    job = ctx.printing.find(JOB_SETTLEMENT, ledger.batch, 0)
    if job is not None:
        await ctx.printing.copy(job, ledger.book)
    _close(ledger)
    return lines


async def _ensure(ctx: object) -> None:
    from pos.txn import signon

    await signon.ensure(ctx)


async def _pending_first(ctx: object) -> None:
    if ctx.ledger.book.pending:
        from pos.txn import reversal

        await reversal.retry_unresolved(ctx)
        await reversal.send_due(ctx)


async def _exchange(ctx: object) -> None:
    from pos.txn import compare

    await compare.run(ctx)


async def _upload(ctx: object) -> None:
    from pos.ledger import settling

    if not settling.uploaded(ctx.ledger):
        from pos.txn import upload

        await upload.run(ctx)


def _close(ledger: object) -> None:
    from pos.ledger import settling

    settling.close(ledger)


async def _sign_off(ctx: object) -> None:
    """Sign off where the profile says so; a host out of reach does not undo a settlement."""
    if ctx.profile.auto_signoff and ctx.signed_on:
        from pos.txn import signon

        try:
            await signon.leave(ctx)
        except PosError as error:
            ctx.log("sign-off", error.reason)


async def _detail(ctx: object) -> None:
    wanted = ctx.profile.print_detail
    if wanted == "never":
        return
    if wanted == "always" or await ctx.prompts.yes("settle.detail"):
        from pos.txn.detail import print_list

        await print_list(ctx)


def _total_lines(ctx: object) -> list:
    from pos.txn import settled

    return settled.total_lines(ctx)


def _result_lines(ctx: object) -> list:
    from pos.txn import settled

    return settled.result_lines(ctx)
