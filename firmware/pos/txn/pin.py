# SPDX-License-Identifier: MIT
"""The PIN of a transaction: from the board's PIN pad, else from the terminal's own keypad.

Asked for last, when all that could bring a new PIN key is done, so that the block is made at once
and no PIN waits in memory. With a PIN pad the digits never reach this terminal.
"""

from micropython import const

from pos.core.carddata import wipe
from pos.core.errors import Refused

_PAN_DIGITS = const(13)  # the last ones: what the blocks of unionpay.md 4.3 are made with


class Keypad:
    """Keypad and key store as a PIN pad (core/ports.py); the PIN is zeroed before it returns."""

    def __init__(self, ctx: object, lines: tuple, optional: bool) -> None:
        self._ctx = ctx
        self._lines = lines
        self._optional = optional

    async def enter(self, amount_minor: int, pan: memoryview, timeout_s: int) -> bytearray:
        """Return the block; the prompt has the profile's time, as `timeout_s` is."""
        pin = await self._ctx.prompts.pin(self._optional, *self._lines)
        if pin is None:
            return None
        try:
            return self._ctx.keys.pin_block(pin, pan)
        finally:
            wipe(pin)


async def ask(ctx: object, deal: object, card: object, lines: tuple) -> bytearray:
    """Return the enciphered block and note in the deal that there is one; None where skipped.

    `lines` None: this transaction asks for no PIN. Cancelled, Refused pass.
    """
    policy = "never" if lines is None else _policy(ctx, card)
    if policy == "never":
        return None
    pad = ctx.prompts.board.pin_pad
    if pad is None:
        pad = Keypad(ctx, lines, policy == "optional")
    else:
        ctx.prompts.show("pin.enter", *(lines + (ctx.prompts.word("pin.pad"),)))
    pan = memoryview(card.pan)[-_PAN_DIGITS:]
    block = await pad.enter(deal.amount_minor, pan, ctx.profile.prompt_timeout_s)
    if block is not None:
        if len(block) != (16 if ctx.profile.algorithm == "sm4" else 8):
            raise Refused("pin.bad")
        deal.entry_mode = deal.entry_mode[:2] + "1"
    elif policy == "required":
        raise Refused("pin.needed")
    return block


def _policy(ctx: object, card: object) -> str:
    from pos.risk import rules

    return rules.pin(ctx.profile, card)
