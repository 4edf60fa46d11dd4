"""Long programs: histories are cut by continue-as-new, and no timer is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowHandle

from cli.temporal import DYNAMIC_CONFIG, Temporal, free_port
from tests.workflows.conftest import Record, begun, clock, phase, program, told, working_on
from tests.workflows.resting import rest
from tests.workflows.test_program import timers
from workflows.client import TemporalSettings, connect
from workflows.namespace import prepare

LONG = 60
"""Events after which this server suggests to cut a history; 4,096 elsewhere."""


@pytest.fixture
async def short_histories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: Record) -> AsyncIterator[Client]:
    monkeypatch.setitem(DYNAMIC_CONFIG, "limit.historyCount.suggestContinueAsNew", str(LONG))
    with Temporal(tmp_path, free_port()) as server:
        await prepare(TemporalSettings.of(server.address))
        client = await connect(TemporalSettings.of(server.address))
        async with working_on(client, record):
            yield client


async def test_a_program_goes_on_after_its_history_was_cut(short_histories: Client, record: Record) -> None:
    name, now = str(uuid4()), datetime.now(UTC)
    quiet = phase("quiet", clocks=[clock("stability.quiet", 30, now)])
    first = await begun(short_histories, program(name, 1, [quiet], checks="daily"))
    handle = short_histories.get_workflow_handle(first.id)
    for seq in range(2, 40):
        later = phase("move", clocks=[clock("deadline.moved", 30 + seq, now)])
        await told(handle, program(name, seq, [quiet, later], checks="daily"))
    assert await _run(handle) != first.first_execution_run_id
    due = phase("move", clocks=[clock("deadline.moved", -1, now)])
    record.answers = [program(name, 41, [quiet], checks="daily")]
    await told(handle, program(name, 40, [quiet, due], checks="daily"))
    await rest(short_histories, handle.id)
    assert record.strikes == [name]
    assert record.scheduled == [name]  # what was brought to others is carried over
    assert 29 in [length.days for length in await timers(handle)]  # the timer in the middle of which it was cut goes on
    await told(handle, program(name, 42, [], "terminated", checks="daily"))
    await handle.result()


async def _run(handle: WorkflowHandle[object, object]) -> str | None:
    """The run that goes on now, once the signals before have been heard."""
    async with asyncio.timeout(60):
        while True:
            described = await handle.describe()
            if described.raw_description.workflow_execution_info.first_run_id != described.run_id:
                return described.run_id
            await asyncio.sleep(0.1)
