# SPDX-License-Identifier: MIT
"""Voids: of a sale 消费撤销 and of a completion 预授权完成撤销.

Only of the open batch and of the day, approved, not yet voided, refunded or adjusted, for its full
amount, by a supervisor, with the same card (unionpay.md 3, features row 14); every refusal says
which of these failed.
"""

from pos.core.deal import ADVICE, APPROVED, COMPLETION, COMPLETION_VOID, SALE, VOID, VOIDED
from pos.core.errors import Refused
from pos.txn.finding import asked, same_card
from pos.txn.steps import new_deal, ready


async def run(ctx: object, function: str) -> tuple:
    """Return the deal that takes another back. Cancelled and Refused pass."""
    prompts = ctx.prompts
    await ready(ctx)
    await prompts.password(ctx.profile.supervisor_password)
    original = await _original(ctx, function)
    lines = _original_lines(prompts, function, original)
    card = ctx.card = await prompts.card(*lines)
    same_card(ctx, card, original)
    profile = ctx.profile
    with_pin = profile.void_pin if original.kind == SALE else profile.completion_void_pin
    return _deal(ctx, original, card), lines if with_pin else None


async def _original(ctx: object, function: str) -> object:
    deal = await asked(ctx, "void.voucher")
    if deal.kind not in ((SALE,) if function == "void" else (COMPLETION, ADVICE)):
        raise Refused("void.notsale")
    _check(ctx, deal)
    return deal


def _check(ctx: object, deal: object) -> None:
    if deal.state == VOIDED:
        raise Refused("void.done")
    if deal.state != APPROVED:
        raise Refused("void.state")
    if deal.refunded_minor:
        raise Refused("void.refunded")
    if deal.adjusted:
        raise Refused("void.adjusted")
    if ctx.profile.void_same_day and deal.time[:8] != ctx.now()[:8]:
        raise Refused("void.day")


def _original_lines(prompts: object, function: str, original: object) -> tuple:
    return (
        prompts.word(function),
        prompts.money(-original.amount_minor),
        prompts.word("voucher", original.stan),
        prompts.word("card", original.pan_masked),
    )


def _deal(ctx: object, original: object, card: object) -> object:
    kind = VOID if original.kind == SALE else COMPLETION_VOID
    deal = new_deal(ctx, kind, original.amount_minor, card)
    deal.original_batch = original.batch
    deal.original_stan = original.stan
    deal.original_rrn = original.rrn
    deal.original_auth = original.auth
    if kind == COMPLETION_VOID:
        deal.original_auth = original.auth or original.original_auth
        deal.original_date = original.time[4:8]
    return deal
