# SPDX-License-Identifier: MIT
"""The books' schema: opening, making, transactions. SQLite or PostgreSQL: database.py.

What was answered survives kill -9 and a pulled plug. Card data and keys are sealed by the vault;
transactions hold masked PANs only. Several processes may share a database (`terminal init`
registers while `acquirer serve` runs). The schema is written in SQLite's words.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from acquirer_sim import database
from acquirer_sim.database import Database, DatabaseError, Url
from acquirer_sim.errors import AcquirerError
from acquirer_sim.vault import KEY_LEN_BYTES, Vault

_SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE vault(key BLOB NOT NULL);
CREATE TABLE counter(rrn INTEGER NOT NULL);
CREATE TABLE terminals(
    tid TEXT PRIMARY KEY, merchant TEXT NOT NULL, merchant_name TEXT NOT NULL,
    algorithm TEXT NOT NULL, tmk BLOB NOT NULL, working BLOB,
    signed_on INTEGER NOT NULL DEFAULT 0, batch INTEGER NOT NULL DEFAULT 1);
CREATE TABLE accounts(
    id INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL UNIQUE, secret BLOB NOT NULL,
    balance_minor INTEGER NOT NULL, limit_minor INTEGER, status TEXT NOT NULL,
    pin_required INTEGER NOT NULL, pin_tries INTEGER NOT NULL DEFAULT 0,
    scheme TEXT NOT NULL, issuer TEXT NOT NULL, kind TEXT NOT NULL, note TEXT NOT NULL);
CREATE TABLE batches(
    tid TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'open',
    claimed TEXT, booked TEXT, rrn TEXT, settled_at TEXT, PRIMARY KEY(tid, number));
CREATE TABLE transactions(
    id INTEGER PRIMARY KEY, tid TEXT NOT NULL, batch INTEGER NOT NULL, stan INTEGER NOT NULL,
    type TEXT NOT NULL, amount_minor INTEGER NOT NULL, account_id INTEGER, pan TEXT NOT NULL,
    rrn TEXT NOT NULL, auth TEXT NOT NULL, state TEXT NOT NULL, response TEXT NOT NULL,
    scheme TEXT NOT NULL, original_id INTEGER, at TEXT NOT NULL, UNIQUE(tid, batch, stan));
CREATE TABLE unmatched_reversals(
    tid TEXT NOT NULL, batch INTEGER NOT NULL, stan INTEGER NOT NULL, type TEXT NOT NULL,
    amount_minor INTEGER NOT NULL, at TEXT NOT NULL, PRIMARY KEY(tid, batch, stan));
"""
# Came later: made in older files when they are opened.
_ADDED = (
    ("terminals", "options", "TEXT NOT NULL DEFAULT '{}'"),
    ("transactions", "function", "TEXT NOT NULL DEFAULT ''"),  # F60.1
    ("transactions", "asked_minor", "BIGINT"),  # F4 of the request, when more than was booked
    ("transactions", "refunded_minor", "BIGINT NOT NULL DEFAULT 0"),  # of it, by refunds
    ("transactions", "adjusted_minor", "BIGINT"),  # what an adjustment made of amount_minor
    ("transactions", "tip_minor", "BIGINT NOT NULL DEFAULT 0"),
    ("transactions", "other_id", "INTEGER"),  # the account that a transfer went to
    ("transactions", "other_pan", "TEXT NOT NULL DEFAULT ''"),
    ("transactions", "closed_by", "INTEGER"),  # of a preauth: the completion that used it up
)
_INDEXES = """
CREATE INDEX IF NOT EXISTS preauths ON transactions(account_id) WHERE type='preauth';
CREATE INDEX IF NOT EXISTS references_of ON transactions(rrn);
CREATE INDEX IF NOT EXISTS followers ON transactions(original_id);
"""
_KEY_TABLES = """
CREATE TABLE IF NOT EXISTS kbpks(tid TEXT PRIMARY KEY, algorithm TEXT NOT NULL, key BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS rotations(
    tid TEXT PRIMARY KEY, other BLOB NOT NULL, using_new INTEGER NOT NULL, doubted_at TEXT);
CREATE TABLE IF NOT EXISTS clock(host TEXT NOT NULL, machine TEXT NOT NULL, speed TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS key_events(
    id INTEGER PRIMARY KEY, tid TEXT NOT NULL, at TEXT NOT NULL, what TEXT NOT NULL,
    kcv TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS downloads(
    tid TEXT PRIMARY KEY, settings TEXT NOT NULL DEFAULT '{}',
    parameters_version INTEGER NOT NULL DEFAULT 0, parameters_serving INTEGER NOT NULL DEFAULT 0,
    parameters_had INTEGER NOT NULL DEFAULT 0, hotlist_serving INTEGER NOT NULL DEFAULT 0,
    hotlist_had INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT '',
    status_at TEXT NOT NULL DEFAULT '', status_wanted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS hotlist(
    id INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL UNIQUE, entry BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS hotlist_versions(version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS uploads(
    tid TEXT NOT NULL, batch INTEGER NOT NULL, stan INTEGER NOT NULL, type TEXT NOT NULL,
    amount_minor INTEGER NOT NULL, pan TEXT NOT NULL, domestic INTEGER NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY(tid, batch, stan));
CREATE TABLE IF NOT EXISTS batch_ends(
    tid TEXT NOT NULL, batch INTEGER NOT NULL, code TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY(tid, batch));
CREATE TABLE IF NOT EXISTS differences(
    tid TEXT NOT NULL, batch INTEGER NOT NULL, stan INTEGER NOT NULL, what TEXT NOT NULL,
    terminal_minor INTEGER, host_minor INTEGER, PRIMARY KEY(tid, batch, stan));
"""


