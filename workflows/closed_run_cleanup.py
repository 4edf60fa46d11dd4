"""Deletion of closed check runs from Temporal after a retention of their own.

A namespace has one retention for all closed runs. Ten years of a daily check are 3,650 runs whose results are in the ledger and
in `check_run`. Runs of programs are not deleted.
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
"""Concurrent deletions, and the most deletions per pass."""

INTERVAL_SECONDS, RETRY_SECONDS = 3600.0, 60.0
RPC = timedelta(seconds=RPC_SECONDS)


class ClosedRunCleanup:
    """Runs beside the worker. Any number may run: deletion is idempotent."""

    def __init__(self, client: Client, kept: timedelta) -> None:
        """`kept` is the retention after a run has closed."""
        self._client, self._kept = client, kept

    async def run(self) -> None:
        """Deletes once an hour until it is cancelled; retries while Temporal is unavailable."""
        while True:
            try:
                count = await self.delete()
            except (RPCError, RuntimeError) as error:
                log.warning("closed_checks_not_deleted", error=error, again_in=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            # Deleted runs stay in listings for half a minute.
            await asyncio.sleep(RETRY_SECONDS if count == MAX_DELETED else INTERVAL_SECONDS)

    async def delete(self, most: int = MAX_DELETED) -> int:
        """Deletes at most `most` runs beyond the retention; the number deleted. Raises RPCError."""
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
