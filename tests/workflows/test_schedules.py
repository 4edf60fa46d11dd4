"""Schedules of checks on a real Temporal: when they run, and that they follow the ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.workflowservice.v1 import ListScheduleMatchingTimesRequest
from temporalio.client import Client, Schedule, ScheduleActionStartWorkflow, ScheduleState
from temporalio.service import RPCError
from temporalio.testing import ActivityEnvironment

from cli.temporal import Temporal, free_port
from db.check_runs import CheckRuns
from db.program_cache import ProgramCache
from rules import acts as a
from rules.language.checks import Runs
from rules.program import Program
from tests.rules.checked_plan import CHECKED
from tests.rules.small_plan import World, day
from tests.workflows.keys import key
from workflows.client import TemporalSettings, connect
from workflows.messages import check_schedule
from workflows.namespace import prepare
from workflows.schedule_client import TemporalUnavailable, next_runs, run_now
from workflows.schedules import Schedules, build_schedule, build_spec

PROGRAM = "01890000-0000-7000-8000-000000000009"


@pytest.fixture(scope="module")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    with Temporal(tmp_path_factory.mktemp("temporal"), free_port()) as server:
        await prepare(TemporalSettings.of(server.address))
        yield await connect(TemporalSettings.of(server.address))


class Watched:
    """Programs of which one is known, and the checks of it that are watched."""

    def __init__(self) -> None:
        self.program: Program | None = None
        self.names: set[str] = set()

    async def load(self, program_id: UUID) -> Any:
        return SimpleNamespace(program=self.program) if program_id == UUID(PROGRAM) else None

    async def of(self, _: UUID) -> dict[str, None]:
        return dict.fromkeys(self.names)

    async def watch(self, _: UUID, names: Iterable[str]) -> None:
        self.names |= set(names)

    async def forget(self, _: UUID, name: str) -> None:
        self.names.discard(name)


def world(**checks: Any) -> World:
    return World(hosts=CHECKED["hosts"], sources=CHECKED["sources"] | {"gazette": GAZETTE}, checks=checks)


SMOKE = CHECKED["checks"]["smoke"]
SOOT = SMOKE | {"source": "gazette"}
GAZETTE = CHECKED["sources"]["yearbook"] | {"producer": "Gazette"}


@pytest.mark.parametrize(
    ("runs", "told", "times"),
    [
        (Runs(every="PT1H", at="06:20"), "%M", {"20"}),
        (Runs(every="P1D", at="06:30"), "%H:%M", {"03:30"}),
        (Runs(every="P1W"), "%a %H:%M", {"Mon 03:00"}),
        (Runs(every="P1M"), "%d %H:%M", {"01 03:00"}),
    ],
    ids=["each hour", "each day", "on Mondays", "on the first of the month"],
)
async def test_a_check_runs_when_the_plan_says_in_its_time_zone(
    temporal: Client, runs: Runs, told: str, times: set[str]
) -> None:
    """Baghdad is three hours ahead of UTC, all year."""
    assert {at.strftime(told) for at in await upcoming(temporal, runs)} == times


@pytest.mark.parametrize(
    ("zone", "at", "moved"),
    [
        ("Europe/Paris", "02:30", {"2026-03-29 03:00 +0200", "2026-10-25 02:30 +0200"}),
        ("Africa/Cairo", "00:30", {"2026-04-24 01:00 +0300"}),
        ("Africa/Cairo", "23:30", {"2026-10-29 23:30 +0300"}),
        ("America/New_York", "01:30", {"2026-11-01 01:30 -0400"}),
        ("Australia/Lord_Howe", "02:15", {"2026-10-04 02:30 +1100"}),
        ("Asia/Baghdad", "03:00", set()),
    ],
)
async def test_each_due_day_of_a_year_has_one_run_though_clocks_are_changed(
    temporal: Client, zone: str, at: str, moved: set[str]
) -> None:
    """A time that does not exist is the next that does; one that exists twice is its first."""
    name = f"{zone}-{at}".replace("/", "-")
    action = ScheduleActionStartWorkflow("any", id=name, task_queue="none")
    spec = build_spec(Runs(every="P1D", at=at, jitter="PT0S"), zone)
    await temporal.create_schedule(name, Schedule(action=action, spec=spec, state=ScheduleState(paused=True)))
    there = ZoneInfo(zone)
    begins, ends = (Timestamp(), Timestamp())
    begins.FromDatetime(datetime(2026, 1, 1, tzinfo=there).astimezone(UTC) - timedelta(seconds=1))
    ends.FromDatetime(datetime(2027, 1, 1, tzinfo=there).astimezone(UTC) - timedelta(seconds=1))
    asked = ListScheduleMatchingTimesRequest(namespace=temporal.namespace, schedule_id=name, start_time=begins, end_time=ends)
    answer = await temporal.workflow_service.list_schedule_matching_times(asked)
    times = [found.ToDatetime(UTC).astimezone(there) for found in answer.start_time]
    year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    assert [found.date() for found in times] == year
    usual = {day: datetime.combine(day, time.fromisoformat(at), there) for day in year}
    unusual = [found for found in times if found.strftime("%H:%M:%S") != f"{at}:00" or is_twice(usual[found.date()])]
    assert {found.strftime("%Y-%m-%d %H:%M %z") for found in unusual} == moved


def is_twice(at: datetime) -> bool:
    return at.utcoffset() != at.replace(fold=1).utcoffset()


async def test_a_check_runs_more_often_while_a_release_is_expected(temporal: Client) -> None:
    month = datetime.now(UTC).month
    later = {(month + 3) % 12 + 1, (month + 4) % 12 + 1}
    seldom = await upcoming(temporal, Runs.model_validate({"every": "P1M", "released": {"months": tuple(later)}}))
    often = await upcoming(temporal, Runs.model_validate({"every": "P1M", "released": {"months": tuple(range(1, 13))}}))
    assert (seldom[-1] - seldom[0]).days > 25 * 3
    assert (often[-1] - often[0]).days < 25


async def test_schedules_are_made_paused_resumed_stopped_and_taken_away(temporal: Client) -> None:
    watched = Watched()
    schedules = Schedules(temporal, cast("ProgramCache", watched), cast("CheckRuns", watched))
    held = world(smoke=SMOKE, soot=SOOT)

    async def paused(name: str) -> bool:
        watched.program = held.program
        await ActivityEnvironment().run(schedules.keep_checks, PROGRAM)
        await ActivityEnvironment().run(schedules.keep_checks, PROGRAM)
        return (await temporal.get_schedule_handle(check_schedule(PROGRAM, name)).describe()).schedule.state.paused

    assert not await paused("smoke")
    held.given("olga", a.PauseCheck(check="smoke", reason="The Observatory moves."), day(1))
    assert await paused("smoke")
    assert not await paused("soot")
    held.given("olga", a.ResumeCheck(check="smoke", reason="It has moved."), day(2))
    assert not await paused("smoke")
    held.given("cleo", a.SuspendProgram(reason="Let us see."), day(3))
    assert not await paused("smoke")
    held.given("cleo", a.TerminateProgram(reason="It is over."), day(4))
    assert await paused("smoke")

    held = world(smoke=SMOKE)
    assert not await paused("smoke")
    with pytest.raises(RPCError):
        await temporal.get_schedule_handle(check_schedule(PROGRAM, "soot")).describe()
    assert watched.names == {"smoke"}


async def test_where_encryption_is_begun_a_check_keeps_one_schedule_which_tells_no_name(
    temporal: Client, tmp_path: Path
) -> None:
    """Two would run beside one another."""
    watched = Watched()
    watched.program = world(smoke=SMOKE).program
    settings = TemporalSettings.of(temporal.service_client.config.target_host)
    encrypted = await connect(settings.model_copy(update={"accord_codec_keys": key(tmp_path / "keys", "a")}))
    plain, sealed = (check_schedule(PROGRAM, "smoke", sealed=sealed) for sealed in (False, True))
    for client, kept, gone in ((temporal, plain, sealed), (encrypted, sealed, plain), (temporal, plain, sealed)):
        schedules = Schedules(client, cast("ProgramCache", watched), cast("CheckRuns", watched))
        await ActivityEnvironment().run(schedules.keep_checks, PROGRAM)
        described = await client.get_schedule_handle(kept).describe()
        assert (described.schedule.state.note is None) is (kept == sealed)
        assert await next_runs(client, PROGRAM, ["smoke"]) != {"smoke": None}
        with pytest.raises(RPCError):
            await client.get_schedule_handle(gone).describe()
    assert "smoke" not in sealed


async def test_without_a_schedule_or_without_temporal_there_is_no_run(temporal: Client) -> None:
    assert await next_runs(temporal, PROGRAM, ["never_made"]) == {"never_made": None}
    with pytest.raises(TemporalUnavailable, match="no schedule yet"):
        await run_now(temporal, PROGRAM, "never_made")
    away = await connect(TemporalSettings.of("127.0.0.1:1"), lazy=True)
    with pytest.raises(TemporalUnavailable):
        await next_runs(away, PROGRAM, ["smoke"])
    with pytest.raises(TemporalUnavailable):
        await run_now(away, PROGRAM, "smoke")


async def upcoming(temporal: Client, runs: Runs) -> list[datetime]:
    """The next times at which Temporal would let a check run, without its jitter."""
    check = SMOKE | {"runs": runs.model_dump(mode="json", exclude_none=True) | {"jitter": "PT0S", "overdue_after": "P60D"}}
    name = f"runs_{abs(hash(runs)) % 10**9}"
    program = world(**{name: check}).program
    handle = await temporal.create_schedule(check_schedule(PROGRAM, name), build_schedule(PROGRAM, program, name))
    times = (await handle.describe()).info.next_action_times
    assert len(times) > 3
    return [at.astimezone(UTC) for at in times]
