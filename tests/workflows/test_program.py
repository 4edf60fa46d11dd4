"""A program's workflow keeps the clocks of its open phases and follows the record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from tests.workflows.conftest import Record, begun, clock, phase, program, told
from tests.workflows.resting import rest
from workflows.messages import PhaseState

RUNNING, COMPLETED = WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED


@pytest.fixture
def name() -> str:
    return str(uuid4())


@pytest.fixture
async def now(skipping: WorkflowEnvironment) -> datetime:
    return await skipping.get_current_time()


async def status(handle: WorkflowHandle[Any, Any]) -> WorkflowExecutionStatus | None:
    return (await handle.describe()).status


async def timers(handle: WorkflowHandle[Any, Any]) -> list[timedelta]:
    """How long each timer was set for, in their order."""
    return [
        event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
        for event in (await handle.fetch_history()).events
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
    ]


async def test_a_clock_three_years_away_strikes(
    skipping: WorkflowEnvironment, working: Client, record: Record, name: str, now: datetime
) -> None:
    record.answers = [program(name, 9, [], "completed")]
    far = phase("quiet", clocks=[clock("stability.quiet", 3 * 365, now)])
    handle = await begun(working, program(name, 8, [far]))
    await handle.result()
    assert record.strikes == [name]
    assert await skipping.get_current_time() >= now + timedelta(days=3 * 365)


async def test_clocks_of_several_phases_strike_one_after_the_other(
    working: Client, record: Record, name: str, now: datetime
) -> None:
    first, second = clock("deadline.a", 10, now), clock("deadline.b", 20, now)
    record.answers = [
        program(name, 9, [phase("move"), phase("answer", clocks=[second])]),
        program(name, 10, [], "completed"),
    ]
    handle = await begun(working, program(name, 8, [phase("move", clocks=[first]), phase("answer", clocks=[second])]))
    await handle.result()
    assert len(record.strikes) == 2


async def test_what_is_due_at_one_instant_in_many_phases_is_one_strike(
    working: Client, record: Record, name: str, now: datetime
) -> None:
    record.answers = [program(name, 9, [], "completed")]
    phases = [phase(one, clocks=[clock(f"deadline.{one}", 10, now)]) for one in ("move", "answer", "quiet")]
    await (await begun(working, program(name, 8, phases))).result()
    assert record.strikes == [name]


async def test_a_clock_that_the_database_has_not_reached_yet_is_struck_again(
    working: Client, record: Record, name: str, now: datetime
) -> None:
    due = program(name, 8, [phase("quiet", clocks=[clock("stability.quiet", 1, now)])])
    record.answers = [due, due, program(name, 9, [], "completed")]
    await (await begun(working, due)).result()
    assert len(record.strikes) == 3


async def test_a_clock_that_has_moved_is_waited_for_anew(
    skipping: WorkflowEnvironment, working: Client, record: Record, name: str, now: datetime
) -> None:
    record.answers = [program(name, 10, [], "completed")]
    handle = await begun(working, program(name, 8, [phase("quiet", clocks=[clock("stability.quiet", 30, now)])]))
    await told(handle, program(name, 9, [phase("quiet", clocks=[clock("stability.quiet", 60, now)])]))
    await handle.result()
    assert await skipping.get_current_time() >= now + timedelta(days=60)
    assert len(record.strikes) == 1


async def test_a_clock_that_stays_keeps_its_timer(working: Client, name: str, now: datetime) -> None:
    """Whatever else is recorded meanwhile."""
    quiet = phase("quiet", clocks=[clock("stability.quiet", 30, now)])
    handle = await begun(working, program(name, 8, [quiet]))
    await rest(working, handle.id)
    for seq in (9, 10):
        await told(handle, program(name, seq, [quiet, phase("move")]))
        await rest(working, handle.id)
    assert len(await timers(handle)) == 1


async def test_what_arrives_twice_late_or_out_of_order_undoes_nothing(working: Client, name: str, now: datetime) -> None:
    def at(seq: int, days: int, epoch: int = 1) -> Any:
        return program(name, seq, [phase("quiet", clocks=[clock("stability.quiet", days, now)])], epoch=epoch)

    handle = await begun(working, at(8, 30))
    for state in (at(8, 900), at(7, 900), at(3, 900, epoch=0)):
        await told(handle, state)
        await rest(working, handle.id)
    assert max(await timers(handle)) <= timedelta(days=30)


async def test_a_record_that_was_restored_is_followed_although_it_is_not_so_far(
    working: Client, name: str, now: datetime
) -> None:
    handle = await begun(working, program(name, 8, [phase("quiet", clocks=[clock("stability.quiet", 30, now)])], epoch=1))
    await rest(working, handle.id)
    restored = program(name, 5, [phase("quiet", clocks=[clock("stability.quiet", 10, now)])], epoch=2)
    await told(handle, restored)
    await rest(working, handle.id)
    assert (await timers(handle))[-1] <= timedelta(days=10)


async def test_a_phase_that_is_over_keeps_no_clock_and_opens_again_with_a_new_one(
    skipping: WorkflowEnvironment, working: Client, record: Record, name: str, now: datetime
) -> None:
    record.answers = [program(name, 12, [], "completed")]

    def quiet(days: int) -> list[PhaseState]:
        return [phase("quiet", clocks=[clock("stability.quiet", days, now)])]

    handle = await begun(working, program(name, 8, quiet(30)))
    await rest(working, handle.id)
    await told(handle, program(name, 9, []))
    await skipping.sleep(timedelta(days=40))
    assert record.strikes == []
    await told(handle, program(name, 10, quiet(60)))
    await handle.result()
    assert record.strikes == [name]


async def test_a_cancellation_that_somebody_asks_for_in_temporals_pages_ends_no_clock(
    working: Client, record: Record, name: str, now: datetime
) -> None:
    record.answers = [program(name, 9, [], "completed")]
    handle = await begun(working, program(name, 8, [phase("quiet", clocks=[clock("stability.quiet", 30, now)])]))
    await rest(working, handle.id)
    for _ in range(2):
        await handle.cancel()
        await rest(working, handle.id)
    assert await status(handle) is RUNNING
    await handle.result()
    assert (record.strikes, await status(handle)) == ([name], COMPLETED)


async def test_a_program_without_checks_asks_for_no_schedules(working: Client, record: Record, name: str) -> None:
    handle = await begun(working, program(name, 1, [phase("move")]))
    await told(handle, program(name, 2, [], "terminated"))
    await handle.result()
    assert record.scheduled == []


async def test_clocks_do_not_wait_for_schedules_that_cannot_be_kept(
    working: Client, record: Record, name: str, now: datetime
) -> None:
    """They are tried again until they are, also when the program has ended: its checks would run for ever."""
    record.unscheduled = [ApplicationError("Temporal refuses.", non_retryable=True) for _ in range(2)]
    handle = await begun(working, program(name, 1, [], checks="daily"))
    await rest(working, handle.id)
    soon = phase("move", clocks=[clock("deadline.a", 1, now)])
    await told(handle, program(name, 2, [soon], checks="daily"))
    await rest(working, handle.id)
    assert timedelta(hours=23) < max(await timers(handle)) <= timedelta(days=1)
    record.unscheduled.append(ApplicationError("Temporal refuses.", non_retryable=True))
    await told(handle, program(name, 3, [], "completed", checks="paused"))
    await handle.result()
    assert (len(record.scheduled), record.unscheduled) == (4, [])
