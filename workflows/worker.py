"""The worker process: workflows, activities, relay and reconciler, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import structlog
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings
from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from db.check_fetches import CheckFetches
from db.check_runs import CheckRuns
from db.dispatch import Dispatch
from db.documents import Documents, store_at
from db.epochs import Epochs
from db.programs import Programs
from db.reconciliation import Reconciliation
from db.record import Recorder
from db.session import Clerk, Reader, Writer
from logs.faults import settings_at_fault
from logs.lines import configure
from workflows.activities import Activities
from workflows.check import FETCHES, READINGS, CheckWorkflow
from workflows.checking import Checking
from workflows.client import TASK_QUEUE, connect
from workflows.heartbeat import HEARTBEAT_SECONDS
from workflows.lines import temporal_lines
from workflows.namespace import ensure_namespace
from workflows.program import ProgramWorkflow
from workflows.reconciler import Reconciler
from workflows.relay import Relay
from workflows.schedules import Schedules
from workflows.sources.adapters import installed
from workflows.sources.egress import Gateway

log = structlog.get_logger()

WORKFLOWS = [ProgramWorkflow, CheckWorkflow]

FETCHES_AT_ONCE, READINGS_AT_ONCE = 16, 4
"""Answers that are held in memory at the same time; what is fetched and what is read have queues of their own."""


class Settings(BaseSettings):
    """Read from the environment; the names are those of the variables in upper case."""

    database_url: str = Field(description="PostgreSQL, as the service's role")
    temporal_address: str = Field(default="127.0.0.1:7233")
    temporal_namespace: str = Field(default="accord")
    accord_documents: str = Field(default=".accord/documents", description="folder or URL of the document store")


def runner() -> SandboxedWorkflowRunner:
    """The sandbox stays on; what workflow files pass through is named there."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules("pydantic"))


def workers_for(client: Client, activities: Activities, checking: Checking, schedules: Schedules) -> tuple[Worker, ...]:
    """The workers of a process: one for workflows and clocks, and two that only fetch and only read for checks.

    A hundred producers that hang take all places of the fetching one, and no other.
    """
    grace = timedelta(seconds=10)
    return (
        Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=WORKFLOWS,
            activities=[
                activities.strike,
                activities.keep_child,
                activities.report_to_parent,
                schedules.keep_checks,
            ],
            workflow_runner=runner(),
            max_cached_workflows=2000,
            # The default of ten seconds is how long programs of a killed worker would stand still.
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
            graceful_shutdown_timeout=grace,
        ),
        Worker(
            client,
            task_queue=FETCHES,
            activities=[checking.fetch_source],
            max_concurrent_activities=FETCHES_AT_ONCE,
            max_heartbeat_throttle_interval=timedelta(seconds=HEARTBEAT_SECONDS),
            graceful_shutdown_timeout=timedelta(0),  # a fetch is begun anew elsewhere; nobody waits for a producer
        ),
        Worker(
            client,
            task_queue=READINGS,
            activities=[checking.record_check, checking.note_failure],
            max_concurrent_activities=READINGS_AT_ONCE,
            graceful_shutdown_timeout=grace,
        ),
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """Workers, relay and reconciler, while the block lasts."""
    async with AsyncExitStack() as stack:
        writer = await stack.enter_async_context(Writer(settings.database_url, size=6))
        reader = await stack.enter_async_context(Reader(settings.database_url, size=6))
        clerk = await stack.enter_async_context(Clerk(settings.database_url, size=6))
        namespace_id = await ensure_namespace(settings.temporal_address, settings.temporal_namespace)
        client = await connect(settings.temporal_address, settings.temporal_namespace)
        programs = Programs(reader)
        recorder = Recorder(writer, programs)
        stack.push_async_callback(recorder.close)
        runs = CheckRuns(reader, clerk)
        checking = Checking(
            recorder=recorder,
            programs=programs,
            documents=Documents(reader, clerk, store_at(settings.accord_documents)),
            runs=runs,
            fetches=CheckFetches(reader, clerk),
            adapters=installed(),
            gateway=Gateway(),
        )
        schedules = Schedules(client, programs, runs)
        epochs = Epochs(reader, clerk)
        for worker in workers_for(client, Activities(recorder, programs, epochs), checking, schedules):
            await stack.enter_async_context(worker)
        beside = (
            Relay(client, Dispatch(clerk), programs, epochs, namespace_id).run(),
            Reconciler(client, Reconciliation(clerk), recorder, epochs, namespace_id).run(),
        )
        tasks = [asyncio.create_task(one) for one in beside]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def serve(settings: Settings) -> None:
    """Runs until the process is asked to stop."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with running(settings):
        log.info("worker_running", task_queue=TASK_QUEUE)
        await stopped.wait()


def main() -> None:
    os.umask(0o077)
    try:
        configure(crashes=True)
        temporal_lines()
        settings = Settings()
    except ValidationError as error:
        sys.exit(f"accord: {settings_at_fault(error)}")
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
