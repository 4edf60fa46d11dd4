"""What a start does with what it finds: a new folder, a folder of earlier, a record that came here in another way."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from cli import first_people
from cli.first_run import first_run
from cli.home import Home, packaged_plans
from cli.main import app
from db.pools import ReadPool
from db.server_version import TooOld, check_version
from tests.api.conftest import running


@dataclass
class Started:
    """An API over a database of its own, and data folders beside it."""

    api: str
    url: str
    home: Home
    plans: Path
    said: list[str] = field(default_factory=list)

    async def again(self, home: Home | None = None, *, asked: bool = False) -> str:
        """What another start says."""
        self.said.clear()
        await first_run(self.api, self.url, home or self.home, self.plans, self.said.append, requested=asked)
        return "\n".join(self.said)

    async def counted(self) -> tuple[int, int]:
        """Programs and tokens in the record."""
        async with ReadPool(self.url, size=1) as reader:
            row = await reader.row("SELECT (SELECT count(*) FROM program) AS p, (SELECT count(*) FROM token) AS t")
        assert row
        return row["p"], row["t"]


@pytest.fixture
async def started(url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[Started]:
    """After a first run in a new folder."""
    plans = tmp_path / "plans"
    shutil.copytree(packaged_plans(), plans)
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    async with running(url, tmp_path / "documents", ACCORD_PLANS=str(plans)) as it:
        with psycopg.connect(owner_url, autocommit=True) as owner:
            owner.execute("DELETE FROM token")
        found = Started(it.address, url, home, plans)
        assert "Started the program us-iraq-reset" in await found.again()
        yield found


async def test_later_starts_find_what_the_first_has_made(started: Started) -> None:
    before = await started.counted()
    assert before == (1, len(first_people.CAST))
    assert await started.again() == ""
    moved = Home(started.home.folder.rename(started.home.folder.with_name("elsewhere")))
    assert await started.again(moved) == ""
    assert await started.counted() == before


async def test_a_start_that_was_interrupted_goes_on_though_files_have_changed(started: Started) -> None:
    """The program was started, and nobody could note it; then somebody has edited the plan and its figures."""
    program = started.home.first_program.read_text()
    started.home.first_program.unlink()
    shutil.rmtree(started.home.figures)
    plan = started.plans / "us-iraq-reset" / "plan.yaml"
    plan.write_text(plan.read_text().replace("title:", "titel:", 1))
    (figures,) = plan.parent.glob("figures.csv")
    figures.write_text(figures.read_text().replace("202", "203"))
    assert "were recorded before, from another file: they stay as they are" in await started.again()
    assert started.home.first_program.read_text() == program
    assert await started.again() == ""
    assert (await started.counted())[0] == 1


async def test_a_plan_or_figures_that_cannot_be_used_are_told_and_keep_nobody_from_working(started: Started) -> None:
    shutil.rmtree(started.home.figures)
    (figures,) = (started.plans / "us-iraq-reset").glob("figures.csv")
    figures.write_text("indicator;value\nwrong;1\n")
    assert "The first run stopped" in await started.again()
    shutil.rmtree(started.plans)
    assert await started.again() == ""


async def test_a_folder_without_tokens_gets_none_unless_asked(started: Started) -> None:
    before = await started.counted()
    new = Home(started.home.folder.with_name("new"))
    new.folder.mkdir()
    said = await started.again(new)
    assert "The record holds 1 program, and this folder no tokens of a first run" in said
    assert not new.tokens.exists()
    assert await started.counted() == before
    assert "sign-in#" in await started.again(new, asked=True)
    assert await started.counted() == (1, 2 * len(first_people.CAST))


async def test_a_record_that_knows_neither_tokens_nor_program_is_told(started: Started) -> None:
    """An older backup was restored beside a folder of later."""
    tokens = started.home.tokens.read_text()
    started.home.tokens.write_text(re.sub(r"accord_[\w-]{43}", f"accord_{'x' * 43}", tokens))
    assert "is left alone: its tokens are not of this record, or have ended" in await started.again()
    started.home.first_program.unlink()
    assert await started.again() != ""
    started.home.tokens.unlink()
    started.home.first_program.write_text("b0c1a0f6-0000-4000-8000-000000000000\n")
    assert "is left alone: it is not in this record" in await started.again(asked=True)


async def test_an_empty_record_begins_anew_and_keeps_the_tokens_of_the_earlier(started: Started, owner_url: str) -> None:
    """The database was dropped."""
    tokens = started.home.tokens.read_text()
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        for table in ("ledger_entry", "program", "dispatch", "token"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
        owner.execute("TRUNCATE ledger_entry, program, dispatch, token CASCADE")
    said = await started.again()
    earlier = started.home.folder / "tokens.earlier.json"
    assert f"The tokens of an earlier one are kept in {earlier}" in said
    assert earlier.read_text() == tokens
    assert started.home.tokens.read_text() != tokens


def test_an_old_postgresql_is_refused_with_what_to_do() -> None:
    check_version(160_000)
    with pytest.raises(TooOld, match=r"is served by PostgreSQL 15\.8, and Accord needs 16 or newer: upgrade it"):
        check_version(150_008)


def test_a_database_of_a_newer_version_is_told_and_left_alone(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("UPDATE alembic_version SET version_num = '2031_01_01_of_tomorrow'")
    told = CliRunner().invoke(app, ["migrate", owner_url])
    assert (told.exit_code, "is of a form that this version does not know" in told.stderr) == (1, True), told.output
    told = CliRunner().invoke(app, ["migrate", "postgresql://nobody@127.0.0.1:1/nothing"])
    assert (told.exit_code, "Traceback" in told.output) == (1, False), told.output
