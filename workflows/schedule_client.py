"""The API's calls to Temporal about checks: next runs, progress, run now. All have short timeouts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, ScheduleHandle, ScheduleOverlapPolicy
from temporalio.service import RPCError, RPCStatusCode

from workflows.client import PROBE_SECONDS, RPC_SECONDS, is_encrypted
from workflows.messages import check_schedule

CONCURRENCY = 8
RPC = timedelta(seconds=RPC_SECONDS)


class TemporalUnavailable(Exception):
    """Temporal does not respond, or does not have the schedule yet."""


async def next_runs(client: Client, program: str, names: Iterable[str]) -> Mapping[str, datetime | None]:
    """The next run of each check, in UTC; None without a schedule, or if it is paused or over.

    Raises TemporalUnavailable.
    """
    semaphore = asyncio.Semaphore(CONCURRENCY)

    async def next_run(name: str) -> datetime | None:
        async with semaphore:
            try:
                found = await _schedule(client, program, name).describe(rpc_timeout=RPC)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return None
                raise
        times = found.info.next_action_times
        return times[0] if times and not found.schedule.state.paused else None

    async def all_of_them() -> dict[str, datetime | None]:
        wanted = list(names)
        return dict(zip(wanted, await asyncio.gather(*(next_run(name) for name in wanted)), strict=True))

    try:
        async with asyncio.timeout(2 * PROBE_SECONDS):
            return await all_of_them()
    except (RPCError, RuntimeError, TimeoutError) as error:
        raise TemporalUnavailable("Temporal does not answer, so nobody knows when the check runs next.") from error


async def progress(client: Client, program: str, name: str) -> str | None:
    """The last progress line of the running check; None if none is known."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            schedule = await _schedule(client, program, name).describe(rpc_timeout=RPC)
            for action in schedule.info.running_actions:
                if isinstance(action, ScheduleActionExecutionStartWorkflow):
                    handle = client.get_workflow_handle(action.workflow_id, run_id=action.first_execution_run_id)
                    for pending in (await handle.describe(rpc_timeout=RPC)).raw_description.pending_activities:
                        said = await client.data_converter.decode(pending.heartbeat_details.payloads, [str])
                        return said[0] if said and said[0] else None
    except (RPCError, RuntimeError, TimeoutError):
        return None
    return None


async def run_now(client: Client, program: str, name: str) -> None:
    """Starts a run of a check unless one is running. Raises TemporalUnavailable."""
    try:
        async with asyncio.timeout(2 * PROBE_SECONDS):
            handle = _schedule(client, program, name)
            await handle.trigger(overlap=ScheduleOverlapPolicy.SKIP, rpc_timeout=RPC)
    except RPCError as error:
        missing = error.status is RPCStatusCode.NOT_FOUND
        raise TemporalUnavailable("The check has no schedule yet." if missing else "Temporal does not answer.") from error
    except (RuntimeError, TimeoutError) as error:
        raise TemporalUnavailable("Temporal does not answer.") from error


def _schedule(client: Client, program: str, name: str) -> ScheduleHandle:
    return client.get_schedule_handle(check_schedule(program, name, sealed=is_encrypted(client)))
