# SPDX-License-Identifier: MIT
"""Composition root: builds the terminal on a board and runs it. The only module that knows every
package.
"""

import gc

from pos.core import aio
from pos.core.errors import CardError, PosError, PowerOff
from pos.core.profile import Profile
from pos.txn import flows
from pos.txn.context import Context

_IDLE_WAIT_S = 3600


def build(board: object) -> Context:
    """Load keys and ledger and wire the parts. PosError, with nothing overwritten, when flash is
    bad.
    """
    from pos.acquirer.host import Host
    from pos.keystore.keystore import KeyStore
    from pos.ledger.ledger import Ledger
    from pos.store.counter import Counter
    from pos.store.journal import Journal
    from pos.store.slots import AtomicSlot
    from pos.txn.printing import Printing
    from pos.ui.prompts import Prompts

    profile = Profile(board.profile())
    prompts = Prompts(board.display, board.inputs, board.buzzer, profile)
    prompts.show("boot")
    slot = AtomicSlot(board.partition("keys"))
    keys = KeyStore(slot, board.device_key(), board.random)
    keys.load()
    counter = Counter(board.partition("counter"))
    ledger = Ledger(Journal(board.partition("journal"), counter, keys.journal_key()), profile)
    ledger.load()
    host = Host(profile, keys, lambda: board.transport(profile), board.clock)
    ctx = Context(profile, ledger, keys, host, board)
    ctx.prompts = prompts
    ctx.printing = Printing(ctx, board.printer)
    return ctx


async def main(board: object) -> None:
    """Run the terminal until its inputs end. PosError passes when it cannot start."""
    ctx = build(board)
    from pos.txn import startup

    try:
        await startup.run(ctx)
        while True:
            await turn(ctx)
    except PowerOff:
        return


async def turn(ctx: object) -> None:
    """One wait at the idle screen, and the flow that ends it."""
    gc.collect()
    prompts = ctx.prompts
    prompts.show("idle", *_status(ctx))
    event = await prompts.event(_IDLE_WAIT_S)
    if event is None:
        return
    if event[0] == "swipe":
        await _swiped(ctx, event[1])
    elif event[0] == "key":
        await _key(ctx, event[1])
    if ctx.requirement == "3":  # the acquirer asks for a new sign-on (unionpay.md 1.1)
        from pos.txn import signon

        await flows.guard(ctx, signon.sign_on_and_reverse(ctx))


async def _key(ctx: object, key: str) -> None:
    from pos.ui import menu

    if key in ("0", "00") or (len(key) == 1 and "1" <= key <= "9"):
        from pos.txn import sale

        await flows.guard(ctx, sale.run(ctx, key))
    elif key == "MENU":
        await flows.guard(ctx, _menu(ctx))
    elif menu.by_key(key):
        await flows.guard(ctx, flows.start(ctx, menu.by_key(key)))
    else:
        ctx.prompts.beep("error")


async def _menu(ctx: object) -> None:
    from pos.ui import menu

    await flows.start(ctx, await menu.choose(ctx.prompts))


async def _swiped(ctx: object, flux: object) -> None:
    from pos.txn import sale

    try:
        card = ctx.prompts.read(flux)
    except CardError as error:
        ctx.log("swipe", error.reason)
        ctx.prompts.beep("error")
        return
    await flows.guard(ctx, sale.run(ctx, "", card))


def _status(ctx: object) -> list:
    """Lines of the idle screen: what stands in the way of trading, then the batch."""
    word, book = ctx.prompts.word, ctx.ledger.book
    lines = []
    if ctx.ledger.settling:
        lines.append(word("idle.settling"))
    elif not ctx.signed_on:
        lines.append(word("idle.signedoff"))
    if book.pending:
        lines.append(word("idle.pending", len(book.pending)))
    if book.due:
        lines.append(word("idle.due", len(book.due)))
    lines.append(word("idle.batch", book.batch, book.count))
    lines.append(word("idle.notpts"))
    return lines


def run(board: object) -> int:
    """Run the terminal on a board; returns the exit code for boards that have one."""
    try:
        aio.run(main(board))
    except PosError as error:
        board.fatal(error)
        return 3
    return board.finish()
