"""A program's workflow starts its phases as children and keeps them told."""

from __future__ import annotations

from uuid import uuid4

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from tests.workflows.conftest import Record, clock, phase, program
from tests.workflows.resting import rest
from workflows.client import TASK_QUEUE
from workflows.messages import Following, Struck, phase_workflow, program_workflow
from workflows.program import ProgramWorkflow


async def test_each_open_phase_is_a_child_and_ends_with_the_program(working: Client) -> None:
    name = str(uuid4())
    first = program(name, 1, [phase("move"), phase("withdrawal")])
    handle = await working.start_workflow(
        ProgramWorkflow.run, Following(heard=first, at_once=True), id=program_workflow(name), task_queue=TASK_QUEUE
    )
    await rest(working, handle.id)
    await handle.signal(ProgramWorkflow.hear, program(name, 2, [], "terminated"))
    await handle.result()
    for child in ("move", "withdrawal"):
        await working.get_workflow_handle(phase_workflow(name, child)).result()


async def test_a_phase_that_ended_by_itself_is_started_again_when_it_reopens(
    skipping: WorkflowEnvironment, working: Client, record: Record
) -> None:
    now = await skipping.get_current_time()
    name = str(uuid4())
    record.answers = [Struck(seq=2, phase=phase("quiet", "complete"))]
    started = program(name, 1, [phase("quiet", clocks=[clock("stability.quiet", 30, now)])])
    handle = await working.start_workflow(
        ProgramWorkflow.run, Following(heard=started, at_once=True), id=program_workflow(name), task_queue=TASK_QUEUE
    )
    child = working.get_workflow_handle(phase_workflow(name, "quiet"))
    await skipping.sleep(31 * 86400)
    await rest(working, handle.id)
    assert (await child.describe()).status is WorkflowExecutionStatus.COMPLETED
    await handle.signal(ProgramWorkflow.hear, program(name, 3, [phase("quiet")]))
    await rest(working, handle.id)
    assert (await child.describe()).status is WorkflowExecutionStatus.RUNNING
    await handle.signal(ProgramWorkflow.hear, program(name, 4, [], "completed"))
    await handle.result()


async def test_being_told_twice_and_out_of_order_is_harmless(working: Client) -> None:
    name = str(uuid4())
    handle = await working.start_workflow(
        ProgramWorkflow.run,
        Following(heard=program(name, 5, [phase("move")]), at_once=True),
        id=program_workflow(name),
        task_queue=TASK_QUEUE,
    )
    for seq in (5, 3, 5):
        await handle.signal(ProgramWorkflow.hear, program(name, seq, [phase("move")]))
    await rest(working, handle.id)
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    await handle.signal(ProgramWorkflow.hear, program(name, 6, [], "terminated"))
    await handle.result()


async def test_clocks_do_not_wait_for_schedules_that_cannot_be_kept(working: Client, record: Record) -> None:
    """They are tried again until they are, also when the program has ended: its checks would run for ever."""
    name = str(uuid4())
    record.unscheduled = [ApplicationError("Temporal refuses.", non_retryable=True) for _ in range(2)]
    handle = await working.start_workflow(
        ProgramWorkflow.run,
        Following(heard=program(name, 1, [], checks="daily"), at_once=True),
        id=program_workflow(name),
        task_queue=TASK_QUEUE,
    )
    await rest(working, handle.id)
    await handle.signal(ProgramWorkflow.hear, program(name, 2, [phase("move")], checks="daily"))
    await rest(working, handle.id)
    child = working.get_workflow_handle(phase_workflow(name, "move"))
    assert (await child.describe()).status is WorkflowExecutionStatus.RUNNING
    record.unscheduled.append(ApplicationError("Temporal refuses.", non_retryable=True))
    await handle.signal(ProgramWorkflow.hear, program(name, 3, [], "completed", checks="paused"))
    await handle.result()
    assert (len(record.scheduled), record.unscheduled) == (4, [])
