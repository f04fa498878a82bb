# SPDX-License-Identifier: MIT
"""One financial message, in the order that keeps terminal, acquirer and paper together.

Pending reversals first, then the PIN; the intent is durable before the request leaves; the outcome
is durable before screen and paper say so; no usable answer means a reversal.
"""

from pos.core import modules
from pos.core.carddata import wipe
from pos.core.deal import APPROVED, DECLINED, SALE
from pos.core.errors import NoAnswer, NotSent, Refused
from pos.ledger import reversing
from pos.ledger.records import JOB_SLIP
from pos.txn import pin, reversal
from pos.txn.steps import host_time

_APPROVED_CODES = ("00", "11", "A2", "A4", "A5", "A6")  # unionpay.md section 6


async def run(ctx: object, deal: object, card: object, lines: object) -> None:
    """Carry a sale or void to its end; the caller wipes the card. Refused: nothing was sent.

    `lines` stand on the screen that asks for the PIN; None: it is not asked for. The PIN comes
    after the reversals, because they may bring a new sign-on, and new keys.
    """
    modules.trim()
    await _reversals_first(ctx, deal)
    block = await pin.ask(ctx, deal, card, lines)
    modules.trim()
    ctx.prompts.show("host.wait", ctx.prompts.money(deal.amount_minor))
    try:
        await _exchange(ctx, deal, card, block)
    except NoAnswer as error:
        await _unknown(ctx, deal, error)
        return
    ctx.ledger.outcome(deal)
    if deal.state == APPROVED:
        await _approved(ctx, deal)
    else:
        await _declined(ctx, deal)


async def _exchange(ctx: object, deal: object, card: object, block: object) -> None:
    """Begin, send, and fill the deal; the PIN block is zeroed.

    The answer dies here: it would keep message code in the heap.
    """
    try:
        ctx.ledger.begin(deal)
        host = ctx.host
        send = host.sale if deal.kind == SALE else host.void
        _take(ctx, deal, await send(deal, card, block))
    except NotSent:
        ctx.ledger.not_sent(deal)
        raise
    finally:
        if block:
            wipe(block)


async def _reversals_first(ctx: object, deal: object) -> None:
    if reversing.due(ctx.ledger):
        ctx.prompts.show("host.wait", ctx.prompts.money(deal.amount_minor))
        await reversal.send_due(ctx)
    if not ctx.signed_on:
        raise Refused("not.signed")


def _take(ctx: object, deal: object, answer: object) -> None:
    deal.state = APPROVED if answer.response in _APPROVED_CODES else DECLINED
    deal.response = answer.response
    deal.rrn = answer.rrn
    deal.auth = answer.auth
    deal.settle_date = answer.settle_date
    deal.issuer = answer.issuer
    deal.acquirer = answer.acquirer
    deal.scheme = answer.scheme
    deal.time = host_time(ctx, answer.date, answer.time)
    ctx.requirement = answer.requirement


async def _approved(ctx: object, deal: object) -> None:
    prompts = ctx.prompts
    prompts.show(
        "outcome.approved",
        prompts.money(deal.amount_minor),
        prompts.word("card", deal.pan_masked),
        prompts.word("voucher", deal.stan),
        prompts.word("auth", deal.auth),
    )
    prompts.beep("ok")
    job = ctx.printing.find(JOB_SLIP, deal.batch, deal.stan)
    printed = await ctx.printing.copy(job, deal)
    await prompts.dismiss("outcome.approved")
    if printed:
        await ctx.printing.rest(job, deal)


async def _declined(ctx: object, deal: object) -> None:
    prompts = ctx.prompts
    prompts.beep("error")
    await prompts.dismiss(
        "outcome.declined",
        prompts.response(deal.response),
        prompts.word("response", deal.response),
        prompts.money(deal.amount_minor),
    )
    if deal.response in ("77", "99", "A0"):
        ctx.requirement = "3"


async def _unknown(ctx: object, deal: object, error: NoAnswer) -> None:
    """Say that the result is unknown, try the reversal once, say what came of it."""
    prompts = ctx.prompts
    deal = ctx.ledger.pending(deal)
    deal.f39 = error.f39  # made durable with the first attempt
    lines = [prompts.money(deal.amount_minor), prompts.word("voucher", deal.stan)]
    prompts.show("outcome.unknown", *(lines + [prompts.word("unknown.noswipe")]))
    prompts.beep("error")
    await reversal.renew_keys(ctx, error)
    try:
        settled = await reversal.try_once(ctx, deal)
    except NotSent:
        settled = False
    if settled:
        word = "unknown.reversed"
    elif deal.unresolved:
        word = "unknown.unresolved"
    else:
        word = "unknown.later"
    await prompts.dismiss("outcome.unknown", *(lines + [prompts.word(word)]))
    await ctx.printing.run_due()
