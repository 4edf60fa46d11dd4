"""Migrations run up and down, and their schema is that of the models."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine

from db.migrations import compatibility, configuration, current, newest, upgrade
from db.models import PROJECTIONS, Row
from db.pools import ReadPool
from tests.db.conftest import Room

ROOT = Path(__file__).parents[2]

CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND conrelid <> 'alembic_version'::regclass ORDER BY 1, 2
"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2
"""


def shape(url: str) -> list[object]:
    with psycopg.connect(url) as connection:
        return [connection.execute(query.encode()).fetchall() for query in (CONSTRAINTS, INDEXES, COLUMNS)]


def test_up_down_up(empty_url: str) -> None:
    config = configuration(empty_url)
    command.upgrade(config, "head")
    first = shape(empty_url)
    command.downgrade(config, "base")
    assert shape(empty_url) == [[], [], []]
    command.upgrade(config, "head")
    assert shape(empty_url) == first


def test_alembic_finds_no_drift(owner_url: str) -> None:
    command.check(configuration(owner_url))


def test_the_models_describe_every_constraint_index_and_column(empty_url: str, owner_url: str) -> None:
    """Alembic's own comparison does not look at checks; a check that is lost in a migration would never be missed."""
    with psycopg.connect(empty_url) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text)")
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(empty_url))
    Row.metadata.create_all(engine)
    engine.dispose()
    assert shape(empty_url) == shape(owner_url)


def test_projections_are_tables_of_ours() -> None:
    assert set(PROJECTIONS) <= set(Row.metadata.tables)
    assert PROJECTIONS[0] == "program"


async def test_two_processes_may_migrate_at_once(empty_url: str) -> None:
    asked = "import asyncio, sys; from db.migrations import upgrade; asyncio.run(upgrade(sys.argv[1]))"
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", asked, empty_url, cwd=ROOT) for _ in range(3)]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    await asyncio.gather(upgrade(empty_url), upgrade(empty_url))
    async with ReadPool(empty_url, size=1) as reader:
        assert await compatibility(reader) == "ready"
        assert await current(reader) == newest()


async def test_a_ledger_is_not_dropped_by_a_downgrade(room: Room, owner_url: str) -> None:
    await room.started()
    with pytest.raises(Exception, match="the ledger holds entries"):
        await asyncio.to_thread(command.downgrade, configuration(owner_url), "base")


def test_an_installed_wheel_finds_its_migrations(tmp_path: Path) -> None:
    """In a wheel the folder stands inside the package: beside it, it would be poured into the library alembic."""
    for package in ("db", "rules"):
        shutil.copytree(ROOT / package, tmp_path / package)
    shutil.copytree(ROOT / "alembic", tmp_path / "db" / "alembic")
    asked = "from db.migrations import *; print(configuration().get_main_option('script_location'), newest())"
    told = subprocess.run([sys.executable, "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout.split() == [str(tmp_path / "db" / "alembic"), newest()]
