"""Checks of Temporal and its workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from cli.doctor.finding import Finding, fault, well
from workflows.client import TASK_QUEUE, TemporalSettings, connect
from workflows.namespace import missing
from workflows.secret_file import SettingsUnusable

SECONDS = 5.0


async def temporal(settings: TemporalSettings) -> AsyncIterator[Finding]:
    """Ends with a fault where it cannot be reached."""
    try:
        async with asyncio.timeout(SECONDS):
            client = await connect(settings)
            lacks = await missing(client)
    except SettingsUnusable as reason:
        yield fault("keys", str(reason), "Correct the setting that it names.")
        return
    except (RPCError, RuntimeError, TimeoutError) as error:
        yield fault(
            "temporal",
            f"Temporal does not answer at {settings.temporal_address} ({type(error).__name__}): clocks strike from the record.",
            "Start it, or correct TEMPORAL_ADDRESS and the settings of TLS.",
        )
        return
    yield well("keys", "Certificates and keys can be read, and by nobody else.")
    if lacks:
        yield fault("temporal", " ".join(lacks), "accord temporal prepare")
        return
    yield well("temporal", f"Temporal answers, and the namespace {client.namespace} has all that we need.")
    yield await _workers(client)


async def _workers(client: Client) -> Finding:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=TASK_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    found = await client.workflow_service.describe_task_queue(request)
    if not found.pollers:
        return fault("worker", "No worker asks Temporal for work.", "Start one: `accord run`, or python -m workflows.worker")
    return well("worker", f"{len(found.pollers)} workers ask for work.")
