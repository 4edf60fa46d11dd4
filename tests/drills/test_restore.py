"""Backups of another time, and workflows that somebody ends by hand: every clock strikes once, and nobody has to help."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, ResetWorkflowExecutionRequest
from temporalio.client import Client

from tests.drills.test_kills import struck
from tests.drills.test_temporal_away import told
from tests.whole.acting import Insisting
from tests.whole.running import Service, service
from workflows.messages import program_workflow
from workflows.visibility import known_entry

SOON = "PT4S"


async def terminate(temporal: Client, workflow: str) -> None:
    await temporal.get_workflow_handle(workflow).terminate("By hand.")


async def cancel(temporal: Client, workflow: str) -> None:
    await temporal.get_workflow_handle(workflow).cancel()


async def delete(temporal: Client, workflow: str) -> None:
    execution = WorkflowExecution(workflow_id=workflow)
    request = DeleteWorkflowExecutionRequest(namespace=temporal.namespace, workflow_execution=execution)
    await temporal.workflow_service.delete_workflow_execution(request)


async def reset(temporal: Client, workflow: str) -> None:
    request = ResetWorkflowExecutionRequest(
        namespace=temporal.namespace,
        workflow_execution=WorkflowExecution(workflow_id=workflow),
        reason="By hand.",
        workflow_task_finish_event_id=4,
        request_id="by-hand",
    )
    await temporal.workflow_service.reset_workflow_execution(request)


@pytest.mark.parametrize("by_hand", [terminate, cancel, delete, reset], ids=lambda how: how.__name__)
async def test_a_clock_strikes_whatever_is_done_to_its_workflow_by_hand(
    whole: Service, by_hand: Callable[[Client, str], Awaitable[None]]
) -> None:
    async with Insisting(whole) as client:
        program = await client.start(soon=SOON)
        await told(whole, program)
        await by_hand(await whole.temporal(), program_workflow(program))
        await struck(client, program, "deadline.worked")


async def test_what_differs_is_named_and_mended_by_command(whole: Service) -> None:
    async with Insisting(whole) as client:
        program = await client.start()
        await told(whole, program)
        await follows(whole, program)
    await terminate(await whole.temporal(), program_workflow(program))

    def reconcile(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli.entry_point", "reconcile", program, "--home", str(whole.home), *options]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    found = await asyncio.to_thread(reconcile)
    assert (found.returncode, found.stdout.splitlines()[-1]) == (1, "1 differences."), found.stderr
    assert found.stdout.startswith(f"closed: {program_workflow(program)} is terminated")
    mended = await asyncio.to_thread(reconcile, "--mend")
    assert mended.returncode == 0, mended.stderr
    await told(whole, program)
    await follows(whole, program)


async def test_backups_of_different_times_are_brought_together(tmp_path: Path) -> None:
    """First the database is older than Temporal, then Temporal is older than the database."""
    home = tmp_path / "home"
    with service(home) as running:
        async with Insisting(running) as client:
            program = await client.start()
            await told(running, program)
        await asyncio.to_thread(running.stop)
        for part in ("postgres", "temporal"):
            shutil.copytree(home / part, tmp_path / part, symlinks=True)
        await asyncio.to_thread(running.start)
        async with Insisting(running) as client:
            await client.achieve_work(program)
            await told(running, program)
        await restored(running, tmp_path / "postgres", home / "postgres")
        async with Insisting(running) as client:
            await client.achieve_work(program)  # again: to the record it is new
            due = await client.start(soon=SOON)
            await struck(client, due, "deadline.worked")
            await follows(running, program)
        await restored(running, tmp_path / "temporal", home / "temporal")
        async with Insisting(running) as client:
            due = await client.start(soon=SOON)
            await struck(client, due, "deadline.worked")
            await follows(running, program)
        assert await running.faults([program, due]) == []


async def restored(running: Service, backup: Path, folder: Path) -> None:
    """Stops everything, puts a backup of one part in its place, and starts again."""
    await asyncio.to_thread(running.stop)
    await asyncio.to_thread(_replaced, backup, folder)
    await asyncio.to_thread(running.start)


def _replaced(backup: Path, folder: Path) -> None:
    stat = folder.stat()
    shutil.rmtree(folder)
    shutil.copytree(backup, folder, symlinks=True)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, stat.st_uid, stat.st_gid)
    folder.chmod(stat.st_mode & 0o777)


async def follows(running: Service, program: str) -> None:
    """Waits until the program's workflow knows of the newest entry that it was told of, in the epoch of the record."""
    temporal = await running.temporal()
    async with asyncio.timeout(90):
        while True:
            found = await temporal.get_workflow_handle(program_workflow(program)).describe()
            known = known_entry(found.typed_search_attributes)
            (row,) = await running.rows(
                "SELECT d.dispatched_seq, (SELECT max(number) FROM epoch) AS epoch FROM dispatch d"
                " WHERE d.program_id = %s::uuid",
                program,
            )
            if known is not None and known[:2] == (row["epoch"], row["dispatched_seq"]):
                return
            await asyncio.sleep(0.2)
