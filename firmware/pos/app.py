# SPDX-License-Identifier: MIT
"""Composition root: builds the terminal and runs it. Only this module knows every package."""

from micropython import const

import asyncio

from pos.core import aio, modules
from pos.core.errors import PosError, PowerOff
from pos.core.profile import Profile
from pos.ledger.ledger import Ledger
from pos.store.counter import Counter
from pos.store.journal import Journal
from pos.txn.context import Context
from pos.ui.prompts import Prompts

_IDLE_WAIT_S = const(3600)


def build(board: object) -> object:
    """Load keys and ledger, return the Context. PosError, nothing overwritten: flash is bad.

    None: the case was opened, and nobody has injected new keys since.
    """
    modules.keep()  # all that was imported so far; what comes now is needed at times only
    profile = Profile(board.profile())
    prompts = Prompts(board, profile)
    prompts.show("boot")
    from pos.keystore import wipe

    _random(board, 1)
    if wipe.finish(board.partition("keys")):
        return None
    key = _open_keys(board, profile).journal_key()
    ledger = Ledger(Journal(board.partition("journal"), _counter(board), key), profile)
    ledger.load()
    ctx = Context(
        profile, ledger, lambda: _open_keys(board, profile), lambda: _host(board, ctx), board
    )
    ctx.prompts = prompts
    from pos.risk import settings

    if not settings.apply(board, profile):
        ctx.note = prompts.word("params.bad")
    return ctx


def _counter(board: object) -> Counter:
    return Counter(board.partition("counter"))


def _open_keys(board: object, profile: Profile) -> object:
    from pos.keystore.keystore import KeyStore
    from pos.store.slots import AtomicSlot

    slot = AtomicSlot(board.partition("keys"))
    keys = KeyStore(
        slot, board.device_key(), lambda length: _random(board, length), profile.mac_method
    )
    keys.load()
    return keys


def _random(board: object, length: int) -> bytes:
    """Return bytes of a source that was just looked at; KeyStoreError when it is not sound."""
    from pos.core.entropy import Entropy

    return Entropy(board.random).read(length)


def _host(board: object, ctx: Context) -> object:
    from pos.acquirer.host import Host

    def watch() -> object:
        from pos.txn.waiting import Waiting

        return Waiting(ctx.prompts)

    host = Host(ctx.profile, ctx.keys, lambda: _transport(board, ctx), board.clock, watch)
    host.require = ctx.require
    return host


def _transport(board: object, ctx: Context) -> object:
    """Return what carries one exchange; its code is loaded once the message is built."""
    profile = ctx.profile
    if not profile.backup_host:
        return board.transport(profile)
    from pos.acquirer.failover import Failover

    return Failover(lambda backup: board.transport(profile, backup), ctx, profile)


async def main(board: object) -> None:
    """Run the terminal until its inputs end. PosError passes when it cannot start.

    When the case is opened the flow ends where it waits, and the terminal stays out of service.
    """
    board.start(asyncio.current_task().cancel)
    try:
        ctx = build(board)
        if ctx:
            from pos.txn import startup

            await startup.run(ctx)
            while True:
                await turn(ctx)
    except PowerOff:
        return
    except asyncio.CancelledError:
        ctx = None
    from pos.txn import tamper

    await tamper.run(board, Prompts(board, Profile(board.profile())))


async def turn(ctx: object) -> None:
    """One wait at the idle screen, and the flow that ends it."""
    ctx.rest()
    prompts = ctx.prompts
    prompts.show("idle", *_status(ctx))
    ctx.note = ""
    event = await prompts.event(_IDLE_WAIT_S)
    if event is None:
        return
    ctx.event = event
    event = None  # a swipe is some 9 KB: the flow lets go of it
    if ctx.event[0] == "swipe":
        await _guarded(ctx, "sale")
    elif ctx.event[0] == "key":
        await _key(ctx, ctx.event[1])
    if ctx.requirement:
        ctx.rest()
        from pos.txn import requirement

        await requirement.run(ctx)


async def _key(ctx: object, key: str) -> None:
    function = "sale" if key.isdigit() else _function(key)
    if key == "MENU":
        from pos.txn import flows

        await flows.guard(ctx, _menu(ctx))
    elif function:
        await _guarded(ctx, function)
    else:
        ctx.prompts.beep("error")


async def _guarded(ctx: object, function: str) -> None:
    from pos.txn import flows

    await flows.guard(ctx, flows.start(ctx, function))


def _function(key: str) -> str:
    """Return the function of a key; the menu is not kept while that works."""
    from pos.ui import menu

    return menu.by_key(key)


async def _menu(ctx: object) -> None:
    from pos.txn import flows

    await flows.start(ctx, await _choice(ctx))


async def _choice(ctx: object) -> str:
    from pos.ui import menu

    return await menu.choose(ctx.prompts)


def _status(ctx: object) -> list:
    """Lines of the idle screen: what stands in the way of trading, then the batch."""
    word, book = ctx.prompts.word, ctx.ledger.book
    lines = [ctx.note] if ctx.note else []
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
