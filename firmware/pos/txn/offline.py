# SPDX-License-Identifier: MIT
"""Offline sale 离线结算: authorised by telephone, typed, on paper at once, sent to the host later.

The slip is due as soon as the sale is durable. The sale itself stays pending, in no total, until
the host has taken it: before the next transaction, at sign-on or in the settlement. One that the
host refuses is corrected on paper (applying.py).
"""

from pos.core.carddata import Card
from pos.core.deal import OFFLINE
from pos.core.errors import Refused
from pos.txn import vetting
from pos.txn.steps import check_ready, new_deal

_BY_TELEPHONE = "01"  # F61.4


async def run(ctx: object, function: str) -> None:
    """Store one offline sale and print it. Early ends pass."""
    prompts = ctx.prompts
    check_ready(ctx)
    vetting.permit(ctx, OFFLINE)
    if ctx.signed_off:
        raise Refused("not.signed")
    if len(ctx.ledger.book.pending) >= ctx.profile.offline_max:
        raise Refused("offline.full")
    await prompts.password(ctx.profile.supervisor_password)
    card = ctx.card = Card(await prompts.pan("card.number"), None, None, None)
    card.expiry = await prompts.expiry("card.expiry")
    amount_minor = await prompts.amount()
    deal = new_deal(ctx, OFFLINE, amount_minor, card)
    await vetting.check(ctx, deal, card)
    deal.original_auth = await prompts.code("offline.code")
    deal.auth_mode = _BY_TELEPHONE
    lines = prompts.money(amount_minor), prompts.word("card", card.masked)
    await prompts.confirm("offline.confirm", *lines)
    _store(ctx, deal, card)
    card.wipe()  # not for as long as paper takes
    await _stored(ctx, deal)


def _store(ctx: object, deal: object, card: object) -> None:
    from pos.ledger import trading

    trading.number(ctx.ledger, deal)
    deal.pan_sealed = ctx.keys.seal_pan(deal.batch, deal.stan, card.pan)
    trading.begin(ctx.ledger, deal)


async def _stored(ctx: object, deal: object) -> None:
    prompts = ctx.prompts
    prompts.show(
        "outcome.approved",
        prompts.word("offline.stored"),
        prompts.money(deal.amount_minor),
        prompts.word("voucher", deal.stan),
    )
    prompts.beep("ok")
    await ctx.printing.run_due()
    await prompts.dismiss("outcome.approved")
