"""What workflows let happen outside: one object that holds the connections."""

from __future__ import annotations

from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from db.epochs import Epochs
from db.program_cache import CachedProgram, ProgramCache
from db.recorder import Recorder
from rules.acts import Act, Actor, Deed, Role, StrikeClock
from rules.family import child_id, child_report, child_start, holds_back, parent_report
from rules.field_types import own_act_id
from rules.refusals import Code, Refused
from workflows.messages import Change, ChildOf, ProgramState
from workflows.state import MOST_HEADLINES, headlines, program_state

CLOCK = Actor(person="clock", role=Role.CLOCK)

HEARD_BY_NOBODY = frozenset({Code.PROGRAM_ENDED, Code.PROGRAM_EXISTS})
"""Refusals that leave nothing to be reported: the program has ended, or was begun by somebody who was quicker."""


class Activities:
    """Regular activities only: a local one leaves no trace when worker and server die together."""

    def __init__(self, recorder: Recorder, programs: ProgramCache, epochs: Epochs, *, sealed: bool = False) -> None:
        """`sealed`: Temporal must not read names and titles."""
        self._recorder, self._programs, self._epochs, self._sealed = recorder, programs, epochs, sealed

    @activity.defn
    async def strike(self, program: str) -> Change:
        """Lets due clocks take effect. Nothing due is no error: somebody's act came first.

        The answer carries the new state, so the relay need not send it.
        """
        program_id, info = UUID(program), activity.info()
        self._recorder.agrees(info.current_attempt_scheduled_time, "Temporal")
        act_id = own_act_id("clock", info.workflow_run_id, info.activity_id)
        act = Act(id=act_id, actor=CLOCK, deed=StrikeClock(answered=True))
        outcome = await self._recorder.record(program_id, act)
        if isinstance(outcome, Refused):
            raise ApplicationError(outcome.reason, type=outcome.code, non_retryable=True)
        struck = headlines(outcome.entries[-MOST_HEADLINES:], outcome.program.plan)
        cached = self._programs.get(program_id)
        if cached is None or cached.seq < outcome.last_seq:
            _, cached = await self._known(program_id)
        return Change(entries=struck, more=len(outcome.entries) - len(struck), state=await self._state(program_id, cached))

    @activity.defn
    async def keep_child(self, child: ChildOf) -> ProgramState:
        """Brings a child program to where its parent wants it: started, and held back or not. Safe to repeat, and at once."""
        parent_id, parent = await self._known(UUID(child.parent))
        program_id = child_id(parent_id, child.name)
        cached = await self._programs.load(program_id)
        if cached is None:
            opened = child_start(parent_id, parent.program, child.name)
            await self._bring(program_id, own_act_id("opening", parent_id), opened)
            _, cached = await self._known(program_id)
        known = cached.program.parent
        if cached.program.ended_at is None and known and known.holds is not holds_back(parent.program, child.name):
            report = parent_report(parent.program, parent.head, child.name)
            await self._bring(program_id, own_act_id("parent", parent_id, parent.seq), report)
            _, cached = await self._known(program_id)
        return await self._state(program_id, cached)

    @activity.defn
    async def report_to_parent(self, child: ChildOf) -> None:
        """Reports to a program how a child of it stands. A parent that has ended, or knows it already, is told nothing."""
        parent_id, parent = await self._known(UUID(child.parent))
        program_id, cached = await self._known(child_id(parent_id, child.name))
        before = parent.program.children.get(child.name)
        if before is not None and before.seq < cached.seq and parent.program.ended_at is None:
            report = child_report(program_id, cached.program, cached.head, child.name)
            await self._bring(parent_id, own_act_id("child", program_id, cached.seq), report)

    async def _bring(self, program_id: UUID, act_id: str, deed: Deed) -> None:
        """Records what one program has to know of another.

        A refusal is shown and tried again, unless there is nobody left to know it. It is previewed, for an attempt that is
        recorded each time would fill the ledger.
        """
        act = Act(id=act_id, actor=CLOCK, deed=deed)
        judged = await self._recorder.preview(program_id, act)
        outcome = judged if isinstance(judged, Refused) else await self._recorder.record(program_id, act)
        if isinstance(outcome, Refused) and outcome.code not in HEARD_BY_NOBODY:
            raise ApplicationError(outcome.reason, type=outcome.code)

    async def _known(self, program_id: UUID) -> tuple[UUID, CachedProgram]:
        if (cached := await self._programs.load(program_id)) is None:
            raise ApplicationError(f"There is no program {program_id}.", type=Code.PROGRAM_UNKNOWN)
        return program_id, cached

    async def _state(self, program_id: UUID, cached: CachedProgram) -> ProgramState:
        return program_state(program_id, cached, await self._epochs.current(), sealed=self._sealed)
