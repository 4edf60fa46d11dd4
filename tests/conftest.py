"""One PostgreSQL per test process, one database per test, made from a migrated template."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest

from cli.postgres import Postgres
from db.migrations import upgrade


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


@pytest.fixture
def url(owner_url: str) -> str:
    """The same database as the service reaches it."""
    return owner_url.replace("postgresql://postgres@", "postgresql://accord_service@")
