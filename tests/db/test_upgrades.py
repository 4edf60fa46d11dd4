"""Published migrations stay unchanged, and records of earlier versions are upgraded."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from db.ledger import verify_chain
from db.migrations import compatibility, newest, upgrade
from db.pools import ReadPool
from rules import acts as a
from tests.db.builders import act, evidence
from tests.db.conftest import Room, rebuild_all, room_on
from tests.db.records import LONG, WAITING, files, restore

VERSIONS = Path(__file__).parents[2] / "alembic" / "versions"
PUBLISHED = {
    "2026_11_28_baseline.py": "da35187c4c72ea4931a4ed49c26d17f2dfdd339c52111f10b74f3f4ceb89172d",
}
"""SHA-256 of each migration. A new one is added here; none is changed, since databases have gone through it."""

TABLES = ("program", "phase", "milestone", "commitment", "clock", "incident", "evidence", "membership", "owed")


def test_no_migration_is_changed_after_it_was_published() -> None:
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in VERSIONS.glob("*.py")}
    assert found == PUBLISHED


def test_each_version_keeps_a_record() -> None:
    """`python -m tests.db.records` makes that of the newest."""
    assert {f"{version}.py" for version in files()} == PUBLISHED.keys()


@pytest.mark.parametrize("version", sorted(files()))
async def test_a_record_of_an_earlier_version_is_brought_up_to_date_and_goes_on(
    version: str, empty_url: str, template: str
) -> None:
    assert template, "the role of the service is made with it"
    await asyncio.to_thread(restore, files()[version], empty_url)
    await upgrade(empty_url)
    async for room in room_on(empty_url.replace("postgresql://postgres@", "postgresql://accord_service@")):
        assert await compatibility(room.reader) == "ready"
        for program_id in (LONG, WAITING):
            listed = await room.queries.program(program_id)
            assert listed is not None
            rows = [row async for row in room.queries.stored(program_id)]
            assert verify_chain(rows, (listed.seq, listed.head)) == []
        async with await psycopg.AsyncConnection.connect(empty_url, autocommit=True) as owner:
            before = await _projected(owner)
            await rebuild_all(owner)
            assert await _projected(owner) == before
        struck = await room.recorded(WAITING, act("clock", a.StrikeClock()))
        assert "clock_struck" in [entry.fact.kind for entry in struck.entries]
        await room.recorded(WAITING, evidence())


async def _projected(owner: psycopg.AsyncConnection[tuple[object, ...]]) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    for table in TABLES:
        cursor = await owner.execute(f"SELECT * FROM {table} ORDER BY {table}::text".encode())
        found[table] = await cursor.fetchall()
    return found


class TestOldCodeBesideNewTables:
    """While versions are exchanged one process after the other, the old one runs on tables that have grown."""

    async def test_it_goes_on_where_the_tables_say_that_it_may(self, room: Room, owner_url: str) -> None:
        program_id = await room.started()
        await _grow(owner_url, oldest=newest())
        assert await compatibility(room.reader) == "newer"
        await room.recorded(program_id, evidence())
        assert await room.programs.load(program_id) is not None

    async def test_it_is_not_ready_where_they_say_that_it_may_not(self, room: Room, owner_url: str) -> None:
        await _grow(owner_url, oldest="2031_01_01_of_tomorrow")
        assert await compatibility(room.reader) == "too_new"

    async def test_tables_that_are_not_there_are_behind(self, empty_url: str) -> None:
        async with ReadPool(empty_url, size=1) as reader:
            assert await compatibility(reader) == "behind"


async def _grow(owner_url: str, oldest: str) -> None:
    """What a migration of tomorrow does that adds: columns that may be empty, and a table."""
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
        for table in (*TABLES, "ledger_entry", "dispatch", "token"):
            await owner.execute(f"ALTER TABLE {table} ADD COLUMN of_tomorrow text".encode())
        await owner.execute("CREATE TABLE tomorrow (id uuid)")
        await owner.execute("UPDATE alembic_version SET version_num = '2031_01_01_of_tomorrow'")
        await owner.execute("UPDATE schema_compatibility SET oldest = %s", [oldest])
