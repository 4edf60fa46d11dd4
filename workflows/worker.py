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
from db.snapshots import Snapshots
from logs.faults import settings_at_fault
from logs.lines import configure
from workflows.activities import Activities
from workflows.check import FETCHES, READINGS, CheckWorkflow
from workflows.checking import Checking
from workflows.client import TASK_QUEUE, TemporalSettings, connect, sealed
from workflows.closed_checks import ClosedChecks
from workflows.deployment import DeploymentSettings, say_which_is_current
from workflows.heartbeat import HEARTBEAT_SECONDS
from workflows.leaving import leave
from workflows.lines import temporal_lines
from workflows.namespace import NotPrepared, patiently, prepared
from workflows.program import ProgramWorkflow
from workflows.reconciler import Reconciler
from workflows.relay import Relay
from workflows.schedules import Schedules
from workflows.secret_file import SettingsUnusable
from workflows.sources.adapters import installed
from workflows.sources.egress import Gateway

log = structlog.get_logger()

WORKFLOWS = [ProgramWorkflow, CheckWorkflow]

FETCHES_AT_ONCE, READINGS_AT_ONCE = 16, 4
"""Answers that are held in memory at the same time; what is fetched and what is read have queues of their own."""


class Settings(BaseSettings):
    """Read from the environment; the names are those of the variables in upper case."""

    database_url: str = Field(description="PostgreSQL, as the service's role")
    accord_documents: str = Field(default=".accord/documents", description="folder or URL of the document store")
    accord_check_run_days: int = Field(default=30, ge=1, description="how long Temporal keeps a run of a check that has ended")


def runner() -> SandboxedWorkflowRunner:
    """The sandbox stays on; what workflow files pass through is named there."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules("pydantic"))


def workers_for(client: Client, activities: Activities, checking: Checking, schedules: Schedules) -> tuple[Worker, ...]:
    """The workers of a process: one for workflows and clocks, and two that only fetch and only read for checks.

    A hundred producers that hang take all places of the fetching one, and no other.
    """
    grace, deployment = timedelta(seconds=10), DeploymentSettings().of_worker()
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
            deployment_config=deployment,
        ),
        Worker(
            client,
            task_queue=FETCHES,
            activities=[checking.fetch_source],
            max_concurrent_activities=FETCHES_AT_ONCE,
            max_heartbeat_throttle_interval=timedelta(seconds=HEARTBEAT_SECONDS),
            deployment_config=deployment,
            graceful_shutdown_timeout=timedelta(0),  # a fetch is begun anew elsewhere; nobody waits for a producer
        ),
        Worker(
            client,
            task_queue=READINGS,
            activities=[checking.record_check, checking.note_failure],
            max_concurrent_activities=READINGS_AT_ONCE,
            graceful_shutdown_timeout=grace,
            deployment_config=deployment,
        ),
    )


@asynccontextmanager
async def running(settings: Settings, temporal: TemporalSettings) -> AsyncIterator[None]:
    """Workers, relay and reconciler, while the block lasts.

    Raises SettingsUnusable, NotPrepared, RPCError, or RuntimeError when Temporal does not answer for a minute.
    """
    async with AsyncExitStack() as stack:
        client = await patiently(lambda: connect(temporal))
        namespace_id = await prepared(client)
        writer = await stack.enter_async_context(Writer(settings.database_url, size=6))
        reader = await stack.enter_async_context(Reader(settings.database_url, size=6))
        clerk = await stack.enter_async_context(Clerk(settings.database_url, size=6))
        snapshots = Snapshots(reader, clerk)
        stack.push_async_callback(snapshots.close)
        programs = Programs(reader, snapshots=snapshots)
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
        activities = Activities(recorder, programs, epochs, sealed=sealed(client))
        for worker in workers_for(client, activities, checking, schedules):
            await stack.enter_async_context(worker)
        beside = (
            Relay(client, Dispatch(clerk), programs, epochs, namespace_id).run(),
            Reconciler(client, Reconciliation(clerk), recorder, epochs, namespace_id).run(),
            ClosedChecks(client, timedelta(days=settings.accord_check_run_days)).run(),
            say_which_is_current(client),
        )
        tasks = [asyncio.create_task(one) for one in beside]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def serve(settings: Settings, temporal: TemporalSettings) -> None:
    """Runs until the process is asked to stop."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with running(settings, temporal):
        log.info("worker_running", task_queue=TASK_QUEUE)
        await stopped.wait()


def main() -> None:
    os.umask(0o077)
    try:
        configure(crashes=True)
        temporal_lines()
        settings, temporal = Settings(), TemporalSettings()
        DeploymentSettings()
    except ValidationError as error:
        sys.exit(f"accord: {settings_at_fault(error)}")
    try:
        asyncio.run(serve(settings, temporal))
    except (NotPrepared, SettingsUnusable) as reason:
        log.critical("cannot_start", reason=str(reason))
        leave(f"accord: {reason}")


if __name__ == "__main__":
    main()
