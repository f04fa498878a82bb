# SPDX-License-Identifier: MIT
"""Adjustment 结算调整 of an offline sale, tip 小费调整 on a sale: supervisor, voucher, amount.

Once, in the open batch, no card: its PAN is opened from the journal. Repeated, never reversed.
"""

from pos.core.carddata import Card
from pos.core.deal import ADJUST, APPROVED, OFFLINE, SALE, TIP
from pos.core.errors import Refused
from pos.txn import vetting
from pos.txn.finding import asked
from pos.txn.steps import new_deal, ready


async def run(ctx: object, function: str) -> tuple:
    """Return the deal that changes the amount of another. Early ends pass."""
    prompts = ctx.prompts
    kind = TIP if function == "tip" else ADJUST
    vetting.permit(ctx, kind)
    await ready(ctx)
    await prompts.password(ctx.profile.supervisor_password)
    original = await _original(ctx, kind)
    lines = [prompts.word("voucher", original.stan), prompts.money(original.amount_minor)]
    amount_minor = await prompts.amount()
    if kind == TIP:
        vetting.check_tip(ctx, amount_minor, original.amount_minor)
        amount_minor += original.amount_minor
    if amount_minor == original.amount_minor or amount_minor > ctx.profile.amount_max_minor:
        raise Refused("amount.bad")
    await prompts.confirm("adjust.confirm", *(lines + ["-> " + prompts.money(amount_minor)]))
    card = ctx.card = Card(_pan(ctx, original), None, None, None)
    return _deal(ctx, kind, amount_minor, original, card), None


async def _original(ctx: object, kind: int) -> object:
    deal = await asked(ctx, "adjust.voucher")
    if deal.kind not in ((SALE, OFFLINE) if kind == TIP else (OFFLINE,)):
        raise Refused("adjust.kind")
    if deal.state != APPROVED:
        raise Refused("void.state")
    if deal.adjusted or deal.refunded_minor:
        raise Refused("adjust.done")
    return deal


def _pan(ctx: object, original: object) -> bytearray:
    return ctx.keys.open_pan(original.batch, original.stan, original.pan_sealed)


def _deal(ctx: object, kind: int, amount_minor: int, original: object, card: object) -> object:
    deal = new_deal(ctx, kind, amount_minor, card)
    deal.entry_mode = original.entry_mode[:2] + "2"
    deal.expiry = card.expiry = original.expiry
    deal.before_minor = original.amount_minor
    deal.original_batch, deal.original_stan = original.batch, original.stan
    deal.original_date = original.time[4:8]
    deal.original_rrn = original.rrn
    deal.original_auth = original.auth or original.original_auth
    deal.auth_mode = original.auth_mode or "00"
    deal.scheme = original.scheme
    return deal
