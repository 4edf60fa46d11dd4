"""One PostgreSQL per test process, one database per test, made from a migrated template or emptied after another test."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from cli.postgres import Postgres
from db.migrations import upgrade

FIRST = ("tests/whole/", "tests/api/pages/", "tests/api/")
"""What waits for servers and browsers is begun first: what only computes fills the time beside it."""

WHOLE = FIRST[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((number for number, name in enumerate(FIRST) if item.nodeid.startswith(name)), len(FIRST)))


class ByFile(LoadFileScheduling):  # type: ignore[misc]  # the library has no types
    """A file is run by one worker, and all that share the running service by one: it is started once."""

    def _split_scope(self, nodeid: str) -> str:
        scope: str = super()._split_scope(nodeid)
        return WHOLE if scope.startswith(WHOLE) else scope


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    return ByFile(config, log) if config.getoption("dist", default=None) == "loadfile" else None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with Postgres(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def template(server: Postgres) -> str:
    """The name of a database with our schema and nothing in it."""
    asyncio.run(upgrade(server.url()))
    return "accord"


@pytest.fixture
def empty_url(server: Postgres) -> Iterator[str]:
    """A database without our schema, as its owner."""
    with database(server, "template1") as url:
        yield url


@pytest.fixture
def owner_url(server: Postgres, template: str) -> Iterator[str]:
    """A migrated database of this test alone, as its owner."""
    with database(server, template) as url:
        yield url


@contextmanager
def database(server: Postgres, template: str) -> Iterator[str]:
    """A database of its own, as its owner; gone with the block."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        yield server.url(database=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


DISABLED = ("ALTER TABLE ledger_entry DISABLE TRIGGER USER", "ALTER TABLE program DISABLE TRIGGER USER")
ENABLED = (
    "ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_is_append_only",
    "ALTER TABLE program ENABLE ALWAYS TRIGGER heads_stay",
)
"""What keeps the record holds also against its owner, who takes it away to empty a database of the tests."""


@contextmanager
def unguarded(owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of the database's owner in which nothing keeps the record: what an operator could do."""
    with psycopg.connect(owner_url) as connection:
        for statement in ("SET LOCAL session_replication_role = replica", *DISABLED):
            connection.execute(statement.encode())
        yield connection
        for statement in ENABLED:
            connection.execute(statement.encode())


class Emptied:
    """Databases that tests have used as the service's role, which can change rows and nothing else.

    To empty one takes a few milliseconds; to make one takes a tenth of a second of processor time.
    """

    def __init__(self, server: Postgres, template: str) -> None:
        self._server, self._template = server, template
        self._free: list[str] = []
        with psycopg.connect(server.url(database=template)) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            deletes = [f"DELETE FROM {name}" for (name,) in tables if name != "alembic_version"]  # noqa: S608  our own names
            self._emptying = "; ".join(["SET LOCAL session_replication_role = replica", *DISABLED, *deletes, *ENABLED])
            self._epoch = connection.execute("SELECT row_to_json(epoch)::text FROM epoch").fetchone()

    @contextmanager
    def one(self) -> Iterator[str]:
        """A database as it is after its migrations, as its owner."""
        name = self._free.pop() if self._free else self._made()
        yield self._server.url(database=name)
        self._empty(name)
        self._free.append(name)

    def _made(self) -> str:
        name = f"test_{uuid4().hex}"
        with psycopg.connect(self._server.url(database="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self._template}".encode())
        return name

    def _empty(self, name: str) -> None:
        with psycopg.connect(self._server.url(database=name)) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", (name,)
            )
            connection.execute(self._emptying.encode())
            connection.execute("INSERT INTO epoch SELECT * FROM json_populate_record(NULL::epoch, %s::json)", self._epoch)


@pytest.fixture(scope="session")
def emptied(server: Postgres, template: str) -> Emptied:
    return Emptied(server, template)


@pytest.fixture
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database as the service reaches it. Where the test asks for its owner's address, it is the same database."""
    if "owner_url" in request.fixturenames:
        yield as_service(request.getfixturevalue("owner_url"))
        return
    emptied: Emptied = request.getfixturevalue("emptied")
    with emptied.one() as owner_url:
        yield as_service(owner_url)


def as_service(owner_url: str) -> str:
    return owner_url.replace("postgresql://postgres@", "postgresql://accord_service@")
