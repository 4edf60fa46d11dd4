"""Finds clocks that have not struck and workflows that do not say what the record says, and brings them to it.

The record is right. Workflows may be terminated by hand, Temporal or the database restored from a backup of another time:
without a hand, every clock still strikes, and every program gets its workflow again.
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

from db.epochs import Epochs
from db.ledger import LedgerFault
from db.reconciliation import LockedPrograms, Reconciliation, RecordedState
from db.recorder import Recorder
from rules.acts import Act, StrikeClock
from rules.field_types import own_act_id
from rules.refusals import Refused
from telemetry.observer import UNOBSERVED, Observer
from workflows.activities import CLOCK
from workflows.client import RPC_SECONDS
from workflows.liveness import Liveness
from workflows.messages import program_workflow
from workflows.visibility import known_entry

log = structlog.get_logger()

LATE = timedelta(seconds=1)
"""A clock that its workflow has not struck by then is struck here."""

STRIKES_AT_ONCE, COMPARED_AT_ONCE = 100, 20
LOOK_SECONDS = 0.5
EVERY, SETTLED = timedelta(seconds=60), timedelta(seconds=5)
"""Each workflow is compared once a minute where there are few; of many, twenty a second. What was told a moment ago may be on
its way."""

RPC = timedelta(seconds=RPC_SECONDS)

Kind = Literal["missing", "closed", "behind", "ahead"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where Temporal and the record do not agree.

    missing  there is no workflow
    closed   it has ended, and the program has not
    behind   it does not know what it was told: Temporal was restored from an older backup
    ahead    it knows an entry that the record does not hold: the database was
    """

    program_id: UUID
    kind: Kind
    sentence: str


class Reconciler:
    """Runs beside the worker. Any number may run; each holds what it compares."""

    def __init__(  # noqa: PLR0913  what it rests on
        self,
        client: Client,
        reconciliation: Reconciliation,
        recorder: Recorder,
        epochs: Epochs,
        namespace_id: str,
        *,
        observer: Observer = UNOBSERVED,
        liveness: Liveness | None = None,
    ) -> None:
        self._observer, self._liveness = observer, liveness or Liveness()
        self._client, self._reconciliation, self._recorder = client, reconciliation, recorder
        self._epochs, self._namespace_id = epochs, namespace_id
        self._started = time.monotonic()

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeated("strikes", self._strike_all_overdue))
            group.create_task(self._repeated("comparison", self._mend_some))

    async def strike_overdue(self) -> int:
        """Lets clocks that are overdue take effect, whatever Temporal does; of how many programs. Raises psycopg.Error."""
        async with self._reconciliation.overdue(LATE, STRIKES_AT_ONCE) as programs:
            outcomes = await asyncio.gather(*map(self._strike, programs))
        self._observer.struck(sum(outcomes))
        return sum(outcomes)

    async def mend(self, program: UUID | None = None, every: timedelta = EVERY, settled: timedelta = SETTLED) -> int:
        """Compares some programs with their workflows, and has those that differ told again; how many were compared."""
        epoch = await self._epochs.current()
        async with self._reconciliation.unverified(
            namespace=self._namespace_id, epoch=epoch, every=every, settled=settled, most=COMPARED_AT_ONCE, program=program
        ) as held:
            differences = await compare(self._client, held, epoch)
            for one in differences:
                self._observer.differed(one.kind)
                log.warning("workflow_differs", program=str(one.program_id), kind=one.kind, sentence=one.sentence)
            await held.verified([one.program_id for one in held.programs])
            await held.retell([one.program_id for one in differences])
        if ahead := next((one for one in differences if one.kind == "ahead"), None):
            await self._epochs.declare(ahead.sentence, instead_of=epoch)
        return len(held.programs)

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

    async def _mend_some(self) -> None:
        # After a start everything is compared at once: a backup may have been restored meanwhile.
        await self.mend(every=min(EVERY, timedelta(seconds=time.monotonic() - self._started)))

    async def _strike_all_overdue(self) -> None:
        while await self.strike_overdue() == STRIKES_AT_ONCE:
            pass

    async def _repeated(self, part: str, step: Callable[[], Awaitable[object]]) -> None:
        """Twice a second; goes on by itself when Temporal or the database comes back."""
        self._liveness.given(part)
        while True:
            try:
                await step()
            except (RPCError, RuntimeError, psycopg.Error, OSError) as error:
                log.warning("reconciliation_failed", error=error)
            else:
                self._liveness.given(part)
            await asyncio.sleep(LOOK_SECONDS)


async def compare(client: Client, held: LockedPrograms, epoch: int) -> list[Difference]:
    """Where the workflows of these programs differ from the record. Raises RPCError."""
    found = await asyncio.gather(*(_difference(client, held, one, epoch) for one in held.programs))
    return [one for one in found if one is not None]


async def _difference(client: Client, held: LockedPrograms, one: RecordedState, epoch: int) -> Difference | None:
    workflow = program_workflow(str(one.program_id))

    def differs(kind: Kind, sentence: str) -> Difference:
        return Difference(one.program_id, kind, f"{workflow} {sentence}")

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
    if known_epoch > epoch or not ((await held.leaf(one.program_id, seq)) or "").startswith(head or "none"):
        return differs("ahead", f"knows of an entry {seq} ({head}) that the record does not hold: a backup was restored.")
    if known_epoch < epoch or seq < one.dispatched_seq:
        return differs("behind", f"knows of entry {seq} and was told of entry {one.dispatched_seq}.")
    return None