class Store:
    """One open database: `db` (see database.py) and `vault`."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.vault = Vault(db.execute("SELECT key FROM vault").fetchone()["key"])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing; nobody else writes meanwhile; durable when it ends."""
        self.db.begin_write()
        try:
            yield
            self.db.commit()
        except BaseException:
            self.db.rollback()
            raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """All of the block or nothing, inside a transaction."""
        self.db.execute("SAVEPOINT one")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK TO SAVEPOINT one")
            self.db.execute("RELEASE SAVEPOINT one")
            raise
        self.db.execute("RELEASE SAVEPOINT one")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Reads of the block see one moment; nobody waits for it."""
        self.db.begin_read()
        try:
            yield
        finally:
            self.db.rollback()

    def close(self) -> None:
        """Close the database."""
        self.db.close()


def open_store(where: "str | Path | Url", create: bool = True) -> Store:
    """Open a database; make it, with the table of test cards, when it is not there."""
    where = database.place(where)
    database.check_place(where, create)
    db = None
    try:
        db = database.connect(where)
        _prepare(db, create)
        return Store(db)
    except (AcquirerError, DatabaseError) as error:
        if db is not None:
            db.close()
        said = isinstance(error, AcquirerError)
        text = str(error) if said else f"cannot be used as an acquirer database: {error}"
        raise AcquirerError(f"{where}: {text}") from None


def _prepare(db: Database, create: bool) -> None:
    if not _known(db) and not create:
        raise AcquirerError("is not an acquirer database")
    db.make_durable()
    if not _known(db):
        _fill(db)
    if _missing_tables(db) or _missing_columns(db):
        _add(db)


def _known(db: Database) -> bool:
    """Whether the schema is there; another program's or version's is an error."""
    version = db.version()
    if version not in (None, _SCHEMA_VERSION):
        raise AcquirerError(f"acquirer database of version {version}, this is version 1")
    return version is not None


def _statements(schema: str) -> "list[str]":
    return [part.strip() for part in schema.split(";")[:-1]]


def _missing_tables(db: Database) -> "list[str]":
    """Return the statements that make those of the later tables that are not there."""
    return [
        statement
        for statement in _statements(_KEY_TABLES)
        if not db.has_table(statement.partition("(")[0].split()[-1])
    ]


def _missing_columns(db: Database) -> "list[tuple[str, str, str]]":
    """Return those of the later columns that are not there."""
    held = {table: db.columns(table) for table, _, _ in _ADDED}
    return [added for added in _ADDED if added[1] not in held[added[0]]]


def _add(db: Database) -> None:
    """Make what came later; another process may be doing the same."""
    db.begin_write()
    for statement in _missing_tables(db):
        db.define(statement)
    for table, name, kind in _missing_columns(db):
        db.define(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    for statement in _statements(_INDEXES):
        db.define(statement)
    db.commit()


def _fill(db: Database) -> None:
    """Create tables and test cards in one transaction; another process may have been faster."""
    from acquirer_sim import testcards

    db.begin_write()
    if _known(db):
        db.commit()
        return
    for statement in _statements(_SCHEMA):
        db.define(statement)
    db.execute("INSERT INTO vault VALUES(?)", (secrets.token_bytes(KEY_LEN_BYTES),))
    db.execute("INSERT INTO counter VALUES(0)")
    testcards.add_all(Store(db))
    db.set_version(_SCHEMA_VERSION)
    db.commit()
