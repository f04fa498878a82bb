# SPDX-License-Identifier: MIT
"""A 0220 message is not reversed but sent again, the same STAN, until the host answers it.

No track is kept for that: the repeat shows the card by F2, opened from the sealed PAN for as long
as the message is built and sent. Where the first one had arrived, the host gives the outcome it
booked then. Some say 94 instead (unionpay.md section 6): with `duplicate_is_booked` that is a yes,
without it the refusal that it says it is.
"""

from pos.core import modules
from pos.core.carddata import Card
from pos.core.deal import APPROVED

_DUPLICATE = "94"
_NOT_NOW = ("77", "99", "A0")  # it was not looked at: the host wants a sign-on first


async def send(ctx: object, deal: object) -> bool:
    """Send a pending deal again; True when its outcome is written. NoAnswer, NotSent pass."""
    card = Card(ctx.keys.open_pan(deal.batch, deal.stan, deal.pan_sealed), None, None, None)
    card.expiry = deal.expiry
    modules.trim()
    try:
        answer = await ctx.host.transact(deal, card, None)
    finally:
        card.wipe()
    if answer.response in _NOT_NOW:
        from pos.txn.signon import sign_on_quietly

        answer = None
        await sign_on_quietly(ctx)
        return False
    _write(ctx, deal, answer)
    return True


def _write(ctx: object, deal: object, answer: object) -> None:
    from pos.core.options import value
    from pos.ledger import trading
    from pos.txn.answered import take

    take(ctx, deal, answer)
    if deal.response == _DUPLICATE and value(ctx.profile, "duplicate_is_booked"):
        deal.state = APPROVED
    trading.outcome(ctx.ledger, deal)
