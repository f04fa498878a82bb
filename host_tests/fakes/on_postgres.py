# SPDX-License-Identifier: MIT
"""A pytest plugin: every database of the acquirer is a schema of the server at ESPOS_POSTGRES_URL.

`-p fakes.on_postgres` runs tests that were written for SQLite files and memory on PostgreSQL; a
file's name stands for one schema within a test, memory for a new one. CPython only.
"""

import os

import pytest

from acquirer_sim import database
from acquirer_sim.database import Url
from acquirer_sim.postgres import Postgres

URL_NAME = "ESPOS_POSTGRES_URL"


class _Kept(Postgres):
    """A connection that outlives those it is lent to: a new one costs more than a test does."""

    def close(self) -> None:
        """Stay open for the next test."""

    def lend(self, schema: str) -> "_Kept":
        """Return it as a new connection to this schema."""
        self.rollback()
        self.execute(f"SET search_path TO {schema}")
        return self


class Schemas:
    """Gives each place its own schema of one server."""

    def __init__(self, server: str) -> None:
        self._server = Url(server)
        self._url = server
        self._admin = Postgres(self._server)
        self._names = {}
        self._idle = []
        self._lent = []

    def name(self, place: object = database.MEMORY) -> str:
        """Return the schema that stands for a file, a new one for memory."""
        name = self._names.get(str(place))
        if name is None or str(place) == database.MEMORY:
            name = "s" + os.urandom(6).hex()
            self._names[str(place)] = name
            self._admin.execute(f"CREATE SCHEMA {name}")
        return name

    def url(self) -> str:
        """Return the URL of a new schema."""
        return f"{self._url}?options=-csearch_path%3D{self.name()}"

    def connect(self, place: object) -> Postgres:
        """Stand in for database.connect."""
        one = self._idle.pop() if self._idle else _Kept(self._server)
        self._lent.append(one)
        return one.lend(self.name(place))

    def take_back(self) -> None:
        """End a test: its places are forgotten, its connections idle."""
        self._idle += self._lent
        self._lent = []
        self._names = {}


@pytest.fixture(scope="session")
def schemas():
    return Schemas(os.environ[URL_NAME])


@pytest.fixture(autouse=True)
def on_postgres(schemas, monkeypatch):
    monkeypatch.setattr(database, "connect", schemas.connect)
    yield
    schemas.take_back()
