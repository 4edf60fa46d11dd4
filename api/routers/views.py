"""What of one program is read by itself: phases, milestones, what blocks them, what is owed, figures, members, incidents.

Each is told as it stands, or `at` an instant as it was known then.
"""

from __future__ import annotations

from fastapi import APIRouter

from api.answers.assessments import AssessedAnswer
from api.answers.blocking import BlockedAnswer
from api.answers.figures import IndicatorAnswer
from api.answers.owed import OwedOfProgramAnswer
from api.answers.phases import ClockAnswer, MilestoneAnswer, PhaseAnswer
from api.answers.programs import IncidentAnswer, MemberAnswer, ProgramAnswer, incidents, members
from api.answers.reciprocity import ReciprocityAnswer
from api.declarations import READS
from api.seen import Seen
from api.state import StateOf
from db.turns import Turns
from rules.explaining.owing import OwedKind
from rules.settling.clocks import clocks
from rules.words import Name

router = APIRouter(prefix="/programs/{program}", tags=["programs"])


@router.get("", responses=READS)
async def get_program(held: Seen) -> ProgramAnswer:
    """One program as it stands, or as it was known `at` an instant."""
    return ProgramAnswer.of(held.id, held.program, held.at)


@router.get("/phases", responses=READS)
async def get_phases(held: Seen) -> list[PhaseAnswer]:
    """Its phases, in the order of the plan, with what blocks each."""
    turns, phases = Turns(), list[PhaseAnswer]()
    for name in held.program.plan.phases:
        phases.append(PhaseAnswer.of(held.program, name, held.at))
        await turns.others()
    return phases


@router.get("/milestones", responses=READS)
async def get_milestones(held: Seen, phase: Name | None = None) -> list[MilestoneAnswer]:
    """Its milestones: what shows each, what is found, and original, revised and actual dates."""
    program = held.program
    turns, milestones = Turns(), list[MilestoneAnswer]()
    for name in program.plan.milestones:
        if phase is None or program.plan.phase_of[name] == phase:
            milestones.append(MilestoneAnswer.of(program, name, held.at))
            await turns.others()
    return milestones


@router.get("/blocking", responses=READS)
async def get_blocking(state: StateOf, held: Seen) -> BlockedAnswer:
    """What blocks it: unmet criteria of the next gates, reversals that are proposed, money that waits, and what is overdue.

    Each with who owes the next act, since when, and the acts that would unblock it.
    """
    runs = await state.runs.of(held.id) if held.program.plan.checks else {}
    return BlockedAnswer.of(held.id, held.program, None if held.is_past else runs, held.at)


@router.get("/owed", responses=READS)
async def get_owed_of_program(held: Seen, party: Name | None = None, kind: OwedKind | None = None) -> list[OwedOfProgramAnswer]:
    """What is owed in it, by whom, since when and until when, with the acts by which each is done."""
    return OwedOfProgramAnswer.all_of(held.id, held.program, held.at, party=party, kind=kind)


@router.get("/reciprocity", responses=READS)
async def get_reciprocity(held: Seen) -> list[ReciprocityAnswer]:
    """What each party owes, since when; and what it has kept, was late with, was waived and has broken."""
    return ReciprocityAnswer.all_of(held.program, held.at)


@router.get("/clocks", responses=READS)
async def get_clocks(held: Seen) -> list[ClockAnswer]:
    """What happens when nobody acts, soonest first."""
    return [ClockAnswer.of(clock, held.at) for clock in clocks(held.program)]


@router.get("/figures", responses=READS)
async def get_figures(held: Seen) -> list[IndicatorAnswer]:
    """Its indicators: which figure counts, or why none does, and the verified figures that stand, oldest first."""
    return [IndicatorAnswer.of(held.program, name, held.at) for name in held.program.plan.indicators]


@router.get("/members", responses=READS)
async def get_members(held: Seen) -> list[MemberAnswer]:
    """Its members: who, in which role, for which party or body."""
    return members(held.program)


@router.get("/assessments", responses=READS)
async def get_assessments(held: Seen) -> list[AssessedAnswer]:
    """Its milestones as each assessor of the plan sees them, side by side; those that nobody has assessed are left out."""
    program = held.program
    return [AssessedAnswer.of(program, name) for name in program.plan.milestones if program.milestone(name).assessments]


@router.get("/incidents", responses=READS)
async def get_incidents(held: Seen) -> list[IncidentAnswer]:
    """Its incidents, newest first by when they happened."""
    return incidents(held.program)
