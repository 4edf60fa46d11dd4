"""A phase's workflow sleeps until its next clock, however far away, and lets the law strike it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from tests.workflows.conftest import Record, clock, phase
from workflows.client import TASK_QUEUE
from workflows.messages import Struck, Waiting
from workflows.phase import PhaseWorkflow


async def test_a_clock_three_years_away_strikes_and_the_phase_is_over(
    skipping: WorkflowEnvironment, working: Client, record: Record
) -> None:
    now = await skipping.get_current_time()
    record.answers = [Struck(seq=9, phase=phase("quiet", "complete"))]
    waiting = Waiting(program="p", seq=8, phase=phase("quiet", clocks=[clock("stability.quiet", 3 * 365, now)]))
    await working.execute_workflow(PhaseWorkflow.run, waiting, id=str(uuid4()), task_queue=TASK_QUEUE)
    assert [strike.phase for strike in record.strikes] == ["quiet"]
    assert await skipping.get_current_time() >= now + timedelta(days=3 * 365)


async def test_clocks_strike_one_after_the_other(skipping: WorkflowEnvironment, working: Client, record: Record) -> None:
    now = await skipping.get_current_time()
    first, second = clock("deadline.a", 10, now), clock("deadline.b", 20, now)
    record.answers = [
        Struck(seq=9, phase=phase("answer", clocks=[second])),
        Struck(seq=10, phase=phase("answer", "complete")),
    ]
    waiting = Waiting(program="p", seq=8, phase=phase("answer", clocks=[first, second]))
    await working.execute_workflow(PhaseWorkflow.run, waiting, id=str(uuid4()), task_queue=TASK_QUEUE)
    assert len(record.strikes) == 2


async def test_a_clock_that_has_moved_is_waited_for_anew(
    skipping: WorkflowEnvironment, working: Client, record: Record
) -> None:
    now = await skipping.get_current_time()
    record.answers = [Struck(seq=10, phase=phase("quiet", "complete"))]
    waiting = Waiting(program="p", seq=8, phase=phase("quiet", clocks=[clock("stability.quiet", 30, now)]))
    handle = await working.start_workflow(PhaseWorkflow.run, waiting, id=str(uuid4()), task_queue=TASK_QUEUE)
    later = phase("quiet", clocks=[clock("stability.quiet", 60, now)])
    await handle.signal(PhaseWorkflow.hear, Waiting(program="p", seq=9, phase=later))
    await handle.result()
    assert await skipping.get_current_time() >= now + timedelta(days=60)


async def test_what_was_heard_late_does_not_undo_what_is_known(
    skipping: WorkflowEnvironment, working: Client, record: Record
) -> None:
    now = await skipping.get_current_time()
    record.answers = [Struck(seq=10, phase=phase("quiet", "complete"))]
    waiting = Waiting(program="p", seq=8, phase=phase("quiet", clocks=[clock("stability.quiet", 30, now)]))
    handle = await working.start_workflow(PhaseWorkflow.run, waiting, id=str(uuid4()), task_queue=TASK_QUEUE)
    old = phase("quiet", clocks=[clock("stability.quiet", 900, now)])
    await handle.signal(PhaseWorkflow.hear, Waiting(program="p", seq=7, phase=old))
    await handle.result()
    timers = [
        event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
        for event in (await handle.fetch_history()).events
        if event.HasField("timer_started_event_attributes")
    ]
    assert max(timers) <= timedelta(days=30)


async def test_a_phase_of_which_nothing_is_waited_for_ends(working: Client) -> None:
    waiting = Waiting(program="p", seq=8, phase=phase("quiet"))
    handle = await working.start_workflow(PhaseWorkflow.run, waiting, id=str(uuid4()), task_queue=TASK_QUEUE)
    await handle.signal(PhaseWorkflow.hear, Waiting(program="p", seq=9, phase=phase("quiet", "over")))
    await handle.result()
