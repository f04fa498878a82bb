# SPDX-License-Identifier: MIT
"""A load run: terminals and their cards into the books, a server, a day, the comparison."""

import asyncio
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from acquirer_sim import accounts, crypto, report, terminals
from acquirer_sim.database import Url
from acquirer_sim.load.compare import compare
from acquirer_sim.load.figures import Figures
from acquirer_sim.load.host import HOST, Server
from acquirer_sim.load.link import Link
from acquirer_sim.load.terminal import Identity, Terminal
from acquirer_sim.server import raise_file_limit
from acquirer_sim.store import Store, open_store

MAX_TERMINALS = 900  # below what a server takes at once
_BALANCE_MINOR = 10**11
_PIN = "246810"
_OTHER_FILES = 64
_SM4_EACH = 4  # every fourth terminal has SM4 keys
_DISTURBED_S = 120.0  # after the day, for terminals to get the answers they are owed


@dataclass(frozen=True)
class Plan:
    """What to run; `acquirer` is (host, port) of a server that runs already on `db`."""

    terminals: int
    seconds: float
    db: "Path | Url | None" = None  # None: a file that goes when the run ends
    acquirer: "tuple[str, int] | None" = None
    rate: float = 0.0  # transactions a second, of all terminals; 0: as fast as answers come
    faults: "Path | None" = None
    answer_s: float = 10.0
    seed: int = 1


Disturb = Callable[[Server], Awaitable[None]]


def run(plan: Plan, disturb: "Disturb | None" = None) -> dict:
    """Run and return what `posctl acquirer load --json` prints; "agrees" is the verdict.

    `disturb` is a coroutine function that is given the run's own server and cancelled at the end
    of the day.
    """
    raise_file_limit(plan.terminals + _OTHER_FILES)
    with tempfile.TemporaryDirectory(prefix="posctl-load-") as name:
        folder = Path(name)
        db = plan.db or folder / "acquirer.db"
        who = _register(db, plan.terminals)
        server = None if plan.acquirer else Server(db, folder / "log", plan.faults)
        try:
            return asyncio.run(_run(plan, db, who, server, disturb))
        finally:
            if server:
                server.stop()


def _register(db: "Path | Url", count: int) -> "list[Identity]":
    store = open_store(db)
    run_number = secrets.randbelow(10**6)  # cards of other runs in this database are others
    try:
        with store.transaction():
            return [_identity(store, run_number, place) for place in range(count)]
    finally:
        store.close()


def _identity(store: Store, run_number: int, place: int) -> Identity:
    algorithm = "sm4" if place % _SM4_EACH == _SM4_EACH - 1 else "tdes"
    tmk = crypto.new_key(16, algorithm)
    tid, merchant = f"L{place + 1:07d}", terminals.DEFAULT_MERCHANT
    terminals.register(store, tid, merchant, "", tmk, algorithm, new_device=True)
    digits = f"62{run_number:06d}{place:07d}"
    pan = next(f"{digits}{last}" for last in range(10) if accounts.luhn_ok(f"{digits}{last}"))
    accounts.add(store, accounts.Card(pan, _PIN, _BALANCE_MINOR, "load", f"of terminal {tid}"))
    return Identity(tid, merchant, tmk, algorithm, pan, _PIN, _BALANCE_MINOR)


async def _run(
    plan: Plan, db: object, who: "list[Identity]", server: "Server | None", disturb: object
) -> dict:
    if server:
        await server.start()
    place = plan.acquirer or (HOST, server.port)
    figures = Figures()
    pause_s = plan.terminals / plan.rate if plan.rate else 0.0
    crew = [
        Terminal(one, Link(*place, plan.answer_s), figures, f"{plan.seed} {one.tid}", pause_s)
        for one in who
    ]
    began = time.monotonic()
    await _day(crew, began + plan.seconds, server, disturb)
    seconds = time.monotonic() - began
    deadline = time.monotonic() + _DISTURBED_S
    counted = figures.total
    await asyncio.gather(*(terminal.close_day(deadline) for terminal in crew))
    return _told(plan, crew, figures, counted / seconds, db, server)


async def _day(crew: "list[Terminal]", until: float, server: object, disturb: object) -> None:
    trouble = asyncio.create_task(disturb(server)) if disturb else None
    try:
        await asyncio.gather(*(terminal.day(until) for terminal in crew))
    finally:
        if trouble:
            await _end(trouble)
            await server.ensure()


async def _end(task: asyncio.Task) -> None:
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass  # it was asked to end


def _told(
    plan: Plan, crew: list, figures: Figures, per_second: float, db: object, server: object
) -> dict:
    store = open_store(db, create=False)
    try:
        booked = report.ledger(store)
        balances = {card["pan"]: card["balance_minor"] for card in report.cards(store)}
    finally:
        store.close()
    found = compare(crew, booked, balances)
    errors = server.errors() if server else []
    entries = [entry for terminal in crew for entry in terminal.ledger.entries.values()]
    states = {}
    for entry in entries:
        states[entry.state] = states.get(entry.state, 0) + 1
    return {
        "terminals": plan.terminals,
        "seconds": plan.seconds,
        "per_second": round(per_second, 1),
        "messages": figures.by_kind(),
        "transactions": states,
        "settlements": sum(len(terminal.ledger.results) for terminal in crew),
        "kills": server.kills if server else 0,
        **{name: len(lines) for name, lines in found.items()},
        "details": [f"{name}: {line}" for name, lines in found.items() for line in lines],
        "server_errors": errors,
        "agrees": not any(found.values()) and not errors,
    }
