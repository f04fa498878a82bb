# SPDX-License-Identifier: MIT
"""Sign-on, sign-off, echo (unionpay.md 3.1, 4.1)."""

from collections.abc import Callable

from acquirer_sim import keysets, masterkeys, terminals
from acquirer_sim.errors import Refused
from acquirer_sim.exchange import Exchange


def sign_on(exchange: Exchange, new_key: "Callable[[int], bytes] | None") -> "dict[int, str]":
    """0800: new working keys of the kind that F60.3 asks for, and the current batch number."""
    exchange.require(11, 41, 42, 60)
    request = exchange.request
    if not keysets.fits(request.network_code, exchange.algorithm):
        raise Refused("40")
    terminal = masterkeys.choose(exchange.store, exchange.terminal, exchange.now)
    keys = terminals.sign_on(exchange.store, terminal, request.network_code, new_key)
    fields = _plain(exchange, "00")
    fields[60] = f"00{terminal['batch']:06d}{request.network_code}"
    fields[62] = keys.hex().upper()
    return fields


def sign_off(exchange: Exchange) -> "dict[int, str]":
    """0820, F60.3 002."""
    exchange.require(11, 41, 42, 60)
    terminals.sign_off(exchange.store, exchange.tid)
    return _plain(exchange, "00")


def echo(exchange: Exchange) -> "dict[int, str]":
    """0820, F60.3 301."""
    return _plain(exchange, "00")


def _plain(exchange: Exchange, code: str) -> "dict[int, str]":
    return {**exchange.echo(11, 41, 42, 60), **exchange.stamp(), 39: code}
