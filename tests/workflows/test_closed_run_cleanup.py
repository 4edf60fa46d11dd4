"""Closed check runs are deleted from Temporal; programs stay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from cli.temporal import DYNAMIC_CONFIG, Temporal, free_port
from tests.workflows.conftest import Record, begun, phase, program, told, working_on
from workflows.check import CheckWorkflow
from workflows.client import TASK_QUEUE, TemporalSettings, connect
from workflows.closed_run_cleanup import ClosedRunCleanup
from workflows.messages import CheckRef, check_schedule
from workflows.namespace import prepare

PROGRAM = "01890000-0000-7000-8000-000000000009"


@pytest.fixture(scope="module")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    # A run is deleted when the server has noted that it is listed, which it does each half minute.
    quickly = {f"history.{queue}ProcessorUpdateAckInterval": '"1s"' for queue in ("visibility", "transfer")}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in quickly.items():
            patch.setitem(DYNAMIC_CONFIG, name, value)
        server = Temporal(tmp_path_factory.mktemp("temporal"), free_port())
    with server:
        await prepare(TemporalSettings.of(server.address))
        client = await connect(TemporalSettings.of(server.address))
        async with working_on(client, Record()):
            yield client


async def listed(client: Client, workflow_type: str) -> list[WorkflowExecutionStatus | None]:
    return [run.status async for run in client.list_workflows(f"WorkflowType = '{workflow_type}'")]


async def until(client: Client, workflow_type: str, count: int) -> None:
    """Waits until the list, which is behind, has so many."""
    async with asyncio.timeout(30):
        while len(await listed(client, workflow_type)) != count:
            await asyncio.sleep(0.1)


async def test_closed_runs_of_checks_go_when_they_have_been_kept_and_nothing_else(temporal: Client) -> None:
    for number in range(3):
        check = CheckRef(program=PROGRAM, name="smoke")
        run = f"{check_schedule(PROGRAM, 'smoke')}-{number}"
        await temporal.execute_workflow(CheckWorkflow.run, check, id=run, task_queue=TASK_QUEUE)
    waiting = await temporal.start_workflow(
        CheckWorkflow.run, CheckRef(program=PROGRAM, name="slow"), id="waiting", task_queue="nobody"
    )
    name = str(uuid4())
    ended = await begun(temporal, program(name, 1, [phase("move")]))
    await told(ended, program(name, 2, [], "completed"))
    await ended.result()
    await until(temporal, "CheckWorkflow", 4)
    await until(temporal, "ProgramWorkflow", 1)

    assert await ClosedRunCleanup(temporal, timedelta(days=1)).delete() == 0
    async with asyncio.timeout(60):
        while len(await listed(temporal, "CheckWorkflow")) != 1:
            await ClosedRunCleanup(temporal, timedelta()).delete()
    assert await listed(temporal, "ProgramWorkflow") == [WorkflowExecutionStatus.COMPLETED]
    assert (await waiting.describe()).status is WorkflowExecutionStatus.RUNNING
