# SPDX-License-Identifier: MIT
"""Downloads: parameters 参数下载 and hotlist 黑名单下载, by the menu or when the host asks.

What came is checked whole and put into use durably before the host hears that the download has
ended; a cut, or anything wrong on the way, leaves the old values. The next download begins anew.
"""

from pos.core import modules
from pos.core.carddata import wipe
from pos.core.errors import MessageError, ProfileError, Refused, StoreFull


async def parameters(ctx: object) -> str:
    """Download the terminal's parameters; return the line that tells the result.

    NotSent, NoAnswer and HostDeclined pass; Refused: what came was of no use, nothing changed.
    """
    from pos.acquirer import downloads, tags

    content = bytearray()

    def take(part: bytearray) -> None:
        content.extend(part)
        if len(content) > tags.CONTENT_MAX_BYTES:
            raise MessageError("parameters of more than %d bytes" % tags.CONTENT_MAX_BYTES, 62)

    try:
        await _parts(ctx, downloads.PARAMETERS, take)
        if content:
            modules.trim()
            _change(ctx, tags.parameters(content))
    except (MessageError, ProfileError) as error:
        _useless(ctx, "1", error)
    await _end(ctx, downloads.PARAMETERS)
    return ctx.prompts.word("download.new" if content else "download.none")


def _change(ctx: object, found: dict) -> None:
    from pos.risk import settings

    settings.change(ctx.prompts.board, ctx.profile, found)
    ctx.log("parameters", ", ".join(sorted(found)))


async def hotlist(ctx: object) -> str:
    """Download the hotlist; return the line that tells the result. Errors: as `parameters`."""
    from pos.acquirer import downloads
    from pos.risk.hotlist import Download
    from pos.txn import vetting

    held = vetting.opened(ctx)
    new = Download(held)

    def take(part: bytearray) -> None:
        for digits in downloads.entries(part):
            new.add(digits)

    try:
        await _parts(ctx, downloads.HOTLIST, take)
    except (MessageError, StoreFull) as error:
        _useless(ctx, "7", error)
    new.commit(ctx.now()[:8])
    ctx.log("hotlist", "%d entries, check %s" % (held.count, held.check))
    await _end(ctx, downloads.HOTLIST)
    return ctx.prompts.word("hotlist.count", held.count, held.check)


async def _parts(ctx: object, code: int, take: object) -> None:
    """Ask for one part after the other; `take` gets each, which is zeroed after."""
    from pos.acquirer import downloads

    title = "download.params" if code == downloads.PARAMETERS else "download.hotlist"
    word = ctx.prompts.word
    for had in range(downloads.PARTS_MAX):
        ctx.prompts.show("download.busy", word(title), word("download.part", had + 1))
        flag, content = await downloads.part(ctx.host, ctx.ledger.batch, code, had)
        try:
            take(content)
        finally:
            wipe(content)
        if flag != downloads.MORE:
            return
    raise MessageError("more than %d parts" % downloads.PARTS_MAX, 62)


async def _end(ctx: object, code: int) -> None:
    from pos.acquirer import downloads

    await downloads.end(ctx.host, ctx.ledger.batch, code)


def _useless(ctx: object, digit: str, error: object) -> None:
    """Say what was wrong; the same is not fetched again by itself until the next power on."""
    ctx.log("download", error.reason)
    ctx.passed_over += digit
    raise Refused("list.full" if isinstance(error, StoreFull) else "download.bad")
