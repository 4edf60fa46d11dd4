"""Activities of program workflows: methods of one object that holds the connections."""

from __future__ import annotations

from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from db.program_cache import CachedProgram, ProgramCache
from db.recorder import Recorder
from db.restore_epochs import Epochs
from rules.acts import Act, Actor, Deed, Role, StrikeClock
from rules.family import child_id, child_report, child_start, holds_back, parent_report
from rules.field_types import own_act_id
from rules.refusals import Code, Refused
from workflows.messages import ChildRef, ProgramChange, ProgramState
from workflows.state import MAX_HEADLINES, headlines, program_state

CLOCK = Actor(person="clock", role=Role.CLOCK)

NOT_REPORTED = frozenset({Code.PROGRAM_ENDED, Code.PROGRAM_EXISTS})
"""Refusals that are no failure: the program has ended, or a concurrent call has started it."""


class Activities:
    """Regular activities only: a local activity leaves no history if worker and server die together."""

    def __init__(self, recorder: Recorder, programs: ProgramCache, epochs: Epochs, *, sealed: bool = False) -> None:
        """`sealed`: names and titles are left out of search attributes."""
        self._recorder, self._programs, self._epochs, self._sealed = recorder, programs, epochs, sealed

    @activity.defn
    async def strike(self, program: str) -> ProgramChange:
        """Strikes due clocks. Idempotent; it is no error if none is due any more.

        The result carries the new state, so the relay need not dispatch it.
        """
        program_id, info = UUID(program), activity.info()
        self._recorder.check_against(info.current_attempt_scheduled_time, "Temporal")
        act_id = own_act_id("clock", info.workflow_run_id, info.activity_id)
        act = Act(id=act_id, actor=CLOCK, deed=StrikeClock(answered=True))
        outcome = await self._recorder.record(program_id, act)
        if isinstance(outcome, Refused):
            raise ApplicationError(outcome.reason, type=outcome.code, non_retryable=True)
        struck = headlines(outcome.entries[-MAX_HEADLINES:], outcome.program.plan)
        cached = self._programs.get(program_id)
        if cached is None or cached.seq < outcome.last_seq:
            _, cached = await self._load(program_id)
        return ProgramChange(
            entries=struck, more=len(outcome.entries) - len(struck), state=await self._state(program_id, cached)
        )

    @activity.defn
    async def keep_child(self, child: ChildRef) -> ProgramState:
        """Starts a child program, and holds it back or not, as its parent requires. Idempotent and safe under concurrency."""
        parent_id, parent = await self._load(UUID(child.parent))
        program_id = child_id(parent_id, child.name)
        cached = await self._programs.load(program_id)
        if cached is None:
            opened = child_start(parent_id, parent.program, child.name)
            await self._record_or_fail(program_id, own_act_id("opening", parent_id), opened)
            _, cached = await self._load(program_id)
        known = cached.program.parent
        if cached.program.ended_at is None and known and known.holds is not holds_back(parent.program, child.name):
            report = parent_report(parent.program, parent.head, child.name)
            await self._record_or_fail(program_id, own_act_id("parent", parent_id, parent.seq), report)
            _, cached = await self._load(program_id)
        return await self._state(program_id, cached)

    @activity.defn
    async def report_to_parent(self, child: ChildRef) -> None:
        """Reports the standing of a child to its parent. Idempotent; a parent that has ended is left alone."""
        parent_id, parent = await self._load(UUID(child.parent))
        program_id, cached = await self._load(child_id(parent_id, child.name))
        before = parent.program.children.get(child.name)
        if before is not None and before.seq < cached.seq and parent.program.ended_at is None:
            report = child_report(program_id, cached.program, cached.head, child.name)
            await self._record_or_fail(parent_id, own_act_id("child", program_id, cached.seq), report)

    async def _record_or_fail(self, program_id: UUID, act_id: str, deed: Deed) -> None:
        """Records an act that one program causes in another. Raises ApplicationError for a refusal, so that it is retried.

        The act is previewed first: otherwise each retry would add a refused attempt to the ledger.
        """
        act = Act(id=act_id, actor=CLOCK, deed=deed)
        judged = await self._recorder.preview(program_id, act)
        outcome = judged if isinstance(judged, Refused) else await self._recorder.record(program_id, act)
        if isinstance(outcome, Refused) and outcome.code not in NOT_REPORTED:
            raise ApplicationError(outcome.reason, type=outcome.code)

    async def _load(self, program_id: UUID) -> tuple[UUID, CachedProgram]:
        if (cached := await self._programs.load(program_id)) is None:
            raise ApplicationError(f"There is no program {program_id}.", type=Code.PROGRAM_UNKNOWN)
        return program_id, cached

    async def _state(self, program_id: UUID, cached: CachedProgram) -> ProgramState:
        return program_state(program_id, cached, await self._epochs.current(), sealed=self._sealed)
