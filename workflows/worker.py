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
from db.connection_settings import pool_sizes
from db.dispatch import Dispatch
from db.documents import Documents, store_at
from db.garbage import collect_less_often
from db.metrics import NotListening, create_metrics, register_metrics, serve_metrics
from db.outages import TransactionPooled
from db.pools import LedgerPool, OperationalPool, ReadPool
from db.program_cache import ProgramCache
from db.record_statistics import RecordStatistics
from db.recorder import Recorder
from db.restore_epochs import Epochs
from db.snapshots import Snapshots
from db.workflow_reconciliation import Reconciliation
from logs.faults import settings_error
from logs.lines import configure
from telemetry.observer import UNOBSERVED
from telemetry.settings import TelemetrySettings
from telemetry.spans import configure_tracing
from workflows.activities import Activities
from workflows.check import FETCH_QUEUE, READ_QUEUE, CheckWorkflow
from workflows.check_activities import CheckActivities
from workflows.client import TASK_QUEUE, TemporalSettings, connect, is_encrypted
from workflows.closed_run_cleanup import ClosedRunCleanup
from workflows.core_logging import temporal_lines
from workflows.deployment import DeploymentSettings, warn_if_not_current
from workflows.heartbeat import HEARTBEAT_SECONDS
from workflows.liveness import PartHeartbeats
from workflows.namespace import NotPrepared, check_prepared, retry_until_ready
from workflows.process_exit import exit_now
from workflows.program import ProgramWorkflow
from workflows.reconciler import Reconciler
from workflows.relay import Relay
from workflows.schedules import Schedules
from workflows.secret_file import SettingsUnusable
from workflows.sources.adapters import installed_adapters
from workflows.sources.egress import Gateway
from workflows.worker_health import WorkerHealth

log = structlog.get_logger()

WORKFLOWS = [ProgramWorkflow, CheckWorkflow]


class WorkerSettings(BaseSettings):
    """Settings from the environment; variables are the upper-case names."""

    database_url: str = Field(description="PostgreSQL, as the service's role")
    accord_worker_connections: int = Field(
        default=18, ge=3, le=1000, description="most connections of a worker to the database; one more is notified"
    )
    accord_worker_database_seconds: float = Field(
        default=20.0,
        gt=0,
        le=90,
        description="how long a worker may use a connection at a time, which a batch of the relay does",
    )
    accord_worker_programs: int = Field(
        default=2000, ge=1, description="workflows whose state a worker keeps between their tasks"
    )
    accord_worker_fetches: int = Field(default=16, ge=1, le=1000, description="sources that a worker asks at a time for checks")
    accord_worker_readings: int = Field(
        default=4, ge=1, le=1000, description="answers of sources that a worker reads at a time"
    )
    accord_relay_batch: int = Field(
        default=40, ge=1, le=1000, description="programs that a relay holds and dispatches at a time"
    )
    accord_documents: str = Field(default=".accord/documents", description="folder or URL of the document store")
    accord_check_run_days: int = Field(default=30, ge=1, description="how long Temporal keeps a run of a check that has ended")


def sandbox() -> SandboxedWorkflowRunner:
    """The workflow sandbox, which stays enabled. Further pass-through modules are declared in workflow files."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules("pydantic"))


def workers_for(
    client: Client, settings: WorkerSettings, activities: Activities, checking: CheckActivities, schedules: Schedules
) -> tuple[Worker, ...]:
    """The workers of a process: one for workflows and clocks, one that fetches for checks, and one that reads answers.

    Answers are held in memory, so fetching and reading have separate task queues with limits. Producers that hang occupy the
    slots of the fetching worker only.
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
            workflow_runner=sandbox(),
            max_cached_workflows=settings.accord_worker_programs,
            # With the default of ten seconds, programs of a killed worker would be delayed for so long.
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
            graceful_shutdown_timeout=grace,
            deployment_config=deployment,
        ),
        Worker(
            client,
            task_queue=FETCH_QUEUE,
            activities=[checking.fetch_source],
            max_concurrent_activities=settings.accord_worker_fetches,
            max_heartbeat_throttle_interval=timedelta(seconds=HEARTBEAT_SECONDS),
            deployment_config=deployment,
            graceful_shutdown_timeout=timedelta(0),  # a fetch is retried elsewhere; shutdown does not wait for producers
        ),
        Worker(
            client,
            task_queue=READ_QUEUE,
            activities=[checking.record_check, checking.note_failure],
            max_concurrent_activities=settings.accord_worker_readings,
            graceful_shutdown_timeout=grace,
            deployment_config=deployment,
        ),
    )


