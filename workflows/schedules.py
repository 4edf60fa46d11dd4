"""Temporal Schedules of checks, derived from the plan and from pauses in the ledger.

Level-triggered: missing schedules are created, others updated, and those of removed checks deleted. Temporal's data may be lost
at any time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from temporalio import activity
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
)
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from db.check_runs import CheckRuns
from db.program_cache import ProgramCache
from rules.clock_changes import transition_days
from rules.language.checks import Runs
from rules.program import Program
from rules.times import add_duration
from rules.vocabulary.checks import CheckState
from workflows.check import CheckWorkflow
from workflows.client import RPC_SECONDS, TASK_QUEUE, is_encrypted
from workflows.heartbeat import heartbeats
from workflows.messages import CheckRef, check_schedule
from workflows.visibility import PLAN

CONCURRENCY = 8
MAX_REFUSED_ATTEMPTS = 5
CATCH_UP = timedelta(days=1)
"""Catch-up window: missed runs up to this age are made up."""

MONDAY, FIRST_OF_MONTH = ScheduleRange(1), ScheduleRange(1)
ALL_DAYS, ALL_HOURS = ScheduleRange(1, 31), ScheduleRange(0, 23)
A_SECOND = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK_CHANGES = range(2024, 2051)
"""Years whose daylight saving changes are put into schedules."""
NEVER_AGAIN = timedelta(days=10_000)
"""A single instant is expressed as an interval of 27 years; Temporal does not compute longer ones."""
RPC = timedelta(seconds=RPC_SECONDS)


class Schedules:
    """Creates, updates and deletes schedules."""

    def __init__(self, client: Client, programs: ProgramCache, runs: CheckRuns) -> None:
        self._client, self._programs, self._runs = client, programs, runs
        self._sealed = is_encrypted(client)

    @activity.defn
    async def keep_checks(self, program: str) -> None:
        """Updates all schedules of a program to its ledger. Idempotent and safe under concurrency."""
        program_id = UUID(program)
        if (cached := await self._programs.load(program_id)) is None:
            return
        names = list(cached.program.plan.checks)
        watched = await self._runs.of(program_id)
        await self._runs.watch(program_id, names)
        semaphore = asyncio.Semaphore(CONCURRENCY)
        async with heartbeats():
            await asyncio.gather(
                *(self._upsert(semaphore, program, cached.program, name) for name in names),
                *(self._remove(semaphore, program, name) for name in sorted(watched.keys() - set(names))),
            )

    async def _upsert(self, semaphore: asyncio.Semaphore, program_id: str, program: Program, name: str) -> None:
        schedule = build_schedule(program_id, program, name, sealed=self._sealed)
        attributes = _search_attributes(program, sealed=self._sealed)
        schedule_id = check_schedule(program_id, name, sealed=self._sealed)
        async with semaphore:
            # After encryption was turned on or off, a schedule under the other id would run too.
            await self._delete(check_schedule(program_id, name, sealed=not self._sealed))
            try:
                await self._client.create_schedule(
                    schedule_id,
                    schedule,
                    memo={"program": program.title, "check": program.plan.checks[name].title},
                    search_attributes=attributes,
                    rpc_timeout=RPC,
                )
            except ScheduleAlreadyRunningError:
                handle = self._client.get_schedule_handle(schedule_id)
                await handle.update(lambda _: ScheduleUpdate(schedule, search_attributes=attributes), rpc_timeout=RPC)
            except RPCError as error:
                # A new search attribute may not have propagated. A schedule that is still rejected after that (an unknown time
                # zone) must not block the program.
                if error.status is not RPCStatusCode.INVALID_ARGUMENT or activity.info().attempt < MAX_REFUSED_ATTEMPTS:
                    raise
                activity.logger.warning("schedule refused", extra={"check": name, "reason": error.message})

    async def _remove(self, semaphore: asyncio.Semaphore, program_id: str, name: str) -> None:
        async with semaphore:
            for sealed in (False, True):
                await self._delete(check_schedule(program_id, name, sealed=sealed))
            await self._runs.forget(UUID(program_id), name)

    async def _delete(self, schedule_id: str) -> None:
        try:
            await self._client.get_schedule_handle(schedule_id).delete(rpc_timeout=RPC)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise


def build_schedule(program_id: str, program: Program, name: str, *, sealed: bool = False) -> Schedule:
    """The schedule of a check. Sealed, its id, note and attributes contain no names."""
    check = program.plan.checks[name]
    paused = program.checks.get(name, CheckState()).paused_because
    why = "The program has ended." if program.ended_at else f"Paused: {paused}" if paused is not None else None
    summary = f"{check.title} ({check.source})"[:200]
    return Schedule(
        action=ScheduleActionStartWorkflow(
            CheckWorkflow.run,
            CheckRef(program=program_id, name=name),
            id=check_schedule(program_id, name, sealed=sealed),
            task_queue=TASK_QUEUE,
            static_summary=summary,
            static_details=f"Check **{name}** of *{program.title}*, read from the source {check.source}.",
            typed_search_attributes=_search_attributes(program, sealed=sealed),
        ),
        spec=build_spec(check.runs, program.plan.time_zone),
        # One run at a time: of several missed runs the first starts, and the others are skipped.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
        # Notes are not encrypted.
        state=ScheduleState(note=None if sealed else (why or summary)[:500], paused=why is not None),
    )


def build_spec(runs: Runs, zone: str) -> ScheduleSpec:
    """The times of a check: its interval, and a shorter one in the months in which a release is expected.

    On the day of a daylight saving change, Temporal omits or shifts a local time that does not exist and doubles one that
    occurs twice. Such times are skipped, and the one instant that counts is added a second later.
    """
    rhythms = [(runs.every, frozenset(range(1, 13)))]
    if (released := runs.released) is not None:
        rhythms.append((released.every, frozenset(released.months)))
    changed = [
        one
        for one in transition_days(zone, time.fromisoformat(runs.at), CLOCK_CHANGES)
        if any(_is_due(every, months, one.day) for every, months in rhythms)
    ]
    return ScheduleSpec(
        calendars=[_calendar(every, runs.at, [ScheduleRange(month) for month in sorted(months)]) for every, months in rhythms],
        intervals=[_single_instant(one.instant + A_SECOND) for one in changed],
        skip=[_local_second(one.read_as) for one in changed],
        jitter=add_duration(EPOCH, runs.jitter, "UTC") - EPOCH,
        time_zone_name=zone,
    )


def _is_due(every: str, months: frozenset[int], day: date) -> bool:
    """Whether an interval is due on a day; hourly ones never need a correction."""
    if every == "PT1H" or day.month not in months:
        return False
    return every == "P1D" or (day.isoweekday() == 1 if every == "P1W" else day.day == 1)


def _single_instant(at: datetime) -> ScheduleIntervalSpec:
    return ScheduleIntervalSpec(every=NEVER_AGAIN, offset=(at - EPOCH) % NEVER_AGAIN)


def _local_second(at: datetime) -> ScheduleCalendarSpec:
    """A local time of one day, to the second."""
    return ScheduleCalendarSpec(
        second=[ScheduleRange(0)],
        minute=[ScheduleRange(at.minute)],
        hour=[ScheduleRange(at.hour)],
        day_of_month=[ScheduleRange(at.day)],
        month=[ScheduleRange(at.month)],
        year=[ScheduleRange(at.year)],
    )


def _calendar(every: str, at: str, months: Iterable[ScheduleRange]) -> ScheduleCalendarSpec:
    hour, minute = (ScheduleRange(int(part)) for part in at.split(":"))
    return ScheduleCalendarSpec(
        minute=[minute],
        hour=[ALL_HOURS if every == "PT1H" else hour],
        day_of_month=[FIRST_OF_MONTH if every == "P1M" else ALL_DAYS],
        month=list(months),
        day_of_week=[MONDAY if every == "P1W" else ScheduleRange(0, 6)],
    )


def _search_attributes(program: Program, *, sealed: bool) -> TypedSearchAttributes:
    return TypedSearchAttributes([] if sealed else [SearchAttributePair(PLAN, program.plan.plan)])
