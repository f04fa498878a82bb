# SPDX-License-Identifier: MIT
"""From a function's name to its end, and what every flow does when it ends early.

A flow that leads to a message returns (deal, lines of the PIN screen) instead of sending: then its
own code is out of the heap while online.py does the rest. The card it has read is in `ctx.card`,
and is wiped here whatever happens.
"""

from pos.core.errors import Cancelled, PosError, PowerOff


async def start(ctx: object, function: str) -> None:
    """Run the flow of a menu function. Imports on demand: a flow costs heap only while it runs."""
    try:
        plan = await _prepare(ctx, function)
        if plan is not None:
            await _vet(ctx, plan[0])
            await _send(ctx, plan[0], plan[1])
    finally:
        card, ctx.card = ctx.card, None
        if card is not None:
            card.wipe()


async def _prepare(ctx: object, function: str) -> object:
    return await _flow(function).run(ctx, function)


def _flow(function: str) -> object:
    from pos.txn.table import module

    return __import__("pos.txn." + module(function), None, None, ("run",))


async def _vet(ctx: object, deal: object) -> None:
    from pos.txn import vetting

    await vetting.check(ctx, deal, ctx.card)


async def _send(ctx: object, deal: object, lines: object) -> None:
    from pos.txn import online

    await online.run(ctx, deal, ctx.card, lines)


async def guard(ctx: object, flow: object) -> bool:
    """Await a flow; show why it ended early. True when it came to its end."""
    try:
        await flow
        return True
    except PowerOff:
        raise
    except Cancelled:
        return False
    except PosError as error:
        early = error
    await _explain(ctx, early)
    return False


async def _explain(ctx: object, error: PosError) -> None:
    from pos.txn import explain

    await explain.show(ctx, error)
