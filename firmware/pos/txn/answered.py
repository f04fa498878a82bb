# SPDX-License-Identifier: MIT
"""What an authentic answer does to its deal."""

from pos.core.deal import APPROVED, DECLINED
from pos.txn.hosttime import host_time

_APPROVED_CODES = ("00", "10", "11", "A2", "A4", "A5", "A6")  # unionpay.md section 6
_PARTIAL = "10"


def take(ctx: object, deal: object, answer: object) -> None:
    """Fill the deal from the answer; durable only once the caller has written it."""
    deal.state = APPROVED if answer.response in _APPROVED_CODES else DECLINED
    deal.response = answer.response
    if answer.response == _PARTIAL:
        deal.asked_minor = deal.amount_minor
        deal.amount_minor = answer.amount_minor
    deal.balance_minor = answer.balance_minor
    deal.rrn = answer.rrn
    deal.auth = answer.auth
    deal.settle_date = answer.settle_date
    deal.issuer = answer.issuer
    deal.acquirer = answer.acquirer
    deal.scheme = answer.scheme or deal.scheme
    deal.time = host_time(ctx, answer.date, answer.time)
    ctx.require(answer.requirement)
