"""One PostgreSQL per test process, one database per test, made from a migrated template."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
import pytest

from cli.postgres import Postgres
from db.migrations import upgrade
from db.programs import Programs
from db.queries import Queries
from db.receipts import Receipt
from db.record import Recorder
from db.session import Clerk, Reader, Writer
from rules.acts import Act
from tests.db.builders import start


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
    yield from _database(server, "template1")


@pytest.fixture
def owner_url(server: Postgres, template: str) -> Iterator[str]:
    """A migrated database of this test alone, as its owner."""
    yield from _database(server, template)


def _database(server: Postgres, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        yield server.url(database=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def url(owner_url: str) -> str:
    """The same database as the service reaches it."""
    return owner_url.replace("postgresql://postgres@", "postgresql://accord_service@")


@dataclass(frozen=True, slots=True)
class Room:
    """What one process of the service holds."""

    reader: Reader
    clerk: Clerk
    writer: Writer
    programs: Programs
    queries: Queries
    recorder: Recorder

    async def started(self) -> UUID:
        """A program of the small plan, just started."""
        program_id = uuid4()
        await self.recorded(program_id, start())
        return program_id

    async def recorded(self, program_id: UUID, one: Act) -> Receipt:
        receipt = await self.recorder.record(program_id, one)
        assert isinstance(receipt, Receipt), receipt
        return receipt


async def _room(url: str) -> AsyncIterator[Room]:
    async with Reader(url, size=4) as reader, Clerk(url, size=4) as clerk, Writer(url, size=4) as writer:
        programs = Programs(reader)
        room = Room(reader, clerk, writer, programs, Queries(reader), Recorder(writer, programs))
        yield room
        await room.recorder.close()


@pytest.fixture
async def room(url: str) -> AsyncIterator[Room]:
    async for made in _room(url):
        yield made


@pytest.fixture
async def other_room(url: str) -> AsyncIterator[Room]:
    """A second process of the service on the same database: other connections, another cache."""
    async for made in _room(url):
        yield made


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[psycopg.AsyncConnection[tuple[object, ...]]]:
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as connection:
        yield connection
