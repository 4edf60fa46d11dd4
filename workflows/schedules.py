"""One Temporal Schedule for each check, made from the plan and from what the ledger says of pauses.

Level-triggered: whoever keeps them makes what is missing, changes what differs and takes away what is no more in the plan.
Temporal's data may be lost at any time.
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
from workflows.client import RPC_SECONDS, TASK_QUEUE, sealed
from workflows.heartbeat import heartbeating
from workflows.messages import CheckOf, check_schedule
from workflows.visibility import PLAN

AT_ONCE = 8
ENOUGH = 5
CATCH_UP = timedelta(days=1)
"""A run that was missed while Temporal was away is made up, unless it is older than this."""

MONDAY, FIRST_OF_MONTH = ScheduleRange(1), ScheduleRange(1)
ALL_DAYS, ALL_HOURS = ScheduleRange(1, 31), ScheduleRange(0, 23)
A_SECOND = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK_CHANGES = range(2024, 2051)
"""Years whose clock changes stand in schedules, where a check is due while clocks are changed."""
APART = timedelta(days=10_000)
"""A single instant is an interval that comes again when these years are over; longer ones Temporal does not find."""
RPC = timedelta(seconds=RPC_SECONDS)


class Schedules:
    """Keeps the schedules of programs."""

    def __init__(self, client: Client, programs: ProgramCache, runs: CheckRuns) -> None:
        self._client, self._programs, self._runs = client, programs, runs
        self._sealed = sealed(client)

    @activity.defn
    async def keep_checks(self, program: str) -> None:
        """Brings all schedules of a program to what its ledger asks for now. Safe to repeat, and at once."""
        program_id = UUID(program)
        if (cached := await self._programs.load(program_id)) is None:
            return
        names = list(cached.program.plan.checks)
        watched = await self._runs.of(program_id)
        await self._runs.watch(program_id, names)
        gate = asyncio.Semaphore(AT_ONCE)
        async with heartbeating():
            await asyncio.gather(
                *(self._keep(gate, program, cached.program, name) for name in names),
                *(self._drop(gate, program, name) for name in sorted(watched.keys() - set(names))),
            )

    async def _keep(self, gate: asyncio.Semaphore, program_id: str, program: Program, name: str) -> None:
        schedule = scheduled(program_id, program, name, sealed=self._sealed)
        attributes = _found_by(program, sealed=self._sealed)
        schedule_id = check_schedule(program_id, name, sealed=self._sealed)
        async with gate:
            # Where encryption was begun or ended, the one of before would run beside this one.
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
                # A search attribute that was registered a moment ago is not known everywhere at once. What Temporal still
                # refuses after that, a time zone that it does not know, must not hold up the program.
                if error.status is not RPCStatusCode.INVALID_ARGUMENT or activity.info().attempt < ENOUGH:
                    raise
                activity.logger.warning("schedule refused", extra={"check": name, "reason": error.message})

    async def _drop(self, gate: asyncio.Semaphore, program_id: str, name: str) -> None:
        async with gate:
            for sealed_too in (False, True):
                await self._delete(check_schedule(program_id, name, sealed=sealed_too))
            await self._runs.forget(UUID(program_id), name)

    async def _delete(self, schedule_id: str) -> None:
        try:
            await self._client.get_schedule_handle(schedule_id).delete(rpc_timeout=RPC)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise


def scheduled(program_id: str, program: Program, name: str, *, sealed: bool = False) -> Schedule:
    """The schedule of a check as the ledger wants it. Sealed, its id, its note and its attributes tell no name."""
    check = program.plan.checks[name]
    paused = program.checks.get(name, CheckState()).paused_because
    why = "The program has ended." if program.ended_at else f"Paused: {paused}" if paused is not None else None
    summary = f"{check.title} ({check.source})"[:200]
    return Schedule(
        action=ScheduleActionStartWorkflow(
            CheckWorkflow.run,
            CheckOf(program=program_id, name=name),
            id=check_schedule(program_id, name, sealed=sealed),
            task_queue=TASK_QUEUE,
            static_summary=summary,
            static_details=f"Check **{name}** of *{program.title}*, read from the source {check.source}.",
            typed_search_attributes=_found_by(program, sealed=sealed),
        ),
        spec=specified(check.runs, program.plan.time_zone),
        # One run of a check at a time: of several that were missed the first runs, and the others find it running.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
        # Temporal keeps notes as they are.
        state=ScheduleState(note=None if sealed else (why or summary)[:500], paused=why is not None),
    )


def specified(runs: Runs, zone: str) -> ScheduleSpec:
    """The times of a check: its rhythm, and with it the quicker one of the months in which a release is expected.

    On the day of a clock change Temporal leaves out a time that does not exist, or reads it as a later one, and takes twice
    what exists twice. Whatever it makes of such a time is skipped, and the one instant that counts stands for it, a second
    later than what is skipped.
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
        intervals=[_once(one.instant + A_SECOND) for one in changed],
        skip=[_on(one.read_as) for one in changed],
        jitter=add_duration(EPOCH, runs.jitter, "UTC") - EPOCH,
        time_zone_name=zone,
    )


def _is_due(every: str, months: frozenset[int], day: date) -> bool:
    """Whether a rhythm has a run on a day. An hourly one has others on it."""
    if every == "PT1H" or day.month not in months:
        return False
    return every == "P1D" or (day.isoweekday() == 1 if every == "P1W" else day.day == 1)


def _once(at: datetime) -> ScheduleIntervalSpec:
    return ScheduleIntervalSpec(every=APART, offset=(at - EPOCH) % APART)


def _on(at: datetime) -> ScheduleCalendarSpec:
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


def _found_by(program: Program, *, sealed: bool) -> TypedSearchAttributes:
    return TypedSearchAttributes([] if sealed else [SearchAttributePair(PLAN, program.plan.plan)])
