# SPDX-License-Identifier: MIT
"""The end of a deal that was answered: what the screen says, and the slip."""

from pos.core.deal import APPROVED, BALANCE
from pos.ledger.records import JOB_SLIP

_SIGN_ON_AGAIN = ("77", "99", "A0")
_ASK_ISSUER = ("A2", "A4", "A5", "A6")


async def show(ctx: object, deal: object) -> None:
    """Say what became of a deal, print what is due for it."""
    if deal.state != APPROVED:
        await _declined(ctx, deal)
    elif deal.kind == BALANCE:
        await _balance(ctx, deal)
    else:
        await _approved(ctx, deal)


async def _approved(ctx: object, deal: object) -> None:
    prompts = ctx.prompts
    prompts.show("outcome.approved", *_lines(prompts, deal))
    prompts.beep("ok")
    job = ctx.printing.find(JOB_SLIP, deal.batch, deal.stan)
    printed = await ctx.printing.copy(job, deal)
    await prompts.dismiss("outcome.approved")
    if printed:
        await ctx.printing.rest(job, deal)


def _lines(prompts: object, deal: object) -> list:
    lines = [
        prompts.money(deal.amount_minor),
        prompts.word("card", deal.pan_masked),
        prompts.word("voucher", deal.stan),
        prompts.word("auth", deal.auth),
    ]
    if deal.asked_minor:
        lines.insert(0, prompts.word("outcome.part"))
    if deal.response in _ASK_ISSUER:
        lines.append(prompts.word("outcome.issuer"))
    return lines


async def _balance(ctx: object, deal: object) -> None:
    prompts = ctx.prompts
    prompts.beep("ok")
    known = deal.balance_minor is not None
    line = prompts.money(deal.balance_minor) if known else prompts.word("balance.none")
    await prompts.dismiss("outcome.approved", line, prompts.word("card", deal.pan_masked))


async def _declined(ctx: object, deal: object) -> None:
    prompts = ctx.prompts
    prompts.beep("error")
    lines = [prompts.response(deal.response), prompts.word("response", deal.response)]
    if deal.amount_minor:
        lines.append(prompts.money(deal.amount_minor))
    await prompts.dismiss("outcome.declined", *lines)
    if deal.response in _SIGN_ON_AGAIN:
        ctx.requirement = "3"
