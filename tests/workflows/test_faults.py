"""Failures stored by Temporal contain class and place, and no messages."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from cli.temporal import Temporal, free_port
from logs.lines import configure
from tests.logs.canaries import files_of, found_in
from workflows.client import TemporalSettings, connect
from workflows.namespace import prepare

QUEUE = "faults"


class Restricted(BaseModel):
    number: int


def by_a_driver() -> None:
    raise psycopg.errors.CheckViolation("Failing row contains (canary-row).")


def by_a_validator() -> None:
    Restricted.model_validate({"number": "canary-input"})


def by_one_behind_another() -> None:
    try:
        by_a_driver()
    except psycopg.Error as error:
        raise LookupError("canary-lookup") from error


def behind_a_failure_of_ours() -> None:
    try:
        by_a_validator()
    except ValueError:
        raise ApplicationError("The answer could not be kept.", type="not_kept")  # noqa: B904  what stands behind it is the point


def by_many() -> None:
    raise ExceptionGroup("canary-group", [ValueError("canary-one"), OSError(28, "canary-two")])


FAULTS: dict[str, Callable[[], None]] = {
    fault.__name__: fault for fault in (by_a_driver, by_a_validator, by_one_behind_another, behind_a_failure_of_ours, by_many)
}


@activity.defn
async def fail(name: str) -> None:
    FAULTS[name]()


@workflow.defn(sandboxed=False)
class Failing:
    """Fails in an activity; where none has the name, itself."""

    @workflow.run
    async def run(self, name: str) -> None:
        if name not in FAULTS:
            raise KeyError("canary-workflow")
        await workflow.execute_activity(
            fail, name, start_to_close_timeout=timedelta(seconds=10), retry_policy=RetryPolicy(maximum_attempts=1)
        )


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure(stream)
    yield stream
    configure()


@asynccontextmanager
async def working(address: str) -> AsyncIterator[Client]:
    await prepare(TemporalSettings.of(address))
    client = await connect(TemporalSettings.of(address))
    async with Worker(
        client, task_queue=QUEUE, workflows=[Failing], activities=[fail], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        yield client


async def told(client: Client, name: str) -> str:
    """The failure that ended a workflow, with those behind it."""
    with pytest.raises(WorkflowFailureError) as failed:
        await client.execute_workflow(Failing.run, name, id=name, task_queue=QUEUE)
    chain: list[str] = []
    error: BaseException | None = failed.value.cause
    while error is not None:
        chain.append(str(error))
        error = error.__cause__
    return " / ".join(chain)


async def test_what_fails_is_kept_without_what_it_said(tmp_path: Path, log: io.StringIO) -> None:
    server = Temporal(tmp_path, free_port())
    with server:
        async with working(server.address) as client:
            said = {name: await told(client, name) for name in FAULTS}
            stuck = await client.start_workflow(Failing.run, "itself", id="itself", task_queue=QUEUE)
            async with asyncio.timeout(30):
                while not (await _failed_tasks(stuck)):
                    await asyncio.sleep(0.1)
            await stuck.terminate()
    assert "psycopg.errors.CheckViolation (23514); what it says is withheld." in said["by_a_driver"]
    assert "The answer could not be kept." in said["behind_a_failure_of_ours"]
    written = b"".join(path.read_bytes() for path in files_of(tmp_path))
    assert written.count(b"what it says is withheld") >= 6, "nothing was kept, and so nothing was shown"
    assert found_in(tmp_path, log.getvalue().encode()) == []
    assert all(len(line) < 4000 for line in log.getvalue().splitlines())


async def _failed_tasks(handle: Any) -> int:
    return sum([event.HasField("workflow_task_failed_event_attributes") async for event in handle.fetch_history_events()])
