# SPDX-License-Identifier: MIT
"""The terminal's own judgement of a card and an amount, before the PIN and before any message."""

from pos.core.deal import ADJUSTS, TAKE_BACK
from pos.core.errors import Refused, StoreError


async def check(ctx: object, deal: object, card: object) -> None:
    """Raise Refused with the reason; asks for the supervisor where an amount needs one."""
    if not deal.among(TAKE_BACK | ADJUSTS):
        _hotlist(ctx, card)
    if _over(ctx, deal, card):
        ctx.prompts.beep("error")
        await ctx.prompts.password(ctx.profile.supervisor_password)
        ctx.log("supervision", "passed a limit")


def _over(ctx: object, deal: object, card: object) -> bool:
    from pos.risk import rules

    return rules.check(ctx.profile, deal, card, ctx.now()[:8])


def _hotlist(ctx: object, card: object) -> None:
    """Raise Refused for a listed card. A damaged list is fetched anew, and stops nobody.

    Of a transfer both cards count.
    """
    from pos.core import options

    hotlist = opened(ctx)
    if hotlist.count < 0:
        return
    try:
        listed = hotlist.lists(card.pan) or (card.receiver and hotlist.lists(card.receiver))
    except StoreError as error:
        ctx.log("hotlist", error.reason)
        ctx.requirement = ctx.requirement or "7"
        return
    if listed:
        ctx.log("hotlist", card.masked)
        raise Refused("card.listed")
    days, most = hotlist.age_days(ctx.now()), options.value(ctx.profile, "hotlist_days_max")
    if most and days > most:
        ctx.note = ctx.prompts.word("hotlist.old", days)


def opened(ctx: object) -> object:
    """Return the hotlist of this terminal."""
    from pos.risk.hotlist import Hotlist

    return Hotlist(ctx.prompts.board.partition("hotlist"), ctx.keys.card_hash)


def permit(ctx: object, kind: int) -> None:
    """Raise Refused when this kind of transaction is switched off, before anything is typed."""
    from pos.risk import rules

    rules.permitted(ctx.profile, kind)


def check_tip(ctx: object, tip_minor: int, amount_minor: int) -> None:
    """Raise Refused when the tip is more than the profile allows."""
    from pos.risk import rules

    rules.check_tip(ctx.profile, tip_minor, amount_minor)
