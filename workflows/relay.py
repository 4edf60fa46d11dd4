"""The relay: dispatches recorded changes to workflows by signal-with-start.

Level-triggered: it selects programs whose workflow has not been sent the newest relevant entry, and sends their current state,
once for a burst of acts. Sending is idempotent, so only the number of the last dispatched entry is stored. If Temporal's data
is lost, its namespace has another id, and every program is dispatched again.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from db.dispatch import Dispatch, Pending
from db.ledger import LedgerFault
from db.program_cache import ProgramCache, read_entries
from db.restore_epochs import Epochs
from telemetry.observer import UNOBSERVED, Observer
from telemetry.spans import continue_trace
from workflows.client import RPC_SECONDS, TASK_QUEUE, is_encrypted
from workflows.liveness import PartHeartbeats
from workflows.messages import ProgramChange, ProgramInput, program_workflow
from workflows.program import ProgramWorkflow
from workflows.state import MAX_HEADLINES, headlines, program_state
from workflows.visibility import search_attributes

log = structlog.get_logger()

BATCH_SIZE = 40
"""Programs in one batch. Their dispatch rows are locked against other relays until it ends."""

BUSY_NOTIFICATIONS = 50
"""Notifications within a second that reduce the batch size (back-pressure): a dispatch costs as much as five acts."""

BUSY_BATCH_SIZE = 5
"""Programs per second under back-pressure: those with a clock due soon, then those that wait longest."""

POLL_SECONDS = 5.0
"""Interval of the poll over all programs, which finds what a lost notification would miss."""

MAX_BACKOFF_SECONDS = 10.0
MAX_TRACES = 1000
RPC = timedelta(seconds=RPC_SECONDS)
"""Timeout of each call, since a batch holds its transaction open."""


class Relay:
    """Runs beside the worker. Any number of relays may run: each locks what it dispatches (SKIP LOCKED)."""

    def __init__(  # noqa: PLR0913  what it rests on, and its limit
        self,
        client: Client,
        dispatch: Dispatch,
        programs: ProgramCache,
        epochs: Epochs,
        namespace_id: str,
        *,
        batch_size: int = BATCH_SIZE,
        observer: Observer = UNOBSERVED,
        liveness: PartHeartbeats | None = None,
    ) -> None:
        self._client, self._dispatch, self._programs, self._epochs = client, dispatch, programs, epochs
        self._namespace_id, self._batch_size = namespace_id, batch_size
        self._observer, self._liveness = observer, liveness or PartHeartbeats()
        self._liveness.beat("relay")
        self._notified = set[UUID]()
        self._traces = OrderedDict[UUID, str]()
        self._notification_times = deque[float](maxlen=BUSY_NOTIFICATIONS)
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Dispatches until it is cancelled; retries while Temporal or the database is unavailable."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._dispatch_forever())

    async def dispatch(self, most: int | None = None, programs: Collection[UUID] | None = None) -> int:
        """Dispatches at most `most` of these programs, or of all; the number dispatched. Raises RPCError or psycopg.Error.

        Programs that were dispatched are marked even when others of the batch fail.
        """
        epoch = await self._epochs.current()
        async with self._dispatch.batch(self._namespace_id, epoch, most or self._batch_size, programs) as batch:
            if not batch.pending:
                return 0
            entries = await batch.entries(MAX_HEADLINES)
            results = await asyncio.gather(
                *(self._send(one, entries[one.program_id], epoch) for one in batch.pending), return_exceptions=True
            )
            faulty = [result for result in results if isinstance(result, LedgerFault)]
            failed = [result for result in results if isinstance(result, BaseException) and result not in faulty]
            sent = [one for one, result in zip(batch.pending, results, strict=True) if not isinstance(result, BaseException)]
            await batch.mark_dispatched(sent)
        for one in sent:
            self._traces.pop(one.program_id, None)
        for fault in faulty:  # a fault of one ledger does not stop the dispatch of others
            log.error("ledger_fault", error=fault)
        if failed:
            raise failed[0]
        return len(sent)

    async def _dispatch_forever(self) -> None:
        wait, polled_at = 1.0, -POLL_SECONDS
        while True:
            busy = self._is_busy()
            is_poll = busy or time.monotonic() - polled_at >= POLL_SECONDS
            programs = None if is_poll else self._take()
            try:
                count = await self.dispatch(BUSY_BATCH_SIZE if busy else None, programs) if programs is None or programs else 0
            except (RPCError, RuntimeError, psycopg.Error, OSError) as error:
                log.warning("dispatch_failed", error=error, again_in=wait)
                self._observer.dispatch_failed()
                polled_at = -POLL_SECONDS  # poll: what was taken from the queue may still be pending
                await asyncio.sleep(wait)
                wait = min(wait * 2, MAX_BACKOFF_SECONDS)
                continue
            wait = 1.0
            self._liveness.beat("relay")
            if busy:
                await asyncio.sleep(1)
            elif is_poll and count < self._batch_size:
                polled_at = time.monotonic()
            elif not is_poll and not self._notified:
                await self._wait_until(polled_at + POLL_SECONDS)

    def _is_busy(self) -> bool:
        return len(self._notification_times) == BUSY_NOTIFICATIONS and time.monotonic() - self._notification_times[0] < 1

    def _take(self) -> list[UUID]:
        """Removes up to one batch of notified programs."""
        self._wake.clear()
        taken = [self._notified.pop() for _ in range(min(self._batch_size, len(self._notified)))]
        if self._notified:
            self._wake.set()
        return taken

    async def _wait_until(self, deadline: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), max(deadline - time.monotonic(), 0))
        except TimeoutError:
            return

    async def _listen(self) -> None:
        while True:
            try:
                async for program_id, trace in self._dispatch.notifications():
                    self._notified.add(program_id)
                    self._remember_trace(program_id, trace)
                    self._notification_times.append(time.monotonic())
                    self._wake.set()
            except psycopg.Error as error:
                log.warning("listening_failed", error=error)
            await asyncio.sleep(1)

    def _remember_trace(self, program_id: UUID, trace: str | None) -> None:
        """Stores the newest trace of a program until it is dispatched; evicts the oldest beyond MAX_TRACES."""
        if trace is not None:
            self._traces[program_id] = trace
            if len(self._traces) > MAX_TRACES:
                self._traces.popitem(last=False)

    async def _send(self, one: Pending, rows: Sequence[tuple[bytes, bytes]], epoch: int) -> None:
        cached = await self._programs.load(one.program_id)
        if cached is None:
            return
        entries = read_entries(rows)
        left_out = entries[0].seq - one.dispatched_seq - 1 if len(entries) == MAX_HEADLINES else 0
        change = ProgramChange(
            entries=headlines(entries, cached.program.plan),
            more=left_out,
            state=program_state(one.program_id, cached, epoch, sealed=is_encrypted(self._client)),
        )
        # Signal or start first, by what is likely; the other one handles a terminated workflow or a concurrent start.
        steps = (self._start, self._signal) if one.dispatched_seq == 0 else (self._signal, self._start)
        with continue_trace(self._traces.get(one.program_id), "dispatch", program=str(one.program_id), seq=one.seq):
            for step in (*steps, steps[0]):
                if await step(change):
                    log.debug("dispatched", program=str(one.program_id), seq=one.seq)
                    if entries:
                        self._observer.dispatched((datetime.now(UTC) - entries[0].at).total_seconds())
                    return
        raise RuntimeError(f"the workflow of {one.program_id} ends and begins while it is told")

    async def _signal(self, change: ProgramChange) -> bool:
        """Signals the workflow; False if none is running."""
        handle = self._client.get_workflow_handle(program_workflow(change.state.program))
        try:
            await handle.signal(ProgramWorkflow.state_changed, change, rpc_timeout=RPC)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def _start(self, change: ProgramChange) -> bool:
        """Starts the workflow; False if one is running."""
        state = change.state
        try:
            await self._client.start_workflow(
                ProgramWorkflow.run,
                ProgramInput(change=change),
                id=program_workflow(state.program),
                task_queue=TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                search_attributes=search_attributes(state),
                static_summary=state.title[:200],
                request_eager_start=True,
                rpc_timeout=RPC,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True
