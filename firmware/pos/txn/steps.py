# SPDX-License-Identifier: MIT
"""Small steps that flows share."""

from pos.core import modules
from pos.core.errors import KeyStoreError, NoAnswer, NotSent, PosError, Refused


def check_ready(ctx: object) -> None:
    """Raise Refused with what stands in the way before a card is read."""
    if not ctx.keys.has_tmk():
        raise Refused("no.tmk")
    if ctx.ledger.settling:
        raise Refused("settling")
    from pos.ledger import trading

    trading.check_room(ctx.ledger)


async def ready(ctx: object) -> None:
    """Before a card is read: Refused with what stands in the way; signs on where needed."""
    check_ready(ctx)
    from pos.txn import signon

    await signon.ensure(ctx)


async def perform(ctx: object, deal: object, card: object, lines: object) -> None:
    """Judge a deal, send it and see it to its end (online.run)."""
    await _vet(ctx, deal, card)
    from pos.txn import online

    await online.run(ctx, deal, card, lines)


async def _vet(ctx: object, deal: object, card: object) -> None:
    from pos.txn import vetting  # not in the frame that waits for the host

    await vetting.check(ctx, deal, card)


def find(ctx: object, stan: int) -> object:
    """Return the deal of the open batch with this voucher number, or None."""
    from pos.ledger.history import in_batch

    return in_batch(ctx.ledger, stan)


def find_rrn(ctx: object, rrn: str) -> object:
    """Return the approved deal with this reference number if the journal holds it, or None."""
    from pos.ledger.lookup import by_rrn

    return by_rrn(ctx.ledger, rrn)


def find_held(ctx: object, auth: str) -> object:
    """Return the newest pre-authorisation with this code if the journal holds it, or None."""
    from pos.ledger.lookup import held

    return held(ctx.ledger, auth)


def last_stan(ctx: object) -> int:
    """Return the voucher of the newest approved deal, 0 when there is none."""
    last = ctx.ledger.book.last_deal
    return last[1] if last else 0


def same_card(ctx: object, card: object, original: object) -> None:
    """Raise Refused when the card is not the one of the original deal."""
    from pos.crypto.hmac import same

    if not same(ctx.keys.card_hash(card.pan), original.card_hash):
        raise Refused("void.card")


def new_deal(ctx: object, kind: int, amount_minor: int, card: object) -> object:
    """Return a deal of a card, without its voucher number, and as yet without a PIN."""
    from pos.core.deal import Deal

    deal = Deal()
    deal.kind = kind
    deal.amount_minor = amount_minor
    deal.pan_masked = card.masked
    deal.card_hash = ctx.keys.card_hash(card.pan)
    deal.entry_mode = "012" if card.track2 is None else "022"
    if card.track2 is None:
        deal.expiry = card.expiry
    deal.operator = ctx.profile.operator
    deal.time = ctx.now()
    return deal


def host_time(ctx: object, date: str, time: str) -> str:
    """YYYYMMDDhhmmss of the host's F13 and F12, to which our clock is set; ours where absent."""
    now = ctx.now()
    if ctx.clock_state and now[4:12] == date + time[:4] and len(time) == 6:
        return now[:12] + time[4:]  # right to the minute: no arithmetic in the heap for that
    from pos.txn import hostclock

    found = hostclock.take(ctx, date, time)
    modules.trim()
    return found


def error_word(error: PosError) -> str:
    """Return the id of the words that tell the operator what happened and what to do."""
    if isinstance(error, NotSent):
        known = error.reason == "cancelled" or error.reason.startswith("tls.")
        return error.reason if known else "link.down"
    if isinstance(error, NoAnswer):
        return "no.answer"
    if isinstance(error, KeyStoreError):
        return "key.bad"
    return error.reason
