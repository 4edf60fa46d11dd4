"""A data folder outlives its processes: what ran goes on where it was, however it ended."""

from __future__ import annotations

import asyncio
import shutil
import signal
from pathlib import Path

from temporalio.client import WorkflowExecutionStatus

from tests.drills.test_kills import struck
from tests.drills.test_temporal_away import stands, told
from tests.whole.acting import Acknowledged, Insisting, assert_each_is_kept_once, many_acts
from tests.whole.producer import producer
from tests.whole.running import Service, service
from tests.whole.test_checks import started, until
from workflows.messages import program_workflow


async def test_stop_start_kill_start(tmp_path: Path) -> None:
    """Ctrl-C leaves nothing running; the next start strikes what was due; a killed supervisor and lost Temporal data too,
    and schedules of checks are made again.
    """
    with service(tmp_path / "home") as running:
        async with Insisting(running) as client:
            far, due_while_stopped = await client.start(), await client.start(soon="PT4S")
            await told(running, far)
            await told(running, due_while_stopped)
            with producer() as observatory:
                checked = await started(client, running, observatory)
        assert await asyncio.to_thread(running.stop) == 0
        assert running.left_behind() == []
        await asyncio.to_thread(running.start)
        async with Insisting(running) as client:
            await struck(client, due_while_stopped, "deadline.worked")
        await goes_on(running, far)

        acting = asyncio.create_task(many_acts(running, [far, due_while_stopped], clients=6, each=12))
        async with Insisting(running) as client:
            due_while_killed = await client.start(soon="PT3S")
        await asyncio.to_thread(running.stop, signal.SIGKILL)
        await asyncio.to_thread(running.await_, lambda: running.left_behind() == [], "everything ends with its supervisor")
        shutil.rmtree(tmp_path / "home" / "temporal")
        await asyncio.to_thread(running.start)
        acknowledged: list[Acknowledged] = await acting
        await assert_each_is_kept_once(running, acknowledged)
        async with Insisting(running) as client:
            await struck(client, due_while_killed, "deadline.worked")
            await until(client, checked, lambda check: check["next_run"] is not None)
        await goes_on(running, far)


async def goes_on(running: Service, program: str) -> None:
    """The program has a workflow that runs, and later acts reach it."""
    await told(running, program)
    temporal = await running.temporal()
    assert (await temporal.get_workflow_handle(program_workflow(program)).describe()).status is WorkflowExecutionStatus.RUNNING
    await stands(temporal, program, "running")
