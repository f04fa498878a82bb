# SPDX-License-Identifier: MIT
"""Where the books are: an SQLite file, or a PostgreSQL database by URL. One way to ask both.

Queries are written once, with `?` marks and in words both know (INSERT OR IGNORE and `lastrowid`
among them, INSERT OR REPLACE not); rows are read by name or place. `begin_write` is the one lock:
whoever holds it is alone with the books until commit, in this process and in every other on the
same database, so two servers never book the same thing twice. Errors never hold a password or a
value of a query.
"""

import sqlite3
from pathlib import Path
from urllib.parse import quote, urlencode

from acquirer_sim.errors import AcquirerError

APPLICATION_ID = 0x45504151  # "EPAQ": marks our files, and is the writers' lock of a server
MEMORY = ":memory:"
BUSY_TIMEOUT_S = 10  # so long a writer waits for the one before it
_SCHEMES = ("postgresql://", "postgres://")


class DatabaseError(Exception):
    """The database could not do it: nothing of the transaction counts."""


class Conflict(DatabaseError):
    """A row that must be the only one of its kind is there already."""


class Url:
    """A PostgreSQL database; as text it has no password."""

    def __init__(self, text: str) -> None:
        from acquirer_sim.postgres import parts_of

        self.parts = parts_of(text)  # what psycopg connects with, the password among it

    def __str__(self) -> str:
        named = self.parts.get
        port = f":{named('port')}" if named("port") else ""
        user = f"{named('user')}@" if named("user") else ""
        return f"postgresql://{user}{named('host') or ''}{port}/{named('dbname') or ''}"

    __repr__ = __str__

    def apart(self) -> "tuple[str, str]":
        """Return a URL without the password, and the password, for a process of our own."""
        rest = {name: value for name, value in self.parts.items() if name != "password"}
        return "postgresql:///?" + urlencode(rest, quote_via=quote), self.parts.get("password", "")


def place(text: "str | Path | Url") -> "Path | Url":
    """Return where `--db TEXT` points: a file's path or a server's database."""
    if isinstance(text, str) and text.startswith(_SCHEMES):
        return Url(text)
    return text if isinstance(text, Url) else Path(text)


class Sqlite:
    """An SQLite file or memory: WAL with full synchronisation, so that a commit is durable."""

    kind = "sqlite"

    def __init__(self, path: "str | Path") -> None:
        try:
            self._db = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise DatabaseError(str(error)) from None
        self._db.row_factory = sqlite3.Row

    def execute(self, query: str, values: tuple = ()) -> sqlite3.Cursor:
        """Run one statement; rows of the cursor are read by name."""
        try:
            return self._db.execute(query, values)
        except sqlite3.IntegrityError as error:
            raise Conflict(str(error)) from None
        except sqlite3.Error as error:
            raise DatabaseError(str(error)) from None

    def begin_write(self) -> None:
        """Wait to be the only writer."""
        self.execute("BEGIN IMMEDIATE")

    def begin_read(self) -> None:
        """All reads until commit see one moment."""
        self.execute("BEGIN")

    def commit(self) -> None:
        """End the transaction, durably."""
        self.execute("COMMIT")

    def rollback(self) -> None:
        """End the transaction as if it had never begun."""
        if self._db.in_transaction:  # an error may have ended it
            self.execute("ROLLBACK")

    def version(self) -> "int | None":
        """Return the version of the books' schema, None for an empty place."""
        application = self.execute("PRAGMA application_id").fetchone()[0]
        if application == APPLICATION_ID:
            return self.execute("PRAGMA user_version").fetchone()[0]
        if self.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise AcquirerError("is not an acquirer database")
        return None

    def set_version(self, version: int) -> None:
        """Say that the schema is there, inside a transaction."""
        self.execute(f"PRAGMA application_id={APPLICATION_ID}")
        self.execute(f"PRAGMA user_version={version}")

    def make_durable(self) -> None:
        """From here on a commit is on the disk; outside a transaction, changes the file."""
        self.execute("PRAGMA journal_mode=WAL")
        self.execute("PRAGMA synchronous=FULL")

    def has_table(self, name: str) -> bool:
        """Whether the database has this table."""
        query = "SELECT 1 FROM sqlite_master WHERE type='table' AND name=?"
        return self.execute(query, (name,)).fetchone() is not None

    def columns(self, table: str) -> "set[str]":
        """Return the names of a table's columns."""
        rows = self.execute("SELECT name FROM pragma_table_info(?)", (table,))
        return {row["name"] for row in rows}

    def define(self, statement: str) -> None:
        """Run a statement of the schema, which is written in SQLite's words."""
        self.execute(statement)

    def close(self) -> None:
        """Close; what is not committed is gone."""
        self._db.close()


Database = Sqlite  # Postgres has the same methods
Row = sqlite3.Row  # Postgres' rows too are read by name or place


def connect(where: "Path | Url") -> Database:
    """Open a database."""
    if isinstance(where, Url):
        from acquirer_sim.postgres import Postgres

        return Postgres(where)
    return Sqlite(where)


def check_place(where: "Path | Url", create: bool) -> None:
    """AcquirerError when a file cannot be where it is said to be."""
    if isinstance(where, Url) or str(where) == MEMORY:
        return
    if where.is_dir():
        raise AcquirerError(f"{where}: is a directory, not an acquirer database")
    if not create and not where.exists():
        makers = "posctl terminal init or acquirer serve makes one"
        raise AcquirerError(f"{where}: no such acquirer database ({makers})")
    if not where.parent.is_dir():
        raise AcquirerError(f"{where}: no such directory {where.parent}")
