# SPDX-License-Identifier: MIT
"""Transfer 转账: the paying card, the amount, the receiving card, two confirmations, PIN."""

from micropython import const

from pos.core.carddata import mask_pan, wipe
from pos.core.deal import TRANSFER
from pos.core.errors import Refused
from pos.txn.steps import new_deal, ready

_F48_DIGITS = const(20)


async def run(ctx: object, function: str) -> tuple:
    """Return the deal of one transfer. Early ends pass."""
    prompts = ctx.prompts
    await ready(ctx)
    card = ctx.card = await prompts.card(prompts.word(function), prompts.word("transfer.from"))
    amount_minor = await prompts.amount()
    card.receiver = await _receiver(ctx, amount_minor)
    if card.receiver == card.pan:
        raise Refused("transfer.same")
    deal = new_deal(ctx, TRANSFER, amount_minor, card)
    deal.to_masked = mask_pan(card.receiver)
    lines = (
        prompts.money(amount_minor),
        prompts.word("card", card.masked),
        prompts.word("transfer.to", deal.to_masked),
    )
    await prompts.confirm("transfer.confirm", *lines)
    await prompts.confirm("transfer.sure", *lines)
    if ctx.profile.transfer_layout == "f48":
        _widen(card)
    return deal, lines[:2]


def _widen(card: object) -> None:
    """Fill the receiving PAN up to the 20 digits that F48 has, in a buffer of the card."""
    digits, card.receiver = card.receiver, bytearray(b"0" * _F48_DIGITS)
    card.receiver[_F48_DIGITS - len(digits) :] = digits
    wipe(digits)


async def _receiver(ctx: object, amount_minor: int) -> bytearray:
    """Return the PAN of the receiving card; nothing else of it is kept."""
    prompts = ctx.prompts
    other = await prompts.other_card(prompts.money(amount_minor))
    try:
        return bytearray(other.pan)
    finally:
        other.wipe()
