"""A program of many years: when a history has become long it is cut, and nothing that was waited for is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowHandle

from cli.temporal import DYNAMIC_CONFIG, Temporal, free_port
from tests.workflows.conftest import Record, clock, phase, program, working_on
from workflows.client import TASK_QUEUE, connect
from workflows.messages import Following, Struck, phase_workflow, program_workflow
from workflows.namespace import NAMESPACE, ensure_namespace
from workflows.program import ProgramWorkflow

LONG = 60
"""Events after which this server suggests to cut a history; 4,096 elsewhere."""


@pytest.fixture
async def short_histories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: Record) -> AsyncIterator[Client]:
    monkeypatch.setitem(DYNAMIC_CONFIG, "limit.historyCount.suggestContinueAsNew", str(LONG))
    with Temporal(tmp_path, free_port()) as server:
        await ensure_namespace(server.address)
        client = await connect(server.address, NAMESPACE)
        async with working_on(client, record):
            yield client


async def test_a_program_goes_on_after_its_history_was_cut(short_histories: Client, record: Record) -> None:
    name, now = str(uuid4()), datetime.now(UTC)
    heard = program(name, 1, [phase("quiet", clocks=[clock("stability.quiet", 30, now)])])
    handle = await short_histories.start_workflow(
        ProgramWorkflow.run, Following(heard=heard, at_once=True), id=program_workflow(name), task_queue=TASK_QUEUE
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
    async with asyncio.timeout(60):
        while True:
            described = await handle.describe()
            if described.raw_description.workflow_execution_info.first_run_id != described.run_id:
                return described.run_id
            await asyncio.sleep(0.1)
