# SPDX-License-Identifier: MIT
"""The SQLite database: schema, opening, transactions.

WAL with full synchronisation: what was answered survives kill -9 and a pulled plug. Card data
and keys are sealed by the vault; transactions hold masked PANs only. Several processes may share
a file (`terminal init` registers while `acquirer serve` runs).
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from acquirer_sim.errors import AcquirerError
from acquirer_sim.vault import KEY_LEN_BYTES, Vault

MEMORY = ":memory:"
_APPLICATION_ID = 0x45504151  # "EPAQ"
_SCHEMA_VERSION = 1
_BUSY_TIMEOUT_S = 10

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
"""


class Store:
    """One open database: `db` (sqlite3 connection with named rows) and `vault`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.vault = Vault(db.execute("SELECT key FROM vault").fetchone()["key"])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing; durable when it ends."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def close(self) -> None:
        """Close the database."""
        self.db.close()


def open_store(path: "str | Path", create: bool = True) -> Store:
    """Open a database; make it, with the table of test cards, when it is not there."""
    if path != MEMORY:
        _check_place(Path(path), create)
    db = None
    try:
        db = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
        db.row_factory = sqlite3.Row
        _prepare(db, str(path), create)
        return Store(db)
    except sqlite3.Error as error:
        if db is not None:
            db.close()
        raise AcquirerError(f"{path}: cannot be used as an acquirer database: {error}") from None
    except AcquirerError:
        db.close()
        raise


def _check_place(path: Path, create: bool) -> None:
    if path.is_dir():
        raise AcquirerError(f"{path}: is a directory, not an acquirer database")
    if not create and not path.exists():
        raise AcquirerError(
            f"{path}: no such acquirer database (posctl terminal init or acquirer serve makes one)"
        )
    if not path.parent.is_dir():
        raise AcquirerError(f"{path}: no such directory {path.parent}")


def _prepare(db: sqlite3.Connection, path: str, create: bool) -> None:
    if not _known(db, path) and not create:
        raise AcquirerError(f"{path}: is not an acquirer database")
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    if not _known(db, path):
        _fill(db, path)
    for statement in _KEY_TABLES.split(";")[:-1]:
        db.execute(statement)
    if _missing(db):
        _add_columns(db)
    for statement in _INDEXES.split(";")[:-1]:
        db.execute(statement)


def _missing(db: sqlite3.Connection) -> "list[tuple[str, str, str]]":
    """Return those of the later columns that are not there."""
    query = "SELECT count(*) FROM pragma_table_info(?) WHERE name=?"
    return [added for added in _ADDED if not db.execute(query, added[:2]).fetchone()[0]]


def _add_columns(db: sqlite3.Connection) -> None:
    """Another process may be doing the same."""
    db.execute("BEGIN IMMEDIATE")
    for table, name, kind in _missing(db):
        db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    db.execute("COMMIT")


def _known(db: sqlite3.Connection, path: str) -> bool:
    """Whether the schema is there; a file of another program or version is an error."""
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if application == _APPLICATION_ID and version == _SCHEMA_VERSION:
        return True
    if application == _APPLICATION_ID:
        raise AcquirerError(f"{path}: acquirer database of version {version}, this is version 1")
    if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise AcquirerError(f"{path}: is not an acquirer database")
    return False


def _fill(db: sqlite3.Connection, path: str) -> None:
    """Create tables and test cards in one transaction; another process may have been faster."""
    from acquirer_sim import testcards

    db.execute("BEGIN IMMEDIATE")
    if _known(db, path):
        db.execute("COMMIT")
        return
    for statement in _SCHEMA.split(";")[:-1]:
        db.execute(statement)
    db.execute("INSERT INTO vault VALUES(?)", (secrets.token_bytes(KEY_LEN_BYTES),))
    db.execute("INSERT INTO counter VALUES(0)")
    testcards.add_all(Store(db))
    db.execute(f"PRAGMA application_id={_APPLICATION_ID}")
    db.execute(f"PRAGMA user_version={_SCHEMA_VERSION}")
    db.execute("COMMIT")
