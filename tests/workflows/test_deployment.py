"""Rolling upgrades: programs move to the promoted version, and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker import Worker

from cli.temporal import Temporal, free_port
from tests.workflows.conftest import Record, begun, phase, program, told
from tests.workflows.resting import rest
from workflows.client import TASK_QUEUE, TemporalSettings, connect
from workflows.deployment import DeploymentSettings, build_id, current_build, promote, worker_versioning
from workflows.namespace import prepare
from workflows.worker import WORKFLOWS, sandbox

DEPLOYMENT = "accord"


@pytest.fixture(scope="module")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    with Temporal(tmp_path_factory.mktemp("temporal"), free_port()) as server:
        await prepare(TemporalSettings.of(server.address))
        yield await connect(TemporalSettings.of(server.address))


@asynccontextmanager
async def workers(client: Client, *builds: str) -> AsyncIterator[None]:
    """One for each of these builds."""
    record = Record()
    async with AsyncExitStack() as stack:
        for build in builds:
            worker = Worker(
                client,
                task_queue=TASK_QUEUE,
                workflows=WORKFLOWS,
                activities=record.activities,
                workflow_runner=sandbox(),
                deployment_config=worker_versioning(DEPLOYMENT, build),
            )
            await stack.enter_async_context(worker)
        yield


async def promoted(client: Client, build: str) -> None:
    """As an operator repeats it until the workers of the build have been seen."""
    async with asyncio.timeout(60):
        while await current_build(client, DEPLOYMENT) != build:
            try:
                await promote(client, DEPLOYMENT, build)
            except RPCError:
                await asyncio.sleep(0.2)


async def builds(handle: WorkflowHandle[object, object]) -> list[str]:
    """Which build has completed each task of a workflow, in their order."""
    return [
        event.workflow_task_completed_event_attributes.deployment_version.build_id
        for event in (await handle.fetch_history()).events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    ]


async def moved(client: Client, handle: WorkflowHandle[object, object], name: str, seq: int, build: str) -> None:
    """Tells the program something new until a worker of the build hears it: what is current is known everywhere soon."""
    async with asyncio.timeout(60):
        while True:
            await told(handle, program(name, seq, [phase("move")]))
            await rest(client, handle.id)
            if (await builds(handle))[-1] == build:
                return
            seq += 1
            await asyncio.sleep(0.2)


async def test_a_program_goes_to_the_new_worker_and_back_to_the_old_one(temporal: Client) -> None:
    """A rollout, and a rollback, while both versions run."""
    name = str(uuid4())
    async with workers(temporal, "1"):
        await promoted(temporal, "1")
        handle = await begun(temporal, program(name, 1, [phase("move")]))
        await rest(temporal, handle.id)
        assert set(await builds(handle)) == {"1"}
        async with workers(temporal, "2"):
            await told(handle, program(name, 2, [phase("move")]))
            await rest(temporal, handle.id)
            assert set(await builds(handle)) == {"1"}  # nothing moves before somebody says so
            await promoted(temporal, "2")
            await moved(temporal, handle, name, 100, "2")
            await promoted(temporal, "1")
            await moved(temporal, handle, name, 200, "1")
            await promoted(temporal, "2")
            await moved(temporal, handle, name, 300, "2")
    async with workers(temporal, "2"):  # the old ones are gone
        await told(handle, program(name, 400, [], "completed"))
        await handle.result()


async def test_a_version_that_no_worker_has_is_not_promoted(temporal: Client) -> None:
    """Programs would stand still."""
    with pytest.raises(RPCError):
        await promote(temporal, DEPLOYMENT, "9")


def test_a_worker_is_of_the_version_of_this_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACCORD_DEPLOYMENT", raising=False)
    assert DeploymentSettings().of_worker() is None
    monkeypatch.setenv("ACCORD_DEPLOYMENT", DEPLOYMENT)
    config = DeploymentSettings().of_worker()
    assert config is not None
    assert config.version.build_id == build_id()
    assert f'version = "{build_id()}"' in (Path(__file__).parents[2] / "pyproject.toml").read_text()
