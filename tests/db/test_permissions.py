"""What nobody can do to the ledger, and what the service's role cannot do."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from db.durability import NotDurable
from db.pools import LedgerPool, OperationalPool, ReadPool
from tests.db.builders import evidence
from tests.db.conftest import Room

CHANGES = [
    "UPDATE ledger_entry SET actor = 'somebody else'",
    "DELETE FROM ledger_entry",
    "TRUNCATE ledger_entry",
]
Owner = psycopg.AsyncConnection[Any]


@pytest.mark.parametrize("change", CHANGES)
async def test_the_service_may_not_change_the_ledger(room: Room, change: str) -> None:
    await room.started()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with room.operational.transaction() as connection:
            await connection.execute(change.encode())


@pytest.mark.parametrize("change", CHANGES)
async def test_the_owner_is_kept_from_changing_the_ledger(room: Room, owner: Owner, change: str) -> None:
    """Also in the mode of a replica, in which ordinary triggers are passed by."""
    await room.started()
    for mode in ("origin", "replica"):
        await owner.execute(f"SET session_replication_role = {mode}".encode())
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            await owner.execute(change.encode())


@pytest.mark.parametrize("change", ["DELETE FROM program", "TRUNCATE program CASCADE"])
async def test_a_ledger_keeps_its_head_row(room: Room, owner: Owner, change: str) -> None:
    """No foreign key holds it, so that an append need not look it up for each entry."""
    await room.started()
    await owner.execute("DELETE FROM dispatch")
    for mode in ("origin", "replica"):
        await owner.execute(f"SET session_replication_role = {mode}".encode())
        with pytest.raises(psycopg.errors.RestrictViolation):
            await owner.execute(change.encode())


async def test_a_forged_entry_does_not_fit(room: Room, owner: Owner) -> None:
    """With the triggers off, the check still knows that these bytes have another hash."""
    await room.started()
    await owner.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
    with pytest.raises(psycopg.errors.CheckViolation, match="leaf_is_of_body"):
        await owner.execute("UPDATE ledger_entry SET body = body || ' '::bytea WHERE seq = 2")


async def test_an_address_of_the_owner_gives_the_service_no_more(owner_url: str) -> None:
    """With one DATABASE_URL for everything, the service is still not the owner."""
    async with OperationalPool(owner_url, size=1) as operational, operational.transaction() as connection:
        cursor = await connection.execute("SELECT current_user AS name")
        assert await cursor.fetchone() == {"name": "accord_service"}


async def test_a_reader_cannot_write(room: Room) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await room.reader.rows("DELETE FROM clock")


async def test_an_id_is_used_once_whoever_writes(room: Room, owner: Owner) -> None:
    program_id = await room.started()
    await room.recorded(program_id, evidence("e1", "the-act"))
    with pytest.raises(psycopg.errors.UniqueViolation, match="uq_ledger_entry_program_id_act_id"):
        await owner.execute(
            "INSERT INTO ledger_entry SELECT program_id, seq + 1000, prev, leaf, body, recorded_at, kind, actor,"
            " subject, act_id, content FROM ledger_entry WHERE act_id = 'the-act' AND content IS NOT NULL"
        )


async def test_no_writer_on_a_server_that_forgets(url: str, owner: Owner) -> None:
    """With synchronous_commit off a crash loses confirmed entries, and the chain still verifies."""
    name = (await owner.execute("SELECT current_database()")).fetchone
    (database,) = await name() or ("",)
    await owner.execute(f"ALTER DATABASE {database} SET synchronous_commit = off".encode())
    with pytest.raises(NotDurable, match="synchronous_commit is off; set it to on"):
        await LedgerPool(url).open()
    async with ReadPool(url, size=1):
        pass


async def test_an_unreachable_database_is_told_at_once(url: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        await ReadPool(url.replace("/test_", "/missing_")).open()
