"""Tells workflows what was recorded. Level-triggered: looks for programs whose workflow has not
heard their newest entry that matters to it, and tells the newest standing, once for a burst.

Telling twice is harmless, so nothing is kept but how far each program's workflow was told. Were
Temporal's own data lost, its namespace would have another id, and every program is told again.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import psycopg
import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError

from db.programs import Programs
from db.tellings import Round, Tellings, Untold
from workflows.activities import heard
from workflows.client import RPC_SECONDS, TASK_QUEUE
from workflows.messages import Following, ProgramHeard, program_workflow
from workflows.program import ProgramWorkflow, found_by

log = structlog.get_logger()

AT_ONCE, MEANWHILE = 50, 1
"""How many are told together, and how many while acts keep coming: what workflows then do takes thirty times what an act
does, and somebody waits for the act."""

PAUSE_SECONDS = 0.25
POLL_SECONDS = 1.0
"""Notifications make it quick; looking again makes it sure."""

LONGEST_WAIT = 10.0


class Relay:
    """Runs beside the worker. Any number of relays may run; each holds what it tells."""

    def __init__(self, client: Client, tellings: Tellings, programs: Programs, namespace_id: str) -> None:
        self._client, self._tellings, self._programs = client, tellings, programs
        self._namespace_id = namespace_id
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Tells until it is cancelled; goes on by itself when Temporal or the database comes back."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._keep_telling())

    async def tell(self, most: int = AT_ONCE) -> int:
        """Tells so many programs and returns how many it were. Raises RPCError or psycopg.Error."""
        async with self._tellings.round(self._namespace_id, most) as told_now:
            results = await asyncio.gather(*(self._tell(told_now, one) for one in told_now.untold), return_exceptions=True)
            for failed in (result for result in results if isinstance(result, BaseException)):
                raise failed
            return len(results)

    async def _keep_telling(self) -> None:
        wait, most = POLL_SECONDS, AT_ONCE
        while True:
            self._news.clear()
            try:
                told = await self.tell(most)
                wait = POLL_SECONDS
            except (RPCError, RuntimeError, psycopg.Error, OSError) as error:
                log.warning("telling_failed", error=error, again_in=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                continue
            if told:
                await asyncio.sleep(PAUSE_SECONDS)
                most = MEANWHILE if self._news.is_set() else AT_ONCE
            else:
                await self._look_again_after(POLL_SECONDS)

    async def _look_again_after(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return

    async def _listen(self) -> None:
        while True:
            try:
                async for _ in self._tellings.heard():
                    self._news.set()
            except psycopg.Error as error:
                log.warning("listening_failed", error=error)
            await asyncio.sleep(POLL_SECONDS)

    async def _tell(self, told_now: Round, one: Untold) -> None:
        kept = await self._programs.load(one.program_id)
        if kept is not None:
            await self._signal(heard(one.program_id, kept.program))
            await told_now.told(one)

    async def _signal(self, standing: ProgramHeard) -> None:
        await self._client.start_workflow(
            ProgramWorkflow.run,
            Following(heard=standing, at_once=True),
            id=program_workflow(standing.program),
            task_queue=TASK_QUEUE,
            start_signal="hear",
            start_signal_args=[standing],
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            search_attributes=found_by(standing),
            static_summary=standing.title[:200],
            # A Temporal that hangs must not hold the round's transaction.
            rpc_timeout=timedelta(seconds=RPC_SECONDS),
        )
