# SPDX-License-Identifier: MIT
"""Refund 退货: supervisor, the original, an amount up to what is left of it, the same card.

The original is a voucher of ours, or a reference number of a slip. Where our journal still holds
it, it decides; where not, the operator types its date, and the acquirer decides.
"""

from micropython import const

from pos.core.deal import ADVICE, APPROVED, COMPLETION, OFFLINE, REFUND, SALE
from pos.core.errors import Refused
from pos.txn.finding import find, find_rrn, last_stan, same_card
from pos.txn.steps import new_deal, ready

_VOUCHER_DIGITS = const(6)
_RRN_DIGITS = const(12)
_KINDS = (SALE, COMPLETION, ADVICE, OFFLINE)


async def run(ctx: object, function: str) -> tuple:
    """Return the deal that refunds all or part of a sale. Early ends pass."""
    prompts = ctx.prompts
    await ready(ctx)
    await prompts.password(ctx.profile.supervisor_password)
    original, rrn = await _original(ctx)
    date = original.time[4:8] if original else await prompts.date("refund.date")
    amount_minor = await prompts.amount()
    _check_amount(original, amount_minor)
    card = ctx.card = await prompts.card(prompts.word(function), prompts.money(-amount_minor))
    deal = new_deal(ctx, REFUND, amount_minor, card)
    deal.original_rrn, deal.original_date = rrn, date
    if original:
        same_card(ctx, card, original)
        deal.original_batch, deal.original_stan = original.batch, original.stan
        deal.scheme = original.scheme
    return deal, None


async def _original(ctx: object) -> tuple:
    """Return (deal of our journal or None, reference number)."""
    typed = await ctx.prompts.digits("refund.original", 0, _RRN_DIGITS)
    if len(typed) == _RRN_DIGITS:
        deal, rrn = find_rrn(ctx, typed), typed
    elif len(typed) <= _VOUCHER_DIGITS:
        stan = int(typed or last_stan(ctx))
        deal = find(ctx, stan) if stan else None
        if deal is None:
            raise Refused("void.none")
        rrn = deal.rrn
    else:
        raise Refused("refund.number")
    if deal:
        _check(deal)
    return deal, rrn


def _check(original: object) -> None:
    if original.kind not in _KINDS:
        raise Refused("refund.notsale")
    if original.adjusted:
        raise Refused("refund.adjusted")
    if original.state != APPROVED:
        raise Refused("refund.state")


def _check_amount(original: object, amount_minor: int) -> None:
    if original and original.refunded_minor + amount_minor > original.amount_minor:
        raise Refused("refund.more")
