# SPDX-License-Identifier: MIT
"""Downloads: parameters 参数下载 and hotlist 黑名单下载, by the menu or when the host asks.

What came is checked whole and put into use durably before the host hears that the download has
ended; a cut, or anything wrong on the way, leaves the old values. The next download begins anew.
"""

from micropython import const

from pos.core import modules
from pos.core.carddata import wipe
from pos.core.errors import MessageError, ProfileError, Refused, StoreFull

_PARAMETERS = const(360)  # F60.3
_HOTLIST = const(390)
_PARTS_MAX = const(99)  # as two digits count them
_MORE = b"2"
_CONTENT_MAX_BYTES = const(512)  # of all parts of the parameters together


async def parameters(ctx: object) -> str:
    """Download the terminal's parameters; return the line that tells the result.

    NotSent, NoAnswer and HostDeclined pass; Refused: what came was of no use, nothing changed.
    """
    content = bytearray()

    def take(part: bytearray) -> None:
        content.extend(part)
        if len(content) > _CONTENT_MAX_BYTES:
            raise MessageError("parameters of more than %d bytes" % _CONTENT_MAX_BYTES, 62)

    try:
        await _parts(ctx, _PARAMETERS, take)
        if content:
            _change(ctx, _settings(content))
    except (MessageError, ProfileError) as error:
        _useless(ctx, "1", error)
    await _end(ctx, _PARAMETERS)
    return ctx.prompts.word("download.new" if content else "download.none")


def _settings(content: bytearray) -> dict:
    modules.trim()
    from pos.acquirer import tags

    return tags.parameters(content)


def _change(ctx: object, found: dict) -> None:
    modules.trim()
    from pos.risk import settings

    settings.change(ctx.prompts.board, ctx.profile, found)
    ctx.log("parameters", ", ".join(sorted(found)))


async def hotlist(ctx: object) -> str:
    """Download the hotlist; return the line that tells the result. Errors: as `parameters`."""
    try:
        facts = await _new_hotlist(ctx)
    except (MessageError, StoreFull) as error:
        _useless(ctx, "7", error)
    ctx.log("hotlist", "%d entries, check %s" % facts)
    await _end(ctx, _HOTLIST)
    return ctx.prompts.word("hotlist.count", *facts)


async def _new_hotlist(ctx: object) -> tuple:
    """Put a new hotlist into use; return how many entries it has, and its check."""
    held, new = _successor(ctx)

    def take(part: bytearray) -> None:
        from pos.acquirer.entries import entries

        for digits in entries(part):
            new.add(digits)

    await _parts(ctx, _HOTLIST, take)
    new.commit(ctx.now()[:8])
    return held.count, held.check


def _successor(ctx: object) -> tuple:
    from pos.risk.hotlist import Download
    from pos.txn import vetting

    held = vetting.opened(ctx)
    return held, Download(held)


async def _parts(ctx: object, code: int, take: object) -> None:
    """Ask for one part after the other; `take` gets each, which is zeroed after."""
    title = "download.params" if code == _PARAMETERS else "download.hotlist"
    word = ctx.prompts.word
    for had in range(_PARTS_MAX):
        ctx.prompts.show("download.busy", word(title), word("download.part", had + 1))
        flag, content = await _part(ctx, code, had)
        try:
            take(content)
        finally:
            wipe(content)
        if flag != _MORE:
            return
    raise MessageError("more than %d parts" % _PARTS_MAX, 62)


async def _part(ctx: object, code: int, had: int) -> tuple:
    host = ctx.host  # first: it drops the code of the stage before
    from pos.acquirer import downloads

    return await downloads.part(host, ctx.ledger.batch, code, had)


async def _end(ctx: object, code: int) -> None:
    host = ctx.host
    from pos.acquirer import downloads

    await downloads.end(host, ctx.ledger.batch, code)


def _useless(ctx: object, digit: str, error: object) -> None:
    """Say what was wrong; the same is not fetched again by itself until the next power on."""
    ctx.log("download", error.reason)
    ctx.passed_over += digit
    raise Refused("hotlist.full" if isinstance(error, StoreFull) else "download.bad")
