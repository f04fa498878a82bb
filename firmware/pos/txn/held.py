# SPDX-License-Identifier: MIT
"""What refers to a pre-authorisation by its code: additional 追加预授权, void 预授权撤销,
completion 预授权完成 (request and advice).

Where our journal holds it, date, card and amount are checked here; where not (another day, another
terminal), the operator types them and the acquirer decides.
"""

from pos.core.deal import ADVICE, APPROVED, COMPLETION, PREAUTH_MORE, PREAUTH_VOID
from pos.core.errors import Refused
from pos.txn.finding import find_held, same_card
from pos.txn.steps import new_deal, ready

_KINDS = {
    "preauthmore": PREAUTH_MORE,
    "preauthvoid": PREAUTH_VOID,
    "completion": COMPLETION,
    "advice": ADVICE,
}


async def run(ctx: object, function: str) -> tuple:
    """Return the deal of one of these. Early ends pass."""
    prompts = ctx.prompts
    kind = _KINDS[function]
    await ready(ctx)
    if kind == PREAUTH_VOID:
        await prompts.password(ctx.profile.supervisor_password)
    code = await prompts.code("preauth.code")
    held = find_held(ctx, code)
    if held is not None and held.state != APPROVED:
        raise Refused("void.done")
    date = held.time[4:8] if held else await prompts.date("preauth.date")
    amount_minor = await _amount(ctx, kind, held)
    card = ctx.card = await prompts.card(prompts.word(function), prompts.money(amount_minor))
    if held:
        same_card(ctx, card, held)
    deal = new_deal(ctx, kind, amount_minor, card)
    deal.original_auth, deal.original_date = code, date
    if held:
        deal.original_batch, deal.original_stan = held.batch, held.stan
    return deal, _pin_lines(ctx, kind, deal)


async def _amount(ctx: object, kind: int, held: object) -> int:
    """Return the amount: a void takes all of it, a completion not much more than was held."""
    if held and kind == PREAUTH_VOID:
        return held.amount_minor
    amount_minor = await ctx.prompts.amount()
    completes = held and kind in (COMPLETION, ADVICE)
    most = held.amount_minor * ctx.profile.completion_percent_max // 100 if completes else 0
    if completes and amount_minor > most and not held.added:
        raise Refused("completion.more")
    return amount_minor


def _pin_lines(ctx: object, kind: int, deal: object) -> object:
    """Lines of the PIN screen, None where this kind asks for no PIN."""
    profile, prompts = ctx.profile, ctx.prompts
    wanted = {
        PREAUTH_MORE: True,
        PREAUTH_VOID: profile.preauth_void_pin,
        COMPLETION: profile.completion_pin,
        ADVICE: False,
    }
    if not wanted[kind]:
        return None
    return prompts.money(deal.amount_minor), prompts.word("card", deal.pan_masked)
