"""A program of many years: when a history has become long it is cut, and nothing that was waited for is lost."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from tests.workflows.conftest import Record, clock, phase, program
from workflows.client import TASK_QUEUE
from workflows.messages import Following, Struck, phase_workflow, program_workflow
from workflows.namespace import SEARCH_ATTRIBUTES
from workflows.program import ProgramWorkflow
from workflows.worker import WORKFLOWS, runner

LONG = 60
"""Events after which this server suggests to cut a history; 4,096 elsewhere."""


@pytest.fixture
async def short_histories(record: Record) -> AsyncIterator[Client]:
    server = Path(sys.executable).with_name("temporal")
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(server),
        dev_server_extra_args=["--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={LONG}"],
        search_attributes=list(SEARCH_ATTRIBUTES),
        data_converter=pydantic_data_converter,
    )
    async with (
        environment,
        Worker(
            environment.client,
            task_queue=TASK_QUEUE,
            workflows=WORKFLOWS,
            activities=record.activities,
            workflow_runner=runner(),
        ),
    ):
        yield environment.client


async def test_a_program_goes_on_after_its_history_was_cut(short_histories: Client, record: Record) -> None:
    name, now = str(uuid4()), datetime.now(UTC)
    heard = program(name, 1, [phase("quiet", clocks=[clock("stability.quiet", 30, now)])])
    handle = await short_histories.start_workflow(
        ProgramWorkflow.run, Following(heard=heard), id=program_workflow(name), task_queue=TASK_QUEUE
    )
    first_run = handle.first_execution_run_id
    for seq in range(2, 40):
        later = phase("quiet", clocks=[clock("stability.quiet", 30 + seq, now)])
        await short_histories.get_workflow_handle(handle.id).signal(ProgramWorkflow.hear, program(name, seq, [later]))
    child = short_histories.get_workflow_handle(phase_workflow(name, "quiet"))
    assert await _run(short_histories.get_workflow_handle(handle.id)) != first_run
    due = phase("quiet", clocks=[clock("stability.quiet", -1, now)])
    record.answers = [Struck(seq=41, phase=phase("quiet", "complete"))]
    await short_histories.get_workflow_handle(handle.id).signal(ProgramWorkflow.hear, program(name, 40, [due]))
    await child.result()
    assert [strike.phase for strike in record.strikes] == ["quiet"]


async def _run(handle: WorkflowHandle[object, object]) -> str | None:
    """The run that goes on now, once the signals before have been heard."""
    for _ in range(50):
        described = await handle.describe()
        if described.raw_description.workflow_execution_info.first_run_id != described.run_id:
            break
        await asyncio.sleep(0.1)
    return (await handle.describe()).run_id