@asynccontextmanager
async def run_worker(settings: WorkerSettings, temporal: TemporalSettings, telemetry: TelemetrySettings) -> AsyncIterator[None]:
    """Runs workers, relay and reconciler while the block lasts.

    Raises SettingsUnusable, NotPrepared, RPCError, or RuntimeError when Temporal does not respond for a minute.
    """
    async with AsyncExitStack() as stack:
        metrics = create_metrics(telemetry.accord_worker_metrics)
        observer, liveness = metrics or UNOBSERVED, PartHeartbeats()
        client = await retry_until_ready(lambda: connect(temporal))
        namespace_id = await check_prepared(client)
        url, max_use = settings.database_url, settings.accord_worker_database_seconds
        writers, readers, operational_size = pool_sizes(settings.accord_worker_connections, 1, 1, 1)
        writer = await stack.enter_async_context(LedgerPool(url, size=writers, max_use=max_use))
        reader = await stack.enter_async_context(ReadPool(url, size=readers, max_use=max_use))
        operational = await stack.enter_async_context(OperationalPool(url, size=operational_size, max_use=max_use))
        snapshots = Snapshots(reader, operational)
        stack.push_async_callback(snapshots.close)
        programs = ProgramCache(reader, snapshots=snapshots)
        recorder = Recorder(writer, programs, observer=observer)
        stack.push_async_callback(recorder.close)
        runs = CheckRuns(reader, operational)
        checking = CheckActivities(
            recorder=recorder,
            programs=programs,
            documents=Documents(reader, operational, store_at(settings.accord_documents)),
            runs=runs,
            fetches=CheckFetches(reader, operational),
            adapters=installed_adapters(),
            gateway=Gateway(),
        )
        schedules = Schedules(client, programs, runs)
        epochs = Epochs(reader, operational)
        activities = Activities(recorder, programs, epochs, sealed=is_encrypted(client))
        workers = workers_for(client, settings, activities, checking, schedules)
        for worker in workers:
            await stack.enter_async_context(worker)
        relay = Relay(
            client,
            Dispatch(operational),
            programs,
            epochs,
            namespace_id,
            batch_size=settings.accord_relay_batch,
            observer=observer,
            liveness=liveness,
        )
        reconciler = Reconciler(
            client, Reconciliation(operational), recorder, epochs, namespace_id, observer=observer, liveness=liveness
        )
        if metrics is not None and telemetry.accord_worker_metrics is not None:
            figures = RecordStatistics(reader)
            register_metrics(metrics, recorder, programs, (writer, reader, operational), figures)
            health = WorkerHealth(client, workers, liveness)
            health.register_gauges(metrics)
            await stack.enter_async_context(
                serve_metrics(telemetry.accord_worker_metrics, metrics, figures, {"/health": health.page})
            )
        beside = (
            relay.run(),
            reconciler.run(),
            ClosedRunCleanup(client, timedelta(days=settings.accord_check_run_days)).run(),
            warn_if_not_current(client),
        )
        tasks = [asyncio.create_task(one) for one in beside]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def serve(settings: WorkerSettings, temporal: TemporalSettings, telemetry: TelemetrySettings) -> None:
    """Runs until SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with run_worker(settings, temporal, telemetry):
        collect_less_often()
        log.info("worker_running", task_queue=TASK_QUEUE)
        await stopped.wait()


def main() -> None:
    os.umask(0o077)
    try:
        configure(crashes=True)
        telemetry = TelemetrySettings()
        configure_tracing("worker")
        temporal_lines(telemetry.accord_temporal_metrics)
        settings, temporal = WorkerSettings(), TemporalSettings()
        DeploymentSettings()
    except ValidationError as error:
        sys.exit(f"accord: {settings_error(error)}")
    try:
        asyncio.run(serve(settings, temporal, telemetry))
    except (NotPrepared, SettingsUnusable, TransactionPooled, NotListening) as reason:
        log.critical("cannot_start", reason=str(reason))
        exit_now(f"accord: {reason}")


if __name__ == "__main__":
    main()
