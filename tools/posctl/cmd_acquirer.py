# SPDX-License-Identifier: MIT
"""`posctl acquirer`: serve the acquirer simulator, read its ledger and its test cards."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from posctl import acquirer_downloads, acquirer_load
from posctl.errors import ToolError
from posctl.options import Db

app = typer.Typer(no_args_is_help=True, help="The acquirer simulator.")
card_app = typer.Typer(no_args_is_help=True, help="Test cards.")
app.add_typer(card_app, name="card")
acquirer_downloads.register(app)
acquirer_load.register(app)

_Json = Annotated[bool, typer.Option("--json", help="print JSON")]


@contextmanager
def _tool_errors() -> Iterator[None]:
    """Turn the simulator's complaint about its input into the tools' one-line error."""
    from acquirer_sim import AcquirerError

    try:
        yield
    except AcquirerError as error:
        raise ToolError(str(error)) from error


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="TCP port on 127.0.0.1; 0 picks a free one")],
    db: Db,
    faults: Annotated[Path, typer.Option(help="faults file, one JSON object a line")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the log is JSON in any case")] = True,
    tls_cert: Annotated[Path, typer.Option(help="PEM certificate chain: serve TLS 1.2 up")] = None,
    tls_key: Annotated[Path, typer.Option(help="PEM private key of --tls-cert")] = None,
    tls_client_ca: Annotated[
        Path, typer.Option(help="PEM CA: terminals must have a certificate of it")
    ] = None,
    clock: Annotated[
        str, typer.Option(help="the host's clock, as `acquirer clock` takes it")
    ] = "",
    idle: Annotated[
        float, typer.Option(min=0.1, help="seconds: connections silent for longer are closed")
    ] = 600.0,
) -> None:
    """Serve terminals until SIGTERM or Ctrl-C; prints JSON lines: listening, each exchange."""
    from acquirer_sim.server import serve as run

    if bool(tls_cert) != bool(tls_key) or (tls_client_ca and not tls_cert):
        raise ToolError("--tls-cert and --tls-key go together, and --tls-client-ca with them")
    with _tool_errors():
        tls = None
        if tls_cert:
            from acquirer_sim.certificate import server_context

            tls = server_context(tls_cert, tls_key, tls_client_ca)
        run(port, db, faults, tls=tls, clock=clock, idle_s=idle)


@app.command()
def certificate(
    out: Annotated[Path, typer.Option(help="folder; its CA, if it has one, stays")],
    name: Annotated[str, typer.Option(help="host name or address of the server")] = "localhost",
    days: Annotated[int, typer.Option(help="how long it is valid")] = 365,
    expired: Annotated[bool, typer.Option("--expired", help="ended yesterday")] = False,
    early: Annotated[bool, typer.Option("--early", help="begins in so many days")] = False,
    as_json: _Json = False,
) -> None:
    """Make a test CA (ca.pem, ca.der) and a server certificate by it (server.pem, server.key)."""
    from acquirer_sim.certificate import make

    if expired and early:
        raise ToolError("--expired and --early exclude each other")
    with _tool_errors():
        made = make(out, name, days, "past" if expired else "future" if early else "now")
    told = {"ca": str(made.ca_pem), "ca_der": str(made.ca_der)}
    told.update(cert=str(made.cert), key=str(made.key), name=name)
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        for what, where in told.items():
            print(f"{what:<8}{where}")


@app.command("clock")
def move_clock(
    db: Db,
    setting: Annotated[
        str,
        typer.Argument(help="2026-12-01T08:00:00, +10d, -2h, x60, x0, real; joined by commas"),
    ] = "",
    as_json: _Json = False,
) -> None:
    """Show the host's clock, or set it; a server on this database follows at once.

    A date and time sets it, +10d, -2h, +30m, +45s move it (put -- before a minus), x60 lets it
    run sixty times as fast, x0 stand still, real gives it the machine's time again.
    """
    from datetime import datetime

    from acquirer_sim import clock
    from acquirer_sim.store import open_store

    with _tool_errors():
        store = open_store(db, create=False)
        try:
            if setting:
                with store.transaction():
                    clock.change(store, setting, datetime.now())
            told = clock.describe(store, datetime.now())
        finally:
            store.close()
    if as_json:
        print(json.dumps(told))
    else:
        print(f"{told['clock']}  x{told['speed']:g}  (machine: {told['real']})")


@app.command()
def ledger(
    db: Db,
    terminal: Annotated[str, typer.Option(help="only this terminal")] = "",
    batch: Annotated[str, typer.Option(help="only this batch")] = "",
    as_json: _Json = False,
) -> None:
    """Print what the acquirer booked: counts, batches and transactions of each terminal."""
    from acquirer_sim import report
    from acquirer_sim.store import open_store

    with _tool_errors():
        chosen = report.Chosen.of(terminal, batch)
        store = open_store(db, create=False)
        try:
            booked = report.ledger(store, chosen)
        finally:
            store.close()
    if as_json:
        print(json.dumps(booked, ensure_ascii=False))
    else:
        report.print_ledger(booked, _console())


@app.command()
def cards(db: Db, as_json: _Json = False) -> None:
    """List the test cards with PIN, tracks and balance."""
    from acquirer_sim import report
    from acquirer_sim.store import open_store

    with _tool_errors():
        store = open_store(db, create=False)
    listed = report.cards(store)
    store.close()
    if as_json:
        print(json.dumps({"cards": listed}, ensure_ascii=False))
    else:
        report.print_cards(listed, _console())


@card_app.command()
def add(
    db: Db,
    pan: Annotated[str, typer.Option(help="13 to 19 digits with a right check digit")],
    balance_minor: Annotated[int, typer.Option(help="what it can spend, in minor units")],
    pin: Annotated[str, typer.Option(help="4 to 12 digits")],
    expiry: Annotated[str, typer.Option(help="YYMM")] = "3012",
    service: Annotated[str, typer.Option(help="service code, three digits")] = "120",
    name: Annotated[str, typer.Option(help="name on track 1")] = "TEST/CARD",
    pin_required: Annotated[bool, typer.Option(help="decline 55 without PIN")] = False,
    as_json: _Json = False,
) -> None:
    """Add a test card and print it with its tracks; the database is made when missing."""
    from acquirer_sim import accounts, report
    from acquirer_sim.store import open_store

    card = accounts.Card(
        pan,
        pin,
        balance_minor,
        note="added with posctl",
        name=name,
        expiry=expiry,
        service=service,
        pin_required=pin_required,
    )
    with _tool_errors():
        accounts.check(card)
        store = open_store(db)
        try:
            with store.transaction():
                accounts.add(store, card)
            added = report.cards(store)[-1]
        finally:
            store.close()
    if as_json:
        print(json.dumps(added, ensure_ascii=False))
    else:
        report.print_cards([added], _console())


def _console() -> object:
    """A console wide enough that a table is never cut when it goes to a file."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=160)
