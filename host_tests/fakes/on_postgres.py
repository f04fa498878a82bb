# SPDX-License-Identifier: MIT
"""A pytest plugin: every database of the acquirer is a schema of the server at ESPOS_POSTGRES_URL.

`-p fakes.on_postgres` runs tests that were written for SQLite files and memory on PostgreSQL; a
file's name stands for one schema within a test, memory for a new one. CPython only.
"""

import os

import psycopg
import pytest

from acquirer_sim import database
from acquirer_sim.database import Url
from acquirer_sim.postgres import Postgres

URL_NAME = "ESPOS_POSTGRES_URL"


class Schemas:
    """Gives each place its own schema of one server, and closes what was opened."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._names = {}
        self._opened = []

    def url(self, place: object = database.MEMORY) -> str:
        """Return the URL of the schema that stands for a file, of a new one for memory."""
        name = self._names.get(str(place))
        if name is None or str(place) == database.MEMORY:
            name = "s" + os.urandom(6).hex()
            self._names[str(place)] = name
            with psycopg.connect(self._server) as db:
                db.execute(f"CREATE SCHEMA {name}")
        return f"{self._server}?options=-csearch_path%3D{name}"

    def connect(self, place: object) -> Postgres:
        """Stand in for database.connect."""
        made = Postgres(place if isinstance(place, Url) else Url(self.url(place)))
        self._opened.append(made)
        return made

    def close(self) -> None:
        """Close the connections that were made."""
        for one in self._opened:
            one.close()


@pytest.fixture(autouse=True)
def on_postgres(monkeypatch):
    schemas = Schemas(os.environ[URL_NAME])
    monkeypatch.setattr(database, "connect", schemas.connect)
    yield
    schemas.close()
