"""Takes closed runs of checks out of Temporal when they have been seen long enough.

A namespace keeps all its closed runs equally long, and ten years of a daily check are 3,650 runs that say nothing which the
ledger and `check_run` don't. The runs of programs stay.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from workflows.client import RPC_SECONDS

log = structlog.get_logger()

CONCURRENCY, MAX_DELETED = 8, 5_000
"""Runs that are deleted together, and in one look."""

INTERVAL_SECONDS, RETRY_SECONDS = 3600.0, 60.0
RPC = timedelta(seconds=RPC_SECONDS)


class ClosedChecks:
    """Runs beside the worker. Any number may run: a run that is deleted already is none to be deleted."""

    def __init__(self, client: Client, kept: timedelta) -> None:
        """`kept`: how long a run stays after it has closed."""
        self._client, self._kept = client, kept

    async def run(self) -> None:
        """Each hour, until it is cancelled; goes on by itself when Temporal comes back."""
        while True:
            try:
                count = await self.delete()
            except (RPCError, RuntimeError) as error:
                log.warning("closed_checks_not_deleted", error=error, again_in=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            # What was asked to be deleted is listed for half a minute still.
            await asyncio.sleep(RETRY_SECONDS if count == MAX_DELETED else INTERVAL_SECONDS)

    async def delete(self, most: int = MAX_DELETED) -> int:
        """Deletes so many of the runs that closed long enough ago, and returns how many it were. Raises RPCError."""
        before = f"{datetime.now(UTC) - self._kept:%Y-%m-%dT%H:%M:%SZ}"
        query = f"WorkflowType = 'CheckWorkflow' AND ExecutionStatus != 'Running' AND CloseTime < '{before}'"
        found = [(run.id, run.run_id) async for run in self._client.list_workflows(query, limit=most, rpc_timeout=RPC)]
        semaphore = asyncio.Semaphore(CONCURRENCY)

        async def delete_one(workflow: str, run: str) -> None:
            async with semaphore:
                await self._delete(workflow, run)

        await asyncio.gather(*(delete_one(*one) for one in found))
        return len(found)

    async def _delete(self, workflow: str, run: str) -> None:
        request = DeleteWorkflowExecutionRequest(
            namespace=self._client.namespace, workflow_execution=WorkflowExecution(workflow_id=workflow, run_id=run)
        )
        try:
            await self._client.workflow_service.delete_workflow_execution(request, timeout=RPC)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
