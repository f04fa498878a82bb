# SPDX-License-Identifier: MIT
"""Batch upload 批上送: what the result of the settlement asks for, then its end, always.

Each message is durable once the host has it, so that a power cut goes on where it was. Silence is
answered by the same message, some times, then by an error; F3 or the next boot goes on. A host
that says no is asked again that way too; in the end its no is noted, and the batch closed.
"""

from micropython import const

from pos.core.carddata import Card, wipe
from pos.core.errors import HostDeclined
from pos.ledger.uploading import END, ENDED, LISTED, REFUSED
from pos.txn.insist import until_answered

_RECORDS_MAX = const(8)  # details a message
_RECORD_LEN = const(40)


async def run(ctx: object) -> None:
    """Upload from where the journal shows it. NotSent, NoAnswer and HostDeclined pass."""
    progress = list(ctx.ledger.book.upload)
    if ctx.ledger.book.settle_flags == "11":
        progress[0] = END
    while progress[0] < END:
        await _stage(ctx, progress)
        progress[0] += 1
        progress[1] = 0
    await _end(ctx, progress)


async def _stage(ctx: object, progress: list) -> None:
    listed = progress[0] == LISTED
    ctx.lighten()
    place = _place(ctx)
    while True:
        deals = _page(ctx, place, progress)
        if not deals:
            return
        ctx.prompts.show("settle.busy", ctx.prompts.word("settle.upload", progress[2]))
        if listed:
            taken = await _details(ctx, progress, deals)
        else:
            taken = await _copy(ctx, progress, deals[0])
        progress[2 if taken else 3] += len(deals)
        progress[1] = place[2]
        _save(ctx, progress, listed)


def _place(ctx: object) -> list:
    from pos.ledger import uploading

    return uploading.walk(ctx.ledger)


def _page(ctx: object, place: list, progress: list) -> list:
    ctx.lighten()
    from pos.ledger import uploading

    limit = _RECORDS_MAX if progress[0] == LISTED else 1
    return uploading.page(ctx.ledger, place, progress, limit)


def _save(ctx: object, progress: list, own_stan: bool) -> None:
    ctx.lighten()
    from pos.ledger import uploading

    uploading.save(ctx.ledger, progress, own_stan)


async def _details(ctx: object, progress: list, entries: list) -> bool:
    book = ctx.ledger.book
    f48 = bytearray(b"%02d" % len(entries) + b"0" * (_RECORD_LEN * len(entries)))
    try:
        _fill(ctx, f48, entries)

        async def send() -> str:
            from pos.acquirer import uploads

            return await uploads.details(ctx.host, book.next_stan, book.batch, f48)

        return await _taken(ctx, progress, send)
    finally:
        wipe(f48)


def _fill(ctx: object, f48: bytearray, entries: list) -> None:
    """Write the records; one PAN is open at a time."""
    from pos.acquirer import uploads

    keys, batch = ctx.keys, ctx.ledger.batch
    for number in range(len(entries)):
        domestic, stan, amount_minor, sealed = entries[number]
        pan = keys.open_pan(batch, stan, sealed)
        try:
            uploads.put_record(f48, number, (domestic, stan, amount_minor), pan)
        finally:
            wipe(pan)


async def _copy(ctx: object, progress: list, deal: object) -> bool:
    card = Card(ctx.keys.open_pan(deal.batch, deal.stan, deal.pan_sealed), None, None, None)
    card.expiry = deal.expiry

    async def send() -> str:
        from pos.acquirer import uploads

        return await uploads.copy(ctx.host, deal, card)

    try:
        return await _taken(ctx, progress, send)
    finally:
        card.wipe()


async def _end(ctx: object, progress: list) -> None:
    book = ctx.ledger.book

    async def send() -> str:
        from pos.acquirer import uploads

        balanced = book.settle_flags == "11"
        return await uploads.end(ctx.host, book.next_stan, book.batch, balanced, progress[2])

    taken = await _taken(ctx, progress, send)
    progress[0] = ENDED if taken else REFUSED
    _save(ctx, progress, True)


async def _taken(ctx: object, progress: list, send: object) -> bool:
    """Send; False when the host refuses, once it has refused so often that we go on without."""
    try:
        requirement = await until_answered(ctx, send)
    except HostDeclined:
        progress[4] += 1
        if progress[4] >= ctx.profile.reversal_tries:
            return False
        from pos.ledger import uploading

        uploading.refused(ctx.ledger, progress)
        raise
    if requirement != "0":
        ctx.requirement = requirement
    return True
