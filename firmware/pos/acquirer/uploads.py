# SPDX-License-Identifier: MIT
"""Batch upload 0320 (reference/unionpay.md 2.6, 3.1, 5.6): details, copies of advices, the end.

None of them has a MAC or a track. Each returns the processing requirement of the answer; NotSent,
NoAnswer and HostDeclined pass. Sent again, each is answered as the first time.
"""

from micropython import const

from pos.core.carddata import Card
from pos.core.deal import Deal

_RECORD_LEN = const(40)
_PAN_AT = const(8)  # in a record: card flag 2, STAN 6, PAN 20, amount 12
_PAN_END = const(28)
_DETAILS = "201"  # F60.3
_BALANCED = "207"
_UNBALANCED = "202"
_SECURITY = const(53)
_MAC = const(64)


def put_record(f48: bytearray, number: int, entry: tuple, pan: bytearray) -> None:
    """Fill in record `number`, from 0, of (domestic, STAN, amount in minor units).

    `f48` is its two digits of count and forty zeros a record.
    """
    domestic, stan, amount_minor = entry
    at = 2 + _RECORD_LEN * number
    f48[at : at + _PAN_AT] = b"%02d%06d" % (0 if domestic else 1, stan)
    f48[at + _PAN_END - len(pan) : at + _PAN_END] = pan
    f48[at + _PAN_END : at + _RECORD_LEN] = b"%012d" % amount_minor


async def details(host: object, stan: int, batch: int, f48: bytearray) -> str:
    """Tell up to eight transactions by magnetic stripe."""
    return await _ask(host, stan, batch, _DETAILS, f48)


async def end(host: object, stan: int, batch: int, balanced: bool, count: int) -> str:
    """Tell how many transactions were uploaded, and that this was all."""
    return await _ask(host, stan, batch, _BALANCED if balanced else _UNBALANCED, b"%04d" % count)


async def copy(host: object, deal: Deal, card: Card) -> str:
    """Tell one 0220 again, under its own numbers; `card` has its PAN, and the caller wipes it."""

    def build(profile: object) -> tuple:
        from pos.acquirer import financial

        _, fields = financial.request(profile, deal, card, None)
        for n in (_SECURITY, _MAC):
            fields.pop(n, None)
        return "0320", fields

    return await host.ask(build, _taken)


async def _ask(host: object, stan: int, batch: int, code: str, f48: bytes) -> str:
    def build(profile: object) -> tuple:
        from pos.acquirer import requests

        return requests.upload(profile, stan, batch, code, f48)

    return await host.ask(build, _taken)


def _taken(message: object, requirement: str) -> str:
    from pos.acquirer import answers

    answers.accepted(message)
    return requirement
