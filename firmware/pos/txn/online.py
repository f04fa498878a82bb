# SPDX-License-Identifier: MIT
"""One transaction message, in the order that keeps terminal, acquirer and paper together.

What is pending first, then the PIN; the intent is durable before the request leaves; the outcome
is durable before screen and paper say so; no usable answer means a reversal, or the same message
again where its kind is repeated.

Imports stand in the functions that need them: this code waits for the host, and what its module
names would wait in the heap with it.
"""

from pos.core import modules
from pos.core.carddata import wipe
from pos.core.deal import BALANCE, DECLINED, NOT_SENT
from pos.core.errors import NoAnswer, NotSent, Refused


async def run(ctx: object, deal: object, card: object, lines: object) -> None:
    """Carry a deal to its end; the caller wipes the card. Refused: nothing was sent.

    `lines` stand on the screen that asks for the PIN; None: it is not asked for. The PIN comes
    after the reversals, because they may bring a new sign-on, and new keys.
    """
    modules.trim()
    await _pending_first(ctx, deal)
    block = await _pin(ctx, deal, card, lines)
    modules.trim()
    _wait(ctx, deal)
    try:
        await _exchange(ctx, deal, card, block)
    except NoAnswer as error:
        if deal.kind == BALANCE:
            _write(ctx, deal, DECLINED)
            raise
        deal = await _doubt(ctx, deal, error)
    else:
        _write(ctx, deal, deal.state)
    if deal is not None:
        await _show(ctx, deal)


async def _doubt(ctx: object, deal: object, error: NoAnswer) -> object:
    modules.trim()  # what waited and read makes room
    from pos.txn import doubt

    return await doubt.run(ctx, deal, error)


async def _show(ctx: object, deal: object) -> None:
    modules.trim()
    from pos.txn import outcome

    await outcome.show(ctx, deal)


async def _pin(ctx: object, deal: object, card: object, lines: object) -> object:
    if lines is None:
        return None
    from pos.txn import pin

    return await pin.ask(ctx, deal, card, lines)


def _wait(ctx: object, deal: object) -> None:
    prompts = ctx.prompts
    prompts.show("host.wait", *([prompts.money(deal.amount_minor)] if deal.amount_minor else []))


async def _exchange(ctx: object, deal: object, card: object, block: object) -> None:
    """Begin, send, and fill the deal; the PIN block is zeroed.

    The answer dies here: it would keep message code in the heap.
    """
    try:
        _begin(ctx, deal, card)
        answer = await ctx.host.transact(deal, card, block)
        _take(ctx, deal, answer)
    except NotSent:
        _write(ctx, deal, NOT_SENT)
        raise
    finally:
        if block:
            wipe(block)


def _take(ctx: object, deal: object, answer: object) -> None:
    from pos.txn.answered import take

    take(ctx, deal, answer)


def _begin(ctx: object, deal: object, card: object) -> None:
    from pos.ledger import trading

    trading.number(ctx.ledger, deal)
    deal.pan_sealed = ctx.keys.seal_pan(deal.batch, deal.stan, card.pan)
    trading.begin(ctx.ledger, deal)


def _write(ctx: object, deal: object, state: int) -> None:
    from pos.ledger import trading

    deal.state = state
    trading.outcome(ctx.ledger, deal)


async def _pending_first(ctx: object, deal: object) -> None:
    if ctx.ledger.book.pending:
        from pos.txn import reversal

        if reversal.due(ctx):
            _wait(ctx, deal)
            await reversal.send_due(ctx)
            reversal = None
            modules.trim()  # before the code of the PIN is loaded
    if not ctx.signed_on:
        raise Refused("not.signed")
