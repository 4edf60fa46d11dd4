"""The reconciler: strikes overdue clocks, and repairs workflows whose state differs from the record.

The record is authoritative. Workflows may be terminated by hand, and Temporal or the database may be restored from a backup of
another time: every clock still strikes, and every program gets its workflow again, without an operator.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

import psycopg
import structlog
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from db.ledger import LedgerFault
from db.recorder import Recorder
from db.restore_epochs import Epochs
from db.workflow_reconciliation import LockedPrograms, Reconciliation, RecordedState
from rules.acts import Act, StrikeClock
from rules.field_types import own_act_id
from rules.refusals import Refused
from telemetry.observer import UNOBSERVED, Observer
from workflows.activities import CLOCK
from workflows.client import RPC_SECONDS
from workflows.liveness import PartHeartbeats
from workflows.messages import program_workflow
from workflows.visibility import known_entry

log = structlog.get_logger()

STRIKE_GRACE = timedelta(seconds=1)
"""How long a workflow may take to strike a due clock before the reconciler does."""

STRIKE_BATCH, COMPARE_BATCH = 100, 20
POLL_SECONDS = 0.5
COMPARE_INTERVAL, SETTLE_TIME = timedelta(seconds=60), timedelta(seconds=5)
"""Each workflow is compared once a minute; with many programs, at most 40 a second. A program that was dispatched within the
settle time is left out."""

RPC = timedelta(seconds=RPC_SECONDS)

Kind = Literal["missing", "closed", "behind", "ahead"]


@dataclass(frozen=True, slots=True)
class WorkflowDifference:
    """A workflow that disagrees with the record.

    missing  there is no workflow
    closed   the workflow has ended and the program has not
    behind   it lacks an entry that was dispatched to it: Temporal was restored from an older backup
    ahead    it knows an entry that the record lacks: the database was restored from an older backup
    """

    program_id: UUID
    kind: Kind
    sentence: str


class Reconciler:
    """Runs beside the worker. Any number may run: each locks what it compares (SKIP LOCKED)."""

    def __init__(  # noqa: PLR0913  what it rests on
        self,
        client: Client,
        reconciliation: Reconciliation,
        recorder: Recorder,
        epochs: Epochs,
        namespace_id: str,
        *,
        observer: Observer = UNOBSERVED,
        liveness: PartHeartbeats | None = None,
    ) -> None:
        self._observer, self._liveness = observer, liveness or PartHeartbeats()
        self._client, self._reconciliation, self._recorder = client, reconciliation, recorder
        self._epochs, self._namespace_id = epochs, namespace_id
        self._started = time.monotonic()

    async def run(self) -> None:
        """Strikes and compares until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._poll("strikes", self._strike_all_overdue))
            group.create_task(self._poll("comparison", self._reconcile_some))

    async def strike_overdue(self) -> int:
        """Strikes overdue clocks without Temporal; the number of programs in which one took effect. Raises psycopg.Error."""
        async with self._reconciliation.overdue(STRIKE_GRACE, STRIKE_BATCH) as programs:
            outcomes = await asyncio.gather(*map(self._strike, programs))
        self._observer.struck(sum(outcomes))
        return sum(outcomes)

    async def reconcile(
        self, program: UUID | None = None, every: timedelta = COMPARE_INTERVAL, settled: timedelta = SETTLE_TIME
    ) -> int:
        """Compares a batch of programs with their workflows and redispatches those that differ; the number compared."""
        epoch = await self._epochs.current()
        async with self._reconciliation.unverified(
            namespace=self._namespace_id, epoch=epoch, every=every, settled=settled, most=COMPARE_BATCH, program=program
        ) as locked:
            differences = await compare(self._client, locked, epoch)
            for one in differences:
                self._observer.differed(one.kind)
                log.warning("workflow_differs", program=str(one.program_id), kind=one.kind, sentence=one.sentence)
            await locked.mark_verified([one.program_id for one in locked.programs])
            await locked.redispatch([one.program_id for one in differences])
        if ahead := next((one for one in differences if one.kind == "ahead"), None):
            await self._epochs.declare(ahead.sentence, instead_of=epoch)
        return len(locked.programs)

    async def _strike(self, program_id: UUID) -> bool:
        try:
            act = Act(id=own_act_id("overdue", uuid4()), actor=CLOCK, deed=StrikeClock())
            outcome = await self._recorder.record(program_id, act)
        except LedgerFault as fault:
            log.error("ledger_fault", program=str(program_id), error=fault)  # noqa: TRY400  structlog, of one program alone
            return False
        if isinstance(outcome, Refused):
            log.warning("overdue_clock_refused", program=str(program_id), code=outcome.code)
            return False
        return bool(outcome.entries)

    async def _reconcile_some(self) -> None:
        # After a start all programs are compared at once: a backup may have been restored.
        await self.reconcile(every=min(COMPARE_INTERVAL, timedelta(seconds=time.monotonic() - self._started)))

    async def _strike_all_overdue(self) -> None:
        while await self.strike_overdue() == STRIKE_BATCH:
            pass

    async def _poll(self, part: str, step: Callable[[], Awaitable[object]]) -> None:
        """Runs a step every POLL_SECONDS; retries while Temporal or the database is unavailable."""
        self._liveness.beat(part)
        while True:
            try:
                await step()
            except (RPCError, RuntimeError, psycopg.Error, OSError) as error:
                log.warning("reconciliation_failed", error=error)
            else:
                self._liveness.beat(part)
            await asyncio.sleep(POLL_SECONDS)


async def compare(client: Client, locked: LockedPrograms, epoch: int) -> list[WorkflowDifference]:
    """The differences between the workflows of locked programs and the record. Raises RPCError."""
    found = await asyncio.gather(*(_difference(client, locked, one, epoch) for one in locked.programs))
    return [one for one in found if one is not None]


async def _difference(client: Client, locked: LockedPrograms, one: RecordedState, epoch: int) -> WorkflowDifference | None:
    workflow = program_workflow(str(one.program_id))

    def differs(kind: Kind, sentence: str) -> WorkflowDifference:
        return WorkflowDifference(one.program_id, kind, f"{workflow} {sentence}")

    try:
        found = await client.get_workflow_handle(workflow).describe(rpc_timeout=RPC)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return differs("missing", f"is not there, and the program runs, as of entry {one.seq}.")
    if found.status is not WorkflowExecutionStatus.RUNNING:
        return differs("closed", f"is {found.status.name.lower() if found.status else 'closed'}, and the program is not.")
    known = known_entry(found.typed_search_attributes)
    if known is None:
        return differs("behind", "does not say which entry it knows of.")
    known_epoch, seq, head = known
    if seq == 0:
        return differs("behind", "has not been told of its first entry.")
    if known_epoch > epoch or not ((await locked.leaf(one.program_id, seq)) or "").startswith(head or "none"):
        return differs("ahead", f"knows of an entry {seq} ({head}) that the record does not hold: a backup was restored.")
    if known_epoch < epoch or seq < one.dispatched_seq:
        return differs("behind", f"knows of entry {seq} and was told of entry {one.dispatched_seq}.")
    return None
