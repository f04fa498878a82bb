# SPDX-License-Identifier: MIT
"""Every kind of financial request and the rules it goes by."""

from acquirer_sim import advices, deal, preauth, sales, transfer
from acquirer_sim.exchange import Exchange

_RULES = {
    "balance": sales.balance,
    "sale": sales.sale,
    "void": sales.void,
    "preauth": preauth.preauth,
    "preauth_void": preauth.preauth_void,
    "completion": preauth.completion,
    "completion_void": preauth.completion_void,
    "refund": advices.refund,
    "offline": advices.offline,
    "adjust": advices.adjust,
    "transfer": transfer.transfer,
}
KINDS = tuple(_RULES)


def handle(exchange: Exchange) -> "dict[int, str]":
    """Answer a financial request of one of KINDS."""
    return deal.run(exchange, _RULES[exchange.kind])
