"""What workflows let happen outside: one object that holds the connections."""

from __future__ import annotations

from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from db.record import Recorder
from rules.acts import Act, Actor, Role, StrikeClock
from rules.clocks import clocks
from rules.program import PhaseStatus, Program
from rules.refusals import Refused
from workflows.messages import ClockHeard, PhaseHeard, ProgramHeard, Strike, Struck

CLOCK = Actor(person="clock", role=Role.CLOCK)


class Activities:
    """Regular activities only: a local one leaves no trace when worker and server die together."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @activity.defn
    async def strike(self, strike: Strike) -> Struck:
        """Lets due clocks take effect. Nothing due is no error: somebody's act came first."""
        program = UUID(strike.program)
        outcome = await self._recorder.record(program, Act(id=strike.act, actor=CLOCK, deed=StrikeClock()))
        if isinstance(outcome, Refused):
            raise ApplicationError(outcome.reason, type=outcome.code, non_retryable=True)
        return Struck(seq=outcome.program.seq, phase=heard_phase(outcome.program, strike.phase))


def heard(program_id: UUID, program: Program) -> ProgramHeard:
    """What the workflow of a program is told: phases that are open or have clocks."""
    running = clocks(program)
    with_clocks = {clock.phase for clock in running}
    return ProgramHeard(
        program=str(program_id),
        title=program.title,
        plan=program.plan.plan,
        standing=program.standing,
        seq=program.seq,
        next_due=running[0].due_at if running else None,
        phases=[
            heard_phase(program, name)
            for name in program.plan.phases
            if program.ended_at is None and (name in with_clocks or program.phase(name).status is PhaseStatus.OPEN)
        ],
    )


def heard_phase(program: Program, name: str) -> PhaseHeard:
    """One phase with its clocks; a complete phase may still have some (a figure that gets too old)."""
    own = [clock for clock in clocks(program) if clock.phase == name]
    status = program.phase(name).status
    return PhaseHeard(
        name=name,
        title=program.plan.phases[name].title,
        status="waiting" if own and status is PhaseStatus.COMPLETE else status,
        clocks=[ClockHeard(name=c.name, kind=c.kind, due_at=c.due_at, note=c.note) for c in own],
    )
