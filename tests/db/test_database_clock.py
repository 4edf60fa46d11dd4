"""A clock that jumps stops acts; they go on after an operator accepts it, or when it is right again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from db.clock_acceptances import ClockAcceptances
from db.database_clock import ClockJumped, DatabaseClock, check_not_behind
from rules.acts import StrikeClock
from tests.db.builders import act, evidence
from tests.db.conftest import Room, room_on

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

ADJUSTABLE = """
CREATE SCHEMA adjustable;
CREATE TABLE adjustable.by (length interval NOT NULL);
INSERT INTO adjustable.by VALUES ('0');
CREATE FUNCTION adjustable.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
  'SELECT pg_catalog.clock_timestamp() + (SELECT length FROM adjustable.by)';
GRANT USAGE ON SCHEMA adjustable TO accord_service;
GRANT SELECT ON adjustable.by TO accord_service;
"""


@asynccontextmanager
async def adjustable(url: str, owner_url: str) -> AsyncIterator[tuple[Room, psycopg.Connection[tuple[object, ...]]]]:
    """A room whose database has a clock that can be set."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(ADJUSTABLE)
        owner.execute(f"ALTER DATABASE {owner.info.dbname} SET search_path = adjustable, pg_catalog, public".encode())
        async for room in room_on(url):
            yield room, owner


class TestByItself:
    def test_it_goes_on_with_the_monotonic_clock(self) -> None:
        seconds = [0.0]
        clock = DatabaseClock(lambda: seconds[0])
        assert clock.now() is None
        clock.observe(NOON)
        seconds[0] = 60.0
        assert clock.now() == NOON + MINUTE

    @pytest.mark.parametrize("jump", [timedelta(days=10), -timedelta(days=10), 4 * MINUTE, -4 * MINUTE])
    def test_a_jump_is_refused_until_it_is_accepted_or_over(self, jump: timedelta) -> None:
        seconds = [0.0]
        clock = DatabaseClock(lambda: seconds[0])
        clock.observe(NOON)
        seconds[0] = 600.0
        for _ in range(2):
            with pytest.raises(ClockJumped, match="accord clock accept"):
                clock.observe(NOON + 10 * MINUTE + jump)
        clock.observe(NOON + 10 * MINUTE)
        clock.observe(NOON + 10 * MINUTE + jump, accepted_at=NOON + 10 * MINUTE + jump)
        clock.observe(NOON + 10 * MINUTE + jump)

    @pytest.mark.parametrize("correction", [2 * MINUTE, -2 * MINUTE])
    def test_a_correction_needs_nobodys_word(self, correction: timedelta) -> None:
        clock = DatabaseClock(lambda: 0.0)
        clock.observe(NOON)
        clock.observe(NOON + correction)

    def test_what_was_accepted_once_covers_no_later_jump(self) -> None:
        seconds = [0.0]
        clock = DatabaseClock(lambda: seconds[0])
        clock.observe(NOON, accepted_at=NOON)
        seconds[0] = 60.0
        with pytest.raises(ClockJumped, match="10 days ahead"):
            clock.observe(NOON + timedelta(days=10), accepted_at=NOON)

    def test_another_witness_must_say_the_same(self) -> None:
        clock = DatabaseClock(lambda: 0.0)
        clock.observe(NOON)
        clock.check_against(NOON + MINUTE, "Temporal")
        with pytest.raises(ClockJumped, match="and Temporal that it is 2030-01-11"):
            clock.check_against(NOON + timedelta(days=10), "Temporal")

    def test_it_is_not_behind_the_newest_entry(self) -> None:
        check_not_behind(NOON, NOON + MINUTE, None)
        with pytest.raises(ClockJumped, match="10 days behind the newest entry"):
            check_not_behind(NOON, NOON + timedelta(days=10), None)
        check_not_behind(NOON, NOON + timedelta(days=10), NOON - MINUTE)


async def test_a_clock_ten_days_ahead_misses_no_deadline(url: str, owner_url: str) -> None:
    async with adjustable(url, owner_url) as (room, owner):
        program_id = await room.started()
        await room.recorded(program_id, evidence())
        owner.execute("UPDATE adjustable.by SET length = '400 days'")
        for one in (evidence(), act("clock", StrikeClock()), act("clock", StrikeClock(answered=True))):
            with pytest.raises(ClockJumped, match="jumped 400 days ahead"):
                await room.recorder.record(program_id, one)
        owner.execute("UPDATE adjustable.by SET length = '0'")
        receipt = await room.recorded(program_id, evidence())
        assert receipt.recorded_at < datetime.now(UTC) + MINUTE
        kept = await room.programs.load(program_id)
        assert kept is not None
        assert {entry.fact.kind for entry in receipt.entries} == {"evidence_recorded"}
        assert all(state.due is None or state.due.missed_at is None for state in kept.program.milestones.values())


async def test_what_an_operator_has_accepted_goes_on(url: str, owner_url: str) -> None:
    async with adjustable(url, owner_url) as (room, owner):
        program_id = await room.started()
        owner.execute("UPDATE adjustable.by SET length = '1 hour'")
        with pytest.raises(ClockJumped):
            await room.recorder.record(program_id, evidence())
        await ClockAcceptances(room.operational).accept("The server had been an hour behind.")
        receipt = await room.recorded(program_id, evidence())
        assert receipt.recorded_at > datetime.now(UTC) + 59 * MINUTE
        await asyncio.gather(*(room.recorded(program_id, evidence()) for _ in range(3)))


async def test_a_clock_that_was_set_back_adds_nothing_to_what_was_recorded_before(url: str, owner_url: str) -> None:
    """Also to a process that has just started, and knows no other time."""
    async with adjustable(url, owner_url) as (room, owner):
        program_id = uuid4()
        owner.execute("UPDATE adjustable.by SET length = '10 days'")
        program_id = await room.started()
        owner.execute("UPDATE adjustable.by SET length = '0'")
        async for other in room_on(url):
            with pytest.raises(ClockJumped, match="10 days behind the newest entry"):
                await other.recorder.record(program_id, evidence())
            await ClockAcceptances(room.operational).accept("It had been ahead.")
            assert (await other.recorded(program_id, evidence())).recorded_at > datetime.now(UTC) + timedelta(days=9)
