"""A program's workflow starts child programs that outlive it, and each reports to the other."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from tests.workflows.conftest import Record, begun, child, program, told
from tests.workflows.resting import rest
from workflows.messages import ChildRef, ChildState, program_workflow
from workflows.visibility import PARENT


async def opened(client: Client, parent: str) -> tuple[ChildState, WorkflowHandle[Any, Any]]:
    """A child as its parent hears of it, and the parent's workflow."""
    harbour = child(parent, "harbour")
    handle = await begun(client, program(parent, 1, [], children=[harbour]))
    await rest(client, handle.id)
    return harbour, handle


async def status(client: Client, of: str) -> WorkflowExecutionStatus | None:
    return (await client.get_workflow_handle(program_workflow(of)).describe()).status


async def test_an_opened_program_is_a_child_workflow_that_begins_its_own_record(working: Client, record: Record) -> None:
    parent = str(uuid4())
    harbour, _ = await opened(working, parent)
    assert record.kept == [ChildRef(parent=parent, name="harbour")]
    described = await working.get_workflow_handle(program_workflow(harbour.program)).describe()
    assert described.parent_id == program_workflow(parent)
    assert described.typed_search_attributes.get(PARENT) == parent


async def test_a_child_lives_on_when_its_parent_has_ended(working: Client, record: Record) -> None:
    parent = str(uuid4())
    harbour, handle = await opened(working, parent)
    await told(handle, program(parent, 2, [], "completed", children=[harbour]))
    await rest(working, handle.id)
    assert await status(working, parent) is WorkflowExecutionStatus.COMPLETED
    assert await status(working, harbour.program) is WorkflowExecutionStatus.RUNNING


async def test_a_child_lives_on_when_its_parents_workflow_is_terminated(working: Client, record: Record) -> None:
    parent = str(uuid4())
    harbour, handle = await opened(working, parent)
    await handle.terminate()
    await rest(working, program_workflow(harbour.program))
    assert await status(working, harbour.program) is WorkflowExecutionStatus.RUNNING


async def test_a_suspension_is_brought_to_the_child_once(working: Client, record: Record) -> None:
    parent = str(uuid4())
    _, handle = await opened(working, parent)
    held = child(parent, "harbour", holds=True)
    for seq in (2, 3):
        await told(handle, program(parent, seq, [], "suspended", children=[held]))
        await rest(working, handle.id)
    assert len(record.kept) == 2


async def test_a_child_that_was_told_first_is_found_and_kept(working: Client, record: Record) -> None:
    """As in a namespace that was made anew: the relay tells programs in any order."""
    parent = str(uuid4())
    harbour = child(parent, "harbour")
    of = ChildRef(parent=parent, name="harbour")
    await begun(working, program(harbour.program, 7, [], parent=of, news="x"))
    _, handle = await opened(working, parent)
    assert record.kept == [of]
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    assert await status(working, harbour.program) is WorkflowExecutionStatus.RUNNING


async def test_what_the_relay_tells_while_a_child_is_opened_is_heard(working: Client, record: Record) -> None:
    parent = str(uuid4())
    harbour, _ = await opened(working, parent)
    ended = program(harbour.program, 9, [], "terminated", parent=ChildRef(parent=parent, name="harbour"), news="ended")
    handle = working.get_workflow_handle(program_workflow(harbour.program))
    await told(handle, ended)
    await handle.result()
    assert len(record.reported) == 2


async def test_a_child_reports_what_is_new_and_nothing_twice(working: Client, record: Record) -> None:
    of = ChildRef(parent=str(uuid4()), name="harbour")
    name = child(of.parent, of.name).program
    handle = await begun(working, program(name, 1, [], parent=of, news="first"))
    for seq, news in ((2, "first"), (3, "second"), (4, "second")):
        await rest(working, handle.id)
        await told(handle, program(name, seq, [], parent=of, news=news))
    await rest(working, handle.id)
    assert record.reported == [of, of]
