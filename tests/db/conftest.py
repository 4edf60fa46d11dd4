"""Fixtures: the record of a service process, on a database for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
import pytest

from db.pools import LedgerPool, OperationalPool, ReadPool
from db.program_cache import ProgramCache
from db.queries import Queries
from db.rebuild import program_sizes, rebuild
from db.receipts import Receipt
from db.recorder import Recorder
from rules.acts import Act
from tests.db.builders import start


@dataclass(frozen=True, slots=True)
class Room:
    """What one process of the service holds."""

    reader: ReadPool
    operational: OperationalPool
    writer: LedgerPool
    programs: ProgramCache
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


async def room_on(url: str) -> AsyncIterator[Room]:
    async with ReadPool(url, size=4) as reader, OperationalPool(url, size=4) as operational, LedgerPool(url, size=4) as writer:
        programs = ProgramCache(reader)
        room = Room(reader, operational, writer, programs, Queries(reader), Recorder(writer, programs))
        yield room
        await room.recorder.close()


@pytest.fixture
async def room(url: str) -> AsyncIterator[Room]:
    async for made in room_on(url):
        yield made


@pytest.fixture
async def other_room(url: str) -> AsyncIterator[Room]:
    """A second process of the service on the same database: other connections, another cache."""
    async for made in room_on(url):
        yield made


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[psycopg.AsyncConnection[tuple[object, ...]]]:
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as connection:
        yield connection


async def rebuild_all(owner: psycopg.AsyncConnection[tuple[object, ...]]) -> int:
    """Makes the projections of all programs again, in this process; the number of programs."""
    programs = await program_sizes(owner)
    for program in programs:
        await rebuild(owner, program.id)
    return len(programs)
