"""What workflows let happen outside: one object that holds the connections."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from temporalio import activity
from temporalio.exceptions import ApplicationError

from db.programs import Kept, Programs
from db.record import Recorder
from rules.acts import Act, Actor, Deed, Role, StrikeClock
from rules.canonical import digest
from rules.family import child_id, child_report, holds, news, parent_report, starting
from rules.program import Program
from rules.refusals import Code, Refused
from rules.settling.clocks import Clock, clocks
from rules.vocabulary.phases import PhaseStatus
from rules.words import own_act
from workflows.messages import ChildHeard, ChildOf, ClockHeard, PhaseHeard, ProgramHeard, Strike, Struck

CLOCK = Actor(person="clock", role=Role.CLOCK)

HEARD_BY_NOBODY = frozenset({Code.PROGRAM_ENDED, Code.PROGRAM_EXISTS})
"""Refusals that leave nothing to be heard: the program has ended, or was begun by somebody who was quicker."""


class Activities:
    """Regular activities only: a local one leaves no trace when worker and server die together."""

    def __init__(self, recorder: Recorder, programs: Programs) -> None:
        self._recorder, self._programs = recorder, programs

    @activity.defn
    async def strike(self, strike: Strike) -> Struck:
        """Lets due clocks take effect. Nothing due is no error: somebody's act came first."""
        program = UUID(strike.program)
        # Another id each time: what has been struck is due no more, and an id that comes back would be a repeat.
        act = Act(id=own_act("clock", uuid4()), actor=CLOCK, deed=StrikeClock())
        outcome = await self._recorder.record(program, act)
        if isinstance(outcome, Refused):
            raise ApplicationError(outcome.reason, type=outcome.code, non_retryable=True)
        after = outcome.program
        return Struck(seq=after.seq, phase=heard_phase(after, strike.phase, clocks(after)))

    @activity.defn
    async def keep_child(self, child: ChildOf) -> ProgramHeard:
        """Brings a child program to where its parent wants it: started, and held back or not. Safe to repeat, and at once."""
        parent_id, parent = await self._known(UUID(child.parent))
        program_id = child_id(parent_id, child.name)
        kept = await self._programs.load(program_id)
        if kept is None:
            opened = starting(parent_id, parent.program, child.name)
            await self._bring(program_id, own_act("opening", parent_id), opened)
            _, kept = await self._known(program_id)
        known = kept.program.parent
        if kept.program.ended_at is None and known and known.holds is not holds(parent.program, child.name):
            report = parent_report(parent.program, parent.head, child.name)
            await self._bring(program_id, own_act("parent", parent_id, parent.seq), report)
            _, kept = await self._known(program_id)
        return heard(program_id, kept.program)

    @activity.defn
    async def report_to_parent(self, child: ChildOf) -> None:
        """Lets a program hear how a child of it stands. A parent that has ended, or knows it already, hears nothing."""
        parent_id, parent = await self._known(UUID(child.parent))
        program_id, kept = await self._known(child_id(parent_id, child.name))
        before = parent.program.children.get(child.name)
        if before is not None and before.seq < kept.seq and parent.program.ended_at is None:
            report = child_report(program_id, kept.program, kept.head, child.name)
            await self._bring(parent_id, own_act("child", program_id, kept.seq), report)

    async def _bring(self, program_id: UUID, act_id: str, deed: Deed) -> None:
        """Records what one program has to hear of another.

        A refusal is shown and tried again, unless there is nobody left to hear it. It is previewed, for an attempt that is
        recorded each time would fill the ledger.
        """
        act = Act(id=act_id, actor=CLOCK, deed=deed)
        judged = await self._recorder.preview(program_id, act)
        outcome = judged if isinstance(judged, Refused) else await self._recorder.record(program_id, act)
        if isinstance(outcome, Refused) and outcome.code not in HEARD_BY_NOBODY:
            raise ApplicationError(outcome.reason, type=outcome.code)

    async def _known(self, program_id: UUID) -> tuple[UUID, Kept]:
        if (kept := await self._programs.load(program_id)) is None:
            raise ApplicationError(f"There is no program {program_id}.", type=Code.PROGRAM_UNKNOWN)
        return program_id, kept


def heard(program_id: UUID, program: Program) -> ProgramHeard:
    """What the workflow of a program is told: phases that are open or have clocks."""
    running, parent = clocks(program), program.parent
    with_clocks = {clock.phase for clock in running}
    return ProgramHeard(
        program=str(program_id),
        title=program.title,
        plan=program.plan.plan,
        standing=program.standing,
        seq=program.seq,
        next_due=running[0].due_at if running else None,
        phases=[
            heard_phase(program, name, running)
            for name in program.plan.phases
            if program.ended_at is None and (name in with_clocks or program.phase(name).status is PhaseStatus.OPEN)
        ],
        children=[_heard_child(program_id, program, name) for name in program.children],
        parent=ChildOf(parent=parent.agreed.program, name=parent.agreed.name) if parent else None,
        news=digest(news(program)) if parent else "",
        checks=_heard_checks(program),
    )


def _heard_checks(program: Program) -> str:
    """All that schedules depend on, as a hash: two hundred checks are too much to be told with every act."""
    plan = program.plan
    if not plan.checks:
        return ""
    runs = {name: [check.title, check.source, check.runs.model_dump(mode="json")] for name, check in plan.checks.items()}
    paused = {name: state.paused_because for name, state in program.checks.items() if state.paused_at is not None}
    return digest([plan.time_zone, runs, paused, program.ended_at is not None])


def _heard_child(program_id: UUID, program: Program, name: str) -> ChildHeard:
    rule = program.plan.programs[name]
    return ChildHeard(
        name=name,
        program=str(child_id(program_id, name)),
        title=rule.title,
        plan=rule.plan,
        standing=program.children[name].standing or "opened",
        holds=holds(program, name),
    )


def heard_phase(program: Program, name: str, running: Iterable[Clock]) -> PhaseHeard:
    """One phase with its clocks of those that run; a complete phase may still have some (a figure that gets too old)."""
    own = [clock for clock in running if clock.phase == name]
    status = program.phase(name).status
    return PhaseHeard(
        name=name,
        title=program.plan.phases[name].title,
        status="waiting" if own and status is PhaseStatus.COMPLETE else status,
        clocks=[ClockHeard(name=c.name, kind=c.kind, due_at=c.due_at, note=c.note) for c in own],
    )
