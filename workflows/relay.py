"""Sends workflows what was recorded. Level-triggered: looks for programs whose workflow does not know their newest entry
that matters to it, and sends how they stand now, once for a burst.

Sending twice is harmless, so nothing is kept but how far each program was dispatched. Were Temporal's own data lost, its
namespace would have another id, and every program is dispatched again.
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
from db.epochs import Epochs
from db.ledger import LedgerFault
from db.program_cache import ProgramCache, read_entries
from telemetry.observer import UNOBSERVED, Observer
from telemetry.spans import continue_trace
from workflows.client import RPC_SECONDS, TASK_QUEUE, is_encrypted
from workflows.liveness import Liveness
from workflows.messages import Carried, Change, program_workflow
from workflows.program import ProgramWorkflow
from workflows.state import MAX_HEADLINES, headlines, program_state
from workflows.visibility import search_attributes

log = structlog.get_logger()

BATCH_SIZE = 40
"""Programs of one batch. While it lasts, they are held from other relays."""

BUSY_NOTIFICATIONS = 50
"""Notifications within a second from which on acts go first: what a workflow does for one costs as much as five acts."""

BUSY_BATCH_SIZE = 5
"""Programs of one second meanwhile, those with a clock due soon and those that wait longest."""

POLL_SECONDS = 5.0
"""Notifications make it quick; looking at all programs makes it sure."""

MAX_BACKOFF_SECONDS = 10.0
MAX_TRACES = 1000
RPC = timedelta(seconds=RPC_SECONDS)
"""A Temporal that hangs must not hold the transaction of a batch."""


class Relay:
    """Runs beside the worker. Any number of relays may run; each holds what it dispatches."""

    def __init__(  # noqa: PLR0913  what it rests on, and its limit
        self,
        client: Client,
        dispatch: Dispatch,
        programs: ProgramCache,
        epochs: Epochs,
        namespace_id: str,
        *,
        at_once: int = BATCH_SIZE,
        observer: Observer = UNOBSERVED,
        liveness: Liveness | None = None,
    ) -> None:
        self._client, self._dispatch, self._programs, self._epochs = client, dispatch, programs, epochs
        self._namespace_id, self._batch_size = namespace_id, at_once
        self._observer, self._liveness = observer, liveness or Liveness()
        self._liveness.beat("relay")
        self._notified = set[UUID]()
        self._traces = OrderedDict[UUID, str]()
        self._notification_times = deque[float](maxlen=BUSY_NOTIFICATIONS)
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Dispatches until it is cancelled; goes on by itself when Temporal or the database comes back."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._dispatch_forever())

    async def dispatch(self, most: int | None = None, programs: Collection[UUID] | None = None) -> int:
        """Dispatches so many of these programs, or of all, and returns how many it were. Raises RPCError or psycopg.Error.

        One that fails does not keep the others from being noted as told.
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
        for fault in faulty:  # of one program alone: the others do not wait for an operator to look
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
                polled_at = -POLL_SECONDS  # what was taken may be pending still
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
        """Those notified first, as many as one batch holds."""
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
        """Keeps the newest trace of a program until it is dispatched, and forgets the oldest of many."""
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
        change = Change(
            entries=headlines(entries, cached.program.plan),
            more=left_out,
            state=program_state(one.program_id, cached, epoch, sealed=is_encrypted(self._client)),
        )
        # Its workflow is there, unless somebody has terminated it, or has not begun, unless another made it meanwhile.
        steps = (self._start, self._signal) if one.dispatched_seq == 0 else (self._signal, self._start)
        with continue_trace(self._traces.get(one.program_id), "dispatch", program=str(one.program_id), seq=one.seq):
            for step in (*steps, steps[0]):
                if await step(change):
                    log.debug("dispatched", program=str(one.program_id), seq=one.seq)
                    if entries:
                        self._observer.dispatched((datetime.now(UTC) - entries[0].at).total_seconds())
                    return
        raise RuntimeError(f"the workflow of {one.program_id} ends and begins while it is told")

    async def _signal(self, change: Change) -> bool:
        """Whether there is a workflow that was told."""
        handle = self._client.get_workflow_handle(program_workflow(change.state.program))
        try:
            await handle.signal(ProgramWorkflow.state_changed, change, rpc_timeout=RPC)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def _start(self, change: Change) -> bool:
        """Whether there was none, and it has been started."""
        state = change.state
        try:
            await self._client.start_workflow(
                ProgramWorkflow.run,
                Carried(change=change),
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
